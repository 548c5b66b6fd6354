"""What is said of two texts, in words that an editor understands; the left text is "this text"."""

from __future__ import annotations

from dupdetect.compare import questions as ask
from dupdetect.compare.questions import Evidence
from dupdetect.compare.thresholds import Thresholds

__all__ = [
    "brief",
    "contains",
    "covered",
    "distinct",
    "near",
    "note",
    "overlaps",
    "percent",
    "template",
    "too_short",
    "whole",
]


def percent(share: float) -> str:
    """Return a share in per cent; never "100 %" or "0 %" for what only comes near."""
    whole = round(100 * share)
    if whole == 100 and share < 1:
        whole = 99
    return "under 1 %" if whole == 0 and share > 0 else f"{whole} %"


def covered(e: Evidence) -> str:
    """Return how much of each text stands in the other, and how much of it word for word."""
    left, right = percent(e.left.coverage), percent(e.right.coverage)
    exact_left, exact_right = percent(e.left.exact), percent(e.right.exact)
    said = f"{left} of this text stands in the other, {right} of the other in this one"
    if (left, right) == (exact_left, exact_right):  # as far as a reader of whole per cents is told
        return f"{said}, word for word"
    return f"{said}, with small edits (word for word {exact_left} and {exact_right})"


def template(e: Evidence, at: Thresholds) -> str:
    """Say why two texts are no duplicates, much as they share."""
    if ask.other_facts(e, at):
        facts = "one number or name" if e.inside.facts == 1 else f"{e.inside.facts} numbers or names"
        headline = ", the headline's too" if ask.series(e, at) else ""
        return f"{covered(e)}, but {facts} inside are others{headline}: same skeleton, other facts."
    if ask.varies(e, at):
        places = "one place" if e.inside.varying == 1 else f"{e.inside.varying} places"
        return f"{covered(e)}, but in {places} other texts of this kind say something else again: same skeleton."
    if ask.issue(e, at):
        return f"{covered(e)}, but the headlines differ in their numbers alone: two issues of a series."
    return f"{covered(e)}, but the shared words stand in many other stories too: common stock."


def contains(e: Evidence, at: Thresholds) -> str:
    """Say which text stands inside the other, and what else the other holds."""
    left_inside = ask.inner(e, at) == "left"
    inner, outer = ("this text", "the other") if left_inside else ("the other text", "this one")
    held, rest = (e.left, e.right) if left_inside else (e.right, e.left)
    quoted = ", as a quotation" if rest.own_coverage < at.near_own <= rest.coverage else ""
    share, exact = percent(held.coverage), percent(held.exact)
    how = "word for word" if share == exact else f"with small edits ({exact} word for word)"
    return (
        f"{share} of {inner} stands in {outer}{quoted}, {how}; "
        f"{percent(1 - rest.coverage)} of {outer} is something else."
    )


def near(e: Evidence, at: Thresholds) -> str:
    """Say how much two versions share, and whether facts differ."""
    changed = {0: "no number or name differs", 1: "one number or name differs"}.get(
        e.inside.facts, f"{e.inside.facts} numbers or names differ"
    )
    return f"{covered(e)}; {changed}."


def whole(e: Evidence, at: Thresholds) -> str:
    """Say that a short text stands in a longer one as it is."""
    return (
        f"The {_fewer(e)} words of {_shorter(e)} stand in the longer one, in one piece "
        "and without a change, and in few other stories."
    )


def note(e: Evidence, at: Thresholds) -> str:
    """Say that a short text is a note of a longer one."""
    return (
        f"The headline is the same, and the {_fewer(e)} words of {_shorter(e)} stand in "
        f"the longer one and in few other stories. {covered(e)}."
    )


def brief(e: Evidence, at: Thresholds) -> str:
    """Say that a text has the headline and the lead of a longer one."""
    return f"The headline is the same and so is the lead: a brief of the longer text. {covered(e)}."


def overlaps(e: Evidence, at: Thresholds) -> str:
    """Say how much two different texts share."""
    return f"{covered(e)}: shared passages of {e.inside.rare_tokens} words that few other stories hold."


def distinct(e: Evidence, at: Thresholds) -> str:
    """Say how little two texts share."""
    share = max(e.overlap.containment_left or 0.0, e.overlap.containment_right or 0.0)
    return f"At most {percent(share)} of the word sequences of one stand in the other."


def too_short(e: Evidence, at: Thresholds) -> str:
    """Say that there is too little text."""
    return f"A text of {_fewer(e)} words is too short to tell: it takes {at.short}."


def _fewer(e: Evidence) -> int:
    return min(e.tokens_left, e.tokens_right)


def _shorter(e: Evidence) -> str:
    return "this text" if e.tokens_left < e.tokens_right else "the other text"
