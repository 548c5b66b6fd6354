"""A corpus for the index: Zipf words, some articles near-duplicates and excerpts of earlier ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.model import Article, Block

__all__ = ["Planted", "corpus", "words_of"]

WORDS = 250
VOCABULARY = 50_000
CHUNK = 2_000
NEAR, EXCERPT = 0.025, 0.05
"""Of so many (the difference) articles: one word in forty changed; a third of another's text at the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Articles, and of each the number of the one it was made from: -1 for none.

    Parameters
    ----------
    articles : list of Article
    near, excerpt : ndarray of int64, shape (len(articles),)
    """

    articles: list[Article]
    near: NDArray[np.int64]
    excerpt: NDArray[np.int64]


def words_of(draw: np.random.Generator) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """Return a vocabulary, and the cumulated share that each word has of a text."""
    letters = np.frombuffer(b"eeeetttaaaoooiiinnnssshhhrrrddllccuummwwffggyyppbbvk", dtype=np.uint8)
    sizes = np.clip(draw.poisson(np.linspace(5.0, 10.0, VOCABULARY)), 1, 16)
    words = np.array([draw.choice(letters, size).tobytes().decode() for size in sizes], dtype=object)
    weights = 1 / (np.arange(VOCABULARY) + 2.7)  # Mandelbrot's shift, as in English
    return words, np.cumsum(weights / weights.sum())


def corpus(count: int, *, seed: int = 20141103) -> Iterator[Planted]:
    """Yield articles of 250 words, about 1.6 kB, in chunks; 5 % of them are made from an earlier one of their chunk.

    Parameters
    ----------
    count : int
    seed : int
        Same seed, same articles.
    """
    draw = np.random.default_rng(seed)
    words, shares = words_of(draw)
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        ranks = np.searchsorted(shares, draw.random((size, WORDS)))
        luck = draw.random(size)
        near, excerpt = np.full(size, -1), np.full(size, -1)
        for place in np.flatnonzero(luck[1:] < EXCERPT) + 1:
            source = int(draw.integers(0, place))
            if luck[place] < NEAR:
                near[place] = start + source
                kept = draw.random(WORDS) >= 1 / 40
                ranks[place, kept] = ranks[source, kept]
            else:
                excerpt[place] = start + source
                begin = int(draw.integers(0, WORDS - WORDS // 3))
                ranks[place, : WORDS // 3] = ranks[source, begin : begin + WORDS // 3]
        articles = [
            Article(
                id=str(start + place),
                url=f"https://example.org/2014/11/{start + place}",
                title="A title of six words each",
                blocks=(Block(text=" ".join(words[row])),),
            )
            for place, row in enumerate(ranks)
        ]
        yield Planted(articles=articles, near=near, excerpt=excerpt)
