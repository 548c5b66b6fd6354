"""Marked texts: nothing lost, nothing added, every passage reachable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.model import Change, Comparison, Passage, Repeat, Span
from dupdetect.report.segments import CopyMark, Part, Stretch, mark_side, mark_text

KINDS = st.sampled_from(["wording", "facts", "noise"])
SPANS = st.builds(lambda start, end: Span(start=start, end=end), st.integers(-3, 40), st.integers(-3, 40))
REPEATS = st.builds(lambda first, second: Repeat(first=first, second=second, tokens=1, similarity=1.0), SPANS, SPANS)
TEXTS = st.text(alphabet=st.characters(codec=None), max_size=35)
MARKINGS = st.fixed_dictionaries(
    {
        "passages": st.lists(SPANS, max_size=6),
        "changes": st.lists(st.tuples(SPANS, KINDS), max_size=6),
        "repeats": st.lists(REPEATS, max_size=3),
    }
)


def clipped(span: Span, size: int) -> range:
    start = min(max(span.start, 0), size)
    return range(start, min(max(span.end, start), size))


@given(TEXTS, MARKINGS)
def test_joined_stretches_are_the_text(text, marking):
    stretches = mark_text(text, **marking)
    assert "".join(stretch.text for stretch in stretches) == text


@given(TEXTS, MARKINGS)
def test_each_letter_carries_the_first_passage_change_and_copy_that_cover_it(text, marking):
    """Held to the slow obvious way: ask every span about every letter."""
    size = len(text)
    copies = [span for repeat in marking["repeats"] for span in (repeat.first, repeat.second)]
    got = [
        (stretch.passage, stretch.copy and (stretch.copy.number, stretch.copy.copy), part.change)
        for stretch in mark_text(text, **marking)
        for part in stretch.parts
        for _ in part.text
    ]
    for at in range(size):
        passage = next((k for k, span in enumerate(marking["passages"], 1) if at in clipped(span, size)), None)
        copy = next((k for k, span in enumerate(copies) if at in clipped(span, size)), None)
        change = next((kind for span, kind in marking["changes"] if at in clipped(span, size)), None)
        assert got[at] == (passage, None if copy is None else (copy // 2 + 1, ("first", "second")[copy % 2]), change)


@given(TEXTS, MARKINGS)
def test_each_passage_and_each_copy_opens_exactly_once_where_it_starts(text, marking):
    at, opened, opened_copies = 0, {}, {}
    for stretch in mark_text(text, **marking):
        for number in stretch.opens:
            assert number not in opened
            opened[number] = at
        for mark in stretch.opens_copies:
            assert mark not in opened_copies
            opened_copies[mark] = at
        at += len(stretch.text)
    size = len(text)
    assert opened == {k: clipped(span, size).start for k, span in enumerate(marking["passages"], 1)}
    assert opened_copies == {
        CopyMark(number=k, copy=which): clipped(span, size).start
        for k, repeat in enumerate(marking["repeats"], 1)
        for which, span in (("first", repeat.first), ("second", repeat.second))
    }


@given(TEXTS, MARKINGS)
def test_each_empty_change_leaves_one_empty_part(text, marking):
    size = len(text)
    empty = [part for stretch in mark_text(text, **marking) for part in stretch.parts if not part.text]
    assert len(empty) == sum(len(clipped(span, size)) == 0 for span, _ in marking["changes"])


def test_adjacent_passages_stay_apart():
    stretches = mark_text("abcd", passages=[Span(start=0, end=2), Span(start=2, end=4)])
    assert stretches == (
        Stretch(parts=(Part(text="ab"),), passage=1, opens=(1,)),
        Stretch(parts=(Part(text="cd"),), passage=2, opens=(2,)),
    )


def test_an_unmarked_text_is_one_stretch():
    assert mark_text("abc") == (Stretch(parts=(Part(text="abc"),)),)


def test_an_empty_text_has_no_stretch():
    assert mark_text("") == ()


@pytest.mark.parametrize(("side", "text"), [("left", "one two three"), ("right", "zero one 2 three")])
def test_a_side_is_marked_with_its_own_spans(side, text):
    change = Change(left=Span(start=4, end=7), right=Span(start=9, end=10), kind="facts")
    passage = Passage(
        left=Span(start=0, end=13), right=Span(start=5, end=16), tokens=2, similarity=0.67, changes=(change,)
    )
    stretches = mark_side(text, Comparison(tokens_left=3, tokens_right=4, passages=(passage,)), side)
    (marked,) = [stretch for stretch in stretches if stretch.passage == 1]
    assert [part.text for part in marked.parts if part.change == "facts"] == [{"left": "two", "right": "2"}[side]]
    assert "".join(stretch.text for stretch in stretches) == text
