"""From evidence to a relation: an ordered table of rules, read from the top; the first that holds decides.

Every threshold is a field of `Thresholds` and says where it was measured. Every rule has a name for machines and a
sentence for editors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal

from dupdetect.compare.evidence import Aligned, Overlap, Side
from dupdetect.errors import SettingsError
from dupdetect.model import Reason, Relation

__all__ = ["PER_HUNDRED", "RULES", "Evidence", "Rule", "Thresholds", "decide", "worth_aligning"]


PER_HUNDRED = ("facts_many", "facts_some")
"""Thresholds that are no shares, but counts per hundred tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Where one relation ends and the next begins. Measured by ``benchmarks/relations.py``.

    Parameters
    ----------
    short : int
        A text of fewer tokens is too short to tell, unless it is IDENTICAL, or stands in a longer one as a whole and
        without a change, in `passage` words at least that are known to be rare …
    note : int
        … or, where the headline is the same, with few changes and so many rare words in one passage;
    short_rarity : float
        … the shared shingles' mean rarity weight; at .7 some six stories hold them: the piece, its copies, a quote …
    known : int
        … over so many stories at least: in a few pages everything is rare. The feasibility study found frequencies
        worth something from a hundred texts on.
    gate_containment, gate_shared : float, int
        A pair is aligned when this share of either text's rarity-weighted shingles, or this many rare shingles, stand
        in the other.
    near_longer, near_shorter : float
        NEAR: shares of the less and of the more covered text that passages cover: of the longer and the shorter one.
    near_own : float
        NEAR: share of the words outside quotations that is covered, in each text.
    contained : float
        CONTAINS: share of the shorter text that is covered.
    second_hand : float
        CONTAINS: at most this share of what is shared stands in quotations in both: two replies to one message.
    contained_rarity : float
        CONTAINS: the shared shingles' mean rarity weight.
    same_headline : float
        CONTAINS: headlines this much alike make a brief of the shorter text, if it shares the lead …
    brief : float
        … and has at most this share of the longer one's tokens.
    facts_few : int
        TEMPLATE: at least so many other numbers and names. A headline's number counts as one.
    facts_many : float
        TEMPLATE: … and more than this per 100 aligned tokens, whatever is covered. Duplicates had up to 1.02 (a
        revision that moves an event to another day 1.77), job advertisements of the same office from 2.2 on.
    facts_some : float
        TEMPLATE: … or more than this, of texts that are …
    facts_covered : float
        … verbatim the same to less than this share. Such duplicates were from .86 on the same, such templates up to
        .77, but for issues of a series.
    facts_share : float
        TEMPLATE: … and at least this many for each place that differs: a bad scan garbles numbers among much else.
    series_title : float
        A headline that is this much alike but for other numbers makes an issue of a series, if some facts differ or
        the shared text is …
    series_common : float
        … of less than this mean rarity weight.
    common : float
        TEMPLATE: mean rarity weight of the shared shingles below which they are common stock.
    common_covered : float
        Common stock makes no template of two texts covered to this share.
    template : float
        TEMPLATE: share of the shorter text that is covered.
    passage, overlap : int
        OVERLAPS: rare equal tokens in one passage, or in all of them.

    Raises
    ------
    SettingsError
        A value is negative, or a share above 1.
    """

    short: int = 20
    note: int = 8
    short_rarity: float = 0.7
    known: int = 100
    gate_containment: float = 0.08
    gate_shared: int = 6
    near_longer: float = 0.6
    near_shorter: float = 0.8
    near_own: float = 0.5
    contained: float = 0.8
    second_hand: float = 0.5
    contained_rarity: float = 0.4
    same_headline: float = 0.85
    brief: float = 0.6
    facts_few: int = 2
    facts_many: float = 2.0
    facts_some: float = 0.5
    facts_covered: float = 0.8
    facts_share: float = 0.15
    series_title: float = 0.85
    series_common: float = 0.75
    common: float = 0.5
    common_covered: float = 0.9
    template: float = 0.3
    passage: int = 12
    overlap: int = 25

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            most = float("inf") if isinstance(field.default, int) or field.name in PER_HUNDRED else 1.0
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= most:
                raise SettingsError(f"threshold {field.name} must be a number from 0 to {most:g}, not {value!r}")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table.

    Parameters
    ----------
    name : str
        Stable, for machines.
    holds : callable
        Whether the rule fires.
    relation : callable
        What it decides.
    says : callable
        The sentence for an editor; the left text is "this text".
    """

    name: str
    holds: Callable[[Evidence, Thresholds], bool]
    relation: Callable[[Evidence, Thresholds], Relation]
    says: Callable[[Evidence, Thresholds], str]


def worth_aligning(overlap: Overlap, at: Thresholds) -> bool:
    """Whether two texts have enough in common to be aligned."""
    most = max(overlap.rare_containment_left or 0.0, overlap.rare_containment_right or 0.0)
    return most >= at.gate_containment or overlap.rare_shared >= at.gate_shared


