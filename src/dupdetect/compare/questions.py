"""What the rules ask of the evidence: each a plain question about two texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dupdetect.compare.evidence import Aligned, Overlap, Side
from dupdetect.compare.thresholds import Thresholds

__all__ = [
    "Evidence",
    "brief",
    "common_stock",
    "contains",
    "headline",
    "inner",
    "issue",
    "near",
    "note",
    "other_facts",
    "overlaps",
    "rare_and_short",
    "series",
    "template",
    "varies",
    "whole",
    "worth_aligning",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the rules may look at.

    Parameters
    ----------
    tokens_left, tokens_right : int
    equal : bool
        The tokens of both texts are the same, in the same order.
    overlap : Overlap
    aligned : Aligned, optional
        None where the shingle sets have too little in common to align.
    title_ratio : float, optional
    other_title_numbers : bool
        Each title holds a number that the other does not.
    stories : int
        Stories that rarity was counted over; 0 where it was not.
    """

    tokens_left: int
    tokens_right: int
    equal: bool
    overlap: Overlap
    aligned: Aligned | None
    title_ratio: float | None
    other_title_numbers: bool
    stories: int = 0

    @property
    def left(self) -> Side:
        """How the left text is covered."""
        assert self.aligned is not None  # noqa: S101 — the rules ask only after "too little in common"
        return self.aligned.left

    @property
    def right(self) -> Side:
        """How the right text is covered."""
        assert self.aligned is not None  # noqa: S101
        return self.aligned.right

    @property
    def inside(self) -> Aligned:
        """The alignment in numbers."""
        assert self.aligned is not None  # noqa: S101
        return self.aligned

    @property
    def least(self) -> float:
        """Coverage of the text that is covered less."""
        return min(self.left.coverage, self.right.coverage)

    @property
    def most(self) -> float:
        """Coverage of the text that is covered more."""
        return max(self.left.coverage, self.right.coverage)


def worth_aligning(overlap: Overlap, at: Thresholds) -> bool:
    """Whether two texts have enough in common to be aligned."""
    most = max(overlap.rare_containment_left or 0.0, overlap.rare_containment_right or 0.0)
    return most >= at.gate_containment or overlap.rare_shared >= at.gate_shared


def series(e: Evidence, at: Thresholds) -> bool:
    """Whether the headlines are those of two issues of a series."""
    return e.other_title_numbers and (e.title_ratio or 0.0) >= at.series_title


def other_facts(e: Evidence, at: Thresholds) -> bool:
    """Whether what differs inside the shared text is numbers and names rather than wording."""
    places = e.inside.facts + series(e, at)
    if places < at.facts_few or e.inside.facts < at.facts_share * e.inside.changes:
        return False
    rate = 100 * places / max(1, e.inside.tokens)
    verbatim = min(e.left.verbatim, e.right.verbatim)
    return rate > at.facts_many or (rate > at.facts_some and (verbatim < at.facts_covered or series(e, at)))


def varies(e: Evidence, at: Thresholds) -> bool:
    """Whether the two differ where others of their kind say something else again."""
    return 100 * e.inside.varying > at.varying * e.inside.tokens


def common_stock(e: Evidence, at: Thresholds) -> bool:
    """Whether the shared text is one that many stories share."""
    rarity = e.overlap.shared_rarity
    verbatim = max(e.left.verbatim, e.right.verbatim)
    return rarity is not None and rarity < at.common and verbatim < at.common_covered


def issue(e: Evidence, at: Thresholds) -> bool:
    """Whether the two are issues of a series that share its stock."""
    return series(e, at) and (e.overlap.shared_rarity or 0.0) < at.series_common


def rare_and_short(e: Evidence, at: Thresholds) -> bool:
    """Whether one text is short, the other is not, and what they share is known to be rare."""
    few, many = sorted((e.tokens_left, e.tokens_right))
    known = e.aligned is not None and few < at.short <= many and e.stories >= at.known
    return known and (e.overlap.shared_rarity or 0.0) >= at.short_rarity


def whole(e: Evidence, at: Thresholds) -> bool:
    """Whether a short text stands in a longer one as it is."""
    return (
        rare_and_short(e, at)
        and e.inside.unbroken == min(e.tokens_left, e.tokens_right)
        and e.inside.longest >= at.passage
    )


def headline(e: Evidence, at: Thresholds) -> bool:
    """Whether the two have one headline."""
    return (e.title_ratio or 0.0) >= at.same_headline and not e.other_title_numbers


def note(e: Evidence, at: Thresholds) -> bool:
    """Whether a short text is a note of a longer one: its headline, and hardly a word that is not in it."""
    if not rare_and_short(e, at) or not headline(e, at):
        return False
    shorter = e.left if e.tokens_left < e.tokens_right else e.right
    return shorter.coverage >= at.contained and e.inside.longest >= at.note


def template(e: Evidence, at: Thresholds) -> bool:
    """Whether the two share a skeleton and tell of other things."""
    return e.most >= at.template and (other_facts(e, at) or varies(e, at) or issue(e, at) or common_stock(e, at))


def near(e: Evidence, at: Thresholds) -> bool:
    """Whether most of both stands in the other, and most of what is their own."""
    covered = e.least >= at.near_longer and e.most >= at.near_shorter
    return covered and min(e.left.own_coverage, e.right.own_coverage) >= at.near_own


def inner(e: Evidence, at: Thresholds) -> Literal["left", "right"] | None:
    """Return which text stands inside the other: where both might, the one whose own words do."""
    left, right = (side.coverage >= at.contained for side in (e.left, e.right))
    if left and right:
        ours, theirs = e.left.own_coverage, e.right.own_coverage
        return None if ours == theirs else "left" if ours > theirs else "right"
    return "left" if left else "right" if right else None


def contains(e: Evidence, at: Thresholds) -> bool:
    """Whether one stands in the other; what both quote does not make it so, unless its own words do too."""
    which = inner(e, at)
    if which is None:
        return False
    held = e.left if which == "left" else e.right
    rarity = at.short_rarity if held.tokens < at.paragraph else at.contained_rarity
    rare = (e.overlap.shared_rarity or 0.0) >= rarity
    return rare and (e.inside.second_hand <= at.second_hand or held.own_coverage >= at.contained)


def brief(e: Evidence, at: Thresholds) -> bool:
    """Whether the shorter is a brief of the longer: its headline and its lead, among whatever else the page carries.

    Where it only quotes them and says something else itself, it is a comment.
    """
    few, many = sorted((e.tokens_left, e.tokens_right))
    rare = (e.overlap.shared_rarity or 0.0) >= at.contained_rarity
    shorter = e.left if e.tokens_left < e.tokens_right else e.right
    quoted = shorter.own_coverage < at.brief_own * shorter.coverage
    return headline(e, at) and rare and not quoted and few <= at.brief * many and e.inside.lead >= at.passage


def overlaps(e: Evidence, at: Thresholds) -> bool:
    """Whether the two share rare words, in one passage or in several."""
    return e.inside.longest >= at.passage or e.inside.rare_tokens >= at.overlap
