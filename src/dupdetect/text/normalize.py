"""Fold away what does not change a text's words: case, compatibility forms, ligatures, typographic variants.

``fold(text) = NFKC(casefold(NFKC(casefold(NFKC(text)))))`` with unassigned characters blanked first: Unicode's
NFKC_Casefold but for the ignorable characters, which the tokenizer drops. Stable under the Unicode policies for every
character that the shipped table knows, so an index built with one interpreter answers the same with another.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.text.characters import CharClass, character_classes

__all__ = ["Folded", "classify", "code_points", "fold", "fold_batch", "fold_with_origin"]


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the code points of `text`, lone surrogates included, shape (len(text),), read-only."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def fold(text: str) -> str:
    """Return `text` folded; ``fold(fold(x)) == fold(x)``."""
    if text.isascii():
        return text.lower()
    classes = character_classes()[code_points(text)]
    if (classes == CharClass.UNASSIGNED).any():
        unknown = classes == CharClass.UNASSIGNED
        text = "".join(" " if blank else char for char, blank in zip(text, unknown.tolist(), strict=True))
    return _fold_assigned(text)


def _fold_assigned(text: str) -> str:
    return _nfkc(_nfkc(_nfkc(text).casefold()).casefold())


def _nfkc(text: str) -> str:
    # The check costs a fifth of the normalisation and most texts pass it.
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Folded:
    """Folded text as arrays.

    Parameters
    ----------
    points : ndarray of uint8 or uint32, shape (n,)
        Code points; 0 for separators.
    classes : ndarray of uint8, shape (n,)
        Their `CharClass`.
    """

    points: NDArray[np.uint8] | NDArray[np.uint32]
    classes: NDArray[np.uint8]


def classify(folded: str) -> Folded:
    """Return one folded text as arrays."""
    points = code_points(folded)
    classes = character_classes()[points]
    return Folded(points=np.where(classes <= CharClass.UNASSIGNED, np.uint32(0), points), classes=classes)


_POINT = np.uint32((1 << 21) - 1)
_CLASS_SHIFT = np.uint32(24)
_COMPLEX = np.uint32(0xFF << 24)
"""In place of a class: what the character folds to depends on its neighbours, or is more than one character."""
_TABLE_END = 0x20000


@lru_cache(maxsize=1)
def _simple_folds() -> NDArray[np.uint32]:
    """Return class << 24 | folded code point of those characters of two planes that fold alone, else `_COMPLEX`.

    A character folds alone if it folds to one character and neither is a combining mark nor a conjoining jamo: nothing
    before or after it can change what becomes of it. One that folds to separators is a separator.
    """
    classes = character_classes()[:_TABLE_END].astype(np.uint32)
    table = np.full(_TABLE_END, _COMPLEX, dtype=np.uint32)
    # Han and Hangul fold to themselves; of the rest, these blocks hold what texts hold.
    for low, high in ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4)):
        table[low:high] = np.arange(low, high, dtype=np.uint32) | classes[low:high] << _CLASS_SHIFT
    for low, high in ((0, 0x1100), (0x1200, 0x3400), (0xFE00, 0xFE10), (0xFEFF, 0xFFF0), (0x1F100, 0x1FB00)):
        folds = [_fold_assigned(chr(code)) for code in range(low, high)]
        alone = np.array([len(folded) == 1 for folded in folds])
        points = code_points("".join(folded if len(folded) == 1 else "\0" for folded in folds))
        block = points | classes[points] << _CLASS_SHIFT
        block[classes[points] <= CharClass.UNASSIGNED] = 0
        block[~alone | (classes[points] == CharClass.MARK) | (classes[points] == CharClass.SIGN_MARK)] = _COMPLEX
        for place in np.flatnonzero(~alone).tolist():
            # Of two and more characters none is between two digits: even "..." is all separators.
            if np.isin(classes[code_points(folds[place])], (CharClass.SEPARATOR, CharClass.MID_NUMBER)).all():
                block[place] = 0
        table[low:high] = block
    table[(classes == CharClass.MARK) | (classes == CharClass.SIGN_MARK)] = _COMPLEX
    table[classes == CharClass.UNASSIGNED] = 0
    table.setflags(write=False)
    return table


@lru_cache(maxsize=1)
def _ascii_folds() -> tuple[bytes, bytes]:
    """Return the folded code points and the classes of ASCII, for `bytes.translate`."""
    table = _simple_folds()[:128]
    points, classes = table & _POINT, table >> _CLASS_SHIFT
    return points.astype(np.uint8).tobytes() + bytes(128), classes.astype(np.uint8).tobytes() + bytes(128)


def fold_batch(texts: Sequence[str]) -> tuple[Folded, NDArray[np.int64]]:
    """Fold many texts at once; the tokens of each are those of `fold`, though other separators may stand between them.

    Returns
    -------
    folded : Folded
        The texts, one separator after each.
    offsets : ndarray of int64, shape (len(texts) + 1,)
        Text *i* stands at ``[offsets[i]:offsets[i + 1]]``, its separator included.
    """
    joined = "\n".join([*texts, ""])
    offsets = np.zeros(len(texts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)) + 1, out=offsets[1:])
    if joined.isascii():
        letters = joined.encode("ascii")
        small, kinds = (np.frombuffer(letters.translate(table), dtype=np.uint8) for table in _ascii_folds())
        return Folded(points=small, classes=kinds), offsets
    points = code_points(joined)
    table = _simple_folds()
    beyond = points.max() >= _TABLE_END
    packed = table.take(points, mode="clip")  # no slower check of each index: what is beyond is replaced below
    if beyond:
        packed[points >= _TABLE_END] = _COMPLEX
    points = packed & _POINT
    classes = (packed >> _CLASS_SHIFT).astype(np.uint8)
    complex_at = np.flatnonzero(packed == _COMPLEX)
    if not len(complex_at):
        return Folded(points=points, classes=classes), offsets
    bounds = offsets.tolist()
    parts: list[Folded] = []
    done = 0
    for number in np.unique(np.searchsorted(offsets, complex_at, side="right") - 1).tolist():
        parts.append(Folded(points=points[done : bounds[number]], classes=classes[done : bounds[number]]))
        parts.append(classify(fold(texts[number]) + "\n"))
        done = bounds[number + 1]
        offsets[number + 1 :] += len(parts[-1].points) - (done - bounds[number])
    parts.append(Folded(points=points[done:], classes=classes[done:]))
    whole = Folded(
        points=np.concatenate([part.points for part in parts]), classes=np.concatenate([part.classes for part in parts])
    )
    return whole, offsets


def fold_with_origin(text: str) -> tuple[str, NDArray[np.int64] | None]:
    """Fold `text` and say where each folded character came from.

    Returns
    -------
    folded : str
        ``fold(text)``.
    origin : ndarray of int64, shape (len(folded), 2), optional
        Half-open range of `text` that each folded character came from; None where it is ``(i, i + 1)`` throughout.
    """
    folded = fold(text)
    if _one_to_one(text, folded):
        return folded, None
    pieces: list[str] = []
    starts: list[NDArray[np.int64]] = []
    ends: list[NDArray[np.int64]] = []
    position = 0
    # White space never composes with what stands beside it, so the pieces fold on their own.
    for piece in re.split(r"(\s+)", text):
        folded_piece = fold(piece)
        start, end = _trace(piece, folded_piece)
        pieces.append(folded_piece)
        starts.append(start + position)
        ends.append(end + position)
        position += len(piece)
    return "".join(pieces), np.stack([np.concatenate(starts), np.concatenate(ends)], axis=1)


def _one_to_one(text: str, folded: str) -> bool:
    """Whether each character folded alone, in its place: none grew, none were composed, no marks changed places."""
    if text.isascii():
        return True
    alone = {ord(char): fold(char) for char in set(text)}
    return all(len(char) == 1 for char in alone.values()) and text.translate(alone) == folded


def _trace(piece: str, folded: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each character of `folded` where it starts and ends in `piece`."""
    if _one_to_one(piece, folded):
        start = np.arange(len(piece), dtype=np.int64)
        return start, start + 1
    parts = [fold(char) for char in piece]
    if "".join(parts) == folded:
        start = np.repeat(np.arange(len(piece), dtype=np.int64), [len(part) for part in parts])
        return start, start + 1
    # Characters composed or changed places: every one of them may come from anywhere in this word.
    return np.zeros(len(folded), dtype=np.int64), np.full(len(folded), len(piece), dtype=np.int64)
