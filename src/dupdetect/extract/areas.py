"""What the markup calls the part of the page that something stands in: navigation, sidebar, comments."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.extract.blocks import Page
from dupdetect.extract.loops import inherited
from dupdetect.extract.vocabulary import MARKUP_GROUPS

__all__ = ["areas_of"]

_AREAS = {
    "comment": "comments",
    "nav": "navigation",
    "newsletter": "newsletter prompt",
    "share": "share links",
    "related": "related stories",
    "ad": "advertisement",
    "bio": "about the author",
    "byline": "byline",
    "label": "labels",
    "caption": "caption or credit",
    "sidebar": "sidebar",
    "footer": "footer",
    "consent": "notice",
    "paywall": "registration",
    "form": "form",
    "teaser": "teaser",
    "toc": "table of contents",
    "title": "headline",
    "date": "date",
    "legal": "legal notice",
    "header": "page header",
}
_BIT = {name: 1 << bit for bit, name in enumerate(MARKUP_GROUPS)}


def areas_of(page: Page, names: NDArray[np.int64]) -> list[str]:
    """Return what the markup calls the part of the page that each element stands in, nearest first; "" for none.

    Parameters
    ----------
    page : Page
    names : ndarray of int64, shape (looks,)
        Markup groups that each look's class and id speak of.
    """
    numbers = {"": 0}
    own = np.full(len(page.looks), -1)
    for look, said in enumerate(names.tolist()):
        tag = page.looks[look].tag
        area = _AREA_TAGS[tag] if tag in _AREA_TAGS else _named(said) if said else None
        if area is not None:
            own[look] = numbers.setdefault(area, len(numbers))
    areas = list(numbers)
    nearest = inherited(page.holding_array[1:], page.parent_array, page.look_array, own, nearest=True)
    return [areas[number] for number in nearest.tolist()]


@lru_cache(maxsize=4096)
def _named(names: int) -> str | None:
    """Return what an area is for, by its markup groups: "" for content, None where they do not tell."""
    if names & _BIT["content"]:
        return ""
    return next((words for bit, words in _AREA_BITS if names & bit), None)


_AREA_TAGS = {"nav": "navigation", "footer": "footer", "aside": "sidebar"}
_AREA_BITS = [(_BIT[name], words) for name, words in _AREAS.items()]
