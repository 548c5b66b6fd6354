"""Laws of extraction that hold for any page: real markup, mutilated."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dupdetect.errors import ExtractionError
from dupdetect.extract import extract, extract_all, loops
from dupdetect.extract.decode import decode
from dupdetect.model import Article

PAGES = [
    decode(path.read_bytes())[0]
    for path in sorted((Path(__file__).parents[1] / "golden" / "pages").glob("*/source.html"))
]
SPLINTERS = st.sampled_from(
    (
        *(
            "<",
            ">",
            "</div>",
            "<div>",
            "<p",
            '"',
            "'",
            "<!--",
            "-->",
            "&#0;",
            "&#xD800;",
            "\0",
            "</article>",
            "<article>",
        ),
        *(
            "<table>",
            "<a href=x>",
            "<script>",
            "</script>",
            "<br><br>",
            "<title>",
            "<pre>",
            "</body>",
            "<svg>",
            "&shy;",
        ),
    )
)


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """Return a golden page with pieces cut out, doubled, and splinters of markup thrown in."""
    page = draw(st.sampled_from(PAGES))
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(page)))
        end = min(len(page), start + draw(st.integers(0, 400)))
        middle = draw(SPLINTERS | st.just("") | st.text(max_size=5) | st.just(page[start:end] * 2))
        page = page[:start] + middle + page[end:]
    return page


def _result(page: object) -> Article | str:
    try:
        return extract(page)  # type: ignore[arg-type]
    except ExtractionError as error:
        return type(error).__name__


RELAXED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@RELAXED
@given(mutilated())
def test_any_page_gives_an_article_with_text_or_an_error_of_ours(page: str) -> None:
    result = _result(page)
    if isinstance(result, Article):
        assert result.text
        result.text.encode()
        assert result.text == "\n\n".join(block.text for block in result.blocks if block.reason is None)
        assert all(block.text.strip() and (block.reason is None or block.reason) for block in result.blocks)


@RELAXED
@given(mutilated())
def test_the_same_page_gives_the_same_article_twice_and_as_bytes(page: str) -> None:
    once = _result(page)
    assert _result(page) == once
    if "�" not in page and page.isprintable():
        assert _result(page.encode("utf-8", "replace")) == once


@RELAXED
@given(mutilated())
def test_the_articles_of_a_page_are_the_page_s_article_in_parts(page: str) -> None:
    whole = _result(page)
    if isinstance(whole, Article):
        assert "\n\n".join(article.text for article in extract_all(page)) == whole.text


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200))
def test_anything_at_all_gives_an_article_or_an_error_of_ours(content: bytes | str) -> None:
    assert isinstance(_result(content), (Article, str))


@pytest.mark.parametrize("page", PAGES)
def test_the_soup_lane_gives_what_the_fast_lane_gives(page: str) -> None:
    assert extract(BeautifulSoup(page, "html5lib")) == extract(page)


@pytest.mark.skipif(not loops.COMPILED, reason="no C compiler was there: there is one way only")
@pytest.mark.parametrize("page", PAGES)
def test_python_s_loops_give_what_the_compiled_ones_give(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    article = extract(page)
    monkeypatch.setattr(loops, "COMPILED", False)
    assert extract(page) == article
