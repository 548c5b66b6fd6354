"""What the markup calls the part of the page that something stands in: navigation, sidebar, comments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.extract.blocks import Page
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
    """Return what the markup calls the part of the page that each element stands in, nearest first; "" for none."""
    said: dict[int, str | None] = {}  # by each look; None: nothing
    areas = [""] * len(page.tags)
    parents, looks = page.parents, page.look_numbers
    for element in page.holding[1:]:
        look = looks[element]
        if look not in said:
            said[look] = _own_area(page.tags[element], int(names[element]))
        own = said[look]
        areas[element] = areas[parents[element]] if own is None else own
    return areas


def _own_area(tag: str, names: int) -> str | None:
    if tag in _AREA_TAGS:
        return _AREA_TAGS[tag]
    if not names:
        return None
    if names & _BIT["content"]:
        return ""
    return next((words for bit, words in _AREA_BITS if names & bit), None)


_AREA_TAGS = {"nav": "navigation", "footer": "footer", "aside": "sidebar"}
_AREA_BITS = [(_BIT[name], words) for name, words in _AREAS.items()]
