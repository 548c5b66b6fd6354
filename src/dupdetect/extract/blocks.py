"""A page as flat lists: its elements, and its blocks, the pieces of text that it shows as one.

A block is a longest run of inline content: a paragraph, a heading, a cell, the text between two ``<br><br>``.
Elements are numbered in document order, so a subtree is a range and a parent's number is smaller than its children's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import DocumentTooLargeError
from dupdetect.extract.dom import DATA, TEXT, Event
from dupdetect.extract.limits import DEFAULT_LIMITS, Limits
from dupdetect.model import BlockKind
from dupdetect.text.shingles import fresh

__all__ = ["Look", "Names", "Page", "flatten", "kinds"]

_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}")
_CAPITAL = re.compile("[A-Z][A-Za-z]*")
# Of a name, letters stay, and the sign between two names; all else parts words.
_LETTERS = bytes(sign if chr(sign).isalpha() or not sign else 32 for sign in range(128)) + b" " * 128
_FEW = 12  # blocks: a name, a date, a headline stand in fewer

# Everything unknown is a block: custom elements are wrappers far more often than words.
INLINE = frozenset(
    (
        *("a", "abbr", "acronym", "amp-link", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn"),
        *("em", "font", "i", "ins", "kbd", "label", "mark", "math", "nobr", "q", "rb", "rp", "rt", "rtc"),
        *("ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"),
        *("wbr", "img", "picture", "source", "input", "button", "br", "basefont", "slot"),
    )
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


class Look(NamedTuple):
    """What a style sheet sees of an element. A page has a few hundred looks and thousands of elements.

    Parameters
    ----------
    tag : str
    classes, id, prop, role, type : str, optional
        Its ``class``, ``id``, ``itemprop``, ``role``, ``itemtype``; None where it has none.
    """

    tag: str
    classes: str | None = None
    id: str | None = None
    prop: str | None = None
    role: str | None = None
    type: str | None = None


class Names(NamedTuple):
    """What all looks of a page are called: each look's words, one look after the other.

    Parameters
    ----------
    vocabulary : list of str
        The different words. The first is none: each look begins with it, so that none is empty.
    words : ndarray of int64
        Numbers of words, each once a look.
    starts : ndarray of int64, shape (looks,)
        Where each look begins in `words`.
    """

    vocabulary: list[str]
    words: NDArray[np.int64]
    starts: NDArray[np.int64]

    def of_looks(self) -> list[frozenset[str]]:
        """Return the words of each look."""
        parts = np.split(self.words, self.starts[1:])
        return [frozenset(self.vocabulary[word] for word in part[1:].tolist()) for part in parts]


@dataclass
class Page:
    """Flat lists. Element 0 is the root; ``tags``, ``parents``, ``attributes`` and ``ends`` run over elements.

    Parameters
    ----------
    tags : list of str
    parents : list of int
        Number of the parent, -1 for the root.
    attributes : list of dict
    look_numbers : list of int
        Number of each element's look: what is asked of names is asked once a look.
    looks : list of Look
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
    spans : dict of int to (list of str, int, int)
        Inline elements that carry attributes: the pieces of text around, and which of them are theirs.
    data : list of str
        JSON-LD as it stands.
    heads : list of (str, dict)
        ``meta``, ``link`` and ``base`` elements.
    title : str
        Content of ``<title>``.
    """

    tags: list[str] = field(default_factory=lambda: ["#root"])
    parents: list[int] = field(default_factory=lambda: [-1])
    attributes: list[dict[str, Any]] = field(default_factory=lambda: [{}])
    look_numbers: list[int] = field(default_factory=lambda: [0])
    looks: list[Look] = field(default_factory=lambda: [Look("#root")])
    ends: list[int] = field(default_factory=lambda: [0])
    block_starts: list[int] = field(default_factory=lambda: [0])
    block_ends: list[int] = field(default_factory=lambda: [0])
    texts: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    lasts: list[int] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    strong: list[int] = field(default_factory=list)
    spans: dict[int, tuple[list[str], int, int]] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    heads: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    title: str = ""

    @cached_property
    def names(self) -> Names:
        """Words of each look's names (class, id, itemprop) in lower case; ``html`` and ``body`` are named for pages."""
        said = [
            f"{look.classes or ''} {look.id or ''} {look.prop or ''}" if look.tag not in ("html", "body") else ""
            for look in self.looks
        ]
        joined = "\0".join(said)
        if joined.count("\0") >= len(said):
            joined = "\0".join([names.replace("\0", " ") for names in said])
        # One look at the names of all looks, which are many and short; few have capitals.
        letters = joined.encode("ascii", "replace").translate(_LETTERS).decode()
        if not letters.islower():
            letters = _CAPITAL.sub(_parted, letters).lower()
        flow = ("\0" + letters).replace("\0", " \0 ").split()  # each look begins with what parts it from the last
        numbers = {word: number for number, word in enumerate(dict.fromkeys(flow))}
        every = np.fromiter(map(numbers.__getitem__, flow), np.int64, len(flow))
        entries = (np.cumsum(every == 0) - 1) * len(numbers) + every
        entries.sort()
        words = entries[fresh(entries)] % len(numbers)  # each once a look
        return Names(vocabulary=list(numbers), words=words, starts=np.flatnonzero(words == 0))

    @cached_property
    def holding(self) -> list[int]:
        """Elements that hold a block, in document order: with an element goes all that it stands in."""
        held: list[int] = np.flatnonzero(self.end_array > self.start_array).tolist()
        return held

    @cached_property
    def parent_array(self) -> NDArray[np.int64]:
        """``parents`` for numpy."""
        return np.array(self.parents, np.int64)

    @cached_property
    def owner_array(self) -> NDArray[np.int64]:
        """``owners`` for numpy."""
        return np.array(self.owners, np.int64)

    @cached_property
    def start_array(self) -> NDArray[np.int64]:
        """``block_starts`` for numpy."""
        return np.array(self.block_starts, np.int64)

    @cached_property
    def end_array(self) -> NDArray[np.int64]:
        """``block_ends`` for numpy."""
        return np.array(self.block_ends, np.int64)

    def text_of(self, element: int) -> str:
        """Return the text in `element`, white space collapsed; nothing where it holds more than a line or two says."""
        span = self.spans.get(element)
        if span is not None:
            pieces, start, end = span
            return " ".join("".join(pieces[start:end]).split())
        start, end = self.block_starts[element], self.block_ends[element]
        return " ".join(self.texts[start:end]) if end - start <= _FEW else ""

    def ancestors(self, element: int) -> Iterable[int]:
        """Yield `element` and what it stands in, the root last."""
        while element >= 0:
            yield element
            element = self.parents[element]


