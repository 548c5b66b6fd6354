"""A check looks cheaply at all candidates, aligns few of them, and weighs what they share by what is common."""

import random

import pytest

from dupdetect import Detector, Document, Relation
from dupdetect.checking import ALIGNED

WORDS = [f"word{number}" for number in range(4000)]
NOTICE = (
    "All events of the week at a glance: doors open half an hour before the beginning, children pay half, and whoever "
    "comes by bicycle finds a guarded place beside the church. Tickets are sold at the box office and in the shops, "
    "reduced ones on presentation of a card only. The programme may change; the organiser is not liable for it."
)


def words(seed, count):
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def text(id, content):
    return Document(id=id, content=content, format="text")


@pytest.fixture
def detector():
    with Detector() as detector:
        yield detector


def test_of_many_copies_the_strongest_are_aligned_and_the_others_counted(detector):
    wire = words(1, 150)
    detector.add([text("copy", wire), *(text(f"cut {n}", wire[: -20 * (n + 1)]) for n in range(12))])
    result = detector.check(text("new", wire))
    assert result.best.id == "copy"
    assert (result.candidates, result.candidates_left_out) == (ALIGNED, 13 - ALIGNED)
    assert len(result.matches) == ALIGNED


def test_what_shares_too_little_is_not_counted_as_left_out(detector):
    wire = words(1, 300)
    detector.add(
        [text("copy", wire), *(text(f"{n}", f"{words(n + 2, 300)} {wire[20 * n : 20 * n + 45]}") for n in range(12))]
    )
    result = detector.check(text("new", wire))
    assert [match.id for match in result.matches] == ["copy"]
    assert result.candidates_left_out == 0


def test_a_notice_under_every_post_makes_no_two_posts_overlap_once_it_is_known(detector):
    posts = [text(f"{n}", f"{words(n, 150)} {NOTICE}") for n in range(60)]
    detector.add(posts[:1])
    assert detector.check(posts[-1]).best.verdict.relation is Relation.OVERLAPS
    detector.add(posts[1:-1])
    assert detector.check(posts[-1]).matches == ()


def test_copies_of_one_story_do_not_make_its_words_common(detector):
    wire = words(1, 200)
    draw = random.Random(7)

    def copy():
        return " ".join(draw.choice(WORDS) if draw.random() < 1 / 50 else word for word in wire.split())

    detector.add(text(f"{n}", copy()) for n in range(50))
    assert detector.check(text("new", copy())).best.verdict.relation is Relation.NEAR


def test_every_candidate_of_a_few_words_is_still_told_by_its_digest(detector):
    detector.add([text("a", "Two words"), text("b", "two other words here")])
    assert [match.id for match in detector.check(text("new", "two WORDS!")).matches] == ["a"]
