"""Real pages, broken in the ways that pages break: cut short, spliced, doubled, bits flipped, tags thrown in."""

import gzip
import json
import re
from collections.abc import Callable

from hypothesis import strategies as st

from tests.conftest import ROOT

MOST = 120_000
"""Bytes: larger pages are left out, so that a run sees many."""
TAG = re.compile(rb"<[^<>]{0,300}>")
SPLINTERS = [
    *(b"<", b">", b"</", b'"', b"'", b"=", b"&", b"&#", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    *(b"\x85", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<!DOCTYPE", b"<?xml", b"&#xD800;", b"&#0;"),
    *(b"&#x110000;", b"&nbsp;", b"<table>", b"<tr>", b"<td>", b"<select>", b"<option>", b"<svg>", b"<math>"),
    *(b"<template>", b"<frameset>", b"<a>", b"<script type=application/ld+json>", b"</script>", b"<style>"),
    *(b"<title>", b"<textarea>", b"<plaintext>", b"<b>", b"<article>", b"</article>", b"<body>", b"</body>"),
    *(b"</html>", b"<head>", b"<noscript>", b"<iframe>", b"<pre>", b"<meta charset=utf-16>"),
    *(b"<meta charset=x-user-defined>", b"<base href=//[>", b"<link rel=canonical href='//[x'>", b'{"@type":'),
    *(b'"datePublished":"9999-99-99"', b"[" * 50, b"<time datetime=0000-00-00>", b"<br><br>", b"<div " * 9),
]


def pages() -> list[bytes]:
    """Return golden pages, the example blog, and every tenth development page where there are any, of a usual size."""
    own = [*ROOT.glob("tests/golden/pages/*/source.html"), *ROOT.glob("examples/*/pages/*.html")]
    found = [path.read_bytes() for path in sorted(own)]
    for truth in sorted((ROOT.parent / "shared" / "data" / "extraction").glob("*/ground-truth.json")):
        names = sorted(json.loads(truth.read_text(encoding="utf-8")))[::10]
        found += [gzip.decompress((truth.parent / "pages" / f"{name}.html.gz").read_bytes()) for name in names]
    return [page for page in found if len(page) <= MOST]


@st.composite
def broken_pages(draw: st.DrawFn, sources: list[bytes]) -> bytes:
    """Return a page after up to eight mutations."""
    page = draw(st.sampled_from(sources))
    for _ in range(draw(st.integers(1, 8))):
        page = draw(st.sampled_from(MUTATIONS))(draw, page, sources)
    return page[: 2 * MOST]


def _places(draw: st.DrawFn, page: bytes, longest: int) -> tuple[int, int]:
    start = draw(st.integers(0, len(page)))
    return start, min(len(page), start + draw(st.integers(0, longest)))


def _flip(draw: st.DrawFn, page: bytes, sources: list[bytes]) -> bytes:
    broken = bytearray(page)
    for place in draw(st.lists(st.integers(0, max(0, len(page) - 1)), max_size=30)) if page else ():
        broken[place] ^= draw(st.integers(1, 255))
    return bytes(broken)


def _cut_out(draw: st.DrawFn, page: bytes, sources: list[bytes]) -> bytes:
    start, end = _places(draw, page, len(page))
    return page[:start] + page[end:]


def _truncate(draw: st.DrawFn, page: bytes, sources: list[bytes]) -> bytes:
    return page[: draw(st.integers(0, len(page)))]


def _splice(draw: st.DrawFn, page: bytes, sources: list[bytes]) -> bytes:
    other = draw(st.sampled_from(sources))
    start, end = _places(draw, other, len(other))
    at = draw(st.integers(0, len(page)))
    return page[:at] + other[start:end] + page[at:]


def _repeat(draw: st.DrawFn, page: bytes, sources: list[bytes]) -> bytes:
    start, end = _places(draw, page, 2000)
    return page[:start] + page[start:end] * draw(st.integers(2, 40)) + page[end:]


def _throw_in(draw: st.DrawFn, page: bytes, sources: list[bytes]) -> bytes:
    at = draw(st.integers(0, len(page)))
    return page[:at] + draw(st.sampled_from(SPLINTERS) | st.binary(max_size=8)) * draw(st.integers(1, 60)) + page[at:]


def _multiply_a_tag(draw: st.DrawFn, page: bytes, sources: list[bytes]) -> bytes:
    tags = list(TAG.finditer(page, 0, 20_000))
    if not tags:
        return page
    tag = draw(st.sampled_from(tags))
    return page[: tag.start()] + tag[0] * draw(st.integers(0, 300)) + page[tag.end() :]


def _swap(draw: st.DrawFn, page: bytes, sources: list[bytes]) -> bytes:
    first, second = sorted((_places(draw, page, 3000), _places(draw, page, 3000)))
    if first[1] > second[0]:
        return page
    return (
        page[: first[0]] + page[slice(*second)] + page[first[1] : second[0]] + page[slice(*first)] + page[second[1] :]
    )


Mutation = Callable[[st.DrawFn, bytes, list[bytes]], bytes]
MUTATIONS: list[Mutation] = [_flip, _cut_out, _truncate, _splice, _repeat, _throw_in, _multiply_a_tag, _swap]
