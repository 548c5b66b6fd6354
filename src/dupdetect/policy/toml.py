"""A policy as its file says it. The file is the publisher's own, and a slip in it must not pass unseen."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from dupdetect.errors import MissingExtraError, SettingsError
from dupdetect.model import Action, Excuse, Relation
from dupdetect.policy.policy import DECLARED, DEFAULT_ACTIONS, MODES, Policy, Rule

__all__ = ["parse_policy"]


def parse_policy(text: str) -> Policy:
    """Read a policy from the text of a TOML file; what it does not mention is as in the default policy.

    Parameters
    ----------
    text : str

    Raises
    ------
    SettingsError
        It is no TOML, or says something that no policy can say.
    MissingExtraError
        Python 3.10 without the package tomli.

    Examples
    --------
    >>> policy = parse_policy('''
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
    return _policy(_table(text))


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
            _one(name, Excuse, "excuses", DECLARED)
            for name in _typed(entries.pop("excuses", [one.value for one in DECLARED]), list, "excuses")
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
    chosen: Literal["block", "warn", "off"] = _choice(value, tuple(MODES), where)
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
