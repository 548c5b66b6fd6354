"""Align two texts: which stretches of one stand in the other, in any order, small edits included.

Seed and extend, as sequence alignment does it (BLAST, Altschul et al. 1990, doi:10.1016/S0022-2836(05)80360-2) over
tokens, with the one-to-one matching of greedy string tiling (Wise 1993):

1. *Runs*: maximal stretches of equal tokens, at least a shingle long, found by joining the positional shingles of both
   texts and reading off the diagonals. Vectorised.
2. *Passages*: the longest free run seeds one; it grows to both sides over the nearest run that keeps the order, as
   long as the gap between them is small beside what it joins. What a passage holds is used up on both sides.
3. *Slots*: the gaps inside a passage. Each is aligned token by token; what remains differs, and is sorted into noise
   (the same letters but for a few: scanning errors, hyphenation, spelling), other facts, other wording.

The answer depends on the order of the two texts only where runs tie; `align` therefore works on a canonical order and
mirrors its answer, so that ``align(b, a)`` is exactly the mirror of ``align(a, b)``.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

from dupdetect.compare.features import NAME, Prepared
from dupdetect.model import Change, Passage, Span

__all__ = ["Alignment", "Cover", "Piece", "Run", "Slot", "align", "chain", "common_runs", "to_passages"]

MIN_RUN = 3
"""Shortest stretch of equal tokens that is looked at, tokens: a shingle."""
MIN_PASSAGE = 8
"""Equal tokens that make a passage. Idioms that unrelated posts share end before ("at the end of the day")."""
MAX_GAP = 60
"""Longest gap inside a passage, tokens on either side."""
GAP_PER_RUN = 4
"""A gap is at most so many times as long as the shorter of the two stretches it joins."""
SAME_LETTERS = 0.7
"""Indel similarity of letters from which two sides of a slot are the same words with noise."""
MAX_REWORDED = 12
"""Longest slot that counts as reworded, tokens on either side; a longer one was written anew."""
SLOT_ALIGNED = 0.4
"""Indel similarity of tokens from which a slot is aligned inside; below, it is one change as a whole."""
OCCURRENCES = 8
"""Occurrences of one shingle in the other text that are tried, those of nearest rank first."""


class Run(NamedTuple):
    """Equal tokens: ``left[i:i + length] == right[j:j + length]``."""

    i: int
    j: int
    length: int


class Slot(NamedTuple):
    """Tokens ``left[i:i_end]`` and ``right[j:j_end]`` that face each other and differ; one side may be empty.

    `facts` counts the numbers and names that each side has and the other has not.
    """

    i: int
    i_end: int
    j: int
    j_end: int
    kind: Literal["wording", "facts", "noise"]
    similarity: float
    facts: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """An aligned passage in tokens: its runs and slots, both in the left text's order."""

    runs: tuple[Run, ...]
    slots: tuple[Slot, ...]

    @property
    def tokens(self) -> int:
        """Equal tokens."""
        return sum(run.length for run in self.runs)

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """First and end token on the left, first and end token on the right."""
        first, last = self.runs[0], self.runs[-1]
        return first.i, last.i + last.length, first.j, last.j + last.length

    @property
    def similarity(self) -> float:
        """Share of the passage's tokens, both sides counted, that is equal."""
        i, i_end, j, j_end = self.bounds
        return 2 * self.tokens / (i_end - i + j_end - j)

    def mirrored(self) -> Piece:
        """Return it with left and right changed over; still in the (old) left text's order."""
        return Piece(
            tuple(Run(run.j, run.i, run.length) for run in self.runs),
            tuple(Slot(slot.j, slot.j_end, slot.i, slot.i_end, *slot[4:]) for slot in self.slots),
        )


