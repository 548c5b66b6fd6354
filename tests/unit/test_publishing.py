"""Deciding, claiming, overriding and publishing by the facade."""

import threading

import pytest

from dupdetect import Detector, Document
from dupdetect.errors import DuplicateBlocked, StaleVersionError
from dupdetect.index import create_index
from dupdetect.model import Excuse, Override
from dupdetect.testing import OTHER, STORY

WANTED = Override(reason="syndicated on purpose", actor="js")


def post(id, text=STORY, **known):
    return Document(id=id, content=text, format="text", **known)


@pytest.fixture
def detector():
    with Detector() as detector:
        detector.add([post("a", site="Main Blog", title="Ferry")])
        yield detector


def test_a_copy_is_blocked_and_its_own_post_is_not(detector):
    assert detector.decide(post("b")).outcome == "block"
    assert detector.decide(post("a")).outcome == "pass"


def test_what_may_be_published_is_claimed_and_blocks_others_until_released(detector):
    decision = detector.decide(post("", OTHER), claim="mine")
    assert (decision.outcome, decision.claim) == ("pass", "mine")
    other = detector.decide(post("", OTHER), claim="theirs")
    assert (other.outcome, other.claim) == ("block", None)
    assert other.judged[0].match.status == "claimed"
    assert detector.decide(post("", OTHER), claim="mine").claim == "mine"
    detector.release("mine")
    assert detector.decide(post("", OTHER), claim="theirs").claim == "theirs"


def test_two_posts_of_the_same_few_words_may_both_be_published(detector):
    detector.add([post("s", "More soon.")])
    decision = detector.decide(post("t", "More soon."), claim="key")
    assert (decision.outcome, decision.too_short, decision.claim) == ("pass", True, "key")
    assert [one.match.id for one in decision.judged] == ["s"]


def test_a_blocked_text_ends_the_claim_that_its_key_held_for_another(detector):
    assert detector.decide(post("", OTHER), claim="key").claim
    assert detector.decide(post("", STORY), claim="key").outcome == "block"
    assert detector.index.info().claims == 0


def test_of_simultaneous_claims_of_one_text_exactly_one_is_granted(tmp_path):
    create_index(tmp_path / "site.db").close()
    for round_number in range(5):
        granted = []
        start = threading.Barrier(4)

        def publish(number, text, granted=granted, start=start):
            with Detector(tmp_path / "site.db") as detector:
                start.wait()
                granted.append(detector.decide(post("", text), claim=f"{text[-4:]}-{number}").claim)

        text = f"{round_number} {OTHER} {round_number}"
        threads = [threading.Thread(target=publish, args=(n, text)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(claim is not None for claim in granted) == 1
        with Detector(tmp_path / "site.db") as detector:
            detector.release(next(filter(None, granted)))


def test_a_claimed_post_that_got_its_id_does_not_match_its_claim(detector):
    detector.decide(post("", OTHER), claim="key")
    detector.replace([post("wp:1:9", OTHER)], claims=["key"])
    assert detector.decide(post("wp:1:9", OTHER)).outcome == "pass"
    assert detector.decide(post("wp:1:10", OTHER)).outcome == "block"


def test_an_override_is_remembered_for_this_post_and_this_match(detector):
    assert detector.decide(post("b"), override=WANTED).outcome == "overridden"
    assert detector.decide(post("b")).outcome == "overridden"
    assert detector.decide(post("c")).outcome == "block"
    detector.add([post("d", f"An added line. {STORY}")])
    assert detector.decide(post("b")).outcome == "block"


def test_an_override_is_void_when_what_it_matched_has_changed_a_lot(detector):
    long = " ".join([STORY, OTHER])
    assert detector.decide(post("b", long), override=WANTED).would_be.value == "warn"
    detector.replace([post("a", STORY + " It was said.")])
    assert detector.decide(post("b", long)).outcome == "overridden"
    detector.replace([post("a", OTHER + " " + OTHER.upper())])
    assert detector.decide(post("b", long)).outcome != "overridden"


def test_an_override_of_a_weaker_relation_does_not_cover_a_duplicate(detector):
    assert detector.decide(post("b", " ".join([STORY, OTHER])), override=WANTED).would_be.value == "warn"
    assert detector.decide(post("b", STORY)).outcome == "block"


def test_an_override_under_a_claim_holds_for_the_id_that_the_post_gets(detector):
    decision = detector.decide(post(""), claim="key", override=WANTED)
    assert (decision.outcome, decision.claim) == ("overridden", "key")
    detector.replace([post("b")], claims=["key"])
    assert detector.decide(post("b")).outcome == "overridden"


def test_an_override_where_nothing_is_in_the_way_is_not_recorded(detector):
    assert detector.decide(post("b", OTHER), override=WANTED).outcome == "pass"
    assert detector.index.journal("override") == ()


def test_an_edit_of_a_published_duplicate_warns_and_a_new_likeness_blocks(detector):
    detector.add([post("b"), post("c", OTHER)])
    typo = detector.decide(post("b", STORY.replace("small", "smal")))
    assert (typo.outcome, typo.judged[0].excuse) == ("warn", Excuse.STANDING)
    assert detector.decide(post("c", STORY)).outcome == "block"


def test_publishing_remembers_the_post_under_the_id_it_got(detector):
    with detector.publishing(post("", OTHER)) as publication:
        publication.require()
        publication.id = "new"
    assert detector.index.get("new").text == OTHER
    assert detector.index.info().claims == 0


def test_publishing_that_fails_leaves_neither_post_nor_claim(detector):
    with pytest.raises(RuntimeError, match="disk"), detector.publishing(post("b", OTHER)):
        raise RuntimeError("disk")
    assert "b" not in detector.index
    assert detector.index.info().claims == 0


def test_publishing_raises_only_by_require_and_remembers_nothing_that_is_blocked(detector):
    with detector.publishing(post("b")) as publication:
        assert publication.decision.outcome == "block"
    assert "b" not in detector.index
    with pytest.raises(DuplicateBlocked, match="“Ferry” in Main Blog"), detector.publishing(post("b")) as publication:
        publication.require()
    assert detector.index.info().claims == 0


def test_an_older_version_does_not_take_a_newer_ones_place(detector):
    detector.replace([post("v", OTHER, version="2026-11-22")])
    with pytest.raises(StaleVersionError):
        detector.replace([post("v", OTHER, version="2026-11-21")])


def test_what_the_caller_declares_is_in_the_article():
    with Detector() as detector:
        detector.add([post("a", canonical_url="https://a.example/1", noindex=True, language="en")])
        article = detector.index.get("a")
    assert (article.canonical_url, article.noindex, article.language) == ("https://a.example/1", True, "en")
