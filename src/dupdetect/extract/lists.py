"""Pages that are a list: results, products, headlines. Their items are the text, though none reads like one."""

from __future__ import annotations

import numpy as np

from dupdetect.extract.blocks import Page
from dupdetect.extract.features import Measured
from dupdetect.extract.rules import heads_others

__all__ = ["keep_list"]

_ITEMS = 4
"""Fewer siblings of one look are no list. This and the next were chosen on all page types of the development data
(``python -m benchmarks run extraction --only quality``): articles lose nothing, lists and collections gain the most."""
_OUTWEIGHS = 3.0
"""A list is the text where it holds so many times the words that were kept."""
_LEAST = 20
"""Words of a list that is a page's text: "Terms of use", "Privacy policy" and "Jobs" are none."""
_SENTENCE = 8
"""Words kept that may be an article, beside a list of other stories."""
# Lists that stand in these parts are not what the page is for.
_FURNITURE = frozenset(
    (
        "advertisement",
        "comments",
        "footer",
        "form",
        "navigation",
        "newsletter prompt",
        "notice",
        "page header",
        "related stories",
        "share links",
        "sidebar",
    )
)
# Lines that are known for what they are, wherever they stand.
_SAID = frozenset(("the headline again", "byline", "date line", "said again"))


def keep_list(page: Page, measured: Measured, areas: list[str], reasons: list[str | None]) -> None:
    """Keep the items of the page's longest list, in place, where they outweigh all that was kept.

    A list is made of sibling elements of one look; what of it stands in a part of the page that is named for something
    else, a menu or a comment, stays out. Where the longest stands right under the heading of other stories, and a
    sentence was kept, the page is no list: a short article is outweighed by what else there is to read.

    Parameters
    ----------
    page : Page
    measured : Measured
    areas : list of str
        See `areas_of`.
    reasons : list of (str or None)
        Per block: None where it is kept, else why not.
    """
    held = page.holding_array[1:]
    if len(held) < _ITEMS:
        return
    words = np.concatenate(([0.0], np.cumsum(measured.words)))
    looks = page.look_array[held]
    lists, which = np.unique(page.parent_array[held] * len(page.looks) + looks, return_inverse=True)
    inside = np.bincount(which, words[page.end_array[held]] - words[page.start_array[held]], len(lists))
    kept = float(measured.words[[reason is None for reason in reasons]].sum())
    several = np.bincount(which, minlength=len(lists)) >= _ITEMS
    long = np.flatnonzero(several & (inside > max(_OUTWEIGHS * kept, _LEAST)))
    if not len(long):
        return
    for one in long[np.argsort(-inside[long], kind="stable")].tolist():
        items = held[which == one].tolist()
        if areas[items[0]] in _FURNITURE:
            continue
        above = page.block_starts[items[0]] - 1
        of_others = above >= 0 and (reasons[above] == "related stories" or heads_others(page.texts[above]))
        if of_others and kept >= _SENTENCE:
            return
        for item in items:
            for block in range(page.block_starts[item], page.block_ends[item]):
                if areas[page.owners[block]] not in _FURNITURE and reasons[block] not in _SAID:
                    reasons[block] = None
        return