@dataclass(frozen=True, slots=True)
class Cover:
    """What becomes of each token of one text.

    Parameters
    ----------
    verbatim : ndarray of float64, shape (n,)
        1 where the other text has the token too, the letters' similarity inside noise, 0 elsewhere.
    covered : ndarray of float64, shape (n,)
        The same, but a few reworded tokens count as far as the other side has tokens to face them.
    """

    verbatim: NDArray[np.float64]
    covered: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two texts aligned.

    Parameters
    ----------
    pieces : tuple of Piece
        In the left text's order, disjoint on both sides.
    left, right : Cover
    """

    pieces: tuple[Piece, ...]
    left: Cover
    right: Cover

    @property
    def tokens(self) -> int:
        """Equal tokens."""
        return sum(piece.tokens for piece in self.pieces)

    def mirrored(self) -> Alignment:
        """Return it with left and right changed over."""
        pieces = sorted((piece.mirrored() for piece in self.pieces), key=lambda piece: piece.bounds)
        return Alignment(tuple(pieces), self.right, self.left)


# --------------------------------------------------------------------------------------------------------- runs


def common_runs(left: Prepared, right: Prepared, *, above_diagonal: bool = False) -> list[Run]:
    """Return the maximal stretches of equal tokens, at least a shingle long, by start in the left text.

    Parameters
    ----------
    left, right : Prepared
    above_diagonal : bool
        Only those that stand later in the right text than in the left: for a text and itself.
    """
    order_left, order_right = (np.argsort(text.shingles, kind="stable") for text in (left, right))
    ordered_left, ordered_right = left.shingles[order_left], right.shingles[order_right]
    first = np.searchsorted(ordered_right, ordered_left, side="left")
    count = np.searchsorted(ordered_right, ordered_left, side="right") - first
    shared = np.flatnonzero(count)
    first, count, at = first[shared], count[shared], order_left[shared]
    if count.size and count.max() > OCCURRENCES:
        # Of many occurrences take a window around the one of the same rank: "ha ha ha …" stays linear.
        values = ordered_left[shared]
        rank = np.arange(len(values)) - np.searchsorted(values, values, side="left")
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
    breaks = np.flatnonzero(np.diff(key) != 1) + 1
    starts = np.concatenate(([0], breaks))
    ends = np.concatenate((breaks, [len(key)]))
    run_i = key[starts] % stride
    run_j = key[starts] // stride - len(left.shingles) + run_i
    lengths = _extended(left.hashes, right.hashes, run_i, run_j, ends - starts)
    by_left = np.lexsort((run_j, run_i))
    return list(map(Run, run_i[by_left].tolist(), run_j[by_left].tolist(), lengths[by_left].tolist()))


def _extended(
    left: NDArray[np.uint64],
    right: NDArray[np.uint64],
    i: NDArray[np.int64],
    j: NDArray[np.int64],
    n: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return the lengths in tokens of runs whose lengths in shingles are `n`: the last shingle counts whole."""
    n = n.copy()
    growing = np.arange(len(n))
    while len(growing):
        end_i, end_j = i[growing] + n[growing], j[growing] + n[growing]
        inside = (end_i < len(left)) & (end_j < len(right))
        growing, end_i, end_j = growing[inside], end_i[inside], end_j[inside]
        growing = growing[left[end_i] == right[end_j]]
        n[growing] += 1
    return n


# ----------------------------------------------------------------------------------------------------- passages


class _Free:
    """Which tokens no passage holds yet, on both sides."""

    def __init__(self, left: int, right: int) -> None:
        self.left = np.ones(left, dtype=np.bool_)
        self.right = np.ones(right, dtype=np.bool_)

    def longest(self, run: Run) -> Run | None:
        """Return the longest free stretch of `run`, the first of several; None if none is long enough."""
        i, j, length = run
        free = self.left[i : i + length] & self.right[j : j + length]
        if free.all():
            return run
        edges = np.flatnonzero(np.diff(np.concatenate(([False], free, [False])).astype(np.int8)))
        if not len(edges):
            return None
        lengths = edges[1::2] - edges[::2]
        best = int(lengths.argmax())
        start, size = int(edges[2 * best]), int(lengths[best])
        return Run(i + start, j + start, size) if size >= MIN_RUN else None

    def gap(self, i: int, i_end: int, j: int, j_end: int) -> bool:
        """Whether nothing between is held."""
        return bool(self.left[i:i_end].all() and self.right[j:j_end].all())

    def hold(self, run: Run) -> None:
        """Take the tokens of `run` for a passage."""
        self.left[run.i : run.i + run.length] = False
        self.right[run.j : run.j + run.length] = False


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
    by_left = [run.i for run in runs]
    by_end = sorted(runs, key=lambda run: run.i + run.length)
    ends = [run.i + run.length for run in by_end]
    waiting = [(-run.length, run.i, run.j) for run in runs]
    heapq.heapify(waiting)
    passages: list[list[Run]] = []
    while waiting:
        length, i, j = heapq.heappop(waiting)
        whole = Run(i, j, -length)
        seed = free.longest(whole)
        if seed is None:
            continue
        if seed != whole:
            heapq.heappush(waiting, (-seed.length, seed.i, seed.j))
            continue
        passage = [seed]
        matched = seed.length
        while (after := _next(passage[-1], matched, runs, by_left, free)) is not None:
            passage.append(after)
            matched += after.length
        while (before := _previous(passage[0], matched, by_end, ends, free)) is not None:
            passage.insert(0, before)
            matched += before.length
        if matched >= MIN_PASSAGE:
            for run in passage:
                free.hold(run)
            passages.append(passage)
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


