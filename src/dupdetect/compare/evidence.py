"""What is measured between two texts, in two stages: the overlap of shingle sets, cheap, and the alignment, dear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

from dupdetect.compare.alignment import Alignment, Cover, Piece
from dupdetect.compare.features import Prepared
from dupdetect.compare.gate import RARE, Bag
from dupdetect.compare.kin import Kin
from dupdetect.compare.passages import MIN_RUN

__all__ = ["Aligned", "Overlap", "Side", "measure", "other_title_numbers", "overlap", "title_ratio"]

LEAD = 20
"""Tokens at the head of a text that are its lead."""
FACTS_A_PLACE = 2
"""Other facts that one place counts for at most: a date is a day and a year, a roster is no hundred facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Shingle sets of two texts, compared.

    Parameters
    ----------
    jaccard, containment_left, containment_right : float, optional
        Fractions; None where a text has no shingle.
    rare_containment_left, rare_containment_right : float, optional
        The same, each shingle weighted by its rarity.
    shared_rarity : float, optional
        Mean rarity weight of the shared shingles; None where none is shared.
    rare_shared : int
        Rare shingles that both hold.
    """

    jaccard: float | None = None
    containment_left: float | None = None
    containment_right: float | None = None
    rare_containment_left: float | None = None
    rare_containment_right: float | None = None
    shared_rarity: float | None = None
    rare_shared: int = 0


def overlap(left: Bag, right: Bag) -> Overlap:
    """Compare the shingle sets of two texts: one sorted look-up, no Python loop."""
    few, many = (left, right) if len(left.distinct) <= len(right.distinct) else (right, left)
    if not len(few.distinct):
        return Overlap()
    at = many.distinct.searchsorted(few.distinct)
    shared = many.distinct.take(at, mode="clip") == few.distinct
    count = int(np.count_nonzero(shared))
    weights = few.weights[shared]
    weight = float(weights.sum())
    return Overlap(
        jaccard=count / (len(left.distinct) + len(right.distinct) - count),
        containment_left=count / len(left.distinct),
        containment_right=count / len(right.distinct),
        rare_containment_left=min(1.0, weight / left.weight),
        rare_containment_right=min(1.0, weight / right.weight),
        shared_rarity=weight / count if count else None,
        rare_shared=int(np.count_nonzero(weights >= RARE)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """How one text is covered by the other. Every measure is a fraction.

    Common stock is left out, and so are a headline's line before the text, and what a text says a second time and the
    other does not: a pull quote.

    Parameters
    ----------
    tokens : int
        Tokens in the text, common stock included.
    coverage : float
        Share of its tokens that passages cover, a few reworded ones included.
    verbatim : float
        Share of its tokens that the other text has too, noise credited by its similarity.
    exact : float
        The same without noise: letter for letter.
    own_coverage : float
        Share of its tokens outside quotations that is covered; of all where none stands outside.
    """

    tokens: int
    coverage: float
    verbatim: float
    exact: float
    own_coverage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Aligned:
    """Two texts aligned, in numbers.

    Parameters
    ----------
    left, right : Side
    tokens : int
        Tokens that stand in both, letter for letter.
    changes, facts : int
        Places inside passages that differ; the other numbers and names in them, at most `FACTS_A_PLACE` a place.
    varying : int
        Places where others of their kin say something else again; 0 where those were not asked.
    fact_changes : float
        Facts per 100 aligned tokens.
    rare_tokens : int
        Tokens of the passages that are rare, on the side that has fewer.
    second_hand : float
        Share of the equal tokens that stand in quotations in both texts.
    unbroken : int
        Tokens in the longest stretch that is equal without a change.
    longest : int
        Equal and rare tokens in the passage that has most.
    lead : int
        The same, of passages that begin in the first `LEAD` tokens of the longer text: a brief repeats the lead.
    """

    left: Side
    right: Side
    tokens: int
    changes: int
    facts: int
    varying: int
    fact_changes: float
    rare_tokens: int
    second_hand: float
    unbroken: int
    longest: int
    lead: int


def measure(alignment: Alignment, left: Prepared, right: Prepared, kin: Kin | None = None) -> Aligned:
    """Boil an alignment down to numbers."""
    tokens = alignment.tokens
    slots = [slot for piece in alignment.pieces for slot in piece.slots]
    if left.head and right.head:
        slots = [slot for slot in slots if slot.i_end > left.head or slot.j_end > right.head]
    facts = sum(min(slot.facts, FACTS_A_PLACE) for slot in slots)
    rare = [_rare_tokens(piece, left.rare, right.rare) for piece in alignment.pieces]
    longer_is_left = len(left) >= len(right)
    head = left.head if longer_is_left else right.head

    def first(piece: Piece) -> int:
        return (piece.bounds[0] if longer_is_left else piece.bounds[2]) - head

    return Aligned(
        left=_side(left, alignment.left),
        right=_side(right, alignment.right),
        tokens=tokens,
        changes=len(slots),
        facts=facts,
        varying=0 if kin is None else kin.varying(slots, left, right),
        fact_changes=100 * facts / tokens if tokens else 0.0,
        rare_tokens=sum(rare),
        second_hand=_second_hand(alignment, left, right),
        unbroken=max((run.length for piece in alignment.pieces for run in piece.runs), default=0),
        longest=max(rare, default=0),
        lead=max(
            (count for piece, count in zip(alignment.pieces, rare, strict=True) if first(piece) < LEAD), default=0
        ),
    )


def _side(text: Prepared, cover: Cover) -> Side:
    counted = text.counted & ~_second_copies(text, cover) if len(text.echoes) else text.counted
    verbatim = cover.verbatim[counted]
    coverage = own_coverage = _mean(cover.covered[counted])
    if text.quotes:
        own = cover.covered[counted & ~text.quoted]
        own_coverage = _mean(own) if len(own) else coverage
    return Side(
        tokens=len(text),
        coverage=coverage,
        verbatim=_mean(verbatim),
        exact=np.count_nonzero(verbatim == 1) / len(verbatim),
        own_coverage=own_coverage,
    )


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.sum()) / len(values)  # as NumPy's `mean`, in a third of its time for one text


def _second_copies(text: Prepared, cover: Cover) -> NDArray[np.bool_]:
    """Return which tokens are not covered, but only say again what the text says elsewhere."""
    at = text.echoes
    hashes, covered = text.shingles[at], cover.covered[at]
    order = np.lexsort((at, -covered, hashes))
    first = np.concatenate(([True], hashes[order[1:]] != hashes[order[:-1]]))
    copies = np.zeros(len(text), dtype=np.bool_)
    for places, flag in ((at[order[~first]], True), (at[order[first]], False)):
        for shift in range(MIN_RUN):
            copies[places + shift] = flag
    copies &= cover.covered < 0.5
    return copies


def _second_hand(alignment: Alignment, left: Prepared, right: Prepared) -> float:
    if not left.quotes or not right.quotes or not alignment.tokens:
        return 0.0
    runs = [run for piece in alignment.pieces for run in piece.runs]
    both = sum(int((left.quoted[i : i + n] & right.quoted[j : j + n]).sum()) for i, j, n in runs)
    return both / alignment.tokens


def _rare_tokens(piece: Piece, left: bytes, right: bytes) -> int:
    """Count the equal tokens of a passage that are rare, given which tokens are on either side."""
    return sum([min(left.count(1, i, i + n), right.count(1, j, j + n)) for i, j, n in piece.runs])


def title_ratio(left: Prepared, right: Prepared) -> float | None:
    """Return the Indel similarity of the two titles; None where one has none."""
    if not left.title or not right.title:
        return None
    return float(Indel.normalized_similarity(left.title, right.title))


def other_title_numbers(left: Prepared, right: Prepared) -> bool:
    """Whether each title holds a number that the other does not: "Weekly update 12", "Weekly update 13"."""
    return bool(left.title_numbers - right.title_numbers) and bool(right.title_numbers - left.title_numbers)
