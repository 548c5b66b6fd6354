"""Two texts aligned: passages with their slots, and what becomes of each token.

The answer depends on the order of the two texts only where runs tie; `align` therefore works on a canonical order and
mirrors its answer, so that ``align(b, a)`` is exactly the mirror of ``align(a, b)``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare.features import Prepared
from dupdetect.compare.passages import Run, chain, common_runs
from dupdetect.compare.slots import Slot, fill
from dupdetect.model import Change, Passage, Span

__all__ = ["Alignment", "Cover", "Piece", "align", "to_passages"]

MAX_REWORDED = 12
"""Longest slot that counts as reworded, tokens on either side; a longer one was written anew. At 6 one of 43 real
cross-posts was lost, an edited one; 600 generated edits made no difference from 3 to 12."""


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
    filled = fill(chains, left, right)
    pieces = sorted((Piece(tuple(runs), tuple(slots)) for runs, slots in filled), key=lambda piece: piece.bounds)
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
    here, there = _Places(left), _Places(right)
    passages = []
    for piece in alignment.pieces:
        i, i_end, j, j_end = piece.bounds
        changes = (
            Change(left=here.span(slot.i, slot.i_end), right=there.span(slot.j, slot.j_end), kind=slot.kind)
            for slot in piece.slots
        )
        passages.append(
            Passage(
                left=here.span(i, i_end),
                right=there.span(j, j_end),
                tokens=piece.tokens,
                similarity=piece.similarity,
                changes=tuple(changes),
            )
        )
    return tuple(passages)


class _Places:
    """Where the tokens of a text stand."""

    def __init__(self, text: Prepared) -> None:
        self.starts, self.ends = text.starts.tolist(), text.ends.tolist()
        self.starts.append(len(text.text))

    def span(self, start: int, end: int) -> Span:
        """Return the place of tokens; an empty range stands where the next token begins."""
        first = self.starts[start]
        return Span(start=first, end=self.ends[end - 1] if end > start else first)
