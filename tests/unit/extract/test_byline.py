"""Who wrote a page: what counts as a name, and whose word counts first."""

from __future__ import annotations

import pytest

from dupdetect.extract import extract
from dupdetect.extract.byline import split_names

BODY = (
    "<article><h1>A headline of some words</h1>{}<p>"
    + "Words of an article that goes on for a while. " * 8
    + "</p></article>"
)


def byline(head: str = "", shown: str = "") -> tuple[str, ...]:
    return extract(f"<html><head>{head}</head><body>{BODY.format(shown)}</body></html>").byline


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ann Lee and Bo Chen", ("Ann Lee", "Bo Chen")),
        ("By Ann Lee And Bo Chen For The Daily Mirror", ("Ann Lee", "Bo Chen")),
        ("Von Eva Maier, Redakteurin der Zeitung", ("Eva Maier",)),
        ("By Ann Lee Feb 21, 2020", ("Ann Lee",)),
        ("By Ann Lee, November 7, 2012", ("Ann Lee",)),
        ("Text von Eva Maier Illustration von Max Roth", ("Eva Maier",)),
        ("von lupa am 26.10.13", ("lupa",)),
        ("Zeige alle Beiträge von Eva Maier", ("Eva Maier",)),
        ("Alles von Eva Maier", ("Eva Maier",)),
        ("E. B. White", ("E. B. White",)),
        ("Zeige alle Artikel", ()),
    ],
)
def test_a_line_gives_the_names_and_nothing_around_them(line: str, names: tuple[str, ...]) -> None:
    assert split_names(line) == names


def test_a_person_on_show_comes_before_an_organisation_declared_as_the_author() -> None:
    author = '{"@type":"Organization","name":"The Echo"}'
    article = f'{{"@type":"NewsArticle","headline":"A","author":{author}}}'
    declared = f'<script type="application/ld+json">{article}</script>'
    assert byline(declared, '<span class="author">Ann Lee</span>') == ("Ann Lee",)
    assert byline(declared) == ("The Echo",)


def test_a_person_on_show_comes_before_the_site_declared_as_the_author() -> None:
    declared = '<meta property="og:site_name" content="The Echo"><meta name="author" content="the echo">'
    assert byline(declared, '<a rel="author" href="/x">Ann Lee</a>') == ("Ann Lee",)
    assert byline(declared) == ("the echo",)


def test_an_author_given_by_reference_is_the_node_referred_to() -> None:
    article = '{"@type":"Article","headline":"A","author":{"@id":"#p1"}}'
    graph = f'{{"@graph":[{article},{{"@type":"Person","@id":"#p1","name":"Ann Lee"}}]}}'
    assert byline(f'<script type="application/ld+json">{graph}</script>') == ("Ann Lee",)


def test_a_card_that_is_labelled_as_the_author_gives_the_name() -> None:
    card = '<meta name="twitter:label1" content="Verfasst von"><meta name="twitter:data1" content="Eva Maier">'
    assert byline(card) == ("Eva Maier",)
    assert byline(card.replace("Verfasst von", "Lesezeit")) == ()


def test_authors_of_works_that_a_page_cites_did_not_write_it() -> None:
    cited = '<ol><li itemscope><meta itemprop="author" content="N. Shear"><p>Shear N., a paper.</p></li></ol>'
    assert byline('<meta name="dc.creator" content="Ann Lee">', cited) == ("Ann Lee",)


def test_a_list_of_people_is_no_byline() -> None:
    crowd = "".join(
        f'<span class="author">{name} Smith</span>'
        for name in ("Al", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ike")
    )
    assert byline("", f"<div>{crowd}</div>") == ()


@pytest.mark.parametrize("line", ["Ein Artikel von Eva Maier", "Autoren: Eva Maier", "Écrit par Eva Maier"])
def test_a_line_that_begins_as_bylines_do_names_the_author(line: str) -> None:
    assert byline("", f"<div>{line}</div>") == ("Eva Maier",)


def test_one_word_is_a_name_where_the_link_to_its_page_says_so() -> None:
    assert byline("", '<p><a href="/author/fabian/">Fabian</a></p>') == ("Fabian",)
    assert byline("", '<p><a href="/author/fabian/">Profil</a></p>') == ()


def test_the_sites_own_name_as_author_makes_no_line_of_the_article_a_byline() -> None:
    head = '<meta property="og:site_name" content="Greenpeace"><meta name="author" content="Greenpeace">'
    body = BODY.format("<h2>What Greenpeace wants</h2><p>" + "More words that are the text. " * 20 + "</p>")
    article = extract(f"<html><head>{head}</head><body>{body}</body></html>")
    assert article.byline == ("Greenpeace",)
    assert "What Greenpeace wants" in article.text
