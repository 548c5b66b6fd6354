"""The only module that knows a parser. A tree of either kind becomes one stream of events, in document order.

Two lanes: selectolax's lexbor, the default, and BeautifulSoup, which people have in hand and which is the reference.
lexbor builds the tree that browsers build, and can write it out as HTML in one piece: `dupdetect.extract.flatten` reads
that where it can (``python -m benchmarks run parsers --data DIR`` compares the ways). Both walks keep their own stack,
since a page decides how deep it nests.

An event is a triple, depth first: ``(depth, tag, attributes)`` is an element, ``(depth, TEXT, str)`` is text,
``(depth, DATA, str)`` is the JSON-LD of a ``<script>``. An event ends every open element that is as deep or deeper, so
nothing needs closing. What no reader sees never appears.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from selectolax.lexbor import LexborHTMLParser

from dupdetect.errors import DocumentTooDeepError
from dupdetect.extract import loops
from dupdetect.extract.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = ["DATA", "OPAQUE", "TEXT", "VOID", "Event", "events", "serialised"]

TEXT = "#text"
DATA = "#data"

Event = tuple[int, str, Any]

# Elements whose content is no running text. ``noscript`` repeats what scripts load; a ``template`` is not rendered.
OPAQUE = frozenset(
    [
        "script",
        "style",
        "svg",
        "math",
        "template",
        "noscript",
        "iframe",
        "object",
        "embed",
        "applet",
        "canvas",
        "audio",
        "video",
        "map",
        "select",
        "option",
        "optgroup",
        "datalist",
        "button",
        "textarea",
        "noframes",
        "noembed",
        "frameset",
        "xmp",
        "plaintext",
    ]
)
# No end tag, no content: they neither nest nor need a closing event from the stream's point of view.
VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "keygen",
        "frame",
        "bgsound",
        "basefont",
    ]
)


def events(
    source: str | BeautifulSoup, limits: Limits = DEFAULT_LIMITS, *, opaque: frozenset[str] = OPAQUE
) -> Iterator[Event]:
    """Yield the events of a page.

    Parameters
    ----------
    source : str or BeautifulSoup
    limits : Limits
    opaque : frozenset of str
        Elements to pass over with all they hold.

    Yields
    ------
    tuple
        See the module.

    Raises
    ------
    DocumentTooDeepError
        Elements nest deeper than ``limits.depth``.
    """
    if isinstance(source, str):
        return _lexbor_events(LexborHTMLParser(_tamed(source, limits)), limits, opaque)
    return _soup_events(source, limits, opaque)


def serialised(html: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """Return the tree that browsers build of a page, written out as HTML.

    Parameters
    ----------
    html : str
    limits : Limits

    Raises
    ------
    DocumentTooDeepError
        Elements may nest deeper than ``limits.depth``.
    """
    return str(LexborHTMLParser(_tamed(html, limits)).html)


def _lexbor_events(parser: LexborHTMLParser, limits: Limits, opaque: frozenset[str]) -> Iterator[Event]:
    # Each attribute of a node crosses into C and makes an object: a node is asked for what its kind has, once, and for
    # its kind by number; the numbers of unknown elements are a page's own.
    node: Any = parser.root
    open_nodes: list[Any] = []
    depth = 0
    names: dict[int, str] = {}
    while node is not None:
        number = node.tag_id
        tag = names.get(number)
        if tag is None:
            tag = names[number] = _event_name(node.tag, opaque)
        if tag is TEXT:
            yield depth, TEXT, node.text_content
        elif tag is DATA:
            kind = node.attributes.get("type")
            if kind and "ld+json" in kind:
                yield depth, DATA, node.text(deep=True)
        elif tag:
            yield depth, tag, node.attributes
            child = node.child
            if child is not None:
                if depth >= limits.depth:
                    raise _too_deep(limits)
                open_nodes.append(node)
                depth += 1
                node = child
                continue
        node = node.next
        while node is None and depth:
            depth -= 1
            node = open_nodes.pop().next


def _event_name(tag: str | None, opaque: frozenset[str]) -> str:
    """Return what a node of lexbor's is called as an event; nothing where it is none."""
    if tag == "-text":
        return TEXT
    if tag == "script" and tag in opaque:
        return DATA
    # Neither what is not shown, nor comments, the doctype and the document itself.
    return "" if not tag or tag in opaque or tag[0] in "-!_" else tag


def _soup_events(soup: BeautifulSoup, limits: Limits, opaque: frozenset[str]) -> Iterator[Event]:
    # Whoever has a soup has paid for this import; a hook that checks a page's bytes need not (a tenth of a second).
    from bs4.element import NavigableString, PreformattedString, Tag

    stack: list[Iterator[Any]] = [iter(soup.contents)]
    while stack:
        depth = len(stack) - 1
        for node in stack[-1]:
            if isinstance(node, Tag):
                tag = node.name.lower()
                if tag in opaque:
                    if tag == "script" and "ld+json" in str(node.get("type", "")):
                        yield depth, DATA, "".join(str(child) for child in node.contents)
                    continue
                yield depth, tag, _plain(node.attrs)
                if depth >= limits.depth:
                    raise _too_deep(limits)
                stack.append(iter(node.contents))
                break
            if isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
                yield depth, TEXT, str(node)
        else:
            stack.pop()


def _plain(attributes: Mapping[str, Any]) -> dict[str, str | None]:
    """Return a soup's attributes as lexbor has them: lists of words joined."""
    return {
        str(name): " ".join(value) if isinstance(value, list) else None if value is None else str(value)
        for name, value in attributes.items()
    }


