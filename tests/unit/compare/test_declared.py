from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.compare import Comparator, excuse, same_address
from dupdetect.model import Article, Block, Excuse, Published

SOURCE = Article(blocks=(), url="https://a.example/posts/1")


def copy(canonical: str | None = None, *, url: str | None = "https://b.example/2", noindex: bool = False) -> Article:
    return Article(blocks=(), url=url, canonical_url=canonical, noindex=noindex)


@pytest.mark.parametrize(
    "canonical",
    [
        "https://a.example/posts/1",
        "http://A.example:80/posts/1/#top",
        "https://a.example:443/posts/%31",
        "//a.example/posts/1",
    ],
)
def test_a_canonical_address_that_is_the_others_excuses(canonical: str) -> None:
    assert excuse(copy(canonical), SOURCE) is Excuse.CANONICAL


def test_a_canonical_address_that_the_other_names_too_excuses() -> None:
    third = "https://c.example/original"
    assert excuse(copy(third), copy(third, url="https://d.example/3")) is Excuse.CANONICAL


@pytest.mark.parametrize(
    "canonical",
    [
        None,
        "",
        "https://b.example/2",  # its own
        "https://a.example/posts/1?page=2",
        "https://a.example/posts/2",
        "https://a.example:8443/posts/1",
        "https://[a.example/posts/1",
        "https://a.example:port/posts/1",
    ],
)
def test_a_canonical_address_of_its_own_or_of_something_else_excuses_nothing(canonical: str | None) -> None:
    assert excuse(copy(canonical), SOURCE) is None


def test_a_piece_that_is_named_as_the_others_original_declares_nothing_itself() -> None:
    assert excuse(SOURCE, copy(SOURCE.url)) is None


def test_two_pieces_without_addresses_excuse_nothing() -> None:
    nowhere = Article(blocks=())
    assert excuse(nowhere, nowhere) is None


def test_a_relative_canonical_address_is_taken_from_the_piece_s_own() -> None:
    assert excuse(copy("/posts/1", url="https://a.example/print/1"), SOURCE) is Excuse.CANONICAL


def test_noindex_excuses_and_canonical_says_more() -> None:
    assert excuse(copy(noindex=True), SOURCE) is Excuse.NOINDEX
    assert excuse(copy("https://c.example/", noindex=True), SOURCE) is Excuse.NOINDEX
    assert excuse(copy(SOURCE.url, noindex=True), SOURCE) is Excuse.CANONICAL


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_two_strings_can_be_asked_about(one: str, other: str) -> None:
    assert same_address(one, other) == same_address(other, one)
    assert excuse(copy(one, url=other), copy(other, url=one)) in (None, Excuse.CANONICAL)


def test_letters_in_other_scripts_may_be_escaped_or_not() -> None:
    assert same_address("https://a.example/stra\N{LATIN SMALL LETTER SHARP S}e", "https://a.example/stra%c3%9fe")
    assert not same_address("https://a.example/a%2Fb", "https://a.example/a/b")


def declared(left: Article, right: Article) -> tuple[float | None, float | None, float | None]:
    comparison, mirrored = (Comparator().compare(*pair).comparison for pair in ((left, right), (right, left)))
    told = (comparison.section_ratio, comparison.days_apart, comparison.same_canonical)
    assert told == (mirrored.section_ratio, mirrored.days_apart, mirrored.same_canonical)
    return told


def test_what_two_pieces_declare_is_measured() -> None:
    morning = dt.datetime(2021, 5, 3, 9, tzinfo=dt.timezone.utc)
    original = Article(
        blocks=(Block(text="One two three."),),
        url="https://a.example/1",
        sections=("News", "Harbour"),
        published=Published(moment=dt.date(2021, 5, 1)),
    )
    cross_post = Article(
        blocks=original.blocks,
        url="https://b.example/2",
        canonical_url=original.url,
        sections=("news",),
        published=Published(moment=morning, precision="time"),
    )
    assert declared(original, cross_post) == (0.5, 2.0, 1.0)


def test_what_is_not_declared_is_not_measured() -> None:
    month = Published(moment=dt.date(2021, 5, 1), precision="month")
    vague = Article(blocks=(Block(text="One."),), url="https://a.example/1", canonical_url="https://a.example/1/")
    dated = Article(blocks=(Block(text="One."),), sections=("News",), published=month)
    assert declared(vague, dated) == (None, None, None)
    assert declared(dated, dated) == (1.0, None, None)


def test_canonical_addresses_that_lead_elsewhere_are_not_one() -> None:
    left = copy("https://c.example/3")
    assert declared(left, SOURCE)[2] == 0.0
    assert declared(left, copy("https://c.example/3", url="https://d.example/4"))[2] == 1.0
