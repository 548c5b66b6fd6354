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
from dupdetect.text.shingles import fresh

__all__ = ["Frequencies", "StoryCounts", "components", "count_common", "find_stories", "one_story"]

SAME_STORY = 0.5
"""Share of the shingles of *each* of two documents that stand in the other, from which they are one story.

Both ways, so that a digest does not chain the stories it quotes."""
SAMPLE = 8
"""Candidates share a hash of the sample, one shingle in so many."""
SAMPLE_FLOOR = 16
"""… but at least so many of a document, its smallest ones."""
WHOLE_GROUP = 16
"""Documents that share one sampled shingle are compared each with each up to so many, beyond each with the next."""


class Frequencies:
    """Story frequencies; implements `dupdetect.model.Rarity`.

    Parameters
    ----------
    shingles : ndarray of uint64
        Those of two and more stories, ascending.
    counts : ndarray of int64
        Stories of each.
    stories : int
        How many there are.
    """

    def __init__(self, shingles: NDArray[np.uint64], counts: NDArray[np.int64], stories: int) -> None:
        self._shingles, self._counts, self._stories = shingles, counts, stories

    @property
    def stories(self) -> int:
        """How many stories there are."""
        return self._stories

    def frequencies(self, shingles: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return for each shingle hash the number of stories it stands in; 0 where that is one or none."""
        if not len(self._shingles):
            return np.zeros(len(shingles), dtype=np.int64)
        at = self._shingles.searchsorted(shingles)
        known = self._shingles.take(at, mode="clip") == shingles
        return np.where(known, self._counts.take(at, mode="clip"), 0)

    @classmethod
    def of_sample(
        cls,
        shingles: NDArray[np.uint64],
        sample: NDArray[np.uint64],
        counts: Sequence[int],
        stories: int,
        *,
        rate: int,
    ) -> Frequencies:
        """Return the frequencies of one text's shingles, given what an index says of its sample.

        Parameters
        ----------
        shingles : ndarray of uint64, shape (n,)
            In reading order.
        sample : ndarray of uint64, shape (k,)
            The text's containment sample.
        counts : sequence of int, length k
            In how many stories of the index each of its hashes stands.
        stories : int
            How many there are.
        rate : int
            `Settings.sample_rate`.
        """
        # Only of hashes that every sample keeps the index knows all stories.
        kept = sample < np.uint64(2**64 // rate)
        return cls.around(shingles, sample[kept], np.asarray(counts, dtype=np.int64)[kept], stories)

    @classmethod
    def around(
        cls, shingles: NDArray[np.uint64], known: NDArray[np.uint64], counts: NDArray[np.int64], stories: int
    ) -> Frequencies:
        """Return the frequencies of one text's shingles, of which only some are known.

        Common words stand in runs, so a shingle is taken to be as common as its nearest known neighbours in the text;
        of two the rarer decides, since evidence is to be thrown away only where both sides say so.

        Parameters
        ----------
        shingles : ndarray of uint64, shape (n,)
            In reading order.
        known : ndarray of uint64, shape (k,)
            Those whose frequency is known.
        counts : ndarray of int64, shape (k,)
            In how many stories each stands.
        stories : int
            How many there are. Taken as 0 where nothing is known of the text.
        """
        nothing = cls(known[:0], counts[:0], 0)
        if not len(known):
            return nothing
        order = np.argsort(known)
        known, counts = known[order], counts[order]
        at = known.searchsorted(shingles)
        is_known = known.take(at, mode="clip") == shingles
        (places,) = is_known.nonzero()
        if not len(places):
            return nothing
        told = counts[at[places]]
        after = np.cumsum(is_known) - is_known  # how many stand before each
        guessed = np.minimum(told.take(after - 1, mode="clip"), told.take(after, mode="clip"))
        guessed[places] = told
        by_shingle = np.argsort(shingles, kind="stable")
        ordered = shingles[by_shingle]
        (starts,) = fresh(ordered).nonzero()
        return cls(ordered[starts], np.minimum.reduceat(guessed[by_shingle], starts), stories)


class StoryCounts(Frequencies):
    """Story frequencies of the shingles of whole documents.

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
        hashes = np.concatenate([np.empty(0, dtype=np.uint64), *distinct])
        owners = np.repeat(self.stories_of, [len(one) for one in distinct])
        super().__init__(*count_common(hashes, owners), len(np.unique(self.stories_of)))


def count_common(
    hashes: NDArray[np.uint64], stories: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the hashes that stand in two and more stories, ascending, and in how many.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n,)
    stories : ndarray of int64, shape (n,)
        Story of the document that each is of; one of a document twice counts once.
    """
    # Most shingles stand once. Sorting numbers takes a fifth of what sorting places takes, so a hash is cut by the bits
    # that its place needs; only what then stands beside its like is looked at whole.
    bits = np.uint64(max(1, len(hashes).bit_length()))
    packed = (hashes >> bits << bits) | np.arange(len(hashes), dtype=np.uint64)
    packed.sort()
    cut = packed >> bits
    same = cut[1:] == cut[:-1]
    several = np.zeros(len(packed), dtype=np.bool_)
    several[1:] |= same
    several[:-1] |= same
    at = (packed[several] & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.intp)
    hashes, stories = hashes[at], stories[at]
    cut = cut[several]
    if ((cut[1:] == cut[:-1]) & (hashes[1:] != hashes[:-1])).any():
        order = np.argsort(hashes, kind="stable")  # two hashes that the cut made equal: next to never
        hashes, stories = hashes[order], stories[order]
    new = np.concatenate(([True], hashes[1:] != hashes[:-1]))[: len(hashes)]
    wide = max(1, int(stories.max(initial=0)).bit_length())
    told = (np.cumsum(new) - 1 << wide) | stories
    told.sort()
    told = told[np.concatenate(([True], told[1:] != told[:-1]))[: len(told)]]
    counts = np.bincount(told >> wide)
    common = counts > 1
    return hashes[new][common], counts[common]


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
    same = [pair for pair in _sharing(distinct) if one_story(distinct[pair[0]], distinct[pair[1]])]
    edges = np.array(same, dtype=np.int64).reshape(-1, 2)
    return components(len(distinct), edges[:, 0], edges[:, 1])


def one_story(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> bool:
    """Whether each of two documents holds `SAME_STORY` of the other's distinct shingles."""
    enough = SAME_STORY * max(len(one), len(other))
    return min(len(one), len(other)) >= enough and len(np.intersect1d(one, other, assume_unique=True)) >= enough


def components(count: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each of `count` nodes the lowest node that edges connect it with, shape (count,)."""
    labels = np.arange(count)
    while True:
        low = np.minimum(labels[left], labels[right])
        before = labels.copy()
        for end in (left, right):
            np.minimum.at(labels, labels[end], low)
            np.minimum.at(labels, end, low)
        while not np.array_equal(labels, labels[labels]):
            labels = labels[labels]
        if np.array_equal(labels, before):
            return labels


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
