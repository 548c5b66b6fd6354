"""What the words of a block, and the names around it, say for and against it: learned weights, added up.

A linear model stands before the trees (stacking, Wolpert 1992, doi:10.1016/S0893-6080(05)80023-1): trees cannot ask for
a thousand words, a sum can. Four sums a block: words and pairs of words of a short text, names (class, id, itemprop) of
its own element, of the two around that, and of all further out. The weights are part of ``weights.json``;
``benchmarks/train_extraction.py`` fits them by logistic regression with an L1 penalty, which leaves a few hundred.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.extract.blocks import Names, Page
from dupdetect.extract.features import IS_HEADING, Measured, row
from dupdetect.extract.loops import LONG, MOST, WordTable, inherited, inner, scores, weights

__all__ = ["LEXICON_NAMES", "PLACES", "Lexicon", "lexicon_features", "said", "word_scores"]

PLACES = ("text", "own", "near", "far")
"""Where a word stands."""
LEXICON_NAMES: tuple[str, ...] = (
    *(f"lexicon:{place}" for place in PLACES),
    "lexicon:all",
    *(f"lexicon:text@{shift:+d}" for shift in (-1, -2, 1, 2)),
    "lexicon:heading",
    "lexicon:below_heading",
)
"""Names of the rows that `lexicon_features` returns."""

_TEXT_WORD = re.compile(r"[^\W\d_]+|\d+|©")
_FIRST = "^"
_TAG, _STRONG = row("tag"), row("strong")


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """Weights of words, in log odds.

    Parameters
    ----------
    text : dict of str to float
        Words in lower case, every number as ``0``; pairs of words with a blank; the first word of a text after ``^``.
    own, near, far : dict of str to float
        Words of names.
    """

    text: dict[str, float]
    own: dict[str, float]
    near: dict[str, float]
    far: dict[str, float]

    @cached_property
    def table(self) -> WordTable:
        """The words of texts."""
        return WordTable(self.text)

    @cached_property
    def own_table(self) -> WordTable:
        """The words of an element's own names."""
        return WordTable(self.own)

    @cached_property
    def near_table(self) -> WordTable:
        """The words of names near by."""
        return WordTable(self.near)

    @cached_property
    def far_table(self) -> WordTable:
        """The words of names further out."""
        return WordTable(self.far)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Lexicon:
        """Build a lexicon from one mapping a place."""
        return cls(**{place: {str(word): float(weight) for word, weight in values[place].items()} for place in PLACES})


def _words_of(text: str) -> list[str]:
    if len(text) >= LONG:
        return []
    words: list[str] = _TEXT_WORD.findall(text)[:MOST]
    return ["0" if word.isdecimal() else word for word in words]


def said(page: Page) -> list[dict[str, list[str]]]:
    """Return the words of each block by place, as often as they count: what training counts, slow and plain.

    Parameters
    ----------
    page : Page
    """
    names = page.names.of_looks()

    def of(element: int) -> list[str]:
        return sorted(names[page.look_numbers[element]]) if element > 0 else []

    found = []
    for block, text in enumerate(page.folded):
        words = _words_of(text)
        pairs = {f"{one} {other}" for one, other in pairwise(words)}
        inner = set(page.look_numbers[page.firsts[block] : page.lasts[block]])
        line = list(page.ancestors(page.owners[block]))
        found.append(
            {
                "text": sorted({*words, *pairs, *(_FIRST + word for word in words[:1])}),
                "own": of(line[0]) + [name for look in sorted(inner) for name in sorted(names[look])],
                "near": [name for element in line[1:3] for name in of(element)],
                "far": [name for element in line[3:] for name in of(element)],
            }
        )
    return found


def word_scores(page: Page, lexicon: Lexicon) -> NDArray[np.float64]:
    """Return the sum of the weights of what is `said`, shape (places, blocks)."""
    out = np.zeros((len(PLACES), len(page.texts)))
    out[0] = scores(page.folded, lexicon.table)
    own, near, far = _look_scores(page.names, lexicon)
    looks, parents, owners = page.look_array, page.parent_array, page.owner_array
    out[1] = own[looks[owners]]
    out[1] += inner(page.first_array, page.last_array, looks, own)
    around = np.maximum(parents[owners], 0)
    beyond = np.maximum(parents[around], 0)
    out[2] = near[looks[around]] + near[looks[beyond]]
    out[3] = inherited(page.holding_array[1:], parents, looks, far)[np.maximum(parents[beyond], 0)]
    return out


def _look_scores(names: Names, lexicon: Lexicon) -> list[NDArray[np.float64]]:
    """Return what the names of each look weigh on its own element, near by, and further out, shape (looks,) each."""
    return [
        np.add.reduceat(weights(names.vocabulary, table)[names.words], names.starts)
        for table in (lexicon.own_table, lexicon.near_table, lexicon.far_table)
    ]


def lexicon_features(measured: Measured, scores: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return what trees are told of the words: each sum, its neighbours', and that of the heading above.

    Parameters
    ----------
    measured : Measured
    scores : ndarray, shape (places, blocks)
        See `word_scores`.

    Returns
    -------
    ndarray of float32, shape (len(LEXICON_NAMES), blocks)
    """
    n = scores.shape[1]
    text = scores[0]
    out = np.zeros((len(LEXICON_NAMES), n), np.float32)
    out[:4] = scores
    out[4] = scores.sum(axis=0)
    for at, shift in enumerate((1, 2), 5):
        out[at, shift:] = text[:-shift]
        out[at + 2, :-shift] = text[shift:]
    headings = IS_HEADING[measured.features[_TAG].astype(np.intp)]
    headings |= (measured.features[_STRONG] > 0.9) & (measured.words <= 12)
    order = np.arange(n)
    above = np.maximum.accumulate(np.where(headings, order, -1))
    out[9] = np.where(above >= 0, text[np.maximum(above, 0)], 0.0)
    out[10] = np.where(above >= 0, np.minimum(order - above, 60), 99)
    return out
