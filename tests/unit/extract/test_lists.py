"""Pages that are a list, and pages that only carry one."""

from __future__ import annotations

import pytest

from dupdetect.extract import extract

ITEMS = [
    f"{name} lamp, brass, 40 watt" for name in ("Arden", "Bellis", "Corva", "Delta", "Ember", "Fjord", "Gale", "Heath")
]
CARDS = "".join(f'<div class="product"><a href="/{n}">{item}</a></div>' for n, item in enumerate(ITEMS))
INTRO = "<p>Our lamps are made by hand, in a workshop by the sea.</p>"
MENU = "<nav>" + "".join(f'<a href="/m{n}">Section number {n} of the shop</a>' for n in range(9)) + "</nav>"
PROSE = "<p>" + "A lamp gives light, and light gives an evening its shape. " * 30 + "</p>"


def test_the_items_of_a_page_that_is_a_list_are_its_text() -> None:
    article = extract(f"<body>{MENU}<main><h1>Lamps</h1>{INTRO}<div>{CARDS}</div></main><footer>© Shop</footer></body>")
    assert all(item in article.text for item in ITEMS)


def test_menus_are_no_list_however_long() -> None:
    article = extract(f"<body>{MENU * 3}<main><h1>Lamps</h1>{PROSE}</main></body>")
    assert "Section number" not in article.text


def test_a_list_beside_a_text_stays_out() -> None:
    article = extract(f"<body><main><h1>On lamps</h1>{PROSE}</main><div>{CARDS}</div></body>")
    assert "brass" not in article.text


def test_a_page_that_declares_an_article_is_no_list() -> None:
    declared = '<meta property="og:type" content="article">'
    lead = "<p>A lamp gives light, and light gives an evening its shape, as everyone knows who has read by one.</p>"
    html = (
        f"<html><head>{declared}</head><body><main><h1>On lamps</h1>{lead}</main><div>{CARDS * 3}</div></body></html>"
    )
    assert "brass" not in extract(html).text


def test_a_list_right_under_the_heading_of_other_stories_is_not_the_text_of_a_short_article() -> None:
    lead = "<p>The lamp that stood in the harbour office since the war went out on Monday night.</p>"
    beside = f"<div><b>{{}}</b></div><div>{CARDS * 3}</div>"
    page = f"<body><div><h1>Lamp goes out</h1>{lead}</div>{beside}</body>"
    article = extract(page.format("Also in the Herald"))
    assert "brass" not in article.text
    assert "Also in" not in article.text
    assert "brass" in extract(page.format("All our lamps")).text


@pytest.mark.parametrize("heading", ["Latest news", "More stories from Monday"])
def test_a_page_of_nothing_but_stories_is_a_list_whatever_its_heading_says(heading: str) -> None:
    page = f"<body>{MENU}<main><h1>Lamps</h1><div><h2>{heading}</h2></div><div>{CARDS * 2}</div></main></body>"
    assert all(item in extract(page).text for item in ITEMS)
