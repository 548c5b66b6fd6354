"""From evidence to a relation: an ordered table of rules, read from the top; the first that holds decides.

Every threshold is a field of `Thresholds` and says where it was measured. Every rule has a name for machines and a
sentence for editors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dupdetect.compare import questions as ask
from dupdetect.compare import wording as say
from dupdetect.compare.questions import Evidence
from dupdetect.compare.thresholds import Thresholds
from dupdetect.model import Reason, Relation

__all__ = ["RULES", "Rule", "decide"]


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


def decide(evidence: Evidence, at: Thresholds) -> tuple[Relation, tuple[Reason, ...]]:
    """Return the relation of the first rule that holds, and why."""
    for rule in RULES:
        if rule.holds(evidence, at):
            return rule.relation(evidence, at), (Reason(rule=rule.name, text=rule.says(evidence, at)),)
    raise AssertionError("the last rule always holds")


def _always(relation: Relation) -> Callable[[Evidence, Thresholds], Relation]:
    return lambda e, at: relation


def _contains_or_contained(e: Evidence, at: Thresholds) -> Relation:
    return Relation.CONTAINED if ask.inner(e, at) == "left" else Relation.CONTAINS


def _shorter_inside(e: Evidence, at: Thresholds) -> Relation:
    return Relation.CONTAINED if e.tokens_left < e.tokens_right else Relation.CONTAINS


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
    Rule(name="short-and-whole", holds=ask.whole, relation=_shorter_inside, says=say.whole),
    Rule(name="short-and-same-headline", holds=ask.note, relation=_shorter_inside, says=say.note),
    Rule(
        name="too-short",
        holds=lambda e, at: min(e.tokens_left, e.tokens_right) < at.short,
        relation=_always(Relation.UNDECIDED),
        says=say.too_short,
    ),
    Rule(
        name="little-in-common",
        holds=lambda e, at: e.aligned is None,
        relation=_always(Relation.DISTINCT),
        says=say.distinct,
    ),
    Rule(
        name="same-text-edited",
        holds=lambda e, at: ask.near(e, at) and not ask.template(e, at),
        relation=_always(Relation.NEAR),
        says=say.near,
    ),
    Rule(name="same-skeleton", holds=ask.template, relation=_always(Relation.TEMPLATE), says=say.template),
    Rule(name="one-inside-the-other", holds=ask.contains, relation=_contains_or_contained, says=say.contains),
    Rule(name="same-headline-and-lead", holds=ask.brief, relation=_shorter_inside, says=say.brief),
    Rule(name="shared-passages", holds=ask.overlaps, relation=_always(Relation.OVERLAPS), says=say.overlaps),
    Rule(
        name="no-shared-passage",
        holds=lambda e, at: True,
        relation=_always(Relation.DISTINCT),
        says=say.distinct,
    ),
)
"""The rules in their order."""
