"""A site's template: what it learns, what it never learns, and how it is kept."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dupdetect.errors import InputError
from dupdetect.extract import SiteLearner, SiteTemplate, extract, learn_template
from dupdetect.extract.site import CAPACITY, ENOUGH, LARGEST, LONGEST, STORIES, WINDOW, Recurring

BIO = "Jane founded this site and lives by the sea, where she writes about ferries, tides and the price of fish."
NOTE = "We are a small room of reporters and we run on what readers give, so every gift keeps the lights on here."
WIRE = (
    "The ministry said on Tuesday that the bridge would stay closed until the inquiry had heard every witness, and "
    "that no date had been set for its report, which the opposition has asked for since the spring of last year."
)
WORDS = [
    "ferry",
    "harbour",
    "council",
    "winter",
    "market",
    "bridge",
    "orchard",
    "railway",
    "teacher",
    "engine",
    "summer",
    "letter",
    "garden",
    "signal",
    "kitchen",
    "village",
    "station",
    "captain",
    "morning",
    "number",
    "record",
    "budget",
    "student",
    "doctor",
]


def paragraphs(story: int, count: int = 6) -> list[str]:
    """The paragraphs of a story of its own."""
    draw = random.Random(story)
    return [" ".join(draw.choices(WORDS, k=45)).capitalize() + "." for _ in range(count)]


def page(texts: Sequence[str], *, after: str = "", title: str = "A day in town") -> str:
    body = "".join(f"<p>{text}</p>" for text in texts)
    return (
        f"<html><head><title>{title}</title></head><body><ul class=nav><li><a href=/>Home</a></ul>"
        f"<div class=story><h1>{title}</h1>{body}{after}</div></body></html>"
    )


def learned(pages: Sequence[str]) -> SiteTemplate:
    return learn_template(pages)


def excerpts(template: SiteTemplate) -> list[str]:
    return [entry.excerpt for entry in template.known()]


def test_a_block_at_the_end_of_enough_stories_is_left_out_and_says_why() -> None:
    template = learned([page([*paragraphs(n), BIO]) for n in range(ENOUGH)])
    article = extract(page([*paragraphs(99), BIO]), template=template)
    assert article.text == "\n\n".join(paragraphs(99))
    assert [b.reason for b in article.blocks if b.text == BIO] == [f"recurs on {ENOUGH} of {ENOUGH} pages of this site"]


def test_fewer_stories_than_enough_teach_nothing_yet() -> None:
    template = learned([page([*paragraphs(n), BIO]) for n in range(ENOUGH - 1)])
    assert excerpts(template) == []
    assert BIO in extract(page([*paragraphs(99), BIO]), template=template).text


def test_of_several_blocks_at_the_end_the_outer_is_learned_first_and_then_the_next() -> None:
    template = learned([page([*paragraphs(n), NOTE, BIO]) for n in range(2 * ENOUGH + 1)])
    assert extract(page([*paragraphs(99), NOTE, BIO]), template=template).text == "\n\n".join(paragraphs(99))


def test_a_prompt_in_a_box_of_its_own_is_left_out_in_the_midst_of_the_text() -> None:
    def with_prompt(story: int) -> str:
        texts = paragraphs(story)
        texts[2] += f"</p><div class=give><p>{NOTE}</p></div><p>" + texts.pop(3)
        return page(texts)

    article = extract(with_prompt(99), template=learned([with_prompt(n) for n in range(ENOUGH)]))
    assert article.text == "\n\n".join(paragraphs(99))


@pytest.mark.parametrize("copies", [2, 50])
def test_a_story_posted_to_many_sections_is_no_template(copies: int) -> None:
    post = page(paragraphs(1))
    template = learned([page(paragraphs(n)) for n in range(20, 30)] + [post] * copies)
    assert excerpts(template) == []
    assert extract(post, template=template).text == extract(post).text


def test_a_story_whose_copies_are_edited_and_carry_other_headlines_is_no_template() -> None:
    def edited(copy: int) -> str:
        draw = random.Random(copy)
        texts = paragraphs(1, 8)
        for _ in range(8):  # words, and each copy's own note above
            number = draw.randrange(len(texts) - 1)
            words = texts[number].split()
            words[draw.randrange(len(words))] = draw.choice(WORDS)
            texts[number] = " ".join(words)
        return page([f"Section {copy} brings you this piece.", *texts], title=f"Headline {copy}")

    template = learned([edited(n) for n in range(30)])
    assert excerpts(template) == []


def test_a_story_that_comes_back_again_and_again_among_others_is_no_template() -> None:
    post = page(paragraphs(1))
    pages = [post if n % (STORIES + 2) == 0 else page(paragraphs(n)) for n in range(2, 12 * STORIES)]
    template = learned(pages)
    assert extract(post, template=template).text == extract(post).text


@pytest.mark.parametrize(
    "quoted",
    [
        lambda texts: texts.insert(3, WIRE),
        lambda texts: texts.insert(3, f"<blockquote>{WIRE}</blockquote>"),
        lambda texts: texts.append(f"<blockquote>{WIRE}</blockquote>"),
    ],
    ids=["as a paragraph", "as a quotation", "as a quotation at the end"],
)
def test_a_paragraph_that_many_stories_quote_is_never_template(quoted: Callable[[list[str]], None]) -> None:
    def quoting(story: int) -> str:
        texts = paragraphs(story)
        quoted(texts)
        return page(texts).replace("<p><blockquote>", "<blockquote>").replace("</blockquote></p>", "</blockquote>")

    template = learned([quoting(n) for n in range(40)])
    assert excerpts(template) == []
    assert WIRE in extract(quoting(99), template=template).text


def test_a_paragraph_at_an_edge_of_few_of_many_stories_is_never_template() -> None:
    pages = [page([*paragraphs(n), WIRE] if n % 25 == 0 else paragraphs(n)) for n in range(250)]
    template = learned(pages)
    assert excerpts(template) == []


def test_a_box_that_shows_another_text_each_time_is_the_stories_own() -> None:
    def boxed(story: int) -> str:
        texts = paragraphs(story)
        inside = WIRE if story % 4 == 0 else paragraphs(1000 + story, 1)[0]
        texts[2] += f"</p><div class=quoted><p>{inside}</p></div><p>" + texts.pop(3)
        return page(texts)

    template = learned([boxed(n) for n in range(40)])
    assert WIRE in extract(boxed(400), template=template).text


def test_a_learned_block_stays_where_a_story_quotes_it_in_its_midst() -> None:
    template = learned([page([*paragraphs(n), NOTE]) for n in range(ENOUGH)])
    texts = paragraphs(99)
    texts.insert(3, NOTE)
    assert NOTE in extract(page(texts), template=template).text


def test_long_blocks_are_never_template() -> None:
    sermon = " ".join(WORDS * 5)
    assert len(sermon.split()) > LONGEST
    assert excerpts(learned([page([*paragraphs(n), sermon]) for n in range(20)])) == []


def test_a_page_is_never_left_without_text() -> None:
    template = learned([page([*paragraphs(n), BIO]) for n in range(ENOUGH)])
    assert extract(page([BIO]), template=template).text == BIO


def test_a_page_with_several_articles_teaches_nothing_but_is_cleared() -> None:
    def post(story: int) -> str:
        return f"<article class=post><h2><a href=/{story}>Story {story}</a></h2>" + "".join(
            f"<p>{text}</p>" for text in [*paragraphs(story), NOTE]
        )

    front = "<body>" + "".join(f"{post(n)}</article>" for n in (70, 71))
    assert len(extract(front).notes) == 1
    assert learned([front] * 3) == SiteTemplate()
    singles = [f"<body>{post(n)}</article>" for n in range(ENOUGH)]
    assert NOTE not in extract(front, template=learned(singles)).text


def test_learning_goes_on_while_what_is_known_is_left_out() -> None:
    learner = SiteLearner()
    texts = [extract(page([*paragraphs(n), BIO]), learner=learner).text for n in range(ENOUGH + 3)]
    assert [BIO in text for text in texts] == [True] * ENOUGH + [False] * 3
    assert [entry.stories for entry in learner.template.known()] == [ENOUGH + 3]


def test_templates_of_other_pages_merge() -> None:
    one, two = (learned([page([*paragraphs(n), BIO]) for n in part]) for part in (range(3), range(10, 13)))
    assert excerpts(one) == excerpts(two) == []
    assert [(entry.excerpt, entry.stories) for entry in one.merged(two).known()] == [(BIO[:60], 6)]


def test_what_is_kept_is_bounded_and_an_old_design_is_forgotten() -> None:
    template = SiteTemplate(
        stories=WINDOW - 1,
        seen={f"{n:016x}": Recurring(stories=1 + n % 7, last=n, excerpt="x") for n in range(CAPACITY)},
    )
    article = page([*paragraphs(1), BIO])
    after = learn_template([article], template=template)
    assert after.stories == WINDOW // 2
    assert max(entry.stories for entry in after.seen.values()) == 3
    learner = SiteLearner()
    for n in range(2 * CAPACITY):
        extract(page([*paragraphs(n, 2), f"The very own ending of {n}.", BIO]), learner=learner)
    assert len(learner.template.seen) <= CAPACITY
    assert len(learner.template.latest) <= STORIES
    assert len(learner.template.to_json()) <= LARGEST // 2
    assert excerpts(learner.template) == [BIO[:60]]


def test_a_template_survives_json() -> None:
    template = learned([page([*paragraphs(n), BIO]) for n in range(ENOUGH)])
    assert SiteTemplate.from_json(template.to_json()) == template


def _damaged(**changes: Any) -> str:
    return json.dumps({**learned([page(paragraphs(1))]).to_dict(), **changes})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[" * 100_000,
        " " * (LARGEST + 1),
        _damaged(version=2),
        _damaged(stories=-1),
        _damaged(stories=True),
        _damaged(stories=WINDOW + 1),
        _damaged(seen=[1, 2]),
        _damaged(seen={"zz": [1, 1, ""]}),
        _damaged(seen={"0" * 16: [1, 1]}),
        _damaged(seen={"0" * 16: [2, 1, ""]}),
        _damaged(seen={"0" * 16: [1, 1, "x" * 61]}),
        _damaged(seen={f"{n:016x}": [1, 1, ""] for n in range(CAPACITY + 1)}),
        _damaged(latest=[[-1]]),
        _damaged(latest=[["1"]]),
        _damaged(latest=[list(range(33))]),
        _damaged(latest=[[1]] * (STORIES + 1)),
        _damaged(latest=None),
    ],
    ids=lambda text: text[:60],
)
def test_a_strange_or_damaged_template_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="site template"):
        SiteTemplate.from_json(text)


@given(st.lists(st.integers(0, 12), max_size=30), st.sampled_from([BIO, NOTE, WIRE, ""]))
@settings(max_examples=20, deadline=None)
def test_pages_of_too_few_stories_never_teach_however_often_they_come(stories: list[int], tail: str) -> None:
    template = learned([page([*paragraphs(n % (ENOUGH - 1)), tail]) for n in stories])
    assert template.stories <= ENOUGH - 1
    assert template.known() == []