def decide(evidence: Evidence, at: Thresholds) -> tuple[Relation, tuple[Reason, ...]]:
    """Return the relation of the first rule that holds, and why."""
    for rule in RULES:
        if rule.holds(evidence, at):
            return rule.relation(evidence, at), (Reason(rule=rule.name, text=rule.says(evidence, at)),)
    raise AssertionError("the last rule always holds")


# ------------------------------------------------------------------------------------------------ what rules ask


def _series(e: Evidence, at: Thresholds) -> bool:
    """Whether the headlines are those of two issues of a series."""
    return e.other_title_numbers and (e.title_ratio or 0.0) >= at.series_title


def _other_facts(e: Evidence, at: Thresholds) -> bool:
    """Whether what differs inside the shared text is numbers and names rather than wording."""
    places = e.inside.facts + _series(e, at)
    if places < at.facts_few or e.inside.facts < at.facts_share * e.inside.changes:
        return False
    rate = 100 * places / max(1, e.inside.tokens)
    verbatim = min(e.left.verbatim, e.right.verbatim)
    return rate > at.facts_many or (rate > at.facts_some and (verbatim < at.facts_covered or _series(e, at)))


def _common_stock(e: Evidence, at: Thresholds) -> bool:
    """Whether the shared text is one that many stories share."""
    rarity = e.overlap.shared_rarity
    verbatim = max(e.left.verbatim, e.right.verbatim)
    return rarity is not None and rarity < at.common and verbatim < at.common_covered


def _issue(e: Evidence, at: Thresholds) -> bool:
    """Whether the two are issues of a series that share its stock."""
    return _series(e, at) and (e.overlap.shared_rarity or 0.0) < at.series_common


def _rare_and_short(e: Evidence, at: Thresholds) -> bool:
    """Whether one text is short, the other is not, and what they share is known to be rare."""
    few, many = sorted((e.tokens_left, e.tokens_right))
    known = e.aligned is not None and few < at.short <= many and e.stories >= at.known
    return known and (e.overlap.shared_rarity or 0.0) >= at.short_rarity


def _whole(e: Evidence, at: Thresholds) -> bool:
    """Whether a short text stands in a longer one as it is."""
    return (
        _rare_and_short(e, at)
        and e.inside.unbroken == min(e.tokens_left, e.tokens_right)
        and e.inside.longest >= at.passage
    )


def _headline(e: Evidence, at: Thresholds) -> bool:
    """Whether the two have one headline."""
    return (e.title_ratio or 0.0) >= at.same_headline and not e.other_title_numbers


def _note(e: Evidence, at: Thresholds) -> bool:
    """Whether a short text is a note of a longer one: its headline, and hardly a word that is not in it."""
    if not _rare_and_short(e, at) or not _headline(e, at):
        return False
    shorter = e.left if e.tokens_left < e.tokens_right else e.right
    return shorter.coverage >= at.contained and e.inside.longest >= at.note


def _template(e: Evidence, at: Thresholds) -> bool:
    return e.most >= at.template and (_other_facts(e, at) or _issue(e, at) or _common_stock(e, at))


def _near(e: Evidence, at: Thresholds) -> bool:
    covered = e.least >= at.near_longer and e.most >= at.near_shorter
    return covered and min(e.left.own_coverage, e.right.own_coverage) >= at.near_own


def _inner(e: Evidence, at: Thresholds) -> Literal["left", "right"] | None:
    """Return which text stands inside the other: where both might, the one whose own words do."""
    left, right = (side.coverage >= at.contained for side in (e.left, e.right))
    if left and right:
        ours, theirs = e.left.own_coverage, e.right.own_coverage
        return None if ours == theirs else "left" if ours > theirs else "right"
    return "left" if left else "right" if right else None


def _contains(e: Evidence, at: Thresholds) -> bool:
    rare = (e.overlap.shared_rarity or 0.0) >= at.contained_rarity
    return rare and _inner(e, at) is not None and e.inside.second_hand <= at.second_hand


def _brief(e: Evidence, at: Thresholds) -> bool:
    """Whether the shorter is a brief of the longer: its headline and its lead, among whatever else the page carries."""
    few, many = sorted((e.tokens_left, e.tokens_right))
    rare = (e.overlap.shared_rarity or 0.0) >= at.contained_rarity
    return _headline(e, at) and rare and few <= at.brief * many and e.inside.lead >= at.passage


def _overlaps(e: Evidence, at: Thresholds) -> bool:
    return e.inside.longest >= at.passage or e.inside.rare_tokens >= at.overlap


# ------------------------------------------------------------------------------------------------ what rules say


def _percent(share: float) -> str:
    """Return a share in per cent; never "100 %" or "0 %" for what only comes near."""
    whole = round(100 * share)
    if whole == 100 and share < 1:
        whole = 99
    return "under 1 %" if whole == 0 and share > 0 else f"{whole} %"


def _covered(e: Evidence) -> str:
    return (
        f"{_percent(e.left.coverage)} of this text stands in the other, "
        f"{_percent(e.right.coverage)} of the other in this one"
    )