def _next(last: Run, matched: int, runs: Sequence[Run], by_left: Sequence[int], free: _Free) -> Run | None:
    """Return the nearest free run after `last` that the passage may be joined to."""
    i, j = last.i + last.length, last.j + last.length
    best, cost = None, 0.0
    reach = min(MAX_GAP, GAP_PER_RUN * matched)
    for run in runs[bisect_left(by_left, last.i + 1) : bisect_left(by_left, i + reach + 1)]:
        cut = max(i - run.i, j - run.j, 0)
        size = run.length - cut
        gap_i, gap_j = run.i + cut - i, run.j + cut - j
        if size < 1 or max(gap_i, gap_j) > min(reach, GAP_PER_RUN * size):
            continue
        price = gap_i + gap_j + abs(gap_i - gap_j) - size
        if (best is None or price < cost) and free.gap(i, run.i + run.length, j, run.j + run.length):
            best, cost = Run(run.i + cut, run.j + cut, size), price
    return best


def _previous(first: Run, matched: int, by_end: Sequence[Run], ends: Sequence[int], free: _Free) -> Run | None:
    """Return the nearest free run before `first` that the passage may be joined to."""
    best, cost = None, 0.0
    reach = min(MAX_GAP, GAP_PER_RUN * matched)
    for run in by_end[bisect_left(ends, first.i - reach) : bisect_left(ends, first.i + first.length)]:
        size = run.length - max(run.i + run.length - first.i, run.j + run.length - first.j, 0)
        gap_i, gap_j = first.i - run.i - size, first.j - run.j - size
        if size < 1 or max(gap_i, gap_j) > min(reach, GAP_PER_RUN * size):
            continue
        price = gap_i + gap_j + abs(gap_i - gap_j) - size
        if (best is None or price < cost) and free.gap(run.i, first.i, run.j, first.j):
            best, cost = Run(run.i, run.j, size), price
    return best


# -------------------------------------------------------------------------------------------------------- slots


def _piece(runs: Sequence[Run], left: Prepared, right: Prepared) -> Piece:
    """Fill the gaps of a chain: equal tokens inside them become runs, the rest slots."""
    whole: list[Run] = []
    slots: list[Slot] = []
    for run in runs:
        if whole:
            last = whole[-1]
            for found in _inside(last.i + last.length, run.i, last.j + last.length, run.j, left, right):
                (whole if isinstance(found, Run) else slots).append(found)  # type: ignore[arg-type]
        whole.append(run)
    return Piece(tuple(whole), tuple(slots))


def _inside(i: int, i_end: int, j: int, j_end: int, left: Prepared, right: Prepared) -> Iterator[Run | Slot]:
    if i == i_end and j == j_end:
        return
    if i < i_end and j < j_end:
        a, b = left.hashes[i:i_end].tolist(), right.hashes[j:j_end].tolist()
        if Indel.normalized_similarity(a, b) >= SLOT_ALIGNED:
            pending: tuple[int, int] | None = None
            end = (i, j)
            for code in Indel.opcodes(a, b):
                if code.tag == "equal":
                    if pending is not None:
                        yield _slot(pending[0], i + code.src_start, pending[1], j + code.dest_start, left, right)
                        pending = None
                    yield Run(i + code.src_start, j + code.dest_start, code.src_end - code.src_start)
                elif pending is None:
                    pending = (i + code.src_start, j + code.dest_start)
                end = (i + code.src_end, j + code.dest_end)
            if pending is not None:
                yield _slot(pending[0], end[0], pending[1], end[1], left, right)
            return
    yield _slot(i, i_end, j, j_end, left, right)


