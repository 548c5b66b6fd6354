"""What the elements of a page are marked as, by class, ``rel`` or ``itemprop``: looked up only when asked for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import accumulate

from dupdetect.extract.blocks import Look, Page

__all__ = ["Marks"]

_FOREIGN = re.compile("comment|respond|sidebar|widget|related|recommend|teaser").search
# Attributes that a look has: what is asked of their values is asked once a look, not once an element.
_OF_LOOKS = {"class": Look._fields.index("classes"), "itemprop": Look._fields.index("prop")}


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
        self._values: dict[str, list[tuple[int, str]]] = {}
        self._said: dict[str, str] = {}
        self._words: dict[str, set[str]] = {}

    def find(self, attribute: str, holds: Callable[[str], object]) -> Iterator[int]:
        """Return the elements whose `attribute` has a value that passes a test, in document order.

        Parameters
        ----------
        attribute : str
        holds : callable
            Asked once a look where the attribute is part of it.
        """
        part = self._part or range(len(self.page.tags))
        if attribute in _OF_LOOKS:
            numbers = {number for number, value in self._valued(attribute) if holds(value)}
            elements = _elements_of(self.page, numbers, part) if numbers else []
        else:
            elements = [element for element, value in self._valued(attribute) if element in part and holds(value)]
        return filter(self._is_own, elements)

    def _valued(self, attribute: str) -> list[tuple[int, str]]:
        """Return the looks, where the attribute is part of them, else the elements, each with its value."""
        found = self._values.get(attribute)
        if found is None:
            at = _OF_LOOKS.get(attribute)
            if at is not None:
                found = [(number, value) for number, look in enumerate(self.page.looks) if (value := look[at])]
            else:
                found = [(element, value) for element, value in self.page.attributes[attribute].items() if value]
            self._values[attribute] = found
        return found

    def said(self, attribute: str) -> str:
        """Return all values that `attribute` has on the page, in lower case, a line each: look here before `find`."""
        said = self._said.get(attribute)
        if said is None:
            said = self._said[attribute] = (
                self.page.classes
                if attribute == "class"
                else "\n".join([value for _, value in self._valued(attribute)]).lower()
            )
        return said

    def texts(self, attribute: str, words: str) -> list[str]:
        """Return the text of the first element whose `attribute` holds one of `words`, and of its siblings."""
        said = self.said(attribute)
        wanted = {word for word in words.split() if word in said}
        found: list[str] = []
        if wanted:
            there = self._words.get(attribute)
            if there is None:
                there = self._words[attribute] = set(said.split())
            wanted &= there
        if not wanted:
            return found
        parent = None
        for element in self.find(attribute, lambda value: not wanted.isdisjoint(value.lower().split())):
            if parent in (None, self.page.parents[element]):
                text = self.page.text_of(element)
                if text and len(text) < 120:
                    found.append(text)
                    parent = self.page.parents[element]
        return found

    def _is_own(self, element: int) -> bool:
        starts, ends = self._foreign
        before = bisect_right(starts, element)
        return not before or element >= ends[before - 1]

    @cached_property
    def _foreign(self) -> tuple[list[int], list[int]]:
        """First elements of the areas that speak of other things, and where each ends."""
        page = self.page
        starts: list[int] = []
        ends: list[int] = []
        if self._part is not None:
            return starts, ends
        foreign = {number for number, look in enumerate(page.looks) if _is_foreign(look)}
        running = [0, *accumulate(map(len, page.texts))]
        end = 0
        for element in _elements_of(page, foreign, range(len(page.tags))):
            # An area that holds half of the page's text is the page, whatever it is called.
            held = running[page.block_ends[element]] - running[page.block_starts[element]]
            if element >= end and 2 * held < running[-1]:
                end = page.ends[element]
                starts.append(element)
                ends.append(end)
        return starts, ends


def _is_foreign(look: Look) -> bool:
    if look.tag in ("aside", "nav"):
        return True
    return bool((look.classes or look.id) and _FOREIGN(f"{look.classes} {look.id}".lower()))


def _elements_of(page: Page, looks: set[int], part: range) -> list[int]:
    numbers = page.look_numbers[part.start : part.stop]
    return [element for element, number in enumerate(numbers, part.start) if number in looks]
