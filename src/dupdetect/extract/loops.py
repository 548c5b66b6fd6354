"""Loops over a page's texts, names and elements: compiled where there was a compiler, else Python's, to one result.

``_compiled`` is built when the package is installed; what an older checkout built is passed over. Python's loops also
take over where a page's words were made to collide in the compiled tables, which have no secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.text.shingles import fresh

VERSION = 1
"""What the compiled loops are given and return; counted up where that changes, in ``_compiled/module.c`` too."""

try:
    from dupdetect.extract import _loops as compiled
except ImportError:
    COMPILED = False
else:
    COMPILED = compiled.VERSION == VERSION

__all__ = [
    "COMPILED",
    "LONG",
    "MOST",
    "NUL",
    "REPLACEMENT",
    "SURROGATE",
    "WordTable",
    "bits",
    "compiled",
    "flaws",
    "forms",
    "give_back",
    "inherited",
    "inner",
    "names",
    "paths",
    "scores",
    "tally",
    "weights",
]

Ints = NDArray[np.int64]

LONG = 300
"""Code points: a text so long speaks by its form, not by its words."""
MOST = 60
"""Words of a text that are weighed."""
GLUED = 8
"""Letters of a name, at least, that may be several words without anything between."""


class WordTable:
    """Words, each with a number or a weight: made once, looked at for every page.

    Parameters
    ----------
    words : mapping of str to int, or to float
        For `scores`: words in lower case, every number as ``0``; pairs of words with a blank; the first word of a text
        after ``^``.
    """

    def __init__(self, words: Mapping[str, int] | Mapping[str, float]) -> None:
        self.words = dict(words)
        self.compiled = compiled.vocabulary(self.words) if COMPILED else None

    @cached_property
    def keys(self) -> frozenset[str]:
        """The words."""
        return frozenset(self.words)

    @cached_property
    def openers(self) -> frozenset[str]:
        """Words that begin a pair."""
        return frozenset(pair.split()[0] for pair in self.words if " " in pair)

    @cached_property
    def heard(self) -> frozenset[str]:
        """What a look at the words of all texts stops at."""
        return self.openers.union(self.words, (_BETWEEN,))


def give_back() -> None:
    """Give memory that is free back to the system: glibc keeps up to twice the largest piece that it ever held."""
    if COMPILED:
        compiled.give_back()


# ------------------------------------------------------------------------------------------------------------- texts


NUL, SURROGATE, REPLACEMENT = 1, 2, 4


def flaws(text: str) -> int:
    """Return what there is in a text that no text should have: `NUL`, `SURROGATE`, `REPLACEMENT`, a bit each."""
    if COMPILED:
        return compiled.flaws(text)
    found = NUL * ("\0" in text) | REPLACEMENT * ("\ufffd" in text)
    try:
        text.encode()
    except UnicodeEncodeError:
        found |= SURROGATE
    return found


def tally(texts: list[str], table: WordTable, told: Mapping[str, int]) -> Ints:
    """Return what the words of texts are; words stand between white space, colons and commas.

    Parameters
    ----------
    texts : list of str
        In lower case.
    table : WordTable
        Bits of words.
    told : mapping of str to int
        Words of two kinds: 1, 2, or 3 for both.

    Returns
    -------
    ndarray of int64, shape (texts, 4)
        Of a text shorter than `LONG`: all bits of its words; how many different words it has; how many of either kind.
        Of a longer one, whose words stand between white space: 0, 0, and how many of either kind.
    """
    if COMPILED:
        found = compiled.tally(texts, table.compiled, dict(told), LONG)
        if found is not None:
            return np.frombuffer(found, np.int64).reshape(-1, 4)
    kinds = [{word for word, kind in told.items() if kind & bit} for bit in (1, 2)]
    rows = np.zeros((len(texts), 4), np.int64)
    for row, text in zip(rows, texts, strict=True):
        short = len(text) < LONG
        words = set((text.replace(":", " ").replace(",", " ") if short else text).split())
        if short:
            for word in words & table.keys:
                row[0] |= int(table.words[word])
            row[1] = len(words)
        row[2:] = [len(words & kind) for kind in kinds]
    return rows


def forms(texts: list[str], classes: NDArray[np.uint8], closers: str, ends: str) -> NDArray[np.float64]:
    """Return what the characters of texts are.

    Parameters
    ----------
    texts : list of str
    classes : ndarray of uint8
        A bit for each class that a character is of; the last entry is for all beyond.
    closers : str
        Signs after the last that do not count.
    ends : str
        Signs that end a sentence.

    Returns
    -------
    ndarray of float64, shape (11, texts)
        Characters of each of the eight classes; all of them; 2 for a text that begins with a capital, 1 with another
        letter, 3 with a digit, else 0; 1 for one that ends as a sentence does, else 0.
    """
    if COMPILED:
        return np.frombuffer(compiled.forms(texts, classes, closers, ends), np.float64).reshape(-1, 11).T
    found = np.zeros((11, len(texts)))
    found[8] = [len(text) for text in texts]
    joined = "\n".join(texts) + "\n"
    points = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    kinds = classes.take(points, mode="clip")
    kinds[np.cumsum(found[8] + 1).astype(np.intp)[:-1] - 1] = 0
    kinds[-1] = 0
    starts = np.concatenate(([0], np.cumsum(found[8, :-1] + 1).astype(np.intp)))
    for bit in range(8):
        found[bit] = np.add.reduceat((kinds & (1 << bit)).view(bool), starts, dtype=np.int32)
    heads = [text[:1] for text in texts]
    found[9] = [2 if head.isupper() else 1 if head.isalpha() else 3 if head.isdigit() else 0 for head in heads]
    found[10] = [text.rstrip(closers).endswith(tuple(ends)) for text in texts]
    return found


_BETWEEN = "\x01"
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
# ASCII as UTF-8 has it: letters stay, and the sign between two texts; digits are alike; all else parts words.
_PLAIN = bytes(
    48 if chr(sign).isdigit() else sign if chr(sign).isalpha() or chr(sign) == _BETWEEN else 32 for sign in range(128)
) + bytes(range(128, 256))
_MANY = 100  # signs


def scores(texts: list[str], table: WordTable) -> NDArray[np.float64]:
    """Return the sum of the weights of each text's words and pairs of words, each counted once.

    A text of `LONG` code points weighs nothing; of others the first `MOST` words are weighed.

    Parameters
    ----------
    texts : list of str
        In lower case.
    table : WordTable

    Returns
    -------
    ndarray of float64, shape (texts,)
    """
    if COMPILED:
        return np.frombuffer(compiled.scores(texts, table.compiled, LONG, MOST), np.float64)
    return np.array(_scores([text if len(text) < LONG else "" for text in texts], table), float)


def _scores(texts: list[str], table: WordTable) -> list[float]:
    """Return the sums by one look at all words of all texts: few of them count."""
    weights, openers = table.words, table.openers
    joined = f" {_BETWEEN} ".join(texts)
    if joined.count(_BETWEEN) >= max(len(texts), 1):
        return _scores([text.replace(_BETWEEN, " ") for text in texts], table)
    words = [_BETWEEN, *_split(joined), _BETWEEN, _BETWEEN]
    sums: list[float] = []
    total, start = 0.0, 0
    counted: set[str] = set()
    for at in compress(range(len(words) - 1), map(table.heard.__contains__, words)):
        word = words[at]
        if word == _BETWEEN:
            sums.append(total)
            counted.clear()
            total, start = weights.get(f"^{words[at + 1]}", 0.0), at
        elif at - start <= MOST:
            if word in weights and word not in counted:
                counted.add(word)
                total += weights[word]
            if word in openers and at - start < MOST:
                pair = f"{word} {words[at + 1]}"
                if pair in weights and pair not in counted:
                    counted.add(pair)
                    total += weights[pair]
    return sums[1 : len(texts) + 1]


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


# ------------------------------------------------------------------------------------------------------------- names

_NAME_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}")
_CAPITAL = re.compile("[A-Z][A-Za-z]*")
# Of a name, letters stay, and the sign between two names; all else parts words.
_LETTERS = bytes(sign if chr(sign).isalpha() or not sign else 32 for sign in range(128)) + b" " * 128


def names(looks: Sequence[tuple[str | None, ...]], unnamed: frozenset[str], count: int) -> tuple[list[str], Ints, Ints]:
    """Return the words of names: letters, in lower case, parted by all else and before capitals.

    Parameters
    ----------
    looks : sequence of tuple
        Of each look its tag and then its names, or None.
    unnamed : frozenset of str
        Tags whose names do not count.
    count : int
        Names of a look.

    Returns
    -------
    vocabulary : list of str
        The different words, in the order of their coming. The first is none.
    words : ndarray of int64
        Numbers of the words of each look, each once, the least first: each look begins with 0.
    starts : ndarray of int64, shape (looks,)
        Where each look begins in `words`.
    """
    if COMPILED:
        found = compiled.names(looks, unnamed, count)
        if found is not None:
            vocabulary, words, starts = found
            return vocabulary, np.frombuffer(words, np.int64), np.frombuffer(starts, np.int64)
    said = ["" if look[0] in unnamed else " ".join(filter(None, look[1 : count + 1])) for look in looks]
    joined = "\0".join(said)
    if joined.count("\0") >= max(len(said), 1):
        joined = "\0".join([text.replace("\0", " ") for text in said])
    # One look at the names of all looks, which are many and short; few have capitals.
    letters = joined.encode("ascii", "replace").translate(_LETTERS).decode()
    if not letters.islower():
        letters = _CAPITAL.sub(_parted, letters).lower()
    flow = ("\0" + letters).replace("\0", " \0 ").split()  # each look begins with what parts it from the last
    numbers = {word: number for number, word in enumerate(dict.fromkeys(flow))}
    every = np.fromiter(map(numbers.__getitem__, flow), np.int64, len(flow))
    entries = (np.cumsum(every == 0) - 1) * len(numbers) + every
    entries.sort()
    each = entries[fresh(entries)] % len(numbers)  # once a look
    return list(numbers), each, np.flatnonzero(each == 0)


def _parted(capital: re.Match[str]) -> str:
    """Return the words that are glued together from a capital on; a capital alone is none."""
    return " " + " ".join(_NAME_WORD.findall(capital[0]))


def bits(words: list[str], table: WordTable, stems: WordTable) -> Ints:
    """Return the bits of words; of those without, the bits of the stems that stand in them, if they are `GLUED`.

    Parameters
    ----------
    words : list of str
        Of ASCII letters.
    table, stems : WordTable

    Returns
    -------
    ndarray of int64, shape (words,)
    """
    if COMPILED:
        return np.frombuffer(compiled.bits(words, table.compiled, stems.compiled, GLUED), np.int64)
    found = np.zeros(len(words), np.int64)
    for place, word in enumerate(words):
        found[place] = table.words.get(word, 0)
        if not found[place] and len(word) >= GLUED:
            for stem, meaning in stems.words.items():
                if stem in word:
                    found[place] |= int(meaning)
    return found


def weights(words: list[str], table: WordTable) -> NDArray[np.float64]:
    """Return the weight of each word, 0 for those that are not in the table; shape (words,)."""
    if COMPILED:
        return np.frombuffer(compiled.weights(words, table.compiled), np.float64)
    return np.array([table.words.get(word, 0.0) for word in words], float)


# ---------------------------------------------------------------------------------------------------------- elements


def inherited(held: Ints, parents: Ints, looks: Ints, values: NDArray[Any], *, nearest: bool = False) -> NDArray[Any]:
    """Return what each element's look says together with those around it: all bits of whole numbers, the sum of others.

    Parameters
    ----------
    held : ndarray of int64
        Elements in document order, without the root; with each goes all that it stands in. Of others nothing is said.
    parents, looks : ndarray of int64, shape (elements,)
    values : ndarray of int64 or float64
        Of each look. What the root's says does not count.
    nearest : bool
        Whole numbers are not put together: the nearest that is not negative is taken, else 0.

    Returns
    -------
    ndarray of the type of `values`, shape (elements,)
    """
    how = _NEAREST if nearest else _SUM if values.dtype == np.float64 else _BITS
    if COMPILED:
        return np.frombuffer(compiled.inherited(held, parents, looks, values, how), values.dtype)
    own, outer, look = values.tolist(), parents.tolist(), looks.tolist()
    found = [own[0] * 0] * len(outer)
    for element in held.tolist():
        around, value = found[outer[element]], own[look[element]]
        if how == _NEAREST:
            found[element] = around if value < 0 else value
        else:
            found[element] = around + value if how == _SUM else around | value
    return np.array(found, values.dtype)


_BITS, _SUM, _NEAREST = range(3)


def inner(firsts: Ints, lasts: Ints, looks: Ints, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of the weights of the different looks within each block.

    Parameters
    ----------
    firsts, lasts : ndarray of int64, shape (blocks,)
        Elements of each block: from the first up to the last, which is none of them.
    looks : ndarray of int64, shape (elements,)
    weights : ndarray of float64
        Of each look.
    """
    if COMPILED:
        return np.frombuffer(compiled.inner(firsts, lasts, looks, weights), np.float64)
    own, look = weights.tolist(), looks.tolist()
    ranges = zip(firsts.tolist(), lasts.tolist(), strict=True)
    return np.array([sum([own[kind] for kind in dict.fromkeys(look[first:last])]) for first, last in ranges], float)


def paths(held: Ints, parents: Ints, looks: Ints, steps: Ints) -> Ints:
    """Return the number of each element's path from the root: alike paths have one number, from 1 up; others 0.

    Parameters
    ----------
    held, parents, looks : ndarray of int64
        As for `inherited`.
    steps : ndarray of int64
        Number of each look's step.
    """
    if COMPILED:
        found = compiled.paths(held, parents, looks, steps)
        if found is not None:
            return np.frombuffer(found, np.int64)
    numbers: dict[tuple[int, int], int] = {}
    step, outer, look = steps.tolist(), parents.tolist(), looks.tolist()
    numbered = [0] * len(outer)
    for element in held.tolist():
        numbered[element] = numbers.setdefault((numbered[outer[element]], step[look[element]]), len(numbers) + 1)
    return np.array(numbered)
