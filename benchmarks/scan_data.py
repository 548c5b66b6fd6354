"""Synthetic articles with planted near-duplicates and excerpts, any number of them, and what is known of each pair."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Planted", "generate", "jaccard", "shingle_set"]

WORDS = 250
PLANTED = 0.05
"""Share of the documents that are made from another: half of them edited copies, half hold an excerpt."""
VOCABULARY = 50_000
"""Words of the language. All articles draw from one: what they share by chance grows with their number."""
_BLOCK = 2_000
"""Documents drawn at once; also how far a copy stands from its source at most."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A pair that is known: ids, and what the second took from the first.

    `share` is the Jaccard similarity of the word-3 shingles for a copy, the share of the source for an excerpt.
    """

    source: str
    copy: str
    kind: str
    share: float


def shingle_set(words: list[str]) -> set[tuple[str, ...]]:
    """Return the word-3 shingles."""
    return set(zip(words, words[1:], words[2:], strict=False))


def jaccard(one: list[str], other: list[str]) -> float:
    """Return the Jaccard similarity of two lists of words, by their word-3 shingles."""
    a, b = shingle_set(one), shingle_set(other)
    return len(a & b) / max(1, len(a | b))


def generate(count: int, path: Path, *, seed: int = 20141103) -> list[Planted]:
    """Write `count` articles as JSONL; return the planted pairs. Memory is bounded.

    Parameters
    ----------
    count : int
    path : Path
    seed : int
        Same seed, same articles.
    """
    planted: list[Planted] = []
    language = _language(seed)
    with path.open("w", encoding="ascii") as out:
        for start in range(0, count, _BLOCK):
            for id, words, made in _block(start, min(_BLOCK, count - start), seed, *language):
                out.write(json.dumps({"id": id, "text": " ".join(words)}) + "\n")
                if made is not None:
                    planted.append(made)
    return planted


def _language(seed: int) -> tuple[list[str], NDArray[np.float64]]:
    """Return words and the sums of their frequencies: Zipf's law with Mandelbrot's shift, frequent words short."""
    draw = np.random.default_rng(seed)
    letters = np.frombuffer(b"eeeetttaaaoooiiinnnssshhhrrrddllccuummwwffggyyppbbvk", dtype=np.uint8)
    sizes = np.clip(draw.poisson(np.linspace(5.0, 10.0, VOCABULARY)), 1, 16)
    weights = np.cumsum(1 / (np.arange(VOCABULARY) + 2.7))
    return [draw.choice(letters, size).tobytes().decode() for size in sizes], weights / weights[-1]


def _block(
    start: int, size: int, seed: int, vocabulary: list[str], cumulated: NDArray[np.float64]
) -> Iterator[tuple[str, list[str], Planted | None]]:
    draw = np.random.default_rng((seed, start))
    made = max(1, round(PLANTED * size))
    ranks = np.searchsorted(cumulated, draw.random((size, WORDS)), side="right")
    own = [[vocabulary[rank] for rank in row] for row in ranks.tolist()]
    copies = draw.choice(size, made, replace=False)
    originals = np.setdiff1d(np.arange(size), copies)
    sources = dict(zip(copies.tolist(), draw.choice(originals, made, replace=False).tolist(), strict=True))
    for number in range(size):
        id = f"{start + number:08}"
        if number not in sources:
            yield id, own[number], None
            continue
        source = own[sources[number]]
        told = f"{start + sources[number]:08}"
        if draw.random() < 0.5:
            words = list(source)
            for place in draw.choice(WORDS, int(draw.integers(1, 16)), replace=False).tolist():
                words[place] = f"edit{int(draw.integers(1 << 30))}"
            yield id, words, Planted(told, id, "copy", jaccard(source, words))
        else:
            length = int(draw.integers(WORDS // 3, WORDS // 2))
            first = int(draw.integers(WORDS - length))
            words = own[number][: WORDS - length] + source[first : first + length]
            yield id, words, Planted(told, id, "excerpt", length / WORDS)
