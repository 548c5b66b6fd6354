"""From a page's markup to flat lists: by one loop over its events, or the same loop compiled over its serialised tree.

The parser's tree is reached node by node, and each costs Python a dozen objects. The same tree written out as HTML is
reached by one call, and easily read: every tag is closed, every value quoted. ``_compiled/flatten.c`` does that. It is
built when the package is installed; where that failed, for a soup, and where the markup is not what a serialiser writes
or beyond a limit, the loop in Python reads the page, and says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from dupdetect.errors import DocumentTooLargeError
from dupdetect.extract import loops
from dupdetect.extract.blocks import ASKED, Look, Page
from dupdetect.extract.dom import DATA, OPAQUE, TEXT, VOID, Event, events, serialised
from dupdetect.extract.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = ["flatten", "read_page"]

# Everything unknown is a block: custom elements are wrappers far more often than words.
INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "amp-link", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn"),
        *("em", "font", "i", "ins", "kbd", "label", "mark", "math", "nobr", "q", "rb", "rp", "rt", "rtc"),
        *("ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"),
        *("wbr", "img", "picture", "source", "input", "button", "br", "basefont", "slot"),
    )
)
# What an element is to the flow of text; those up to _PRE are blocks, those after _STRONG are not numbered.
_BLOCK, _PRE, _INLINE, _LINK, _STRONG, _DATA, _HEAD, _TITLE, _BREAK, _OPAQUE = range(10)
_FLOW = {
    **dict.fromkeys(INLINE, _INLINE),
    **dict.fromkeys(("b", "strong", "em", "i"), _STRONG),
    **dict.fromkeys(("meta", "link", "base"), _HEAD),
    "a": _LINK,
    "br": _BREAK,
    "pre": _PRE,
    "title": _TITLE,
    DATA: _DATA,
}
# What is in them is no markup once it is written out; what is in a drawing may be anything.
_RAW = ("script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext")
_FOREIGN = ("svg", "math")
_EMPTY_BIT, _RAW_BIT, _FOREIGN_BIT = 16, 32, 64


@lru_cache(maxsize=4)
def _flows(opaque: frozenset[str]) -> dict[str, int]:
    """Return what each tag is to the flow of text, as ``_compiled/flatten.c`` has it: what is not there is a block."""
    flows = {**_FLOW, **dict.fromkeys(opaque, _OPAQUE)}
    if "script" in opaque:
        flows["script"] = _DATA
    for names, bit in ((VOID, _EMPTY_BIT), (_RAW, _RAW_BIT), (_FOREIGN, _FOREIGN_BIT)):
        for name in names:
            flows[name] = flows.get(name, _BLOCK) | bit
    return flows


_OF_LOOK = dict.fromkeys(("class", "id", "itemprop", "role", "itemtype"))


def read_page(source: str | BeautifulSoup, limits: Limits = DEFAULT_LIMITS, *, opaque: frozenset[str] = OPAQUE) -> Page:
    """Return a page as flat lists.

    Parameters
    ----------
    source : str or BeautifulSoup
    limits : Limits
    opaque : frozenset of str
        Elements to pass over with all they hold.

    Raises
    ------
    DocumentTooDeepError
        Elements nest deeper than ``limits.depth``.
    DocumentTooLargeError
        More elements or blocks than ``limits.elements``.
    """
    if loops.COMPILED and isinstance(source, str):
        attributes: dict[str, dict[int, str]] = {name: {} for name in ASKED}
        read = loops.compiled.flatten(
            serialised(source, limits), _flows(opaque), {**_OF_LOOK, **attributes}, Look, limits.depth, limits.elements
        )
        if read is not None:
            lists, arrays = read
            page = Page(**lists, attributes=attributes)
            page.know({name: np.frombuffer(array, np.int64) for name, array in arrays.items()})
            return page
    return flatten(events(source, limits, opaque=opaque), limits)


def flatten(events: Iterable[Event], limits: Limits = DEFAULT_LIMITS) -> Page:
    """Return the page that a stream of events describes, in one pass.

    Parameters
    ----------
    events : iterable of tuple
        See `dupdetect.extract.dom`.
    limits : Limits

    Raises
    ------
    DocumentTooLargeError
        More elements or blocks than ``limits.elements``.
    """
    most = limits.elements
    page = Page()
    tags, parents, attributes, ends = page.tags, page.parents, page.attributes, page.ends
    block_starts, block_ends, texts = page.block_starts, page.block_ends, page.texts
    look_numbers, looks, spans = page.look_numbers, page.looks, page.spans
    known: dict[object, int] = {}  # number of each look
    asked = _ASKED
    count = 1  # elements
    blocks = 0
    # Of each open element: its number, its flow, the owner outside it (an inline one: whether it has attributes); and
    # the pieces, links and linked before it.
    opened = [(0, _BLOCK, 0, 0, 0, 0)]
    level = 0  # of them beside the root
    inner = 0  # innermost open element
    owner = 0  # innermost open block-level element
    pieces: list[str] = []  # text of the block so far
    first = 1  # first element opened within it
    linked = links = strong = 0
    link_depth = strong_depth = pre_depth = 0
    breaks = 0  # <br> since the last word
    in_title = False
    found: list[tuple[int, ...]] = []  # of each block: owner, first, last, linked, links, strong

    def finish() -> None:
        nonlocal blocks, pieces, linked, links, strong
        text = "".join(pieces)
        text = text.strip("\r\n") if pre_depth and "\n" in text.strip() else " ".join(text.split())
        if text and not text.isascii():
            if _INVISIBLE.search(text):
                text = _INVISIBLE.sub("", text)
            if text.isspace():
                text = ""
        if text:
            texts.append(text)
            blocks += 1
            found.append((owner, first, count, linked, links, strong))
        pieces = []
        linked = links = strong = 0

    for depth, kind, value in chain(events, _END):
        while level > depth:
            element, flow, before, start, links_before, linked_before = opened.pop()
            level -= 1
            if flow <= _PRE:
                if pieces:
                    finish()
                breaks = links = 0
                owner = before
                if flow == _PRE:
                    pre_depth -= 1
                first = count
            elif flow <= _STRONG:
                end = len(pieces)
                if end - start < _SHORT and before and (end > start or blocks > block_starts[element]):
                    own = pieces[start:end]
                    if sum(map(len, own)) < _SHORT_TEXT:
                        spans[element] = " ".join("".join(own).split())
                if flow == _LINK:
                    link_depth -= 1
                else:
                    if flow == _STRONG:
                        strong_depth -= 1
                    if links - links_before > 2 and start and _mostly_links(pieces, start, linked - linked_before):
                        del pieces[start:]
                        links, linked = links_before, linked_before
            else:
                in_title = False
                continue
            inner = parents[element]
            ends[element] = count
            block_ends[element] = blocks
        if kind == TEXT:
            if in_title:
                page.title += value
            elif value.isspace():
                if pieces:
                    pieces.append(" ")
            else:
                pieces.append(value)
                breaks = 0
                if link_depth:
                    linked += len(value)
                if strong_depth:
                    strong += len(value)
            continue
        flow = _FLOW.get(kind, _BLOCK)
        if flow <= _STRONG:
            element = count
            if element > most or blocks > most:
                raise DocumentTooLargeError(
                    f"the page has more than {most:,} elements; no article does: raise Limits(elements=…) if so"
                )
            if flow <= _PRE:
                if pieces:
                    finish()
                breaks = links = 0
                first = element + 1
                opened.append((element, flow, owner, 0, 0, 0))
                owner = element
                if flow == _PRE:
                    pre_depth += 1
            else:
                opened.append((element, flow, len(value), len(pieces), links, linked))
                if flow == _LINK:
                    link_depth += 1
                    links += 1
                elif flow == _STRONG:
                    strong_depth += 1
            level += 1
            key: Any = kind
            if value:
                get = value.get
                key = kind, get("class"), get("id"), get("itemprop"), get("role"), get("itemtype")
                if not asked.isdisjoint(value):
                    for name in asked.intersection(value):
                        attributes[name][element] = value[name] or ""
            number = known.get(key)
            if number is None:
                look = Look(kind, *[said or None for said in key[1:]]) if value else Look(kind)
                number = known[key] = known.setdefault(look, len(looks))
                if number == len(looks):
                    looks.append(look)
            count += 1
            tags.append(kind)
            parents.append(inner)
            look_numbers.append(number)
            ends.append(0)
            block_starts.append(blocks)
            block_ends.append(0)
            inner = element
        elif flow == _DATA:
            page.data.append(value)
        else:
            opened.append((inner, flow, owner, 0, 0, 0))
            level += 1
            if flow == _BREAK:
                breaks += 1
                if blocks > most:
                    raise DocumentTooLargeError(
                        f"the page has more than {most:,} blocks of text; see Limits(elements=…)"
                    )
                if breaks == 2 and not pre_depth:
                    if pieces:
                        finish()
                    first = count
                    breaks = links = 0
                pieces.append("\n" if pre_depth else " ")
            elif flow == _TITLE:
                in_title = not page.title
            else:
                page.heads.append((kind, {name: said or "" for name, said in value.items()}))
    if pieces:
        finish()
    ends[0] = count
    block_ends[0] = blocks
    if found:
        page.owners, page.firsts, page.lasts, page.linked, page.links, page.strong = map(list, zip(*found, strict=True))
    return page


_ASKED = frozenset(ASKED)
_END: list[Event] = [(0, TEXT, " ")]  # ends every open element, and says nothing
_SHORT = 9  # pieces: longer inline elements are no name, date or headline
_SHORT_TEXT = 1_000  # code points


def _mostly_links(pieces: list[str], start: int, linked: int) -> bool:
    """Whether an inline element within a sentence is a box of links: more than two, and hardly anything else."""
    inner = sum(map(len, pieces[start:]))
    return linked >= 0.9 * inner and not all(map(str.isspace, pieces[:start]))


# Soft hyphen, zero-width space, word joiner, byte order mark: no reader sees them, and they part equal words.
_INVISIBLE = re.compile("[\\u00ad\\u200b\\u2060\\ufeff]")
