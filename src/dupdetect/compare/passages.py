"""Stretches of one text that stand in another, in any order: seed and extend.

As sequence alignment does it (BLAST, Altschul et al. 1990, doi:10.1016/S0022-2836(05)80360-2), over tokens, with the
one-to-one matching of greedy string tiling (Wise 1993):

1. *Runs*: maximal stretches of equal tokens, at least a shingle long, found by joining the positional shingles of both
   texts and reading off the diagonals. Vectorised.
2. *Passages*: the longest free run seeds one; it grows to both sides over the nearest run that keeps the order, as
   long as the gap between them is small beside what it joins. What a passage holds is used up on both sides.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare.features import Prepared

__all__ = ["Run", "chain", "common_runs"]

MIN_RUN = 3
"""Shortest stretch of equal tokens that is looked at, tokens: a shingle."""
MIN_PASSAGE = 8
"""Equal tokens that make a passage. Idioms that unrelated posts share end before ("at the end of the day")."""
MAX_GAP = 60
"""Longest gap inside a passage, tokens on either side."""
GAP_PER_RUN = 4
"""A gap is at most so many times as long as the shorter of the two stretches it joins."""
OCCURRENCES = 8
"""Occurrences of one shingle in the other text that are tried, those of nearest rank first."""

RUNS_PER_TOKEN = 0.25
"""Runs that are followed, for each token of both texts. Prose has a tenth of a run for each; a text that says the same
few words over and over has many, and there only the longer ones are followed: time stays linear."""
FEW_RUNS = 1000
"""… but so many are followed in any case."""


class Run(NamedTuple):
    """Equal tokens: ``left[i:i + length] == right[j:j + length]``."""

    i: int
    j: int
    length: int


def common_runs(left: Prepared, right: Prepared, *, above_diagonal: bool = False) -> list[Run]:
    """Return the maximal stretches of equal tokens, at least a shingle long, by start in the left text.

    Where there are more than `RUNS_PER_TOKEN` allows, the shorter ones are left out, those of one length together.

    Parameters
    ----------
    left, right : Prepared
    above_diagonal : bool
        Only those that stand later in the right text than in the left: for a text and itself.
    """
    order_left, order_right = left.order, right.order
    ordered_left, ordered_right = left.shingles[order_left], right.shingles[order_right]
    first = ordered_right.searchsorted(ordered_left)
    if len(ordered_right) and (ordered_right[1:] != ordered_right[:-1]).all():
        # Each stands there once: to look whether it does costs half of counting.
        (shared,) = (ordered_right.take(first, mode="clip") == ordered_left).nonzero()
        i, j = order_left[shared], order_right[first[shared]]
    else:
        count = ordered_right.searchsorted(ordered_left, side="right") - first
        (shared,) = count.nonzero()
        first, count, at = first[shared], count[shared], order_left[shared]
        if count.size and count.max() > OCCURRENCES:
            # Of many occurrences take a window around the one of the same rank: "ha ha ha …" stays linear.
            values = ordered_left[shared]
            rank = np.arange(len(values)) - values.searchsorted(values)
            skip = np.clip(rank - OCCURRENCES // 2, 0, np.maximum(count - OCCURRENCES, 0))
            first, count = first + skip, np.minimum(count, OCCURRENCES)
        i = np.repeat(at, count)
        within = np.arange(len(i)) - np.repeat(np.cumsum(count) - count, count)
        j = order_right[np.repeat(first, count) + within]
    if above_diagonal:
        i, j = i[j > i], j[j > i]
    if not len(i):
        return []
    # Pairs of one diagonal that follow each other are one run.
    stride = len(left.shingles) + len(right.shingles) + 1
    key = (j - i + len(left.shingles)) * stride + i
    key.sort()
    begins = np.ones(len(key) + 1, dtype=np.bool_)
    np.not_equal(key[1:] - key[:-1], 1, out=begins[1:-1])
    (bounds,) = begins.nonzero()
    starts = key[bounds[:-1]]
    run_i = starts % stride
    run_j = starts // stride - len(left.shingles) + run_i
    lengths = _extended(left.hashes, right.hashes, run_i, run_j, bounds[1:] - bounds[:-1] + (left.least - 1))
    limit = max(FEW_RUNS, int(RUNS_PER_TOKEN * (len(left) + len(right))))
    if len(lengths) > limit:
        kept = lengths > np.partition(lengths, -limit)[-limit]
        run_i, run_j, lengths = run_i[kept], run_j[kept], lengths[kept]
    return sorted(map(Run, run_i.tolist(), run_j.tolist(), lengths.tolist()))


def _extended(
    left: NDArray[np.uint64],
    right: NDArray[np.uint64],
    i: NDArray[np.int64],
    j: NDArray[np.int64],
    n: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the lengths of runs that are `n` tokens at least: the end of a longer shingle is not counted yet."""
    n = n.copy()
    growing = np.arange(len(n))
    while len(growing):
        end_i, end_j = i[growing] + n[growing], j[growing] + n[growing]
        inside = (end_i < len(left)) & (end_j < len(right))
        growing, end_i, end_j = growing[inside], end_i[inside], end_j[inside]
        growing = growing[left[end_i] == right[end_j]]
        n[growing] += 1
    return n


