"""What follows from a relation: which matches block a piece, which warn, which pass.

A policy maps relations to actions, with limits on named measures, never on a bare score. It is data: a TOML file of the
publisher's, read by `parse_policy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from dupdetect.errors import SettingsError
from dupdetect.model import MEASURES, Action, Article, Excuse, Match, Relation

__all__ = ["DECLARED", "DEFAULT_ACTIONS", "MODES", "Policy", "Rule"]

DEFAULT_ACTIONS: Mapping[Relation, Action] = {
    Relation.IDENTICAL: Action.BLOCK,
    Relation.NEAR: Action.BLOCK,
    Relation.CONTAINS: Action.WARN,
    Relation.CONTAINED: Action.WARN,
}
"""Of a relation that is not listed: pass."""

DECLARED = (Excuse.CANONICAL, Excuse.NOINDEX, Excuse.REPLACES)
MODES = {"block": Action.BLOCK, "warn": Action.WARN, "off": Action.PASS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What holds for some sites or sections instead.

    Parameters
    ----------
    sites, sections : tuple of str
        For pieces of one of these sites and in one of these sections; empty: of any.
    mode : {'block', 'warn', 'off'}
        The strongest that may happen here.
    actions : Mapping[Relation, Action]
        Instead of the policy's, relation by relation.
    """

    sites: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    mode: Literal["block", "warn", "off"] = "block"
    actions: Mapping[Relation, Action] = field(default_factory=dict)

    def concerns(self, article: Article) -> bool:
        """Whether it is for this piece."""
        if self.sites and article.site not in self.sites:
            return False
        return not self.sections or bool(set(self.sections) & set(article.sections))


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a publisher wants to happen.

    Parameters
    ----------
    name : str
    version : int
        Counted by the publisher, and named in every decision.
    actions : Mapping[Relation, Action]
        A relation that is not listed passes.
    limits : Mapping[Relation, Mapping[str, float]]
        For a relation: the least that a measure (`dupdetect.model.MEASURES`) must be for its action to be taken; below
        it, or where it was not measured, the match passes.
    excuses : frozenset of Excuse
        Which of canonical, noindex, replaces let a match pass.
    mode : {'block', 'warn', 'off'}
        The strongest that may happen.
    fail : {'open', 'closed'}
        What clients shall do when no answer comes: publish with a warning, or hold.
    rules : tuple of Rule
        The first that concerns a piece holds for it.

    Raises
    ------
    SettingsError
        A limit names no measure, or is not within its range.
    """

    name: str = "default"
    version: int = 1
    actions: Mapping[Relation, Action] = field(default_factory=lambda: dict(DEFAULT_ACTIONS))
    limits: Mapping[Relation, Mapping[str, float]] = field(default_factory=dict)
    excuses: frozenset[Excuse] = frozenset(DECLARED)
    mode: Literal["block", "warn", "off"] = "block"
    fail: Literal["open", "closed"] = "open"
    rules: tuple[Rule, ...] = ()

    def __post_init__(self) -> None:
        for relation, limits in self.limits.items():
            for measure, least in limits.items():
                if measure not in MEASURES:
                    raise SettingsError(
                        f"policy: limits.{relation.value}: no measure {measure!r}; there are {', '.join(MEASURES)}"
                    )
                if not least >= 0:
                    raise SettingsError(f"policy: limits.{relation.value}.{measure} must be at least 0, not {least!r}")

    def for_article(self, article: Article) -> Policy:
        """Return what holds for a piece: this policy with the first rule that concerns it worked in."""
        rule = next((rule for rule in self.rules if rule.concerns(article)), None)
        if rule is None:
            return self
        mode = self.mode if MODES[self.mode].at_most(MODES[rule.mode]) is MODES[self.mode] else rule.mode
        return replace(self, actions={**self.actions, **rule.actions}, mode=mode, rules=())

    def action(self, match: Match) -> Action:
        """Return what a match calls for, excuses aside."""
        wanted = self.actions.get(match.verdict.relation, Action.PASS)
        for measure, least in self.limits.get(match.verdict.relation, {}).items():
            value = getattr(match.verdict.comparison, measure)
            if value is None or value < least:
                return Action.PASS
        return wanted.at_most(MODES[self.mode])
