"""Two texts aligned: passages with their slots, and what becomes of each token.

The answer depends on the order of the two texts only where runs tie; `align` therefore works on a canonical order and
mirrors its answer, so that ``align(b, a)`` is exactly the mirror of ``align(a, b)``.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare.features import Prepared
from dupdetect.compare.passages import Run, chain, common_runs
from dupdetect.compare.slots import Slot, fill
from dupdetect.model import Change, Passage, Span
from dupdetect.model.columns import from_columns

__all__ = ["Alignment", "Cover", "Piece", "align", "same_words", "to_passages"]

MAX_REWORDED = 12
"""Longest slot that counts as reworded, tokens on either side; a longer one was written anew. At 6 one of 43 real
cross-posts was lost, an edited one; 600 generated edits made no difference from 3 to 12."""


MAX_ADDED = 3
"""Words that one side of a slot may have beyond the other's and still count as reworded: "indeed", "so far". 1, 3 and 5
made no difference; with none, a third more duplicates at the border to CONTAINS were missed on generated pages."""


@dataclass(frozen=True, slots=True)
class Piece:
    """An aligned passage in tokens: its runs and slots, both in the left text's order."""

    runs: tuple[Run, ...]
    slots: tuple[Slot, ...]

    @property
    def tokens(self) -> int:
        """Equal tokens."""
        return sum([run.length for run in self.runs])

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
            tuple([Run(j, i, length) for i, j, length in self.runs]),
            tuple([Slot(s.j, s.j_end, s.i, s.i_end, s.kind, s.similarity, s.facts) for s in self.slots]),
        )


@dataclass(frozen=True, slots=True)
class Cover:
    """What becomes of each token of one text.

    Parameters
    ----------
    verbatim : ndarray of float64, shape (n,)
        1 where the other text has the token too, the letters' similarity inside noise, 0 elsewhere.
    covered : ndarray of float64, shape (n,)
        The same, but a few reworded or added tokens count too.
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
        return sum([piece.tokens for piece in self.pieces])

    def mirrored(self) -> Alignment:
        """Return it with left and right changed over."""
        pieces = sorted((piece.mirrored() for piece in self.pieces), key=lambda piece: piece.bounds)
        return Alignment(tuple(pieces), self.right, self.left)


def same_words(left: Prepared, right: Prepared) -> bool:
    """Whether two texts have the same tokens in the same order."""
    # What `array_equal` says, in a fifth of the time.
    return len(left.hashes) == len(right.hashes) and left.hashes.tobytes() == right.hashes.tobytes()


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
    if same_words(left, right):
        chains = [[Run(0, 0, len(left))]] if len(left) else []
    else:
        chains = chain(common_runs(left, right), len(left), len(right))
    filled = fill(chains, left, right)
    pieces = sorted((Piece(tuple(runs), tuple(slots)) for runs, slots in filled), key=lambda piece: piece.bounds)
    runs = [run for piece in pieces for run in piece.runs]
    slots = [slot for piece in pieces for slot in piece.slots]
    return Alignment(tuple(pieces), *_covers(len(left), len(right), runs, slots))


def _covers(left: int, right: int, runs: Sequence[Run], slots: Sequence[Slot]) -> tuple[Cover, Cover]:
    """Cover two texts of so many tokens."""
    # Arrays of Python's own: most stretches are short, and to fill one costs a tenth of what it costs in NumPy.
    here, there = array("d", bytes(8 * left)), array("d", bytes(8 * right))
    ones = array("d", [1.0]) * min(left, right)
    for i, j, length in runs:
        here[i : i + length] = there[j : j + length] = ones[:length]
    covered_here, covered_there = here[:], there[:]
    for i, i_end, j, j_end, kind, similarity, _ in slots:
        size, facing = i_end - i, j_end - j
        if kind == "noise":
            covered_here[i:i_end] = here[i:i_end] = array("d", [similarity]) * size
            covered_there[j:j_end] = there[j:j_end] = array("d", [similarity]) * facing
        elif size <= MAX_REWORDED and facing <= MAX_REWORDED:
            if size:
                covered_here[i:i_end] = _reworded(size, facing)
            if facing:
                covered_there[j:j_end] = _reworded(facing, size)
    return (
        Cover(np.frombuffer(here), np.frombuffer(covered_here)),
        Cover(np.frombuffer(there), np.frombuffer(covered_there)),
    )


@cache
def _reworded(size: int, facing: int) -> array[float]:
    """Return how far each of a few tokens counts as covered that stand in place of others."""
    return array("d", [1.0 if size - facing <= MAX_ADDED else facing / size]) * size


def to_passages(alignment: Alignment, left: Prepared, right: Prepared) -> tuple[Passage, ...]:
    """Turn aligned tokens into passages with offsets into both texts."""
    if not alignment.pieces:
        return ()
    slots = [slot for piece in alignment.pieces for slot in piece.slots]
    places = [*(piece.bounds for piece in alignment.pieces), *(slot[:4] for slot in slots)]
    i, i_end, j, j_end = np.array(places, dtype=np.int64).T
    here, there = _spans(left, i, i_end), _spans(right, j, j_end)
    whole = len(alignment.pieces)
    changes = from_columns(Change, left=here[whole:], right=there[whole:], kind=[slot.kind for slot in slots])
    passages = []
    first = 0
    for number, piece in enumerate(alignment.pieces):
        last = first + len(piece.slots)
        passages.append(
            Passage(
                left=here[number],
                right=there[number],
                tokens=piece.tokens,
                similarity=piece.similarity,
                changes=tuple(changes[first:last]),
            )
        )
        first = last
    return tuple(passages)


def _spans(text: Prepared, first: NDArray[np.int64], last: NDArray[np.int64]) -> list[Span]:
    """Return where ranges of tokens stand; an empty range stands where the next token begins."""
    starts = text.starts.take(first, mode="clip")
    starts[first == len(text)] = len(text.text)
    ends = np.where(last > first, text.ends[last - 1], starts)
    return from_columns(Span, start=starts.tolist(), end=ends.tolist())