class _Free:
    """Which tokens no passage holds yet, on both sides."""

    def __init__(self, left: int, right: int) -> None:
        # Byte arrays: stretches are short, and ``find`` on them costs a tenth of a NumPy call.
        self.left, self.right = bytearray(left), bytearray(right)

    def longest(self, run: Run) -> Run | None:
        """Return the longest free stretch of `run`, the first of several; None if none is long enough."""
        i, j, length = run
        if self.left.find(0, i, i + length) < 0 or self.right.find(0, j, j + length) < 0:
            return None
        if self.gap(i, i + length, j, j + length):
            return run
        start, best, size = 0, 0, 0
        for at in range(length + 1):
            if at == length or self.left[i + at] or self.right[j + at]:
                if at - start > size:
                    best, size = start, at - start
                start = at + 1
        return Run(i + best, j + best, size) if size >= MIN_RUN else None

    def gap(self, i: int, i_end: int, j: int, j_end: int) -> bool:
        """Whether nothing between is held."""
        return self.left.find(1, i, i_end) < 0 and self.right.find(1, j, j_end) < 0

    def hold(self, run: Run) -> None:
        """Take the tokens of `run` for a passage."""
        self.left[run.i : run.i + run.length] = self.right[run.j : run.j + run.length] = b"\1" * run.length


def chain(runs: Sequence[Run], left: int, right: int) -> list[list[Run]]:
    """Join runs into passages, greedily, longest first, one-to-one.

    Parameters
    ----------
    runs : sequence of Run
        As `common_runs` gives them.
    left, right : int
        Tokens in each text.

    Returns
    -------
    list of list of Run
        Passages of at least `MIN_PASSAGE` equal tokens, each the runs in order. Passages are disjoint on both sides,
        gaps included.
    """
    free = _Free(left, right)
    neighbours = _Neighbours(runs, free)
    waiting = [(-run.length, run) for run in runs]
    heapq.heapify(waiting)
    passages: list[list[Run]] = []
    while waiting:
        _, whole = heapq.heappop(waiting)
        seed = free.longest(whole)
        if seed is None:
            continue
        if seed is not whole:
            heapq.heappush(waiting, (-seed.length, seed))
            continue
        passage = [seed]
        matched = seed.length
        while (after := neighbours.next(passage[-1], matched)) is not None:
            passage.append(after)
            matched += after.length
        earlier = [seed]
        while (before := neighbours.previous(earlier[-1], matched)) is not None:
            earlier.append(before)
            matched += before.length
        if matched >= MIN_PASSAGE:
            passage = [*reversed(earlier), *passage[1:]]
            for run in passage:
                free.hold(run)
            passages.append(passage)
    if len(passages) < 2:
        return passages
    return [part for passage in passages for part in _parts(passage, free)]


def _parts(passage: list[Run], free: _Free) -> Iterator[list[Run]]:
    """Cut a passage at the gaps in which a later one stands: a moved paragraph."""
    start = 0
    for at in range(1, len(passage)):
        before, after = passage[at - 1], passage[at]
        if not free.gap(before.i + before.length, after.i, before.j + before.length, after.j):
            yield passage[start:at]
            start = at
    yield passage[start:]


class _Neighbours:
    """Finds the run that a passage is joined to next: free, within reach, at the lowest price.

    The price of a run is twice the wider of the two gaps before it, less its length: no run can be better that begins
    further off than half of the best price so far and the length of the longest run from there on, and the search ends.
    """

    def __init__(self, runs: Sequence[Run], free: _Free) -> None:
        self.free = free
        self.runs = runs
        self.starts = [run.i for run in runs]
        self.longest_after = [*accumulate([run.length for run in reversed(runs)], max)][::-1]
        self.by_end = sorted(runs, key=lambda run: run.i + run.length)
        self.ends = [run.i + run.length for run in self.by_end]
        self.longest_before = [*accumulate([run.length for run in self.by_end], max)]

    def next(self, last: Run, matched: int) -> Run | None:
        """Return the run after `last`, its overlap with it cut off; of those at one price the first."""
        i, j = last.i + last.length, last.j + last.length
        reach = min(MAX_GAP, GAP_PER_RUN * matched)
        best, cost = None, 2 * reach
        for at in range(bisect_left(self.starts, last.i + 1), bisect_left(self.starts, i + reach + 1)):
            run_i, run_j, size = self.runs[at]
            gap_i, gap_j = run_i - i, run_j - j
            if 2 * gap_i - self.longest_after[at] >= cost:
                break
            if gap_j > reach:
                continue
            # Hundreds of times a pair: to compare costs a third of asking `min` and `max`.
            lower = gap_i if gap_i < gap_j else gap_j
            if lower < 0:
                size, gap_i, gap_j = size + lower, gap_i - lower, gap_j - lower
            wider = gap_i if gap_i > gap_j else gap_j
            price = 2 * wider - size
            if size < 1 or price >= cost or wider > reach or wider > GAP_PER_RUN * size:
                continue
            if self.free.gap(i, i + gap_i + size, j, j + gap_j + size):
                best, cost = (i + gap_i, j + gap_j, size), price
        return None if best is None else Run(*best)

    def previous(self, first: Run, matched: int) -> Run | None:
        """Return the run before `first`, its overlap with it cut off; of those at one price the one that ends first."""
        i, j = first.i, first.j
        reach = min(MAX_GAP, GAP_PER_RUN * matched)
        best, cost = None, 2 * reach
        nearest = bisect_left(self.ends, i + first.length) - 1
        for at in range(nearest, bisect_left(self.ends, i - reach) - 1, -1):
            run_i, run_j, size = self.by_end[at]
            gap_i, gap_j = i - run_i - size, j - run_j - size
            if 2 * gap_i - self.longest_before[at] > cost:
                break
            if gap_j > reach:
                continue
            lower = gap_i if gap_i < gap_j else gap_j
            if lower < 0:
                size, gap_i, gap_j = size + lower, gap_i - lower, gap_j - lower
            wider = gap_i if gap_i > gap_j else gap_j
            price = 2 * wider - size
            if size < 1 or price > cost or wider > reach or wider > GAP_PER_RUN * size:
                continue
            if self.free.gap(run_i, i, run_j, j):
                best, cost = (run_i, run_j, size), price
        return None if best is None else Run(*best)
