"""Many texts that are alike tell a template's places from a copy's edits."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.compare.texts import WORDS, prose

from dupdetect import Detector, Document
from dupdetect.compare import Comparator
from dupdetect.compare.alignment import align
from dupdetect.compare.kin import EITHER, FEW, FILLED, kin_of
from dupdetect.model import Relation

FRAME = prose(1, 90).rstrip(".").split()
PLACES = (8, 23, 41, 60, 77)


def notice(number: int) -> str:
    """One of a template's texts: the same words but for five, which are others each time."""
    fill = random.Random(number)
    text = list(FRAME)
    for place in PLACES:
        text[place] = "".join(fill.choice("bdfgklmnprst") + fill.choice("aeiou") for _ in range(4))
    return " ".join(text)


def edited(number: int) -> str:
    """A copy of one text with five words changed, in other places than other copies."""
    where = random.Random(100 + number)
    text = list(FRAME)
    for place in where.sample(range(3, len(text) - 3), 5):
        text[place] = where.choice(["presumably", "altogether", "hitherto", "meanwhile", "nevertheless"])
    return " ".join(text)


def relations(texts: list[str]) -> list[Relation]:
    with Detector() as detector:
        documents = [Document(id=str(number), content=text, format="text") for number, text in enumerate(texts)]
        return [pair.verdict.relation for pair in detector.scan(documents).pairs]


def test_of_two_texts_alone_a_template_of_words_is_near() -> None:
    assert Comparator().compare(notice(1), notice(2)).relation is Relation.NEAR
    assert set(relations([notice(number) for number in range(FEW - 1)])) == {Relation.NEAR}


def test_among_its_like_a_template_of_words_is_told() -> None:
    found = relations([notice(number) for number in range(8)])
    assert found == [Relation.TEMPLATE] * 28


def test_edited_copies_of_one_text_stay_near_however_many() -> None:
    found = relations([edited(number) for number in range(12)])
    assert found == [Relation.NEAR] * 66


def test_copies_that_all_changed_one_word_and_added_some_stay_near() -> None:
    texts = []
    for number, word in enumerate(("ever", "never", "seldom", "often", "always", "rarely")):
        text = list(FRAME)
        text[41] = word
        for place in (80, 60, 20):
            text[place - 2 * number : place - 2 * number] = ["indeed"]
        texts.append(" ".join(text))
    assert set(relations(texts)) == {Relation.NEAR}


def test_two_versions_that_were_both_copied_stay_near() -> None:
    copied = [f"{notice(number)} {tail}" for number in (1, 2) for tail in ("", "So it is.")]
    assert set(relations(copied)) == {Relation.NEAR}


def test_an_edited_copy_of_a_templates_text_is_near_that_one_alone() -> None:
    copy = notice(3).split()
    copy[50:50] = ["as", "ever"]
    texts = [notice(number) for number in range(6)] + [" ".join(copy)]
    with Detector() as detector:
        scan = detector.scan(Document(id=str(n), content=text, format="text") for n, text in enumerate(texts))
    assert [(pair.left, pair.right) for pair in scan.pairs if pair.verdict.is_duplicate] == [("3", "6")]
    assert [cluster.ids for cluster in scan.clusters] == [("3", "6")]


def test_a_check_knows_a_templates_next_text_by_those_that_are_published() -> None:
    with Detector() as detector:
        detector.add(Document(id=str(n), content=notice(n), format="text") for n in range(FEW - 1))
        next_one = Document(id="new", content=notice(50), format="text")
        new = detector.check(next_one)
        assert {match.verdict.relation for match in new.matches} == {Relation.TEMPLATE}
        assert "other texts of this kind say something else again" in new.matches[0].verdict.reasons[0].text
        detector.add([next_one])
        again = detector.check(Document(id="again", content=notice(1), format="text"))
        assert [match.id for match in again.matches if match.verdict.is_duplicate] == ["1"]


def test_too_few_different_texts_are_no_kin() -> None:
    texts = [np.arange(number, number + 9, dtype=np.uint64) for number in range(FEW)]
    assert kin_of(texts[:-1] * 5) is None
    assert kin_of(texts) is not None


def slow_varying(left: list[str], right: list[str], family: list[list[str]], slots: list[tuple[int, ...]]) -> int:
    """The same by sets of triples of words."""
    held = [{tuple(text[n : n + 3]) for n in range(len(text) - 2)} for text in family]

    def texts_with(text: list[str], first: int, last: int) -> int:
        triples = [tuple(text[n : n + 3]) for n in range(max(0, first), min(last, len(text) - 2))]
        return max((sum(triple in one for one in held) for triple in triples), default=0)

    def sides(slot: tuple[int, ...]) -> Iterator[tuple[list[str], int, int]]:
        yield left, slot[0], slot[1]
        yield right, slot[2], slot[3]

    varying = 0
    for slot in slots:
        if slot[0] == slot[1] or slot[2] == slot[3]:
            continue
        around = [texts_with(text, start - 3, start - 2) if start >= 3 else 0 for text, start, _ in sides(slot)]
        around += [texts_with(text, end, end + 1) for text, _, end in sides(slot)]
        inside = [texts_with(text, start - 2, end) for text, start, end in sides(slot)]
        varying += max(around) >= FEW and sum(inside) <= EITHER * max(around)
    return varying if varying >= FILLED * len(slots) else 0


@given(st.data())
def test_varying_places_are_counted_as_sets_of_words_count_them(data) -> None:
    # Few places, some of them so near each other that only one side of a place is the same in many texts.
    words = st.sampled_from(["alpha", "omega", "sigma", "lambda", "epsilon", "upsilon"])
    edits = st.lists(st.tuples(st.sampled_from([14, 17, 20, 23]), words), min_size=2, max_size=4)
    family = []
    for changes in data.draw(st.lists(edits, min_size=FEW, max_size=7)):
        text = [WORDS[number] for number in range(40)]
        for place, word in changes:
            text[place] = word
        family.append(text)
    comparator = Comparator()
    prepared = comparator.prepare_batch([" ".join(text) for text in family])
    kin = kin_of(one.distinct for one in prepared)
    if kin is None:
        return
    different = list({" ".join(text): text for text in family}.values())
    left, right = prepared[0], prepared[1]
    slots = [slot for piece in align(left, right).pieces for slot in piece.slots]
    told = kin.varying(slots, left, right)
    places = [slot[:4] for slot in slots if slot.kind != "facts"]
    assert told == slow_varying(family[0], family[1], different, places)
    mirrored = [slot for piece in align(right, left).pieces for slot in piece.slots]
    assert kin.varying(mirrored, right, left) == told


@pytest.mark.parametrize("number", range(3))
def test_seen_from_the_other_text_the_verdict_is_the_mirror(number: int) -> None:
    comparator = Comparator()
    texts = comparator.prepare_batch([notice(n) for n in range(6)])
    kin = kin_of(text.distinct for text in texts)
    one, other = (comparator.relate(*pair, kin=kin) for pair in ((texts[number], texts[5]), (texts[5], texts[number])))
    assert one.relation is other.relation is Relation.TEMPLATE
    assert one.score == other.score
