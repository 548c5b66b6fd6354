"""What the elements of a page are marked as, by class, ``rel`` or ``itemprop``: looked up only when asked for."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import accumulate

from dupdetect.extract.blocks import Page

__all__ = ["Marks"]

_FOREIGN = re.compile(r"comment|respond|sidebar|widget|related|recommend|teaser", re.IGNORECASE)


class Marks:
    """The marked elements of a page, or of a part of it.

    Parameters
    ----------
    page : Page
    part : range, optional
        Elements to look at; by default those that stand in no comment, sidebar, navigation or teaser, since those speak
        of other things.
    """

    def __init__(self, page: Page, part: range | None = None) -> None:
        self.page = page
        self._part = part
        self._holding: dict[str, list[tuple[int, str]]] = {}

    @cached_property
    def elements(self) -> list[int]:
        """The elements that carry attributes, in document order."""
        page = self.page
        if self._part is not None:
            return [element for element in self._part if page.attributes[element]]
        running = [0, *accumulate(map(len, page.texts))]
        known: dict[tuple[str | None, str | None], bool] = {}
        found = []
        element = 0
        while element < len(page.tags):
            tag, attributes = page.tags[element], page.attributes[element]
            foreign = tag in ("aside", "nav")
            if attributes:
                key = attributes.get("class"), attributes.get("id")
                if key not in known:
                    known[key] = _FOREIGN.search(f"{key[0]} {key[1]}") is not None
                foreign = foreign or known[key]
            # An area that holds half of the page's text is the page, whatever it is called.
            if foreign and 2 * (running[page.block_ends[element]] - running[page.block_starts[element]]) < running[-1]:
                element = page.ends[element]
                continue
            if attributes:
                found.append(element)
            element += 1
        return found

    def holding(self, attribute: str) -> list[tuple[int, str]]:
        """Return the elements that carry `attribute`, each with its value."""
        found = self._holding.get(attribute)
        if found is None:
            attributes = self.page.attributes
            found = [(e, value) for e in self.elements if (value := attributes[e].get(attribute))]
            self._holding[attribute] = found
        return found

    def texts(self, attribute: str, words: str) -> list[str]:
        """Return the text of the first element whose `attribute` holds one of `words`, and of its siblings."""
        wanted = set(words.split())
        known: dict[str, bool] = {}
        found = []
        parent = None
        for element, value in self.holding(attribute):
            holds = known.get(value)
            if holds is None:
                holds = known[value] = not wanted.isdisjoint(value.lower().split())
            if holds and parent in (None, self.page.parents[element]):
                text = self.page.text_of(element)
                if text and len(text) < 120:
                    found.append(text)
                    parent = self.page.parents[element]
        return found
