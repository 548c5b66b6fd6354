"""The example site: what must and what must not stand in its articles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dupdetect.extract import extract, extract_all

SITE = Path(__file__).parents[3] / "examples" / "firedoglake"
TRUTH: dict[str, dict[str, Any]] = json.loads((SITE / "expected.json").read_text(encoding="utf-8"))["pages"]
SINGLE = sorted(name for name, truth in TRUTH.items() if truth["title"])
FRONT = "front-page-community-isis-twice.html"


def _page(name: str) -> bytes:
    return (SITE / "pages" / name).read_bytes()


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_the_text_is_the_post_and_nothing_else(name: str) -> None:
    truth = TRUTH[name]
    kept = [block.text for block in extract(_page(name)).content]
    optional = set(truth["optional"])
    assert [text for text in kept if text not in optional] == truth["paragraphs"]


@pytest.mark.parametrize("name", SINGLE)
def test_a_post_says_who_wrote_it_when_and_where(name: str) -> None:
    truth = TRUTH[name]
    article = extract(_page(name))
    assert article.title == truth["title"]
    assert article.byline == tuple(truth["byline"])
    assert article.published is not None
    assert article.published.day.isoformat() == truth["published"]
    assert article.sections == tuple(truth["sections"])
    assert article.canonical_url == truth["canonical_url"]
    assert article.site == truth["site"]
    assert article.language == truth["language"]


def test_one_post_in_two_sections_gives_one_text() -> None:
    one, two = (extract(_page(f"{place}-isis-al-qaeda-takeover.html")) for place in ("main-blog", "bullpen"))
    assert one.text == two.text
    assert one.sections != two.sections


def test_a_page_with_two_posts_gives_both_joined_and_says_so() -> None:
    post = extract(_page("main-blog-isis-al-qaeda-takeover.html"))
    both = extract(_page(FRONT))
    assert both.text == f"{post.text}\n\n{post.text}"
    assert both.notes == ("the page has 2 articles, one under the other; they are joined here",)


def test_extract_all_splits_a_page_with_two_posts() -> None:
    post = extract(_page("main-blog-isis-al-qaeda-takeover.html"))
    first, second = extract_all(_page(FRONT), id="front")
    assert (first.id, second.id) == ("front#1", "front#2")
    assert first.text == second.text == post.text
    assert first.title == second.title == post.title
    assert first.byline == ("DSWright",)
    assert first.sections == ("Community", "FDL Main Blog")
    assert second.sections == ("Community", "The Bullpen")
    assert first.canonical_url == post.canonical_url


def test_every_dropped_block_says_why() -> None:
    blocks = extract(_page(FRONT)).blocks
    reasons = {block.text: block.reason for block in blocks}
    assert reasons["Subscribe in a reader"]
    assert all(block.reason is None or block.reason for block in blocks)
