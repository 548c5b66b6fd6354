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
from itertools import compress, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.extract.blocks import Names, Page
from dupdetect.extract.features import IS_HEADING, Measured, row

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

_LONG = 300  # code points: a text so long speaks by its form
_MOST = 60  # words
_BETWEEN = "\x01"
_TEXT_WORD = re.compile(r"[^\W\d_]+|\d+|©")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# ASCII as UTF-8 has it: letters stay, and the sign between two texts; digits are alike; all else parts words.
_PLAIN = bytes(
    48 if chr(sign).isdigit() else sign if chr(sign).isalpha() or chr(sign) == _BETWEEN else 32 for sign in range(128)
) + bytes(range(128, 256))
_MANY = 100  # signs
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
    def firsts(self) -> dict[str, float]:
        """Words that count where a text begins with them."""
        return {word.removeprefix(_FIRST): weight for word, weight in self.text.items() if word.startswith(_FIRST)}

    @cached_property
    def openers(self) -> frozenset[str]:
        """Words that begin a pair."""
        return frozenset(pair.split()[0] for pair in self.text if " " in pair)

    @cached_property
    def heard(self) -> frozenset[str]:
        """What a look at the words of all texts stops at."""
        return self.openers.union(self.text, (_BETWEEN,))

    @cached_property
    def names(self) -> dict[str, tuple[float, float, float]]:
        """What each word that counts in a name weighs as own, near and far."""
        words = frozenset().union(self.own, self.near, self.far)
        return {word: (self.own.get(word, 0.0), self.near.get(word, 0.0), self.far.get(word, 0.0)) for word in words}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Lexicon:
        """Build a lexicon from one mapping a place."""
        return cls(**{place: {str(word): float(weight) for word, weight in values[place].items()} for place in PLACES})


def _words_of(text: str) -> list[str]:
    if len(text) >= _LONG:
        return []
    words: list[str] = _TEXT_WORD.findall(text.casefold())[:_MOST]
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
    for block, text in enumerate(page.texts):
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
    out[0] = _text_scores(page.texts, lexicon)
    own, near, far = _look_scores(page.names, lexicon)
    numbers, parents, owners = page.look_numbers, page.parent_array, page.owner_array
    looks = np.array(numbers)
    out[1] = own[looks[owners]]
    owns, fars = own.tolist(), far.tolist()
    out[1] += [
        sum([owns[look] for look in set(numbers[first:last])]) if first < last else 0.0
        for first, last in zip(page.firsts, page.lasts, strict=True)
    ]
    around = np.maximum(parents[owners], 0)
    beyond = np.maximum(parents[around], 0)
    out[2] = near[looks[around]] + near[looks[beyond]]
    lines = [0.0] * len(parents)
    for element in page.holding[1:]:
        lines[element] = lines[page.parents[element]] + fars[numbers[element]]
    out[3] = np.array(lines)[np.maximum(parents[beyond], 0)]
    return out


def _look_scores(names: Names, lexicon: Lexicon) -> NDArray[np.float64]:
    """Return what the names of each look weigh on its own element, near by, and further out, shape (3, looks)."""
    weights = np.array([lexicon.names.get(word, _NOTHING) for word in names.vocabulary])
    scores: NDArray[np.float64] = np.add.reduceat(weights[names.words], names.starts).T
    return scores


_NOTHING = (0.0, 0.0, 0.0)


def _text_scores(texts: list[str], lexicon: Lexicon) -> list[float]:
    """Return the sum over each text, by one look at all words of all texts: few of them count."""
    weights, firsts, openers = lexicon.text, lexicon.firsts, lexicon.openers
    heard = lexicon.heard
    joined = f" {_BETWEEN} ".join([text if len(text) < _LONG else "" for text in texts])
    if joined.count(_BETWEEN) >= max(len(texts), 1):
        return _text_scores([text.replace(_BETWEEN, " ") for text in texts], lexicon)
    words = [_BETWEEN, *_split(joined.casefold()), _BETWEEN, _BETWEEN]
    scores: list[float] = []
    total, start = 0.0, 0
    counted: set[str] = set()
    for at in compress(range(len(words) - 1), map(heard.__contains__, words)):
        word = words[at]
        if word == _BETWEEN:
            scores.append(total)
            counted.clear()
            total, start = firsts.get(words[at + 1], 0.0), at
        elif at - start <= _MOST:
            if word in weights and word not in counted:
                counted.add(word)
                total += weights[word]
            if word in openers and at - start < _MOST:
                pair = f"{word} {words[at + 1]}"
                if pair in weights and pair not in counted:
                    counted.add(pair)
                    total += weights[pair]
    return scores[1:]


def _split(text: str) -> list[str]:
    """Return the words of a text in lower case, every number as ``0``, by steps that each take all of it at once."""
    if not text.isascii():
        signs = set("".join(_BEYOND_ASCII.findall(text)))
        plainer = {sign: "0" if sign.isdecimal() else " " for sign in signs if sign.isdecimal() or not sign.isalnum()}
        if "©" in plainer:
            plainer["©"] = " © "
        if len(plainer) > _MANY:  # slower on a page of few, and no slower on a page of thousands
            text = text.translate({ord(sign): instead for sign, instead in plainer.items()})
        else:
            for sign, instead in plainer.items():
                text = text.replace(sign, instead)
    plain = text.encode("utf-8", "replace").translate(_PLAIN).decode()
    while "00" in plain:
        plain = plain.replace("00", "0")
    return plain.replace("0", " 0 ").split()


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
