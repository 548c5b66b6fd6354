"""From matches to a decision."""

import pytest

from dupdetect.model import (
    Action,
    Article,
    Block,
    CheckResult,
    Comparison,
    Excuse,
    Match,
    Override,
    Reason,
    Relation,
    Verdict,
)
from dupdetect.policy import Policy, Rule, decide


def match(id, relation, *, status="published", url=None, **measures):
    comparison = Comparison(tokens_left=100, tokens_right=100, **measures)
    verdict = Verdict(
        relation=relation, score=0.9, reasons=(Reason(rule="r", text="It is so."),), comparison=comparison
    )
    article = Article(id=id, title=f"Title of {id}", site="Main Blog", sections=("News",), url=url, blocks=())
    return Match(article=article, verdict=verdict, status=status)


def result(*matches, **known):
    return CheckResult(article=Article(id="new", blocks=(Block(text="x"),), **known), matches=matches, candidates=1)


@pytest.mark.parametrize(
    ("relation", "outcome"),
    [
        (Relation.IDENTICAL, "block"),
        (Relation.NEAR, "block"),
        (Relation.CONTAINS, "warn"),
        (Relation.CONTAINED, "warn"),
        (Relation.OVERLAPS, "pass"),
        (Relation.TEMPLATE, "pass"),
    ],
)
def test_by_default_duplicates_block_containment_warns_and_the_rest_passes(relation, outcome):
    assert decide(Policy(), result(match("a", relation))).outcome == outcome


def test_nothing_found_passes_in_silence():
    decision = decide(Policy(), result())
    assert (decision.outcome, decision.message, decision.allowed) == ("pass", "", True)


def test_the_message_names_the_piece_its_section_and_site_the_reason_and_what_to_do():
    decision = decide(Policy(), result(match("b", Relation.CONTAINS), match("a", Relation.NEAR, status="claimed")))
    assert decision.message == (
        "Nearly the same text as “Title of a” in News, Main Blog, which is about to be published. It is so. "
        "To run it in one more section, add the section to that piece, or name that piece as canonical."
    )
    assert not decision.allowed


def test_a_limit_lets_pass_what_is_below_it_or_was_not_measured():
    policy = Policy(actions={Relation.OVERLAPS: Action.WARN}, limits={Relation.OVERLAPS: {"coverage_left": 0.5}})
    assert decide(policy, result(match("a", Relation.OVERLAPS, coverage_left=0.5))).outcome == "warn"
    assert decide(policy, result(match("a", Relation.OVERLAPS, coverage_left=0.4))).outcome == "pass"
    assert decide(policy, result(match("a", Relation.OVERLAPS))).outcome == "pass"


def test_a_rule_for_a_section_weakens_what_happens_there():
    policy = Policy(rules=(Rule(sections=("Wire",), mode="warn"),))
    assert decide(policy, result(match("a", Relation.NEAR), sections=("Wire",))).outcome == "warn"
    assert decide(policy, result(match("a", Relation.NEAR), sections=("News",))).outcome == "block"


def test_a_declared_copy_passes_and_says_what_excuses_it():
    copy = {"url": "https://b.example/2", "canonical_url": "https://a.example/1"}
    found = match("a", Relation.IDENTICAL, url="https://a.example/1")
    decision = decide(Policy(), result(found, **copy))
    assert (decision.outcome, decision.judged[0].excuse) == ("pass", Excuse.CANONICAL)
    assert decide(Policy(excuses=frozenset()), result(found, **copy)).outcome == "block"
    elsewhere = {"url": "https://b.example/2", "canonical_url": "https://c.example/3"}
    assert decide(Policy(), result(found, **elsewhere)).outcome == "block"


def test_a_working_copy_passes_beside_what_it_replaces_only():
    matches = (match("old", Relation.NEAR), match("other", Relation.NEAR))
    decision = decide(Policy(), result(*matches), replaces=["old"])
    assert [(one.match.id, one.action) for one in decision.judged] == [("other", Action.BLOCK), ("old", Action.PASS)]
    assert decision.outcome == "block"


def test_a_piece_of_a_few_words_passes_and_says_why():
    decision = decide(Policy(), result(match("a", Relation.IDENTICAL)), too_short=True)
    assert (decision.outcome, decision.judged[0].excuse, decision.too_short) == ("pass", Excuse.SHORT, True)


def test_an_override_lets_everything_pass_and_tells_what_would_have_been():
    decision = decide(Policy(), result(match("a", Relation.NEAR)), override=Override(reason="wanted", actor="js"))
    assert (decision.outcome, decision.would_be, decision.allowed) == ("overridden", Action.BLOCK, True)
    assert decision.message


def test_an_earlier_override_covers_its_match_and_no_other():
    matches = (match("a", Relation.NEAR), match("b", Relation.NEAR))
    covered = decide(Policy(), result(matches[0]), overridden=lambda one: one.id == "a")
    both = decide(Policy(), result(*matches), overridden=lambda one: one.id == "a")
    assert (covered.outcome, both.outcome) == ("overridden", "block")


def test_what_the_published_version_had_already_warns_instead_of_blocking():
    decision = decide(Policy(), result(match("a", Relation.NEAR)), standing=lambda one: True)
    assert (decision.outcome, decision.judged[0].excuse) == ("warn", Excuse.STANDING)


@pytest.mark.parametrize(("reason", "actor"), [("", "js"), ("  ", "js"), ("wanted", "")])
def test_an_override_without_reason_or_actor_is_refused(reason, actor):
    with pytest.raises(ValueError, match="reason and an actor"):
        Override(reason=reason, actor=actor)
