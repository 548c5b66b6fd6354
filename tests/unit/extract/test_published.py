"""When a page was published: marked in RDFa or by name, shown at the head of a paragraph, two digits for a year."""

from __future__ import annotations

import datetime as dt

import pytest

from dupdetect.extract import extract

TEXT = "Words of an article that goes on for a while. " * 8


def day(shown: str) -> dt.date | None:
    published = extract(
        f"<html lang=de><body><article><h1>Headline</h1>{shown}<p>{TEXT}</p></article></body></html>"
    ).published
    return published.moment if published else None


@pytest.mark.parametrize(
    "shown",
    [
        '<span property="schema:dateCreated" content="2022-01-28T12:45:46">gestern</span>',
        '<span class="post-created-date">28. Januar 2022</span>',
        '<div class="field-published-at">28 janvier 2022</div>',
        "<p>Erschienen am: 28.01.2022</p>",
        "<p>28.01.22 / 3 Kommentare</p>",
        f"<p>Hamburg, 28. Januar 2022 – {TEXT}</p>",
    ],
)
def test_the_day_is_read_where_pages_put_it(shown: str) -> None:
    assert day(shown) == dt.date(2022, 1, 28)


def test_a_date_deep_in_a_paragraph_is_not_the_publication_date() -> None:
    assert day(f"<p>{TEXT} Am 28. Januar 2022 geschah es.</p>") is None


def test_a_version_number_is_no_date() -> None:
    assert day("<p>Version 1.2.22.4</p>") is None
