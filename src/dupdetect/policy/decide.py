"""From what a check found to what follows: excuses, overrides, and a sentence for the editor."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dupdetect.compare import excuse
from dupdetect.model import Action, CheckResult, Decision, Excuse, JudgedMatch, Match, Outcome, Override, Relation
from dupdetect.policy.policy import Policy

__all__ = ["decide"]

_RELATED = {
    Relation.IDENTICAL: "The same text as",
    Relation.NEAR: "Nearly the same text as",
    Relation.CONTAINS: "This holds",
    Relation.CONTAINED: "This stands inside",
    Relation.OVERLAPS: "This shares passages with",
    Relation.TEMPLATE: "This is of the same template as",
}


def decide(
    policy: Policy,
    result: CheckResult,
    *,
    replaces: Sequence[str] = (),
    too_short: bool = False,
    override: Override | None = None,
    overridden: Callable[[Match], bool] = lambda match: False,
    standing: Callable[[Match], bool] = lambda match: False,
) -> Decision:
    """Decide whether a piece may be published.

    Parameters
    ----------
    policy : Policy
    result : CheckResult
    replaces : sequence of str
        Ids of the documents whose place the piece will take.
    too_short : bool
        Whether the piece has too few words to be told from others: then nothing stands in its way.
    override : Override, optional
        An editor's word, given now: it covers every match.
    overridden : callable
        Whether an earlier override covers a match.
    standing : callable
        Whether the published version of the piece matched in the same way already, so that an editor who mends a typo
        is warned and not blocked. Asked of matches that would block only.

    Returns
    -------
    Decision
        Without a claim.
    """
    here = policy.for_article(result.article)
    judged = []
    would_be = Action.PASS
    for match in result.matches:
        action = here.action(match)
        given: Excuse | None = None
        if action is not Action.PASS:
            given = Excuse.REPLACES if match.id and match.id in replaces else excuse(result.article, match.article)
            if too_short:
                given = Excuse.SHORT
            if given in here.excuses or too_short:
                action = Action.PASS
            else:
                given = Excuse.STANDING if action is Action.BLOCK and standing(match) else None
                action = Action.WARN if given else action
                would_be = max(would_be, action, key=lambda one: one.strength)
                if override is not None or overridden(match):
                    action, given = Action.PASS, Excuse.OVERRIDE
        judged.append(JudgedMatch(match=match, action=action, excuse=given))
    judged.sort(key=lambda one: -one.action.strength)
    action = judged[0].action if judged else Action.PASS
    outcome: Outcome = action.value
    if action.strength < would_be.strength:
        outcome = "overridden"
    return Decision(
        outcome=outcome,
        would_be=would_be,
        message=_message(judged, outcome),
        judged=tuple(judged),
        result=result,
        policy=policy.name,
        policy_version=policy.version,
        too_short=too_short,
    )


def _message(judged: Sequence[JudgedMatch], outcome: Outcome) -> str:
    told = next((one for one in judged if one.action is not Action.PASS or one.excuse is Excuse.OVERRIDE), None)
    if told is None:
        return ""
    match = told.match
    article = match.article
    name = f"“{article.title}”" if article.title else article.id or "a piece without a title"
    place = ", ".join(dict.fromkeys((*article.sections, *([article.site] if article.site else []))))
    where = f" in {place}" if place else ""
    when = ", which is about to be published" if match.status == "claimed" else ""
    reason = f" {match.verdict.reasons[0].text}" if match.verdict.reasons else ""
    advice = ""
    if outcome == "block" and match.verdict.is_duplicate:
        advice = " To run it in one more section, add the section to that piece, or name that piece as canonical."
    return f"{_RELATED.get(match.verdict.relation, 'This relates to')} {name}{where}{when}.{reason}{advice}"
