from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from dupdetect.errors import DocumentTooDeepError
from dupdetect.extract import Limits, loops
from dupdetect.extract.dom import _KINDS, _TAG, DATA, TEXT, _attributes, _deepest, _may_flood, events
from dupdetect.extract.flatten import flatten

compiled = pytest.mark.skipif(not loops.COMPILED, reason="no C compiler was there: only Python looks")

PAGE = """<!DOCTYPE html><html lang="en"><head><title>A title</title>
<script type="application/ld+json">{"a": 1}</script></head>
<body class="one two"><!-- no --><p id="x">Some <b>bold &amp; <i>brave</i></b> words<br>here</p>
<script>var p = '<p>';</script>
<noscript><p>loading</p></noscript><ul><li>one<li>two</ul></body></html>"""


def test_both_lanes_give_one_stream() -> None:
    fast = [event for event in events(PAGE) if event[1] != TEXT or event[2].strip()]
    soup = [event for event in events(BeautifulSoup(PAGE, "html5lib")) if event[1] != TEXT or event[2].strip()]
    assert fast == soup


def test_json_ld_is_data_and_other_scripts_are_nothing() -> None:
    stream = list(events(PAGE))
    assert [value for _, kind, value in stream if kind == DATA] == ['{"a": 1}']
    assert not any("var p" in value or "loading" in value for _, kind, value in stream if kind == TEXT)


def test_an_event_is_one_deeper_than_its_parent_at_most() -> None:
    deepest = 0
    for depth, kind, _ in events(PAGE):
        assert 0 <= depth <= deepest
        deepest = depth + (kind not in (TEXT, DATA))


def test_a_depth_says_which_element_an_event_stands_in() -> None:
    stream = [event for event in events("<p>a<b>b</b>c</p>d") if event[1] in ("p", "b", TEXT)]
    assert stream == [(2, "p", {}), (3, TEXT, "a"), (3, "b", {}), (4, TEXT, "b"), (3, TEXT, "c"), (2, TEXT, "d")]


@pytest.mark.filterwarnings("ignore:The 'strip_cdata' option:DeprecationWarning")  # an older soup, a newer lxml
@pytest.mark.parametrize("builder", ["html.parser", "lxml", "html5lib"])
def test_a_soup_of_any_builder_is_read(builder: str) -> None:
    page = flatten(events(BeautifulSoup(PAGE, builder)))
    assert page.texts == ["Some bold & brave words here", "one", "two"]
    assert page.title == "A title"


@pytest.mark.usefixtures("either")
def test_nesting_over_the_limit_is_refused_before_a_parser_pays_for_it() -> None:
    with pytest.raises(DocumentTooDeepError, match="deeper than 4,000"):
        list(events("<div>" * 100_000 + "x"))


def test_nesting_in_a_soup_is_refused_without_recursion() -> None:
    soup = BeautifulSoup("", "html.parser")
    inner = soup
    for _ in range(5_000):
        tag = soup.new_tag("div")
        inner.append(tag)
        inner = tag
    with pytest.raises(DocumentTooDeepError):
        list(events(soup))


def test_nesting_under_the_limit_is_read() -> None:
    page = flatten(events("<div>" * 1_000 + "deep words" + "</div>" * 1_000, Limits(depth=1_100)))
    assert page.texts == ["deep words"]


def test_a_million_attributes_are_dropped_and_the_text_stays() -> None:
    html = "<div " + " ".join(f"a{n}=1" for n in range(1_000_000)) + "><p>Words stay.</p></div>"
    assert flatten(events(html)).texts == ["Words stay."]


@pytest.fixture(params=[pytest.param(True, marks=compiled, id="compiled"), pytest.param(False, id="Python")])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "COMPILED", request.param)


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("between", [" ", "/", '="" ', "=''"])
def test_a_flood_of_attributes_is_dropped_however_they_are_parted(between: str) -> None:
    html = "<div " + between.join(f"a{n:x}" for n in range(20_000)) + "><p>Words stay.</p></div>"
    assert flatten(events(html)).texts == ["Words stay."]
    assert [value for _, kind, value in events(html) if kind == "div"] == [{}]


# What might hide an attribute or the end of a tag from a look that does not parse.
_SCRAPS = [
    *("<a", "<div ", " b", " c=", 'd=""', "e=''", "/f", "/", '="', "='", ">", '"', "'", " = ", "<", "\n"),
    *("<!--", "-->", "<script>", ' q=">"'),
]


@example(html="a=''b=\"\"c", most=2)
@example(html="a/b/c", most=2)
@example(html="a='>' b c", most=2)
@example(html="a b='>'", most=1)
@example(html="><a b='<>' c='>'", most=1)
@example(html="><a b c", most=1)
@given(html=st.lists(st.sampled_from(_SCRAPS), max_size=40).map("".join), most=st.integers(1, 5))
def test_the_look_for_floods_misses_no_element_of_more_attributes(html: str, most: int) -> None:
    html = f"<p {html}>"
    found = max([len(element.attributes) for element in LexborHTMLParser(html).css("*")])
    assert found <= most or _may_flood(html, most)


@compiled
@example(html="<svg><g/><script>")
@example(html="<!--><a b c><!-- --!><p>")
@example(html='<script a=">" b c></SCRIPT d e>')
@given(
    html=st.lists(st.sampled_from([*_SCRAPS, "</div>", "</p>", "<svg>", "<g/>", "</script>", "--!>", "<!-->"])).map(
        "".join
    )
)
def test_the_compiled_look_before_parsing_sees_what_the_expressions_see(html: str) -> None:
    most = max([_attributes(match[3]) for match in _TAG.finditer(html) if match[3]], default=0)
    assert loops.compiled.survey(html.encode(), _KINDS) == (_deepest(html), most)


@pytest.mark.parametrize(
    "flood",
    [
        "<p>",
        "<li>",
        "<br>",
        "</div>",
        "<b><i>x</b></i>",
        "<a><div>",
        "<table><td>",
        "<!--",
        "<svg><g>",
        "&amp;",
        "<",
        "<x a='>",
    ],
)
def test_a_flood_of_fragments_ends_in_a_page_or_in_a_clear_error(flood: str) -> None:
    try:
        page = flatten(events(flood * 20_000 + "<p>The end.</p>"))
    except DocumentTooDeepError:
        return
    assert len(page.ends) == len(page.tags)