def _too_deep(limits: Limits) -> DocumentTooDeepError:
    return DocumentTooDeepError(
        f"elements nest deeper than {limits.depth:,}; no page does: raise Limits(depth=…) if this one should"
    )


# --------------------------------------------------------------------------------------- before a parser sees it

# A page with fewer tags, or shorter, needs no look: the worst that fits costs a parser half a second. (The time for one
# tag grows with the square of its attributes: 40,000 in 200,000 characters take lexbor 13 s.)
_SMALL_TAGS = 8_000
_SMALL_SIZE = 64_000


def _raw_text(name: str) -> str:
    """Return a pattern for an element from its name to the name of its end tag: what is in it are no tags."""
    either = "".join(f"[{letter}{letter.upper()}]" for letter in name)
    return rf"|{either}\b[^>]*>[^<]*(?:<(?!/{either})[^<]*)*(?:</{either})?"


_TEXT_ONLY = ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
# Every loop moves on by what its first character decides, so that no page makes it go back.
_TAG = re.compile(
    r"<(?:!--(?:-?>|[^-]*(?:-(?!-!?>)[^-]*)*(?:--!?>)?)"  # comments
    + "".join(map(_raw_text, _TEXT_ONLY))
    + r"|(/?)([a-zA-Z][^\s/>]*)([^>=]*(?:=\s*(?:\"[^\"]*\"|'[^']*')?[^>=]*)*)>?)"  # quotes quote after "=" only
)
_VALUE = re.compile(r"=\s*(?:\"[^\"]*\"|'[^']*')")
# Their start tag ends an open one of their kind, so leaving out end tags does not nest them.
_SELF_ENDING = frozenset(
    [
        "p",
        "li",
        "dt",
        "dd",
        "option",
        "optgroup",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "rt",
        "rp",
        "colgroup",
        "a",
        "nobr",
        "button",
    ]
)
# What ``_compiled/survey.c`` is told of tags, a bit each: they do not nest, their end tags end nothing, what is in them
# are no tags, they are drawings.
_KINDS = {
    **dict.fromkeys(VOID, 1),
    **dict.fromkeys(_SELF_ENDING, 1 | 2),
    **dict.fromkeys(_TEXT_ONLY, 4),
    **dict.fromkeys(("svg", "math"), 8),
}


def _tamed(html: str, limits: Limits) -> bytes:
    """Return the page in UTF-8 without attribute floods, having made sure that it does not nest over the limit."""
    page = html.encode("utf-8", "replace")
    many, large = page.count(b"<") >= _SMALL_TAGS, len(html) >= _SMALL_SIZE
    if not many and not large:
        return page
    if loops.COMPILED:
        deepest, most = loops.compiled.survey(page, _KINDS)
        floods = large and most > limits.attributes
    else:
        deepest = _deepest(html) if many else 0
        floods = large and _may_flood(html, limits.attributes)
    if many and deepest > limits.depth:
        raise _too_deep(limits)
    return _without_floods(html, limits).encode("utf-8", "replace") if floods else page


def _deepest(html: str) -> int:
    """Return how deep tags nest: an upper bound, that errs only on pages that leave thousands open."""
    depth = deepest = foreign = 0
    for match in _TAG.finditer(html):
        slash, name, rest = match.groups()
        if name is None:
            continue
        name = name.lower()
        if slash:
            if name not in _SELF_ENDING:
                depth = max(0, depth - 1)
            foreign -= name in ("svg", "math") and foreign > 0
        elif name not in VOID and name not in _SELF_ENDING and not (foreign and rest.endswith("/")):
            foreign += name in ("svg", "math")
            depth += 1
            deepest = max(deepest, depth)
    return deepest


_START = re.compile("<[a-zA-Z]")
_QUOTED_END = re.compile(r"=\s*(?=(\"[^\"]*>|'[^']*>))")  # up to the last ">" in a value


def _may_flood(html: str, most: int) -> bool:
    """Whether a tag may have more than so many attributes: wrong only in saying yes, for half of what exactness costs.

    Scripts and comments are read as if they were tags. A tag whose values hold no ">" is a long piece of text without
    one. Any other is such pieces around the values that do: no more attributes than all of those pieces could hold.
    """
    between = re.compile(f">[^>]{{{min(2 * most, 10_000)},}}").findall(html)
    for piece in (html.split(">", 1)[0], *between):
        start = _START.search(piece)
        if start and _most_attributes(piece[start.start() :]) > most:
            return True
    attributes = 0
    for value in _QUOTED_END.finditer(html):
        start = _START.search(html, html.rfind(">", 0, value.start()) + 1, value.start())
        if start:
            attributes += _most_attributes(html[start.start() : value.start()])
        attributes += 1 + _most_attributes(html[value.end(1) : html.find(">", value.end(1))])
        if attributes > most:
            return True
    return False


def _most_attributes(text: str) -> int:
    """Return no fewer attributes than a part of a tag can have: a slash or a quote may end one."""
    return len(text.replace("/", " ").replace('"', '" ').replace("'", "' ").split())


def _attributes(text: str) -> int:
    """Return how many attributes a start tag has, by what follows its name: a slash parts them as white space does."""
    return len(_VALUE.sub(" ", text).replace("/", " ").split())


def _without_floods(html: str, limits: Limits) -> str:
    """Return the page with the attributes of an element gone where there are more than the limit of them."""
    shortest = limits.attributes * 2
    floods: list[tuple[int, int]] = []
    for match in _TAG.finditer(html):
        start, end = match.span()
        if end - start > shortest and match[3] and _attributes(match[3]) > limits.attributes:
            floods.append(match.span(3))
    for start, end in reversed(floods):
        html = html[:start] + html[end:]
    return html
