"""A page as flat lists: its elements, and its blocks, the pieces of text that it shows as one.

A block is a longest run of inline content: a paragraph, a heading, a cell, the text between two ``<br><br>``.
Elements are numbered in document order, so a subtree is a range and a parent's number is smaller than its children's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dupdetect.errors import DocumentTooLargeError
from dupdetect.extract.dom import CLOSE, DATA, TEXT, Event
from dupdetect.extract.limits import DEFAULT_LIMITS, Limits
from dupdetect.model import BlockKind

__all__ = ["Page", "flatten", "kinds"]

_FEW = 12  # blocks: a name, a date, a headline stand in fewer

# Everything unknown is a block: custom elements are wrappers far more often than words.
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "amp-link",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "math",
        "nobr",
        "q",
        "rb",
        "rp",
        "rt",
        "rtc",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "img",
        "picture",
        "source",
        "input",
        "button",
        "br",
        "basefont",
        "slot",
    ]
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


@dataclass(slots=True)
class Page:
    """Flat lists. Element 0 is the root; ``tags``, ``parents``, ``attributes`` and ``ends`` run over elements.

    Parameters
    ----------
    tags : list of str
    parents : list of int
        Number of the parent, -1 for the root.
    attributes : list of dict
    ends : list of int
        The subtree of element *e* is ``range(e, ends[e])``.
    block_starts, block_ends : list of int
        The blocks in the subtree of block-level element *e* are ``range(block_starts[e], block_ends[e])``.
    texts : list of str
        Text of each block, white space collapsed.
    owners : list of int
        The block-level element that each block stands in.
    firsts : list of int
        Elements opened within block *b*: ``range(firsts[b], lasts[b])``.
    lasts : list of int
    linked : list of int
        Code points of each block that stand in links.
    links : list of int
        Links that each block holds.
    strong : list of int
        Code points in bold or italic type.
    spans : dict of int to str
        Text of inline elements that carry attributes, as it stands.
    data : list of str
        JSON-LD as it stands.
    heads : list of (str, dict)
        ``meta``, ``link`` and ``base`` elements.
    title : str
        Content of ``<title>``.
    """

    tags: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    attributes: list[dict[str, Any]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    block_starts: list[int] = field(default_factory=list)
    block_ends: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    strong: list[int] = field(default_factory=list)
    spans: dict[int, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    heads: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    title: str = ""

    def text_of(self, element: int) -> str:
        """Return the text in `element`, white space collapsed; nothing where it holds more than a line or two says."""
        if element in self.spans:
            return " ".join(self.spans[element].split())
        start, end = self.block_starts[element], self.block_ends[element]
        return " ".join(self.texts[start:end]) if end - start <= _FEW else ""

    def ancestors(self, element: int) -> Iterable[int]:
        """Yield `element` and what it stands in, the root last."""
        while element >= 0:
            yield element
            element = self.parents[element]


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
    page = Page(tags=["#root"], parents=[-1], attributes=[{}], ends=[0], block_starts=[0], block_ends=[0])
    block_starts, block_ends = page.block_starts, page.block_ends
    tags, parents, attributes, ends = page.tags, page.parents, page.attributes, page.ends
    texts = page.texts
    open_elements = [0]
    owner = 0  # innermost open block-level element
    pieces: list[str] = []  # text of the block so far
    first = 1  # first element opened within it
    linked = links = strong = 0
    link_depth = strong_depth = pre_depth = 0
    breaks = 0  # <br> since the last word
    in_title = False
    span_starts: list[tuple[int, int, int]] = []  # of the open inline elements: pieces, links and linked before them

    def finish() -> None:
        nonlocal pieces, linked, links, strong
        text = "".join(pieces)
        text = text.strip("\r\n") if pre_depth and "\n" in text.strip() else " ".join(text.split())
        if not text.isascii() and _INVISIBLE.search(text):
            text = _INVISIBLE.sub("", text)
        if text and not text.isspace():
            page.texts.append(text)
            page.owners.append(owner)
            page.firsts.append(first)
            page.lasts.append(len(tags))
            page.linked.append(linked)
            page.links.append(links)
            page.strong.append(strong)
        pieces = []
        linked = links = strong = 0

    for kind, value in events:
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
        elif kind == CLOSE:
            element = open_elements.pop()
            if element < 0:  # a head or void element, not numbered
                in_title = False
                continue
            tag = tags[element]
            if tag not in INLINE:
                if pieces:
                    finish()
                breaks = links = 0
                owner = parents[element]
                while tags[owner] in INLINE:
                    owner = parents[owner]
                if tag == "pre":
                    pre_depth -= 1
                first = len(tags)
            else:
                start, links_before, linked_before = span_starts.pop()
                if attributes[element] and len(pieces) - start < 9:
                    page.spans[element] = "".join(pieces[start:])
                if (
                    start
                    and tag != "a"
                    and links - links_before > 2
                    and _mostly_links(pieces, start, linked - linked_before)
                ):
                    del pieces[start:]
                    links, linked = links_before, linked_before
                if tag == "a":
                    link_depth -= 1
                elif tag in _STRONG:
                    strong_depth -= 1
            ends[element] = len(tags)
            block_ends[element] = len(texts)
        elif kind == DATA:
            page.data.append(value)
        elif kind in _HEAD:
            open_elements.append(-2)
            if kind == "title":
                in_title = not page.title
            else:
                page.heads.append((kind, value))
        elif kind == "br":
            open_elements.append(-2)
            breaks += 1
            if len(texts) > most:
                raise DocumentTooLargeError(f"the page has more than {most:,} blocks of text; see Limits(elements=…)")
            if breaks == 2 and not pre_depth:
                if pieces:
                    finish()
                first = len(tags)
                breaks = links = 0
            pieces.append("\n" if pre_depth else " ")
        else:
            element = len(tags)
            if element > most or len(texts) > most:
                raise DocumentTooLargeError(
                    f"the page has more than {most:,} elements; no article does: raise Limits(elements=…) if so"
                )
            inline = kind in INLINE
            if not inline:
                if pieces:
                    finish()
                breaks = links = 0
                first = element + 1
            parent = open_elements[-1]
            tags.append(kind)
            parents.append(parent)
            attributes.append(value)
            ends.append(0)
            block_starts.append(len(texts))
            block_ends.append(0)
            open_elements.append(element)
            if not inline:
                owner = element
                if kind == "pre":
                    pre_depth += 1
            else:
                span_starts.append((len(pieces), links, linked))
                if kind == "a":
                    link_depth += 1
                    links += 1
                elif kind in _STRONG:
                    strong_depth += 1
    if pieces:
        finish()
    ends[0] = len(tags)
    block_ends[0] = len(page.texts)
    return page


def _mostly_links(pieces: list[str], start: int, linked: int) -> bool:
    """Whether an inline element within a sentence is a box of links: more than two, and hardly anything else."""
    inner = sum(map(len, pieces[start:]))
    return linked >= 0.9 * inner and not all(map(str.isspace, pieces[:start]))


# Soft hyphen, zero-width space, word joiner, byte order mark: no reader sees them, and they part equal words.
_INVISIBLE = re.compile("[\\u00ad\\u200b\\u2060\\ufeff]")
_HEAD = frozenset(("title", "meta", "link", "base"))
_STRONG = frozenset(("b", "strong", "em", "i"))

_KIND = {
    **dict.fromkeys(HEADINGS, BlockKind.HEADING),
    "li": BlockKind.LIST_ITEM,
    "dt": BlockKind.LIST_ITEM,
    "dd": BlockKind.LIST_ITEM,
    "pre": BlockKind.PREFORMATTED,
    "td": BlockKind.TABLE,
    "th": BlockKind.TABLE,
    "caption": BlockKind.CAPTION,
    "figcaption": BlockKind.CAPTION,
    "blockquote": BlockKind.QUOTE,
}


def kinds(page: Page) -> tuple[list[BlockKind], list[int]]:
    """Return each block's kind and how many block quotes it stands in.

    A kind is inherited: a paragraph in a list item is a list item. The innermost element that has one decides.
    """
    kind: dict[int, BlockKind] = {0: BlockKind.PARAGRAPH}
    quotes: dict[int, int] = {0: 0}
    for owner in page.owners:
        line = []
        element = owner
        while element not in kind:
            line.append(element)
            element = page.parents[element]
        for inner in reversed(line):
            tag = page.tags[inner]
            kind[inner] = _KIND.get(tag, kind[element])
            quotes[inner] = quotes[element] + (tag == "blockquote")
            element = inner
    return [kind[owner] for owner in page.owners], [quotes[owner] for owner in page.owners]
