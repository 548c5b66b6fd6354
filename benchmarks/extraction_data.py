"""Annotated pages and how extraction is scored on them; shared by the benchmark and the training script.

A data folder has ``ground-truth.json``, id → annotation, and the pages as ``pages/<id>.html.gz`` or, as the public
article-extraction benchmark has it, ``html/<id>.html.gz``. Known keys of an annotation: ``articleBody``; ``with`` and
``without``, segments that must and must not occur; ``title``, ``authors``, ``url``, ``domain``, ``type``.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from dupdetect.errors import InputError

__all__ = ["AnnotatedPage", "Score", "bootstrap", "f1", "group_of", "load", "precision_recall", "shingles", "tokens"]

_SIGN = "぀-ヿ㐀-鿿豈-﫿฀-๿"
_TOKEN = re.compile(rf"[{_SIGN}]|[^\W{_SIGN}]+")
SHINGLE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedPage:
    """A page as stored at its source, and what is known of it."""

    id: str
    data: str
    source: bytes
    truth: dict[str, Any]


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
    second_level = len(parts) > 2 and len(parts[-1]) == 2 and len(parts[-2]) <= 3  # co.uk, com.br
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
    """Sums over pages: shingles by page, segments, leaks."""

    groups: list[str]
    pairs: list[tuple[float, float]]
    segments: list[tuple[int, int, int]]
    bylines: list[bool]
    titles: list[bool]

    @classmethod
    def empty(cls) -> Score:
        """Return the score of no page."""
        return cls(groups=[], pairs=[], segments=[], bylines=[], titles=[])

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
            self.segments.append((kept, leaked, len(truth["with"]) - kept))
        wanted = {_line(line) for line in (truth.get("articleBody") or "").split("\n")}
        lines = [line for line in map(_line, text.split("\n")) if line and line not in wanted]
        if truth.get("authors"):
            names = [_line(name) for name in truth["authors"]]
            short = [line for line in lines if len(line.split()) <= 12]
            self.bylines.append(any(name in line for name in names for line in short))
        if truth.get("title"):
            self.titles.append(_line(truth["title"]) in lines)

    def text_f1(self, chosen: Sequence[int] | None = None) -> float | None:
        """Return F1 of the mean precision and the mean recall, over all pages or chosen ones."""
        if not self.pairs:
            return None
        values = np.array(self.pairs)[list(chosen) if chosen is not None else slice(None)]
        precision, recall = values.mean(axis=0)
        return f1(float(precision), float(recall))

    def row(self) -> dict[str, str | int | float | None]:
        """Return the measures by name; None where nothing was annotated."""
        each = [f1(*pair) for pair in self.pairs]
        kept, leaked, lost = (
            (sum(column) for column in zip(*self.segments, strict=True)) if self.segments else (0, 0, 0)
        )
        low, high = bootstrap(self) if self.pairs else (None, None)
        return {
            "pages": len(self.pairs) or len(self.segments),
            "F1": self.text_f1(),
            "low": low,
            "high": high,
            "exact": float(np.mean([value > 0.9999 for value in each])) if each else None,
            "lost": float(np.mean([value < 0.5 for value in each])) if each else None,
            "segment F1": 2 * kept / (2 * kept + leaked + lost) if self.segments else None,
            "byline": float(np.mean(self.bylines)) if self.bylines else None,
            "title": float(np.mean(self.titles)) if self.titles else None,
        }


def _line(text: str) -> str:
    return " ".join(text.split()).lower()


def bootstrap(score: Score, other: Score | None = None, *, rounds: int = 400, seed: int = 1) -> tuple[float, float]:
    """Return the 90 % interval of F1, or of its lead over `other` on the same pages; sites are drawn, not pages."""
    draw = np.random.default_rng(seed)
    members: dict[str, list[int]] = {}
    for index, group in enumerate(score.groups):
        members.setdefault(group, []).append(index)
    groups = list(members.values())
    values = []
    for _ in range(rounds):
        chosen = [index for pick in draw.integers(len(groups), size=len(groups)) for index in groups[pick]]
        value = score.text_f1(chosen) or 0.0
        values.append(value - (other.text_f1(chosen) or 0.0) if other else value)
    low, high = np.quantile(values, (0.05, 0.95))
    return float(low), float(high)
