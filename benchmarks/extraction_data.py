"""Annotated pages and how extraction is scored on them; shared by the benchmark and the training script.

A data folder has ``ground-truth.json``, id → annotation, and the pages as ``pages/<id>.html.gz`` or, as the public
article-extraction benchmark has it, ``html/<id>.html.gz``. Known keys of an annotation: ``articleBody``; ``with`` and
``without``, segments that must and must not occur; ``title``, ``authors``, ``date``, ``url``, ``domain``, ``type``.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dupdetect.errors import InputError

__all__ = [
    "AnnotatedPage",
    "Score",
    "bootstrap",
    "f1",
    "group_of",
    "interval",
    "load",
    "precision_recall",
    "resampled",
    "shingles",
    "tokens",
]

_SIGN = "぀-ヿ㐀-鿿豈-﫿฀-๿"
_TOKEN = re.compile(rf"[{_SIGN}]|[^\W{_SIGN}]+")
SHINGLE = 4
_SECOND_LEVEL = frozenset(
    ("ac", "co", "com", "edu", "gob", "gouv", "gov", "govt", "ne", "net", "or", "org")
)  # co.uk, com.br


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedPage:
    """A page as stored at its source, and what is known of it."""

    id: str
    data: str
    source: bytes
    truth: dict[str, Any]

    @property
    def key(self) -> str:
        """Data set and id: no other page of a run has it."""
        return f"{self.data}/{self.id}"


def load(folder: Path) -> Iterator[AnnotatedPage]:
    """Yield the pages of a data folder, or of the data folders in it.

    Raises
    ------
    InputError
        There is no ground truth.
    """
    folders = [folder] if (folder / "ground-truth.json").exists() else sorted(folder.glob("*/"))
    found = False
    for each in folders:
        if not (each / "ground-truth.json").exists():
            continue
        found = True
        pages = each / "pages" if (each / "pages").is_dir() else each / "html"
        for name, truth in json.loads((each / "ground-truth.json").read_text(encoding="utf-8")).items():
            source = gzip.decompress((pages / f"{name}.html.gz").read_bytes())
            yield AnnotatedPage(id=name, data=each.name, source=source, truth=truth)
    if not found:
        raise InputError(f"{folder}: no ground-truth.json in it or in a folder of it")


def group_of(truth: dict[str, Any]) -> str:
    """Return the site of a page: what must not stand on both sides of a split."""
    domain = truth.get("domain") or urlsplit(truth.get("url") or "").hostname or "unknown"
    parts = domain.lower().removeprefix("www.").split(".")
    second_level = len(parts) > 2 and len(parts[-1]) == 2 and parts[-2] in _SECOND_LEVEL
    return ".".join(parts[-3:] if second_level else parts[-2:])


def tokens(text: str) -> list[str]:
    """Return lower-case words; each sign of scripts without spaces is one."""
    return _TOKEN.findall(text.lower())


def shingles(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Return the multiset of four-token shingles, as the public benchmark counts them."""
    if len(words) < SHINGLE:
        return Counter([tuple(words)] if words else [])
    return Counter(tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))


def precision_recall(text: str, truth: str) -> tuple[float, float]:
    """Return shingle precision and recall of an extracted text."""
    found, wanted = shingles(tokens(text)), shingles(tokens(truth))
    common = (found & wanted).total()
    precision = common / found.total() if found else float(not wanted)
    return precision, common / wanted.total() if wanted else 1.0