def _say_template(e: Evidence, at: Thresholds) -> str:
    if _other_facts(e, at):
        facts = "one number or name" if e.inside.facts == 1 else f"{e.inside.facts} numbers or names"
        headline = ", the headline's too" if _series(e, at) else ""
        return f"{_covered(e)}, but {facts} inside are others{headline}: same skeleton, other facts."
    if _issue(e, at):
        return f"{_covered(e)}, but the headlines differ in their numbers alone: two issues of a series."
    return f"{_covered(e)}, but the shared words stand in many other stories too: common stock."


def _say_contains(e: Evidence, at: Thresholds) -> str:
    left_inside = _inner(e, at) == "left"
    inner, outer = ("this text", "the other") if left_inside else ("the other text", "this one")
    covered, rest = (e.left, e.right) if left_inside else (e.right, e.left)
    quoted = ", as a quotation" if rest.own_coverage < at.near_own <= rest.coverage else ""
    return (
        f"{_percent(covered.coverage)} of {inner} stands in {outer}{quoted}; "
        f"{_percent(1 - rest.coverage)} of {outer} is something else."
    )


def _say_near(e: Evidence, at: Thresholds) -> str:
    changed = {0: "no number or name differs", 1: "one number or name differs"}.get(
        e.inside.facts, f"{e.inside.facts} numbers or names differ"
    )
    return f"{_covered(e)}; {changed}."


def _say_distinct(e: Evidence, at: Thresholds) -> str:
    share = max(e.overlap.containment_left or 0.0, e.overlap.containment_right or 0.0)
    return f"At most {_percent(share)} of the word sequences of one stand in the other."


def _always(relation: Relation) -> Callable[[Evidence, Thresholds], Relation]:
    return lambda e, at: relation


def _contains_or_contained(e: Evidence, at: Thresholds) -> Relation:
    return Relation.CONTAINED if _inner(e, at) == "left" else Relation.CONTAINS


def _shorter_inside(e: Evidence, at: Thresholds) -> Relation:
    return Relation.CONTAINED if e.tokens_left < e.tokens_right else Relation.CONTAINS


def _shorter(e: Evidence) -> str:
    return "this text" if e.tokens_left < e.tokens_right else "the other text"


RULES: tuple[Rule, ...] = (
    Rule(
        name="empty",
        holds=lambda e, at: not e.tokens_left or not e.tokens_right,
        relation=_always(Relation.UNDECIDED),
        says=lambda e, at: "There is no text to compare.",
    ),
    Rule(
        name="same-words",
        holds=lambda e, at: e.equal,
        relation=_always(Relation.IDENTICAL),
        says=lambda e, at: f"All {e.tokens_left} words are the same, in the same order.",
    ),
    Rule(
        name="short-and-whole",
        holds=_whole,
        relation=_shorter_inside,
        says=lambda e, at: (
            f"The {min(e.tokens_left, e.tokens_right)} words of {_shorter(e)} stand in the longer one, in one piece "
            "and without a change, and in few other stories."
        ),
    ),
    Rule(
        name="short-and-same-headline",
        holds=_note,
        relation=_shorter_inside,
        says=lambda e, at: (
            f"The headline is the same, and the {min(e.tokens_left, e.tokens_right)} words of {_shorter(e)} stand in "
            f"the longer one and in few other stories. {_covered(e)}."
        ),
    ),
    Rule(
        name="too-short",
        holds=lambda e, at: min(e.tokens_left, e.tokens_right) < at.short,
        relation=_always(Relation.UNDECIDED),
        says=lambda e, at: (
            f"A text of {min(e.tokens_left, e.tokens_right)} words is too short to tell: it takes {at.short}."
        ),
    ),
    Rule(
        name="little-in-common",
        holds=lambda e, at: e.aligned is None,
        relation=_always(Relation.DISTINCT),
        says=_say_distinct,
    ),
    Rule(
        name="same-text-edited",
        holds=lambda e, at: _near(e, at) and not _template(e, at),
        relation=_always(Relation.NEAR),
        says=_say_near,
    ),
    Rule(
        name="same-skeleton",
        holds=_template,
        relation=_always(Relation.TEMPLATE),
        says=_say_template,
    ),
    Rule(
        name="one-inside-the-other",
        holds=_contains,
        relation=_contains_or_contained,
        says=_say_contains,
    ),
    Rule(
        name="same-headline-and-lead",
        holds=_brief,
        relation=_shorter_inside,
        says=lambda e, at: f"The headline is the same and so is the lead: a brief of the longer text. {_covered(e)}.",
    ),
    Rule(
        name="shared-passages",
        holds=_overlaps,
        relation=_always(Relation.OVERLAPS),
        says=lambda e, at: (
            f"{_covered(e)}: shared passages of {e.inside.rare_tokens} words that few other stories hold."
        ),
    ),
    Rule(
        name="no-shared-passage",
        holds=lambda e, at: True,
        relation=_always(Relation.DISTINCT),
        says=_say_distinct,
    ),
)
"""The rules in their order."""
