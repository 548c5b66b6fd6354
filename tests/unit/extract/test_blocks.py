from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dupdetect.extract.blocks import Page, flatten, kinds
from dupdetect.extract.dom import events
from dupdetect.model import BlockKind


def _page(html: str) -> Page:
    return flatten(events(html))


def test_block_elements_and_double_breaks_part_blocks_and_single_breaks_do_not() -> None:
    assert _page("<div>one<br>two<br><br>three<p>four</p>five</div>").texts == ["one two", "three", "four", "five"]


def test_inline_elements_do_not_part_words() -> None:
    assert _page("<p>un<b>believ</b>able <i>news</i></p>").texts == ["unbelievable news"]


def test_white_space_collapses_but_in_preformatted_text() -> None:
    assert _page("<p> a \n\t b </p><pre>\n  a\n    b\n</pre>").texts == ["a b", "  a\n    b"]


def test_link_text_is_counted_through_nested_elements_and_wrapped_blocks() -> None:
    page = _page('<p>see <a href="/x">the <b>link</b></a></p><a href="/y"><div>all of it</div></a>')
    assert page.linked == [8, 9]
    assert page.links == [1, 0]


def test_a_subtree_is_a_range_of_elements_and_of_blocks() -> None:
    page = _page("<section><p>one</p><div><p>two</p>tail</div></section><p>three</p>")
    section, div = page.tags.index("section"), page.tags.index("div")
    assert page.texts[page.block_starts[section] : page.block_ends[section]] == ["one", "two", "tail"]
    assert page.texts[page.block_starts[div] : page.block_ends[div]] == ["two", "tail"]
    assert page.tags[section : page.ends[section]] == ["section", "p", "div", "p"]


def test_a_kind_is_inherited_and_quotes_are_counted() -> None:
    page = _page("<h2>h</h2><ul><li><p>item</p></li></ul><blockquote><p>q</p><blockquote>qq</blockquote></blockquote>")
    kind, quotes = kinds(page)
    assert kind == [BlockKind.HEADING, BlockKind.LIST_ITEM, BlockKind.QUOTE, BlockKind.QUOTE]
    assert quotes == [0, 0, 1, 2]


_MARKUP = st.sampled_from(
    [f"<{slash}{tag}>" for tag in ("p", "div", "a", "b", "ul", "li", "pre", "table", "td", "h1") for slash in ("", "/")]
    + ["<br>", "word", "&amp;", " "]
)


@given(st.lists(_MARKUP | st.text(max_size=8), max_size=60))
def test_the_lists_of_any_page_fit_together(pieces: list[str]) -> None:
    page = _page("".join(pieces))
    n, m = len(page.texts), len(page.tags)
    assert {len(x) for x in (page.owners, page.firsts, page.lasts, page.linked, page.links, page.strong)} == {n}
    assert {len(x) for x in (page.parents, page.attributes, page.ends, page.block_starts, page.block_ends)} == {m}
    for element, (parent, end) in enumerate(zip(page.parents, page.ends, strict=True)):
        assert parent < element < end <= page.ends[max(parent, 0)]
    for block, owner in enumerate(page.owners):
        assert page.block_starts[owner] <= block < page.block_ends[owner]
        assert page.texts[block].strip()
