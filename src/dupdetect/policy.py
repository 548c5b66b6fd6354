"""What follows from a relation: which matches block a piece, which warn, which pass.

A policy maps relations to actions, with limits on named measures, never on a bare score. It is data: a TOML file of the
publisher's, read by `Policy.from_toml`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dupdetect.compare import excuse
from dupdetect.errors import MissingExtraError, SettingsError
from dupdetect.model import MEASURES, Action, Article, CheckResult, Excuse, JudgedMatch, Match, Relation

__all__ = ["Policy", "Rule", "judge"]

DEFAULT_ACTIONS: Mapping[Relation, Action] = {
    Relation.IDENTICAL: Action.BLOCK,
    Relation.NEAR: Action.BLOCK,
    Relation.CONTAINS: Action.WARN,
    Relation.CONTAINED: Action.WARN,
}
"""Of a relation that is not listed: pass."""

_DECLARED = (Excuse.CANONICAL, Excuse.NOINDEX, Excuse.REPLACES)
_MODES = {"block": Action.BLOCK, "warn": Action.WARN, "off": Action.PASS}


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

    Examples
    --------
    >>> policy = Policy.from_toml('''
    ... version = 2
    ... [actions]
    ... CONTAINED = "block"
    ... [[rules]]
    ... sections = ["Wire"]
    ... mode = "warn"
    ... ''')
    >>> policy.actions[Relation.CONTAINED].value, policy.rules[0].mode
    ('block', 'warn')
    """

    name: str = "default"
    version: int = 1
    actions: Mapping[Relation, Action] = field(default_factory=lambda: dict(DEFAULT_ACTIONS))
    limits: Mapping[Relation, Mapping[str, float]] = field(default_factory=dict)
    excuses: frozenset[Excuse] = frozenset(_DECLARED)
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

    @classmethod
    def from_toml(cls, text: str) -> Policy:
        """Read a policy from the text of a TOML file; what it does not mention is as in the default policy.

        Raises
        ------
        SettingsError
            It is no TOML, or says something that no policy can say.
        MissingExtraError
            Python 3.10 without the package tomli.
        """
        return _policy(_table(text))

    def for_article(self, article: Article) -> Policy:
        """Return what holds for a piece: this policy with the first rule that concerns it worked in."""
        rule = next((rule for rule in self.rules if rule.concerns(article)), None)
        if rule is None:
            return self
        mode = self.mode if _MODES[self.mode].at_most(_MODES[rule.mode]) is _MODES[self.mode] else rule.mode
        return replace(self, actions={**self.actions, **rule.actions}, mode=mode, rules=())

    def action(self, match: Match) -> Action:
        """Return what a match calls for, excuses aside."""
        wanted = self.actions.get(match.verdict.relation, Action.PASS)
        for measure, least in self.limits.get(match.verdict.relation, {}).items():
            value = getattr(match.verdict.comparison, measure)
            if value is None or value < least:
                return Action.PASS
        return wanted.at_most(_MODES[self.mode])


def judge(policy: Policy, result: CheckResult, *, replaces: Sequence[str] = ()) -> tuple[JudgedMatch, ...]:
    """Return every match of a check with what is to be done about it, the strongest action first.

    Parameters
    ----------
    policy : Policy
    result : CheckResult
    replaces : sequence of str
        Ids of the documents whose place the piece will take.
    """
    here = policy.for_article(result.article)
    judged = []
    for match in result.matches:
        action = here.action(match)
        given = Excuse.REPLACES if match.id in replaces else excuse(result.article, match.article)
        excused = action is not Action.PASS and given in here.excuses
        judged.append(
            JudgedMatch(match=match, action=Action.PASS if excused else action, excuse=given if excused else None)
        )
    return tuple(sorted(judged, key=lambda one: -one.action.strength))


# ---------------------------------------------------------------------------------------------------- the file


def _table(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        try:
            import tomli as tomllib
        except ImportError:
            raise MissingExtraError("server", "reading a policy on Python 3.10") from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(f"policy: no TOML: {error}") from error


def _policy(table: dict[str, Any]) -> Policy:
    default = Policy()
    entries = dict(table)
    policy = Policy(
        name=_typed(entries.pop("name", default.name), str, "name"),
        version=_typed(entries.pop("version", default.version), int, "version"),
        actions={**DEFAULT_ACTIONS, **_actions(entries.pop("actions", {}), "actions")},
        limits={
            _one(relation, Relation, "limits"): {
                measure: float(_typed(least, (int, float), f"limits.{relation}.{measure}"))
                for measure, least in _typed(limits, dict, f"limits.{relation}").items()
            }
            for relation, limits in _typed(entries.pop("limits", {}), dict, "limits").items()
        },
        excuses=frozenset(
            _one(name, Excuse, "excuses", _DECLARED)
            for name in _typed(entries.pop("excuses", [one.value for one in _DECLARED]), list, "excuses")
        ),
        mode=_mode(entries.pop("mode", default.mode), "mode"),
        fail="closed" if _choice(entries.pop("fail", default.fail), ("open", "closed"), "fail") == "closed" else "open",
        rules=tuple(
            _rule(_typed(rule, dict, f"rules[{place}]"), f"rules[{place}]")
            for place, rule in enumerate(_typed(entries.pop("rules", []), list, "rules"))
        ),
    )
    _nothing_left(entries, "the policy")
    return policy


def _rule(table: dict[str, Any], where: str) -> Rule:
    entries = dict(table)
    rule = Rule(
        sites=_names(entries.pop("sites", []), f"{where}.sites"),
        sections=_names(entries.pop("sections", []), f"{where}.sections"),
        mode=_mode(entries.pop("mode", "block"), f"{where}.mode"),
        actions=_actions(entries.pop("actions", {}), f"{where}.actions"),
    )
    _nothing_left(entries, where)
    return rule


def _actions(table: Any, where: str) -> dict[Relation, Action]:
    return {
        _one(relation, Relation, where): _one(action, Action, f"{where}.{relation}")
        for relation, action in _typed(table, dict, where).items()
    }


def _mode(value: Any, where: str) -> Literal["block", "warn", "off"]:
    chosen: Literal["block", "warn", "off"] = _choice(value, tuple(_MODES), where)
    return chosen


def _names(value: Any, where: str) -> tuple[str, ...]:
    return tuple(_typed(name, str, where) for name in _typed(value, list, where))


def _choice(value: Any, choices: Sequence[str], where: str) -> Any:
    if value not in choices:
        raise SettingsError(f"policy: {where} must be one of {', '.join(choices)}, not {value!r}")
    return value


def _one(value: Any, kind: Any, where: str, members: Sequence[Any] | None = None) -> Any:
    choices = [member.value for member in (members or kind)]
    return kind(_choice(value, choices, where))


def _typed(value: Any, kind: Any, where: str) -> Any:
    if not isinstance(value, kind) or isinstance(value, bool):
        wanted = {str: "a string", int: "a whole number", dict: "a table", list: "a list"}.get(kind, "a number")
        raise SettingsError(f"policy: {where} must be {wanted}, not {value!r}")
    return value


def _nothing_left(entries: Mapping[str, Any], where: str) -> None:
    if entries:
        raise SettingsError(f"policy: {where} does not know {', '.join(sorted(entries))}")
