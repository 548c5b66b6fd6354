from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dupdetect.extract.blocks import Page, kinds
from dupdetect.extract.dom import events
from dupdetect.extract.flatten import flatten
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


def test_elements_share_a_look_when_a_style_sheet_cannot_tell_them_apart() -> None:
    page = _page('<p class="x" style="a">1</p><p class="x" title="b">2</p><p class="y">3</p><p>4</p><p>5</p>')
    numbers = [number for number, tag in zip(page.look_numbers, page.tags, strict=True) if tag == "p"]
    assert [page.looks[number].classes for number in numbers] == ["x", "x", "y", None, None]
    assert len(set(numbers)) == 3


def test_the_text_of_an_inline_element_is_its_own() -> None:
    page = _page('<p>see <a href="/x">the <b>link</b></a> there</p><p class="z">all <i>of</i> it</p>')
    assert page.text_of(page.tags.index("a")) == "the link"
    assert page.text_of(page.tags.index("p", page.tags.index("a"))) == "all of it"


def test_a_box_of_links_within_a_sentence_goes_and_the_text_of_its_links_is_still_known() -> None:
    links = '<a href="/1">the first one</a> <a href="/2">the second</a> <a href="/3">the third</a>'
    page = _page(f"<p>Words <span>{links}</span> go on.</p>")
    assert page.texts == ["Words go on."]
    assert page.text_of(page.tags.index("a")) == "the first one"


_MARKUP = st.sampled_from(
    [f"<{slash}{tag}>" for tag in ("p", "div", "a", "b", "ul", "li", "pre", "table", "td", "h1") for slash in ("", "/")]
    + ["<br>", "word", "&amp;", " "]
)


@given(st.lists(_MARKUP | st.text(max_size=8), max_size=60))
def test_the_lists_of_any_page_fit_together(pieces: list[str]) -> None:
    page = _page("".join(pieces))
    n, m = len(page.texts), len(page.tags)
    assert {len(x) for x in (page.owners, page.firsts, page.lasts, page.linked, page.links, page.strong)} == {n}
    lists = (page.parents, page.look_numbers, page.ends, page.block_starts, page.block_ends)
    assert {len(x) for x in lists} == {m}
    assert all(element < m for values in page.attributes.values() for element in values)
    assert [page.looks[number].tag for number in page.look_numbers] == page.tags
    for element, (parent, end) in enumerate(zip(page.parents, page.ends, strict=True)):
        assert parent < element < end <= page.ends[max(parent, 0)]
    for block, owner in enumerate(page.owners):
        assert page.block_starts[owner] <= block < page.block_ends[owner]
        assert page.texts[block].strip()
