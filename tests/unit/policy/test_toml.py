"""The policy file."""

import pytest

from dupdetect.errors import SettingsError
from dupdetect.model import Action, Article, Excuse, Relation
from dupdetect.policy import Policy, Rule, parse_policy

FULL = """
name = "newsroom"
version = 7
mode = "warn"
fail = "closed"
excuses = ["canonical"]

[actions]
CONTAINED = "block"
OVERLAPS = "warn"

[limits.OVERLAPS]
coverage_left = 0.5

[[rules]]
sites = ["wire"]
mode = "off"

[[rules]]
sections = ["Politics", "World"]
[rules.actions]
CONTAINS = "pass"
"""


def test_an_empty_file_is_the_default_policy():
    assert parse_policy("") == Policy()


def test_everything_that_a_file_says_is_in_the_policy():
    policy = parse_policy(FULL)
    assert (policy.name, policy.version, policy.mode, policy.fail) == ("newsroom", 7, "warn", "closed")
    assert policy.excuses == {Excuse.CANONICAL}
    assert policy.actions[Relation.CONTAINED] is Action.BLOCK
    assert policy.actions[Relation.OVERLAPS] is Action.WARN
    assert policy.actions[Relation.NEAR] is Action.BLOCK
    assert policy.limits == {Relation.OVERLAPS: {"coverage_left": 0.5}}
    assert policy.rules == (
        Rule(sites=("wire",), mode="off"),
        Rule(sections=("Politics", "World"), actions={Relation.CONTAINS: Action.PASS}),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mode = ", "no TOML"),
        ("mode = 'loud'", "mode must be one of block, warn, off"),
        ("colour = 'red'", "does not know colour"),
        ("[actions]\nSIMILAR = 'block'", "must be one of IDENTICAL"),
        ("[actions]\nNEAR = 'stop'", "actions.NEAR must be one of block, warn, pass"),
        ("[limits.NEAR]\nlikeness = 0.5", "no measure 'likeness'"),
        ("[limits.NEAR]\njaccard = -1", "at least 0"),
        ("[limits.NEAR]\njaccard = nan", "at least 0"),
        ("[limits.NEAR]\njaccard = 'much'", "must be a number"),
        ("excuses = ['standing']", "must be one of canonical, noindex, replaces"),
        ("version = true", "version must be a whole number"),
        ("rules = 3", "rules must be a list"),
        ("[[rules]]\nsection = ['x']", r"rules\[0\] does not know section"),
        ("[[rules]]\nsites = 'x'", r"rules\[0\].sites must be a list"),
        ("a = " + "[" * 5000, "no TOML"),
    ],
)
def test_a_slip_in_the_file_is_said(text, problem):
    with pytest.raises(SettingsError, match=problem):
        parse_policy(text)


def test_the_first_rule_that_concerns_a_piece_holds_and_never_loosens_the_mode():
    policy = Policy(
        mode="warn",
        rules=(
            Rule(sections=("Wire",), mode="off"),
            Rule(sites=("main",), mode="block", actions={Relation.CONTAINS: Action.PASS}),
        ),
    )
    wire = policy.for_article(Article(blocks=(), site="main", sections=("Wire",)))
    main = policy.for_article(Article(blocks=(), site="main", sections=("World",)))
    other = policy.for_article(Article(blocks=(), site="other"))
    assert (wire.mode, main.mode, other.mode) == ("off", "warn", "warn")
    assert main.actions[Relation.CONTAINS] is Action.PASS
    assert other.actions[Relation.CONTAINS] is Action.WARN
