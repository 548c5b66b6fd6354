"""Words as arrays: from texts to token hashes without a Python loop per word.

A chunk of texts becomes one array of bytes, its letters folded; tokens start and end where letters do. The hash of a
token reads its UTF-8 eight bytes at a time, so that what is done for each word and not for each letter costs most::

    h = 0
    for group in groups of eight bytes, the last filled up with zeros:
        h = mix(h + little-endian number of the group)

with MurmurHash3's 64-bit finaliser as ``mix``; a token of more than 32 bytes has the first eight of its BLAKE2b.

Rules of what a token is, in the order of `CharClass` (the oracle in ``tests/oracles.py`` spells them out again, one
character at a time):

* ignored characters are dropped before anything else;
* full stop and comma between two digits count as digits;
* letters and digits continue a letter, a digit or a mark; a mark continues whatever stands before it;
* a sign is always a token of its own, a sign mark continues a sign or a sign mark and else stands alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels import hash_spans
from dupdetect.text.letters import Letters, encode, read_letters
from dupdetect.text.normalize import fold_with_origin

__all__ = ["NUMBER", "SIGN", "WORD", "FoundTokens", "Tokens", "find_tokens", "tokenize", "tokenize_batch"]

WORD = 1
"""Kind of a token: letters and marks only."""
NUMBER = 2
"""Kind of a token: holds a digit."""
SIGN = 3
"""Kind of a token: one sign of a script written without spaces."""

_LONGEST = 32
"""Bytes up to which a token is hashed by groups: without a compiler each group more costs a pass over the tokens that
have it, and a page may be one token."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tokens:
    """The tokens of one text.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n,)
        Hash of each folded token.
    starts, ends : ndarray of int64, shape (n,)
        Half-open code-point range of each token in the text as it was given.
    kinds : ndarray of uint8, shape (n,)
        `WORD`, `NUMBER` or `SIGN`.
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    kinds: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.hashes)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundTokens:
    """The tokens of many texts, in reading order.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n,)
    offsets : ndarray of int64, shape (texts + 1,)
        Text *i* owns ``hashes[offsets[i]:offsets[i + 1]]``.
    signs : ndarray of bool, shape (n,), optional
        Which tokens are signs; None where none is.
    """

    hashes: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    signs: NDArray[np.bool_] | None


def find_tokens(texts: Sequence[bytes]) -> FoundTokens:
    """Find and hash the tokens of texts: those of `tokenize`, many texts at a time.

    Parameters
    ----------
    texts : sequence of bytes
        Their UTF-8, see `dupdetect.text.letters.encode`.
    """
    letters = read_letters(texts)
    starts, ends = _spans(letters)
    return FoundTokens(
        hashes=_hashes(letters.letters, starts, ends),
        offsets=np.searchsorted(starts, letters.offsets).astype(np.int64, copy=False),
        signs=None if letters.signs is None else letters.signs[starts],
    )


def tokenize(text: str) -> Tokens:
    """Split `text` into tokens, folded for comparison, each with its place in the text as given."""
    return tokenize_batch([text])[0]


def tokenize_batch(texts: Sequence[str]) -> list[Tokens]:
    """Split texts into tokens, all at once: keep them to what fits the cache."""
    letters = read_letters([encode(text) for text in texts])
    starts, ends = _spans(letters)
    hashes = _hashes(letters.letters, starts, ends)
    kinds = np.full(len(starts), WORD, dtype=np.uint8)
    kinds[np.searchsorted(starts, np.flatnonzero(letters.digits), side="right") - 1] = NUMBER
    if letters.signs is not None:
        kinds[letters.signs[starts]] = SIGN
    bounds = np.searchsorted(starts, letters.offsets).tolist()
    starts, ends = _given_places(starts, letters), _given_places(ends - 1, letters) + 1
    firsts = letters.given_offsets + 1  # behind the line break before each text
    if (letters.given > np.uint8(0x7F)).any():
        characters = np.cumsum((letters.given & np.uint8(0xC0)) != np.uint8(0x80), dtype=np.int64) - 1
        starts, ends, firsts = characters[starts], characters[ends - 1] + 1, characters[firsts]
    found = []
    for number, (low, high) in enumerate(pairwise(bounds)):
        own_starts, own_ends = starts[low:high] - firsts[number], ends[low:high] - firsts[number]
        if letters.whole[number] and low < high:
            # These are places in the folded text.
            _, origin = fold_with_origin(texts[number])
            if origin is not None:
                own_starts, own_ends = origin[own_starts, 0], origin[own_ends - 1, 1]
        found.append(Tokens(hashes=hashes[low:high], starts=own_starts, ends=own_ends, kinds=kinds[low:high]))
    return found


def _spans(letters: Letters) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where tokens start and end in the letters."""
    inside, cuts = letters.inside, letters.cuts
    if cuts is None:
        edges = np.flatnonzero(inside[1:] != inside[:-1])
        edges += 1
        return edges[::2], edges[1::2]
    before = np.zeros_like(inside)
    np.logical_and(inside[:-1], ~cuts[1:], out=before[1:])  # whether a token goes on here, if one does
    starts = np.flatnonzero(inside & ~before)
    ends = np.flatnonzero(inside[:-1] & ~(inside[1:] & ~cuts[1:])) + 1
    return starts, ends


def _given_places(places: NDArray[np.int64], letters: Letters) -> NDArray[np.int64]:
    """Return where bytes at these places stood before others were dropped."""
    if not len(letters.dropped):
        return places
    dropped = letters.dropped - np.arange(len(letters.dropped))
    return places + np.searchsorted(dropped, places, side="right")


def _hashes(letters: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the hash of each span of bytes, none of them empty; eight bytes and more must follow the last."""
    sizes = ends - starts
    long = np.flatnonzero(sizes > _LONGEST)
    if not len(long):
        return hash_spans(letters, starts, ends)
    hashes = hash_spans(letters, starts, np.minimum(ends, starts + _LONGEST))
    for place in long.tolist():
        token = letters[int(starts[place]) : int(ends[place])]
        hashes[place] = int.from_bytes(hashlib.blake2b(token, digest_size=8).digest(), "little")
    return hashes