def f1(precision: float, recall: float) -> float:
    """Return the harmonic mean."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


@dataclass(slots=True, kw_only=True)
class Score:
    """What was counted on pages, each page with its site: shingles, segments, leaks."""

    groups: list[str] = field(default_factory=list)
    pairs: list[tuple[float, float]] = field(default_factory=list)
    segment_groups: list[str] = field(default_factory=list)
    segments: list[tuple[int, int, int]] = field(default_factory=list)
    bylines: list[bool] = field(default_factory=list)
    titles: list[bool] = field(default_factory=list)

    @classmethod
    def empty(cls) -> Score:
        """Return the score of no page."""
        return cls()

    def add(self, page: AnnotatedPage, text: str) -> None:
        """Count an extracted text."""
        truth = page.truth
        if truth.get("articleBody"):
            self.groups.append(group_of(truth))
            self.pairs.append(precision_recall(text, truth["articleBody"]))
        plain = _line(text)
        if truth.get("with") and not truth.get("articleBody"):
            kept = sum(_line(segment) in plain for segment in truth["with"])
            leaked = sum(_line(segment) in plain for segment in truth.get("without", ()))
            self.segment_groups.append(group_of(truth))
            self.segments.append((kept, leaked, len(truth["with"]) - kept))
        wanted = {_line(line) for line in (truth.get("articleBody") or "").split("\n")}
        lines = [line for line in map(_line, text.split("\n")) if line and line not in wanted]
        if truth.get("authors"):
            names = [_line(name) for name in truth["authors"]]
            short = [line for line in lines if len(line.split()) <= 12]
            self.bylines.append(any(name in line for name in names for line in short))
        if truth.get("title"):
            self.titles.append(_line(truth["title"]) in lines)

    def text_f1(self) -> float | None:
        """Return F1 of the mean precision and the mean recall over all pages."""
        return f1(*np.mean(self.pairs, axis=0).tolist()) if self.pairs else None

    def segment_f1(self) -> float | None:
        """Return F1 of the segments of all pages."""
        return float(_segment_f1(np.sum(self.segments, axis=0))) if self.segments else None

    def row(self) -> dict[str, str | int | float | None]:
        """Return the measures by name; None where nothing was annotated."""
        each = [f1(*pair) for pair in self.pairs]
        low, high = bootstrap(self) if self.pairs or self.segments else (None, None)
        return {
            "pages": len(self.pairs) or len(self.segments),
            "F1": self.text_f1(),
            "low": low,
            "high": high,
            "exact": float(np.mean([value > 0.9999 for value in each])) if each else None,
            "lost": float(np.mean([value < 0.5 for value in each])) if each else None,
            "segment F1": None if self.pairs else self.segment_f1(),
            "byline": float(np.mean(self.bylines)) if self.bylines else None,
            "title": float(np.mean(self.titles)) if self.titles else None,
        }


def _line(text: str) -> str:
    return " ".join(text.split()).lower()


def _segment_f1(sums: NDArray[Any]) -> NDArray[np.float64]:
    kept, leaked, lost = np.moveaxis(sums, -1, 0)
    result: NDArray[np.float64] = 2 * kept / np.maximum(2 * kept + leaked + lost, 1)
    return result


def _text_f1(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    precision, recall, pages = np.moveaxis(sums, -1, 0)
    result: NDArray[np.float64] = 2 * precision * recall / np.maximum(precision + recall, 1e-12) / np.maximum(pages, 1)
    return result


def resampled(groups: Sequence[str], values: ArrayLike, *, rounds: int = 1000, seed: int = 1) -> NDArray[np.float64]:
    """Return sums of pages' values over sites drawn with replacement: the cluster bootstrap.

    The draws depend on the groups and the seed only, so two calls on the same pages give pairs.

    Parameters
    ----------
    groups : sequence of str, length n
        The site of each page.
    values : array, shape (n, k)
    rounds, seed : int

    Returns
    -------
    ndarray of float64, shape (rounds, k)
    """
    names = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    table = np.asarray(values, np.float64)
    sums = np.zeros((len(names), table.shape[1]))
    np.add.at(sums, [names[group] for group in groups], table)
    drawn = np.random.default_rng(seed).multinomial(len(names), [1 / len(names)] * len(names), size=rounds)
    result: NDArray[np.float64] = drawn @ sums
    return result


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 5 % and the 95 % quantile."""
    low, high = np.quantile(values, (0.05, 0.95))
    return float(low), float(high)


def bootstrap(score: Score, other: Score | None = None, *, rounds: int = 1000, seed: int = 1) -> tuple[float, float]:
    """Return the 90 % interval of F1 (of segments where no body is known), or of its lead over `other`, in pairs."""

    def drawn(one: Score) -> NDArray[np.float64]:
        if one.pairs:
            pages = np.column_stack((np.array(one.pairs), np.ones(len(one.pairs))))
            return _text_f1(resampled(one.groups, pages, rounds=rounds, seed=seed))
        return _segment_f1(resampled(one.segment_groups, one.segments, rounds=rounds, seed=seed))

    return interval(drawn(score) - drawn(other) if other else drawn(score))