def _parted(capital: re.Match[str]) -> str:
    """Return the words that are glued together from a capital on; a capital alone is none."""
    return " " + " ".join(_NAME_WORD.findall(capital[0]))


# What an element is to the flow of text; those up to _PRE are blocks, those after _STRONG are not numbered.
_BLOCK, _PRE, _INLINE, _LINK, _STRONG, _DATA, _HEAD, _TITLE, _BREAK = range(9)
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
    count = 1  # elements
    blocks = 0
    # Of each open element: its number, its flow, the owner outside it; and the pieces, links and linked before it.
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
                if end - start < _SHORT and attributes[element] and (end > start or blocks > block_starts[element]):
                    spans[element] = pieces, start, end
                if flow == _LINK:
                    link_depth -= 1
                else:
                    if flow == _STRONG:
                        strong_depth -= 1
                    if links - links_before > 2 and start and _mostly_links(pieces, start, linked - linked_before):
                        pieces = pieces[:start]  # a new list: spans may look into the old one
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
                opened.append((element, flow, owner, len(pieces), links, linked))
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
            number = known.get(key)
            if number is None:
                look = Look(*key) if value else Look(kind)
                number = known[key] = known.setdefault(look, len(looks))
                if number == len(looks):
                    looks.append(look)
            count += 1
            tags.append(kind)
            parents.append(inner)
            attributes.append(value)
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
                page.heads.append((kind, value))
    if pieces:
        finish()
    ends[0] = count
    block_ends[0] = blocks
    if found:
        page.owners, page.firsts, page.lasts, page.linked, page.links, page.strong = map(list, zip(*found, strict=True))
    return page


_END: list[Event] = [(0, TEXT, " ")]  # ends every open element, and says nothing
_SHORT = 9  # pieces: longer inline elements are no name, date or headline


def _mostly_links(pieces: list[str], start: int, linked: int) -> bool:
    """Whether an inline element within a sentence is a box of links: more than two, and hardly anything else."""
    inner = sum(map(len, pieces[start:]))
    return linked >= 0.9 * inner and not all(map(str.isspace, pieces[:start]))


# Soft hyphen, zero-width space, word joiner, byte order mark: no reader sees them, and they part equal words.
_INVISIBLE = re.compile("[\\u00ad\\u200b\\u2060\\ufeff]")

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
    n = len(page.tags)
    found, quotes = [BlockKind.PARAGRAPH] * n, [0] * n
    tags, parents = page.tags, page.parents
    for element in page.holding[1:]:
        outer, tag = parents[element], tags[element]
        found[element] = _KIND.get(tag) or found[outer]
        quotes[element] = quotes[outer] + (tag == "blockquote")
    return [found[owner] for owner in page.owners], [quotes[owner] for owner in page.owners]
