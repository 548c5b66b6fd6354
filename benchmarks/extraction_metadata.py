"""Title, authors and date against what annotators wrote down: dupdetect, trafilatura, newspaper4k.

Scoring. A title is right if it has the same letters and digits, case folded. Authors: annotated and claimed names are
split at commas, semicolons, "and", "&", degrees dropped, and compared as letters and digits; precision and recall over
all names of the pages that have an annotated author. A date is right to the day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.extraction_data import AnnotatedPage, group_of, interval, load, resampled
from benchmarks.extraction_peers import OURS, Facts, MetadataReader, metadata_readers
from benchmarks.extraction_quality import kind_of
from benchmarks.extraction_texts import decoded
from benchmarks.frame import Cell, Table

__all__ = ["metadata_tables", "names", "same_words"]

_BETWEEN = re.compile(r"\s*(?:,|;|\||/|&|\band\b|\bund\b|\bet\b|\by\b)\s*", re.IGNORECASE)
_DEGREE = re.compile(r"[A-Z][A-Z.]{1,5}|Ph\.?D\.?|M\.?D\.?|Jr\.?|Dr\.?|Prof\.?")
_COLUMNS = (
    "reader",
    "titles",
    "title right",
    "title lead",
    "authors on",
    "author F1",
    "author P",
    "author R",
    "author lead",
    "author claimed without one",
    "dates",
    "date right",
    "date wrong",
    "date lead",
)
_NOTES = (
    "… lead: 90 % interval of dupdetect's figure minus this one's on the same pages, in pairs, sites drawn.",
    "author claimed without one: share of the pages where the annotation names no author (it may have missed one).",
    "date wrong: a date was given, but another. Not shown: section and canonical link, which nobody annotated.",
)


def same_words(text: str) -> str:
    """Return the letters and digits, case folded."""
    return "".join(filter(str.isalnum, text.casefold()))


def names(said: Sequence[str]) -> frozenset[str]:
    """Return the names in what an annotator or an extractor says, each as letters and digits."""
    parts = (part.strip() for line in said for part in _BETWEEN.split(line))
    return frozenset(filter(None, (same_words(part) for part in parts if part and not _DEGREE.fullmatch(part))))


def _facts(reader: MetadataReader, page: AnnotatedPage) -> Facts:
    try:
        return reader(decoded(page), page.truth.get("url"))
    except Exception:  # whoever fails on a page says nothing about it
        return Facts()


def metadata_tables(folders: Sequence[Path], *, quick: bool = False) -> Iterator[Table]:
    """Yield a table for each data set and page type where any of it is annotated."""
    by_kind: dict[str, list[AnnotatedPage]] = {}
    for page in (page for folder in folders for page in load(folder)):
        if page.truth.get("title") and page.truth.get("type") in (None, "article"):
            by_kind.setdefault(kind_of(page), []).append(page)
    readers = metadata_readers()
    for kind, pages in by_kind.items():
        chosen = pages[:: max(1, len(pages) // 20)] if quick else pages
        counted = {name: [_count(page, _facts(reader, page)) for page in chosen] for name, reader in readers.items()}
        groups = [group_of(page.truth) for page in chosen]
        rows = tuple(_row(name, groups, counted) for name in counted)
        yield Table(title=f"{kind}: title, authors, date", columns=_COLUMNS, rows=rows, notes=_NOTES, bars="author F1")


def _count(page: AnnotatedPage, found: Facts) -> list[float]:
    """Return titles asked and right; names right, too many, missed; pages without author, claimed; dates …"""
    truth = page.truth
    title = same_words(truth["title"])
    wanted, said = names(truth.get("authors") or ()), names(found.authors)
    date = truth.get("date") or ""
    right = len(wanted & said) if wanted else 0
    return [
        1,
        float(same_words(found.title) == title),
        right,
        len(said) - right if wanted else 0,
        len(wanted) - right,
        float(not wanted),
        float(not wanted and bool(said)),
        float(bool(date)),
        float(bool(date) and found.date == date),
        float(bool(date) and found.date not in ("", date)),
    ]


def _shares(sums: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    titles, right, hit, extra, missed, _, _, dates, dated, _ = np.moveaxis(sums, -1, 0)
    low = np.float64(1e-12)
    return right / titles, 2 * hit / np.maximum(2 * hit + extra + missed, low), dated / np.maximum(dates, low)


def _row(name: str, groups: Sequence[str], counted: Mapping[str, list[list[float]]]) -> dict[str, Cell]:
    sums = np.sum(counted[name], axis=0)
    title, author, date = (float(share) for share in _shares(sums))
    _, _, hit, extra, missed, nameless, claimed, dates, _, wrong = sums.tolist()
    row: dict[str, Cell] = {
        "reader": name,
        "titles": len(groups),
        "title right": title,
        "authors on": len(groups) - int(nameless),
        "author F1": author,
        "author P": hit / max(hit + extra, 1),
        "author R": hit / max(hit + missed, 1),
        "author claimed without one": claimed / nameless if nameless else None,
        "dates": int(dates),
        "date right": date,
        "date wrong": wrong / dates if dates else None,
    }
    if name != OURS:
        ours, theirs = (_shares(resampled(groups, counted[each])) for each in (OURS, name))
        for column, mine, its in zip(("title lead", "author lead", "date lead"), ours, theirs, strict=True):
            row[column] = "{:+.3f} … {:+.3f}".format(*interval(mine - its))
    return row
