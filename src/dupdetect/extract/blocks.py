"""A page as flat lists: its elements, and its blocks, the pieces of text that it shows as one.

A block is a longest run of inline content: a paragraph, a heading, a cell, the text between two ``<br><br>``.
Elements are numbered in document order, so a subtree is a range and a parent's number is smaller than its children's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.extract.loops import inherited, names
from dupdetect.model import BlockKind

__all__ = ["ASKED", "HEADINGS", "Look", "Names", "Page", "kinds"]

_UNNAMED = frozenset(("html", "body"))
_NAMES = 3  # fields of a look, after its tag: class, id, itemprop
_FEW = 12  # blocks: a name, a date, a headline stand in fewer

ASKED = ("rel", "href", "property", "content", "datetime", "title", "pubdate", "lang", "xml:lang")
"""Attributes of elements that somebody asks for, beside those of a `Look`."""
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


def _array(column: str) -> cached_property[NDArray[np.int64]]:
    """Return a property of a page: one of its lists for NumPy."""
    return cached_property(lambda page: np.array(getattr(page, column), np.int64))


@dataclass
class Page:
    """Flat lists. Element 0 is the root; ``tags``, ``parents``, ``look_numbers`` and ``ends`` run over elements.

    Parameters
    ----------
    tags : list of str
    parents : list of int
        Number of the parent, -1 for the root.
    attributes : dict of str to dict of int to str
        By name, those of `ASKED`: what each element has as that attribute, the elements in document order.
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
    spans : dict of int to str
        Text of each short inline element that carries attributes.
    data : list of str
        JSON-LD as it stands.
    heads : list of (str, dict)
        ``meta``, ``link`` and ``base`` elements.
    title : str
        Content of ``<title>``.
    """

    tags: list[str] = field(default_factory=lambda: ["#root"])
    parents: list[int] = field(default_factory=lambda: [-1])
    attributes: dict[str, dict[int, str]] = field(default_factory=lambda: {name: {} for name in ASKED})
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
    spans: dict[int, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    heads: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    title: str = ""

    @cached_property
    def names(self) -> Names:
        """Words of each look's names (class, id, itemprop) in lower case; ``html`` and ``body`` are named for pages."""
        vocabulary, words, starts = names(self.looks, _UNNAMED, _NAMES)
        return Names(vocabulary=vocabulary, words=words, starts=starts)

    @cached_property
    def folded(self) -> list[str]:
        """The texts in lower case."""
        return [text.casefold() for text in self.texts]

    @cached_property
    def headings(self) -> list[int]:
        """Blocks that are headings."""
        return [block for block, owner in enumerate(self.owners) if self.tags[owner] in HEADINGS]

    @cached_property
    def classes(self) -> str:
        """The classes of all looks in lower case, a line each: look here before looking at each."""
        return "\n".join([look.classes for look in self.looks if look.classes]).lower()

    @cached_property
    def holding(self) -> list[int]:
        """Elements that hold a block, in document order: with an element goes all that it stands in."""
        held: list[int] = self.holding_array.tolist()
        return held

    @cached_property
    def holding_array(self) -> NDArray[np.int64]:
        """``holding`` for numpy."""
        return np.flatnonzero(self.end_array > self.start_array)

    parent_array = _array("parents")
    look_array = _array("look_numbers")
    start_array = _array("block_starts")
    end_array = _array("block_ends")
    owner_array = _array("owners")
    first_array = _array("firsts")
    last_array = _array("lasts")
    linked_array = _array("linked")
    links_array = _array("links")
    strong_array = _array("strong")

    def know(self, arrays: Mapping[str, NDArray[np.int64]]) -> None:
        """Take arrays by name that were made with the lists, in place of making them when they are asked for."""
        vars(self).update(arrays)

    def text_of(self, element: int) -> str:
        """Return the text in `element`, white space collapsed; nothing where it holds more than a line or two says."""
        span = self.spans.get(element)
        if span is not None:
            return span
        start, end = self.block_starts[element], self.block_ends[element]
        return " ".join(self.texts[start:end]) if end - start <= _FEW else ""

    def ancestors(self, element: int) -> Iterable[int]:
        """Yield `element` and what it stands in, the root last."""
        while element >= 0:
            yield element
            element = self.parents[element]


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
_KINDS = [BlockKind.PARAGRAPH, *dict.fromkeys(_KIND.values())]
_KIND_NUMBER = {tag: _KINDS.index(kind) for tag, kind in _KIND.items()}


def kinds(page: Page) -> tuple[list[BlockKind], list[int]]:
    """Return each block's kind and how many block quotes it stands in.

    A kind is inherited: a paragraph in a list item is a list item. The innermost element that has one decides.
    """
    own = np.array([_KIND_NUMBER.get(look.tag, -1) for look in page.looks])
    quoting = np.array([look.tag == "blockquote" for look in page.looks], float)
    held = page.holding_array[1:], page.parent_array, page.look_array
    kind = inherited(*held, own, nearest=True)[page.owner_array]
    quotes = inherited(*held, quoting)[page.owner_array]
    return [_KINDS[number] for number in kind.tolist()], quotes.astype(int).tolist()
