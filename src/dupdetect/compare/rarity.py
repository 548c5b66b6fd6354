"""In how many stories a shingle stands: what is common is weak evidence.

Frequencies are counted in stories, not in documents: forty copies of one wire report would make each other's words look
like a template's. A *story* is a connected component of documents that hold most of each other's shingles, found
without frequencies, so nothing is circular.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import SettingsError

__all__ = ["StoryCounts", "find_stories"]

SAME_STORY = 0.5
"""Share of the shingles of *each* of two documents that stand in the other, from which they are one story.

Both ways, so that a digest does not chain the stories it quotes."""
SAMPLE = 8
"""Candidates share a hash of the sample, one shingle in so many."""
SAMPLE_FLOOR = 16
"""… but at least so many of a document, its smallest ones."""
WHOLE_GROUP = 16
"""Documents that share one sampled shingle are compared each with each up to so many, beyond each with the next."""


class StoryCounts:
    """Story frequencies of shingles; implements `dupdetect.model.Rarity`.

    Parameters
    ----------
    shingles : sequence of ndarray of uint64
        Shingle hashes of each document, any order, repetitions allowed.
    stories_of : ndarray of int64, shape (len(shingles),), optional
        Number of the story each document belongs to; `find_stories` by default.

    Raises
    ------
    SettingsError
        `stories_of` has another length than `shingles`.
    """

    def __init__(self, shingles: Sequence[NDArray[np.uint64]], stories_of: NDArray[np.int64] | None = None) -> None:
        distinct = [np.unique(one) for one in shingles]
        self.stories_of = find_stories(distinct) if stories_of is None else stories_of
        if len(self.stories_of) != len(distinct):
            raise SettingsError(f"{len(distinct)} documents but {len(self.stories_of)} story numbers")
        self._stories = len(np.unique(self.stories_of))
        self._shingles, self._counts = _count(distinct, self.stories_of)

    @property
    def stories(self) -> int:
        """How many stories there are."""
        return self._stories

    def frequencies(self, shingles: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return for each shingle hash the number of stories it stands in; 0 where that is one or none."""
        if not len(self._shingles):
            return np.zeros(len(shingles), dtype=np.int64)
        at = np.minimum(np.searchsorted(self._shingles, shingles), len(self._shingles) - 1)
        return np.where(self._shingles[at] == shingles, self._counts[at], 0)


def _count(
    distinct: Sequence[NDArray[np.uint64]], stories_of: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the shingles of two and more stories, ascending, and their story counts."""
    if not distinct:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64)
    hashes = np.concatenate(distinct)
    stories = np.repeat(stories_of, [len(one) for one in distinct])
    order = np.lexsort((stories, hashes))
    hashes, stories = hashes[order], stories[order]
    new_hash = np.concatenate(([True], hashes[1:] != hashes[:-1]))[: len(hashes)]
    new_story = new_hash | np.concatenate(([True], stories[1:] != stories[:-1]))[: len(hashes)]
    starts = np.flatnonzero(new_hash)
    seen = np.concatenate((np.cumsum(new_story), [new_story.sum() + 1]))
    counts = np.diff(seen[np.append(starts, len(hashes))]) if len(starts) else np.empty(0, dtype=np.int64)
    common = counts > 1
    return hashes[starts][common], counts[common].astype(np.int64)


def find_stories(distinct: Sequence[NDArray[np.uint64]]) -> NDArray[np.int64]:
    """Give each document the number of its story.

    Parameters
    ----------
    distinct : sequence of ndarray of uint64
        Shingle hashes of each document, ascending, each once.

    Returns
    -------
    ndarray of int64, shape (len(distinct),)
        The lowest number of a document in the same story.
    """
    parents = list(range(len(distinct)))

    def root(node: int) -> int:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for a, b in _sharing(distinct):
        first, second = sorted((root(a), root(b)))
        if first != second and _one_story(distinct[a], distinct[b]):
            parents[second] = first
    return np.array([root(node) for node in range(len(distinct))], dtype=np.int64)


def _one_story(a: NDArray[np.uint64], b: NDArray[np.uint64]) -> bool:
    enough = SAME_STORY * max(len(a), len(b))
    return min(len(a), len(b)) >= enough and len(np.intersect1d(a, b, assume_unique=True)) >= enough


def _sharing(distinct: Sequence[NDArray[np.uint64]]) -> list[tuple[int, int]]:
    """Return pairs of documents that share sampled shingles, in document order."""
    limit = np.uint64((1 << 64) // SAMPLE)
    sampled = [one[: max(int(np.searchsorted(one, limit)), min(SAMPLE_FLOOR, len(one)))] for one in distinct]
    if not sampled:
        return []
    hashes = np.concatenate(sampled)
    owners = np.repeat(np.arange(len(sampled)), [len(one) for one in sampled])
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    if not len(hashes):
        return []
    starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1])))
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(hashes))))
    sizes = np.diff(np.append(starts, len(hashes)))[group]
    keys = []
    for step in range(1, WHOLE_GROUP):
        if step >= len(hashes):
            break
        close = (group[step:] == group[:-step]) & ((step == 1) | (sizes[step:] <= WHOLE_GROUP))
        if not close.any():
            break
        keys.append(owners[:-step][close] * len(distinct) + owners[step:][close])
    pairs = np.unique(np.concatenate(keys)) if keys else np.empty(0, dtype=np.int64)
    return [divmod(key, len(distinct)) for key in pairs.tolist()]
