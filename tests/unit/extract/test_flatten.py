"""The compiled reader of a serialised tree and the loop over its nodes give one page."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.oracles import colliding

from dupdetect.errors import DocumentTooDeepError, DocumentTooLargeError
from dupdetect.extract import loops
from dupdetect.extract.blocks import ASKED, Look, Page
from dupdetect.extract.decode import decode
from dupdetect.extract.dom import OPAQUE, events, serialised
from dupdetect.extract.flatten import read_page
from dupdetect.extract.limits import DEFAULT_LIMITS, Limits

flat = importlib.import_module("dupdetect.extract.flatten")
pytestmark = pytest.mark.skipif(not loops.COMPILED, reason="no C compiler was there: only Python reads")

PAGES = sorted((Path(__file__).parents[2] / "golden" / "pages").glob("*/source.html"))


def _columns(serial: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, object] | None:
    kept = {**flat._OF_LOOK, **{name: {} for name in ASKED}}
    read = loops.compiled.flatten(serial, flat._flows(OPAQUE), kept, Look, limits.depth, limits.elements)
    return read and read[0]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_a_golden_page_is_read_alike_and_by_the_compiled_reader(path: Path) -> None:
    html = decode(path.read_bytes())[0]
    assert read_page(html) == flat.flatten(events(html))
    assert _columns(serialised(html)) is not None


_PIECES = [
    *(
        "<p>",
        "</p>",
        "<div class='a b' id=x>",
        "</div>",
        "<div class>",
        "<span title=t>",
        "</span>",
        "<a href='/x?a&amp;b'>",
    ),
    *(
        "</a>",
        "<b>",
        "</b>",
        "<br>",
        "<br><br>",
        "<hr>",
        "<img src=x alt='>'>",
        "<pre>",
        "</pre>",
        "<ul><li>",
        "<table><td>",
    ),
    *(
        "<title>",
        "</title>",
        "<meta name=a content='&lt;&quot;'>",
        "<link rel=canonical href=x>",
        "<base>",
        "<time pubdate>",
    ),
    *(
        "<script>",
        "</script>",
        "<script type='application/ld+json'>",
        "<!--",
        "-->",
        "--!>",
        "<style>",
        "</style>",
        "<svg>",
    ),
    *(
        "</svg>",
        "<math>",
        "</math>",
        "<g/>",
        "<noscript>",
        "</noscript>",
        "<template>",
        "</template>",
        "<select><option>",
    ),
    *(
        "<iframe>",
        "</iframe>",
        "<textarea>",
        "</textarea>",
        "<xmp>",
        "<plaintext>",
        "<bgsound>",
        "<frame>",
        "<x-y>",
        "<?php ?>",
    ),
    *(
        "&amp;",
        "&nbsp;",
        "&lt;p&gt;",
        "&shy;",
        "&#8203;",
        "&#133;",
        "\u3000",
        "\x1c",
        "\n",
        " ",
        "word",
        "mehr Wörter",
        "日本",
    ),
    *('<a =x=1 b"c=d>', "<a<b>", "</body>", "</html>", "<body lang=de>", "<frameset>", "<!doctype x>", "<![CDATA[x]]>"),
]


@example(pieces=["<svg><style>&lt;/style>&lt;/svg>&lt;p>not shown&lt;/p>&lt;svg>&lt;style></style></svg><p>shown"])
@example(pieces=["<script><!--<script></script><p>not shown</p><script>--></script><p>shown"])
@example(pieces=["<p>one <a href=x>two <div>three</div> four</a> five"])
@example(pieces=["<p>see <span><a href=1>a</a><a href=2>b</a><a href=3>c</a></span> there"])
@example(pieces=["<pre>\n a &shy;\n b \n</pre>"])
@example(pieces=["<title></title><title>second</title><p>x"])
@given(pieces=st.lists(st.sampled_from(_PIECES) | st.text(max_size=4), max_size=40))
def test_any_page_is_read_alike(pieces: list[str]) -> None:
    html = decode("x" + "".join(pieces))[0]
    for opaque in (OPAQUE, OPAQUE - {"noscript"}):
        assert read_page(html, opaque=opaque) == flat.flatten(events(html, opaque=opaque))


@pytest.mark.parametrize(
    "serial",
    [
        *(
            "<",
            "<p",
            "<p>",
            "</p>",
            "<p></b>",
            "<p ",
            "<p a",
            "<p a=",
            "<p a=></p>",
            "<p a=b></p>",
            '<p a="></p>',
            '<p a="b"c="d"></p>',
            "<script>x",
        ),
        *(
            "<!--x",
            "<!",
            "<?",
            "<1></1>",
            "<svg>",
            "<div><svg></div>",
            "<style><",
            "<script></scrip></script",
            "<plaintext></p>",
        ),
        *(
            "<svg><style></style></svg>",
            "<script><!--<script></script>",
            '<p =""></p',
            "<p></p",
            "<p ></p>",
            "<p></p >",
        ),
    ],
)
def test_what_no_serialiser_writes_is_left_to_the_loop_over_nodes(serial: str) -> None:
    assert _columns(serial) is None


def test_an_attribute_without_a_value_is_read_as_older_parsers_write_it() -> None:
    old, new = (
        _columns('<p hidden title class lang="de"></p>'),
        _columns('<p hidden="" title="" class="" lang="de"></p>'),
    )
    assert old is not None
    assert old == new


@given(st.text("<>/!-?=\"' ap&;\n", max_size=30), st.integers(0, 30))
def test_no_markup_is_read_beyond_its_end(serial: str, cut: int) -> None:
    columns = _columns(serial[:cut])
    assert columns is None or len(columns["tags"]) == len(columns["ends"])


@pytest.mark.parametrize(
    ("html", "limits", "error"),
    [
        ("<div>" * 300 + "x", Limits(depth=250), DocumentTooDeepError),
        ("<p>x" * 300, Limits(elements=250), DocumentTooLargeError),
        ("<p>" + "x<br><br>" * 300, Limits(elements=250), DocumentTooLargeError),
    ],
)
def test_a_page_beyond_a_limit_has_the_error_that_names_it(html: str, limits: Limits, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_page(html, limits)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_both_readers_draw_the_line_at_one_depth(depth: int) -> None:
    for html in ("<div></div>", "<div>x</div>", "<div><!--x--></div>", "<div><p></p></div>"):
        limits = Limits(depth=depth)
        try:
            page: Page | None = flat.flatten(events(html, limits), limits)
        except DocumentTooDeepError:
            page = None
        columns = _columns(serialised(html, limits), limits)
        assert page is not None or columns is None


def test_names_made_to_collide_are_left_to_dicts() -> None:
    names = colliding(510)
    html = "".join(f"<{name}>word</{name}>" for name in names)
    assert _columns(serialised(html)) is None
    assert len(read_page(html).texts) == len(names)