def _slot(i: int, i_end: int, j: int, j_end: int, left: Prepared, right: Prepared) -> Slot:
    if i == i_end or j == j_end:
        return Slot(i, i_end, j, j_end, "wording", 0.0)
    similarity = Indel.normalized_similarity(_letters(left, i, i_end), _letters(right, j, j_end))
    numbers = _differ(left.hashes[i:i_end], left.numbers[i:i_end], right.hashes[j:j_end], right.numbers[j:j_end])
    if similarity >= SAME_LETTERS and not numbers:
        return Slot(i, i_end, j, j_end, "noise", similarity)
    names = 0
    names_left, names_right = left.names[i:i_end], right.names[j:j_end]
    if (names_left == NAME).any() or (names_right == NAME).any():
        names = _differ(left.hashes[i:i_end], names_left, right.hashes[j:j_end], names_right)
    if numbers or names:
        return Slot(i, i_end, j, j_end, "facts", 0.0, numbers + names)
    return Slot(i, i_end, j, j_end, "wording", 0.0)


def _letters(text: Prepared, start: int, end: int) -> str:
    """Return what stands between two tokens, letters and digits only: hyphenation and spacing say nothing."""
    span = text.text[text.starts[start] : text.ends[end - 1]].casefold()
    return "".join(char for char in span if char.isalnum())


def _differ(
    left: NDArray[np.uint64],
    left_flags: NDArray[np.bool_] | NDArray[np.uint8],
    right: NDArray[np.uint64],
    right_flags: NDArray[np.bool_] | NDArray[np.uint8],
) -> int:
    """Return how many flagged tokens each side has and the other has not: of the side that has fewer."""
    here = set(left[left_flags > 0].tolist())
    there = set(right[right_flags > 0].tolist())
    return min(len(here - there), len(there - here))


# ---------------------------------------------------------------------------------------------------- the answer


def align(left: Prepared, right: Prepared) -> Alignment:
    """Align two texts.

    Returns
    -------
    Alignment
        ``align(right, left)`` is its mirror.
    """
    if (len(left), left.hashes.tobytes()) > (len(right), right.hashes.tobytes()):
        return _align(right, left).mirrored()
    return _align(left, right)


def _align(left: Prepared, right: Prepared) -> Alignment:
    if len(left) == len(right) and np.array_equal(left.hashes, right.hashes):
        chains = [[Run(0, 0, len(left))]] if len(left) else []
    else:
        chains = chain(common_runs(left, right), len(left), len(right))
    pieces = sorted((_piece(runs, left, right) for runs in chains), key=lambda piece: piece.bounds)
    runs = [run for piece in pieces for run in piece.runs]
    slots = [slot for piece in pieces for slot in piece.slots]
    return Alignment(
        tuple(pieces),
        _cover(len(left), [(i, i + n) for i, _, n in runs], [(s.i, s.i_end, s.j_end - s.j, s) for s in slots]),
        _cover(len(right), [(j, j + n) for _, j, n in runs], [(s.j, s.j_end, s.i_end - s.i, s) for s in slots]),
    )


def _cover(tokens: int, equal: Iterable[tuple[int, int]], slots: Iterable[tuple[int, int, int, Slot]]) -> Cover:
    """Cover one text, given its equal stretches, and its slots with the number of tokens that face them."""
    verbatim = np.zeros(tokens)
    for start, end in equal:
        verbatim[start:end] = 1
    covered = verbatim.copy()
    for start, end, facing, slot in slots:
        if slot.kind == "noise":
            verbatim[start:end] = covered[start:end] = slot.similarity
        elif start < end and max(end - start, facing) <= MAX_REWORDED:
            covered[start:end] = min(1.0, facing / (end - start))
    return Cover(verbatim, covered)


def to_passages(alignment: Alignment, left: Prepared, right: Prepared) -> tuple[Passage, ...]:
    """Turn aligned tokens into passages with offsets into both texts."""
    passages = []
    for piece in alignment.pieces:
        i, i_end, j, j_end = piece.bounds
        passages.append(
            Passage(
                left=_span(left, i, i_end),
                right=_span(right, j, j_end),
                tokens=piece.tokens,
                similarity=piece.similarity,
                changes=tuple(
                    Change(left=_span(left, slot.i, slot.i_end), right=_span(right, slot.j, slot.j_end), kind=slot.kind)
                    for slot in piece.slots
                ),
            )
        )
    return tuple(passages)


def _span(text: Prepared, start: int, end: int) -> Span:
    """Return the offsets of tokens; an empty range stands where the next token begins."""
    if start == end:
        at = int(text.starts[start]) if start < len(text) else len(text.text)
        return Span(start=at, end=at)
    return Span(start=int(text.starts[start]), end=int(text.ends[end - 1]))
