"""Fold away what does not change a text's words: case, compatibility forms, ligatures, typographic variants.

``fold(text) = NFKC(casefold(NFKC(casefold(NFKC(text)))))`` with unassigned characters blanked first: Unicode's
NFKC_Casefold but for the ignorable characters, which the tokenizer drops. Stable under the Unicode policies for every
character that the shipped table knows, so an index built with one interpreter answers the same with another.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

from dupdetect.text.characters import CharClass, character_classes

__all__ = ["code_points", "fold", "fold_assigned", "fold_with_origin"]


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
    return fold_assigned(text)


def fold_assigned(text: str) -> str:
    """Return a text without unassigned characters folded."""
    return _nfkc(_nfkc(_nfkc(text).casefold()).casefold())


def _nfkc(text: str) -> str:
    # The check costs a fifth of the normalisation and most texts pass it.
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


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
    # White space never composes with what stands beside it, so words fold on their own; those of ASCII stay in place.
    for match in _NOT_ASCII.finditer(text):
        for piece in (text[position : match.start()], match[0]):
            folded_piece = fold(piece)
            start, end = _trace(piece, folded_piece)
            pieces.append(folded_piece)
            starts.append(start + position)
            ends.append(end + position)
            position += len(piece)
    pieces.append(fold(text[position:]))
    starts.append(np.arange(position, len(text), dtype=np.int64))
    ends.append(starts[-1] + 1)
    return "".join(pieces), np.stack([np.concatenate(starts), np.concatenate(ends)], axis=1)


_NOT_ASCII = re.compile(r"\S*[^\x00-\x7f]\S*")


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
