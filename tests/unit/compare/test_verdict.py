"""Relations: the rules on texts small enough to read."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.compare.texts import FIRST, SECOND, THIRD, prose

from dupdetect.compare import Comparator, StoryCounts, Thresholds, compare
from dupdetect.errors import SettingsError
from dupdetect.model import Article, Block, BlockKind, Relation


def test_the_same_words_are_identical_whatever_their_dress() -> None:
    verdict = compare(FIRST, f"“{FIRST.upper()}”")
    assert verdict.relation is Relation.IDENTICAL
    assert verdict.score == 1.0


def test_another_headline_leaves_two_texts_identical() -> None:
    left, right = (Article(blocks=(Block(text=FIRST),), title=title) for title in ("Mud", "Why the quay matters now"))
    assert compare(left, right).relation is Relation.IDENTICAL


@pytest.mark.parametrize(("left", "right"), [("", ""), ("", FIRST), (FIRST, " … \n"), ("!!!", "???")])
def test_an_empty_text_is_never_a_pair(left: str, right: str) -> None:
    verdict = compare(left, right)
    assert verdict.relation is Relation.UNDECIDED
    assert not verdict.is_duplicate
    assert verdict.comparison.jaccard is None


def test_short_texts_are_identical_or_undecided() -> None:
    assert compare("Harbour closed today.", "harbour, closed TODAY").relation is Relation.IDENTICAL
    assert compare("Harbour closed today.", "Harbour closed tomorrow.").relation is Relation.UNDECIDED
    assert compare("Harbour closed today.", "Harbour closed today. " + FIRST).relation is Relation.UNDECIDED


def _told(text: str, whole: str, *, others: int = 120, holders: int = 0) -> Relation:
    """Compare a text with one that holds it, among other stories, some of which hold it too."""
    bare = Comparator()
    corpus = [text, whole, *(prose(n, 60) for n in range(others)), *(f"{prose(n, 60)} {text}" for n in range(holders))]
    rarity = StoryCounts([bare.prepare(each).distinct for each in corpus])
    return Comparator(rarity=rarity).compare(text, whole).relation


SENTENCE = " ".join(FIRST.split()[:14])


def test_a_short_text_that_stands_whole_in_a_longer_one_is_contained_where_its_words_are_known_to_be_rare() -> None:
    assert _told(SENTENCE, FIRST) is Relation.CONTAINED
    assert _told(SENTENCE, FIRST, others=20) is Relation.UNDECIDED  # too few stories to know
    assert compare(SENTENCE, FIRST).relation is Relation.UNDECIDED  # nothing known


def test_a_short_text_that_many_stories_hold_is_furniture() -> None:
    assert _told(SENTENCE, FIRST, holders=9) is Relation.UNDECIDED


def test_a_short_text_with_a_change_or_of_too_few_words_is_undecided() -> None:
    assert _told(SENTENCE.replace("before", "after"), FIRST) is Relation.UNDECIDED
    assert _told(" ".join(FIRST.split()[:11]), FIRST) is Relation.UNDECIDED


def test_a_short_text_inside_another_short_one_is_undecided() -> None:
    assert _told(SENTENCE, " ".join(FIRST.split()[:19])) is Relation.UNDECIDED


def test_unrelated_texts_are_distinct() -> None:
    assert compare(FIRST, SECOND).relation is Relation.DISTINCT


def test_a_copy_edited_text_is_near() -> None:
    edited = prose(1).split()
    edited[20:22] = ["entirely", "other"]
    edited[150] = "changed"
    verdict = compare(prose(1), " ".join(edited))
    assert verdict.relation is Relation.NEAR
    assert verdict.reasons[0].rule == "same-text-edited"


def test_a_text_with_its_paragraphs_moved_is_near() -> None:
    assert compare("\n\n".join((FIRST, SECOND, THIRD)), "\n\n".join((THIRD, SECOND, FIRST))).relation is Relation.NEAR


def test_an_excerpt_is_contained_and_the_whole_contains_it() -> None:
    whole = "\n\n".join((FIRST, prose(1), prose(2)))
    assert compare(whole, FIRST).relation is Relation.CONTAINS
    assert compare(FIRST, whole).relation is Relation.CONTAINED


def test_a_page_that_carries_a_text_twice_contains_it_and_lists_the_repeat() -> None:
    double = f"{FIRST}\n\n{SECOND}\n\nFrom our other section\n\n{FIRST}\n\n{SECOND}"
    verdict = compare(double, f"{FIRST}\n\n{SECOND}")
    assert verdict.relation is Relation.CONTAINS
    (repeat,) = verdict.comparison.repeats_left
    assert repeat.first.of(double) == repeat.second.of(double)


def test_a_shared_quotation_is_an_overlap_and_no_duplicate() -> None:
    left, right = f"{prose(1)}\n\n{FIRST}\n\n{prose(2)}", f"{prose(3)}\n\n{FIRST}\n\n{prose(4)}"
    verdict = compare(left, right)
    assert verdict.relation is Relation.OVERLAPS
    (passage,) = verdict.comparison.passages or ()
    assert passage.left.of(left).startswith(FIRST[:-1])


def test_the_same_skeleton_with_other_facts_is_a_template() -> None:
    frame = (
        "Here is the forecast of our weather desk for the district of {} and the hills around it, as every morning. "
        "Expect a high of {} degrees and a low of {}, with winds from the {} at {} miles an hour. "
        "The road to {} is expected to be open; check before you leave and allow more time. "
        "The next forecast appears tomorrow at six in the morning, as it has done since our paper was founded."
    )
    left = frame.format("Oakdale", 71, 55, "north", 12, "Milton")
    right = frame.format("Fairview", 64, 48, "west", 21, "Ashland")
    verdict = compare(left, right)
    assert verdict.relation is Relation.TEMPLATE
    assert verdict.reasons[0].rule == "same-skeleton"


@pytest.mark.parametrize(("left_title", "relation"), [("The week in bread, 12", "TEMPLATE"), ("Bread", "NEAR")])
def test_a_headlines_number_counts_as_a_fact(left_title: str, relation: str) -> None:
    texts = (
        f"{prose(1, 60)} Baker Hans Grohl of Lund wins. {prose(2, 60)}",
        f"{prose(1, 60)} Baker Per Ek of Lund wins. {prose(2, 60)}",
    )
    articles = (
        Article(title=title, blocks=(Block(text=text),))
        for title, text in zip((left_title, "The week in bread, 13"), texts, strict=True)
    )
    assert compare(*articles).relation.value == relation


def test_a_brief_among_other_matter_is_contained_by_its_headline_and_lead() -> None:
    whole = Article(
        title="Mud in the channel", blocks=tuple(Block(text=text) for text in (FIRST, SECOND, prose(1, 300)))
    )
    brief = Article(title="Mud in the channel", blocks=(Block(text=FIRST), Block(text=prose(2, 100))))
    verdict = compare(whole, brief)
    assert verdict.relation is Relation.CONTAINS
    assert verdict.reasons[0].rule == "same-headline-and-lead"
    other = Article(title="Something else", blocks=brief.blocks)
    assert compare(whole, other).relation is Relation.OVERLAPS


class Everywhere:
    """Story frequencies of a corpus in which every sequence of `text` is common stock."""

    def __init__(self, text: str) -> None:
        self.common = Comparator().prepare(text).distinct

    @property
    def stories(self) -> int:
        return 1000

    def frequencies(self, shingles: NDArray[np.uint64]) -> NDArray[np.int64]:
        return np.where(np.isin(shingles, self.common), 500, 1)


def test_furniture_that_stands_in_many_stories_counts_in_no_coverage() -> None:
    furniture = prose(9, 150)
    left, right = f"{FIRST} {SECOND}\n\n{furniture}", f"{FIRST} {SECOND}"
    assert compare(left, right).relation is Relation.CONTAINS
    assert compare(left, right, rarity=Everywhere(furniture)).relation is Relation.NEAR


def test_texts_that_share_common_stock_alone_are_no_duplicates() -> None:
    stock = prose(9, 150)
    left, right = f"{stock}\n\n{FIRST}", f"{stock}\n\n{THIRD}"
    assert not compare(left, right, rarity=Everywhere(stock)).is_duplicate


def test_what_is_rare_does_not_touch_identity() -> None:
    assert compare(FIRST, FIRST, rarity=Everywhere(FIRST)).relation is Relation.IDENTICAL


def reply(marked: bool) -> Article:
    quote = "\n".join("> " + line for line in (FIRST, SECOND, THIRD))
    if marked:
        return Article(blocks=(Block(text=f"Anna wrote:\n{quote}\n\nI could not agree more with all of this."),))
    blocks = [Block(text=text, kind=BlockKind.QUOTE, quote_depth=1) for text in (FIRST, SECOND, THIRD)]
    return Article(blocks=(*blocks, Block(text="I could not agree more with all of this.")))


@pytest.mark.parametrize("marked", [True, False])
def test_a_reply_that_quotes_a_whole_text_contains_it_and_is_no_duplicate(marked: bool) -> None:
    verdict = compare(reply(marked), "\n\n".join((FIRST, SECOND, THIRD)))
    assert verdict.relation is Relation.CONTAINS
    assert "quotation" in verdict.reasons[0].text


def test_two_replies_that_quote_the_same_text_overlap() -> None:
    other = Article(blocks=(*reply(False).blocks[:-1], Block(text="Nonsense, as anyone knows who was ever out there.")))
    assert compare(reply(False), other).relation is Relation.OVERLAPS
    assert compare(other, reply(False)).relation is Relation.OVERLAPS


def test_a_copy_that_lost_its_quotation_marks_is_still_near() -> None:
    quoting = Article(blocks=(Block(text=prose(1)), Block(text=FIRST, kind=BlockKind.QUOTE, quote_depth=1)))
    assert compare(quoting, f"{prose(1)}\n\n{FIRST}\n\nFiled from the quay.").relation is Relation.NEAR


def test_prepared_texts_give_the_verdict_of_their_articles() -> None:
    comparator = Comparator()
    left, right = comparator.prepare(f"{FIRST}\n\n{SECOND}"), comparator.prepare(f"{SECOND}\n\n{FIRST}")
    assert comparator.compare(left, right) == comparator.compare(left.article, right.article)


def test_leaving_out_the_passages_changes_nothing_else() -> None:
    comparator = Comparator()
    left, right = comparator.prepare(f"{FIRST}\n\n{SECOND}"), comparator.prepare(FIRST)
    whole, bare = comparator.relate(left, right), comparator.relate(left, right, passages=False)
    assert (whole.relation, whole.score, whole.reasons) == (bare.relation, bare.score, bare.reasons)
    assert whole.comparison.passages
    assert bare.comparison.passages is None


@pytest.mark.parametrize("wrong", [{"near_longer": 1.5}, {"contained": -0.1}, {"short": "20"}, {"facts_few": True}])
def test_a_threshold_out_of_its_range_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        Thresholds(**wrong)  # type: ignore[arg-type]


def test_a_short_text_with_the_headline_of_a_longer_one_may_be_shorter_still_and_changed() -> None:
    note = Article(
        blocks=(Block(text=" ".join(FIRST.split()[:9]) + " once more"),), title="Mud in the northern channel"
    )
    whole = Article(blocks=(Block(text=f"{FIRST} {SECOND}"),), title="Mud in the northern channel")
    other = Article(blocks=whole.blocks, title="What the harbour board wants")
    bare = Comparator()
    corpus: list[Article | str] = [note, whole, *(prose(n, 60) for n in range(120))]
    told = Comparator(rarity=StoryCounts([bare.prepare(each).distinct for each in corpus]))
    verdict = told.compare(note, whole)
    assert (verdict.relation, verdict.reasons[0].rule) == (Relation.CONTAINED, "short-and-same-headline")
    assert told.compare(note, other).relation is Relation.UNDECIDED


def test_what_a_text_says_twice_and_the_other_once_is_covered() -> None:
    standfirst, pulled = (" ".join(FIRST.split()[:18]), " ".join(SECOND.split()[:14]))
    body = f"{FIRST}\n\n{SECOND}"
    verdict = compare(f"{standfirst}\n\n{FIRST}\n\n{pulled}\n\n{SECOND}", body)
    assert verdict.relation is Relation.NEAR
    assert verdict.comparison.coverage_left == verdict.comparison.coverage_right == 1.0


def test_what_a_text_says_twice_and_the_other_never_counts_once() -> None:
    own = " ".join(THIRD.split()[:18])
    once, twice = (compare(f"{text}\n\n{FIRST}", FIRST).comparison for text in (own, f"{own}\n\n{own}"))
    assert once.coverage_left == twice.coverage_left
    assert once.coverage_left is not None
    assert once.coverage_left < 0.8


HEADLINE = "The harbour board votes to dredge the northern channel although the pilots had warned of mud"


def _page(line: str, *texts: str, title: str | None = HEADLINE) -> Article:
    return Article(title=title, blocks=tuple(Block(text=text) for text in (line, *texts)))


def test_a_headlines_line_before_the_text_counts_in_no_coverage() -> None:
    whole = Article(title=HEADLINE, blocks=tuple(Block(text=text) for text in (FIRST, SECOND, prose(1, 300))))
    line = f"{HEADLINE} Ana Costa, June 3, 2019"
    assert compare(_page(line, FIRST), whole).relation is Relation.CONTAINED
    assert compare(_page(line, FIRST, title=None), whole).relation is Relation.OVERLAPS


def test_another_byline_and_date_beside_the_headline_are_no_other_facts() -> None:
    lines = (f"{HEADLINE} {rest}" for rest in ("By Ana Costa, June 3, 2019", "By Omar Haddad, May 21, 2014"))
    left, right = (_page(line, FIRST, SECOND, prose(n, 30)) for n, line in enumerate(lines))
    assert compare(left, right).comparison.fact_changes == 0
    bare = Comparator()
    assert (
        bare.evidence(*(bare.prepare(_page(*(b.text for b in side.blocks), title=None)) for side in (left, right)))
    ).inside.facts > 0


def test_a_first_paragraph_that_begins_with_the_headline_is_text() -> None:
    long = f"{HEADLINE}, and that the money were better spent on the old lock, which has been leaking for many years."
    assert Comparator().prepare(_page(long, SECOND)).head == 0
    assert Comparator().prepare(_page(HEADLINE)).head == 0  # there is nothing else


def test_a_few_added_words_are_covered_but_not_the_same() -> None:
    words = FIRST.split()
    edited = " ".join([*words[:12], "so", "far", *words[12:25], "indeed", *words[25:]])
    verdict = compare(FIRST, edited)
    assert verdict.comparison.coverage_left == verdict.comparison.coverage_right == 1.0
    assert verdict.score < 1.0
    many = " ".join([*words[:20], *prose(1, 4).split(), *words[20:]])
    assert (compare(FIRST, many).comparison.coverage_right or 0) < 1.0


def test_the_sentence_tells_word_for_word_from_small_edits() -> None:
    assert "word for word" in compare(FIRST, f"{FIRST}\n\n{prose(1)}").reasons[0].text
    assert "small edits" not in compare(FIRST, f"{FIRST}\n\n{prose(1)}").reasons[0].text
    edited = FIRST.replace("northern", "southerly")
    said = compare(edited, f"{FIRST}\n\n{prose(1)}").reasons[0].text
    assert said.startswith("100 % of this text stands in the other, with small edits (98 % word for word)")


def test_a_comment_that_quotes_the_lead_under_its_headline_is_no_brief() -> None:
    whole = Article(title="Mud", blocks=tuple(Block(text=text) for text in (FIRST, SECOND, prose(1, 300))))
    comment = (Block(text=FIRST, kind=BlockKind.QUOTE, quote_depth=1), Block(text=prose(2, 100)))
    assert compare(whole, Article(title="Mud", blocks=comment)).relation is Relation.OVERLAPS


def test_a_text_that_is_all_quotation_stands_in_another_that_quotes_the_same() -> None:
    quoted = tuple(Block(text=text, kind=BlockKind.QUOTE, quote_depth=1) for text in (FIRST, SECOND))
    other = Article(blocks=(*quoted, Block(text=prose(1, 200))))
    assert compare(Article(blocks=quoted), other).relation is Relation.CONTAINED


class InStories:
    """Story frequencies of a corpus in which every sequence of words stands in so many stories."""

    def __init__(self, count: int) -> None:
        self.count = count

    @property
    def stories(self) -> int:
        return 1000

    def frequencies(self, shingles: NDArray[np.uint64]) -> NDArray[np.int64]:
        return np.full(len(shingles), self.count)


def test_a_sentence_that_many_stories_say_is_a_formula_and_a_paragraph_may_still_be_an_excerpt() -> None:
    sentence, paragraph = " ".join(FIRST.split()[:30]), f"{FIRST} {SECOND}"
    for held, count, relation in (
        (sentence, 5, Relation.CONTAINED),
        (sentence, 7, Relation.OVERLAPS),
        (paragraph, 7, Relation.CONTAINED),
    ):
        assert compare(held, f"{paragraph}\n\n{prose(1)}", rarity=InStories(count)).relation is relation
