from __future__ import annotations

import datetime as dt

import pytest
from bs4 import BeautifulSoup

from dupdetect.errors import (
    DocumentTooDeepError,
    DocumentTooLargeError,
    EmptyDocumentError,
    ExtractionError,
    NoArticleError,
    NotTextError,
    SettingsError,
)
from dupdetect.extract import Limits, extract, extract_all, read
from dupdetect.model import Document, Published

BODY = [
    "The harbour froze on Tuesday night for the first time in eleven years, and by morning the boats stood still.",
    "Fishermen walked out to their nets across the ice, which the harbour master had told them not to do.",
    "He said that he would have gone with them if he had not been the harbour master.",
]
PAGE = f"""<!DOCTYPE html><html lang="en-GB"><head><title>Harbour freezes | The Gazette</title>
<meta property="og:site_name" content="The Gazette"><link rel="canonical" href="/news/harbour"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<article><h1>Harbour freezes</h1><p class="byline">By Ada Quill</p>
<time datetime="2021-02-03T08:00:00+00:00">3 February</time>
<div class="article-body">{"".join(f"<p>{text}</p>" for text in BODY)}</div></article>
<aside><h3>Most read</h3><a href="/1">Council votes on bins</a> <a href="/2">Rain to come</a></aside>
<footer><p>© The Gazette</p></footer></body></html>"""


def test_a_page_gives_its_article_and_what_it_says_about_it() -> None:
    article = extract(PAGE, id="a", url="https://gazette.example/x")
    assert article.text == "\n\n".join(BODY)
    assert article.title == "Harbour freezes"
    assert article.byline == ("Ada Quill",)
    assert article.published == Published(moment=dt.datetime(2021, 2, 3, 8, tzinfo=dt.timezone.utc), precision="time")
    assert article.canonical_url == "https://gazette.example/news/harbour"
    assert (article.site, article.language, article.noindex, article.notes) == ("The Gazette", "en-GB", False, ())


@pytest.mark.parametrize("url", [None, "https://gazette.example/x"])
def test_a_broken_address_is_none(url: str | None) -> None:
    page = PAGE.replace('href="/news/harbour"', 'href="http://[harbour/2021/02/03/"')
    article = extract(page.replace("<time", "<i").replace("</time", "</i"), url=url)
    assert (article.canonical_url, article.published) == (None, None)
    assert article.text == "\n\n".join(BODY)


def test_a_page_found_at_a_broken_address_is_read_all_the_same() -> None:
    whole = PAGE.replace('href="/news/harbour"', 'href="https://gazette.example/news/harbour"')
    article = extract(whole, url="http://[gazette/2021/02/03/")
    assert article.canonical_url == "https://gazette.example/news/harbour"
    assert article.text == "\n\n".join(BODY)


def test_text_bytes_and_soup_give_the_same_article() -> None:
    assert extract(PAGE) == extract(PAGE.encode()) == extract(BeautifulSoup(PAGE, "html5lib"))


def test_a_soup_is_left_as_it_is() -> None:
    soup = BeautifulSoup(PAGE, "html5lib")
    before = str(soup)
    extract(soup)
    assert str(soup) == before


def test_what_the_caller_knows_takes_precedence() -> None:
    known = Published(moment=dt.date(2001, 2, 3))
    article = read(
        Document(
            id="9", content=PAGE, title="Mine", published=known, site="Ours", sections=("S",), url="https://x.example/"
        )
    )
    assert (article.id, article.title, article.published, article.site, article.sections) == (
        "9",
        "Mine",
        known,
        "Ours",
        ("S",),
    )
    assert article.url == "https://x.example/"


def test_a_page_with_one_article_is_a_list_of_one() -> None:
    assert extract_all(PAGE, id="a") == [extract(PAGE, id="a")]


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("", EmptyDocumentError),
        (b"\n", EmptyDocumentError),
        (BeautifulSoup("", "html.parser"), EmptyDocumentError),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), NotTextError),
        ("<p>" + "x" * (33 * 2**20), DocumentTooLargeError),
        ("<div>" * 100_000 + "x", DocumentTooDeepError),
        ("<html><head><title>App</title></head><body><div id=root></div><script>start()</script>", NoArticleError),
        ("<!-- only a comment -->", NoArticleError),
    ],
    ids=["empty", "blank", "empty soup", "binary", "50 MB", "deep", "script only", "comment only"],
)
def test_bad_input_gets_an_error_of_its_own_that_names_the_document(
    source: str | bytes | BeautifulSoup, error: type[ExtractionError]
) -> None:
    for call in (extract, extract_all):
        with pytest.raises(error, match="^bad-page: "):
            call(source, id="bad-page")


def test_limits_must_be_whole_positive_numbers() -> None:
    with pytest.raises(SettingsError, match="limit depth"):
        Limits(depth=0)


def test_a_plain_sentence_without_markup_is_an_article() -> None:
    assert extract("<p>" + BODY[0] + "</p>").text == BODY[0]
