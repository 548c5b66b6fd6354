"""Words as arrays: from folded text to token hashes without a Python loop per word.

A chunk of texts becomes one array of code points, a table look-up gives character classes, tokens begin and end where
the class changes, and a prefix-summed polynomial gives every token's hash at once: odd multipliers are invertible
mod 2**64, so ``(P[end] - P[start]) * M**-start`` does not depend on where the token stands. The low bits of such a
polynomial are weak, so every hash is finalised.

Rules, in the order of `CharClass` (the oracle in ``tests/unit/text`` spells them out again, one character at a time):

* ignored characters are dropped before anything else;
* full stop and comma between two digits count as digits;
* letters and digits continue a letter, a digit or a mark; a mark continues whatever stands before it;
* a sign is always a token of its own, a sign mark continues a sign or a sign mark and else stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.text.characters import CharClass, character_classes
from dupdetect.text.normalize import code_points, fold_with_origin

__all__ = ["NUMBER", "SIGN", "WORD", "TokenArrays", "Tokens", "finalize", "find_tokens", "tokenize"]

WORD = 1
"""Kind of a token: letters and marks only."""
NUMBER = 2
"""Kind of a token: holds a digit."""
SIGN = 3
"""Kind of a token: one sign of a script written without spaces."""

_MULTIPLIER = 0x9E3779B97F4A7C15
"""2**64 over the golden ratio, odd (Knuth, TAOCP 3, 6.4)."""
_INVERSE = pow(_MULTIPLIER, -1, 2**64)

# As uint8 scalars: against an IntEnum NumPy would widen the whole array first.
_IGNORED, _MID_NUMBER, _LETTER, _DIGIT, _MARK, _SIGN, _SIGN_MARK = (
    np.uint8(name)
    for name in (
        CharClass.IGNORED,
        CharClass.MID_NUMBER,
        CharClass.LETTER,
        CharClass.DIGIT,
        CharClass.MARK,
        CharClass.SIGN,
        CharClass.SIGN_MARK,
    )
)


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
class TokenArrays:
    """Tokens of a chunk of folded text: as `Tokens`, but the ranges are of the chunk."""

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    kinds: NDArray[np.uint8]


def finalize(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix all bits of each value into all others, in place: MurmurHash3's 64-bit finaliser (Appleby 2011)."""
    scratch = np.empty_like(values)
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        np.right_shift(values, np.uint64(33), out=scratch)
        np.bitwise_xor(values, scratch, out=values)
        np.multiply(values, np.uint64(multiplier), out=values)
    np.right_shift(values, np.uint64(33), out=scratch)
    np.bitwise_xor(values, scratch, out=values)
    return values


def _powers(base: int, count: int) -> NDArray[np.uint64]:
    """Return ``base**0, base**1 …`` mod 2**64, shape (count,)."""
    bits = count.bit_length()
    # Only the powers of ordinary chunks are worth keeping; those of a monster would hold its memory for good.
    return (_kept_powers if bits <= _KEPT_BITS else _powers_upto)(base, bits)[:count]


def _powers_upto(base: int, bits: int) -> NDArray[np.uint64]:
    powers = np.full(1 << bits, base, dtype=np.uint64)
    powers[0] = 1
    np.multiply.accumulate(powers, out=powers)
    powers.setflags(write=False)
    return powers


_KEPT_BITS = 18
_kept_powers = lru_cache(maxsize=2 * _KEPT_BITS)(_powers_upto)


def find_tokens(points: NDArray[np.uint32] | NDArray[np.uint8]) -> TokenArrays:
    """Find and hash the tokens of a chunk of folded text.

    Parameters
    ----------
    points : ndarray of uint32 or uint8
        Code points; texts are kept apart by any separator.

    Returns
    -------
    TokenArrays
        In reading order.
    """
    classes = character_classes()[points]
    kept: NDArray[np.int64] | None = None
    if (classes == _IGNORED).any():
        kept = np.flatnonzero(classes != _IGNORED)
        points, classes = points[kept], classes[kept]
    size = len(points)
    if not size:
        return _no_tokens()
    between = np.flatnonzero(classes == _MID_NUMBER)
    if len(between):
        inner = between[(between > 0) & (between < size - 1)]
        inner = inner[(classes[inner - 1] == _DIGIT) & (classes[inner + 1] == _DIGIT)]
        classes[inner] = _DIGIT

    inside = classes >= _LETTER
    joined = np.zeros(size + 1, dtype=np.bool_)  # whether it continues the token before it; one more for the end
    has_signs = bool((classes >= _SIGN).any())
    if has_signs:
        wordlike = inside & (classes < _SIGN)
        before, now = classes[:-1], classes[1:]
        joined[1:-1] = (
            (wordlike[:-1] & wordlike[1:]) | (inside[:-1] & (now == _MARK)) | ((before >= _SIGN) & (now == _SIGN_MARK))
        )
    else:
        np.logical_and(inside[:-1], inside[1:], out=joined[1:-1])
    starts = np.flatnonzero(inside & ~joined[:-1])
    ends = np.flatnonzero(inside & ~joined[1:]) + 1
    if not len(starts):
        return _no_tokens()

    prefix = np.empty(size + 1, dtype=np.uint64)
    prefix[0] = 0
    weighted = points.astype(np.uint64)
    weighted += np.uint64(1)
    weighted *= _powers(_MULTIPLIER, size)
    np.cumsum(weighted, out=prefix[1:])
    hashes = prefix[ends] - prefix[starts]
    hashes *= _powers(_INVERSE, size)[starts]
    finalize(hashes)

    kinds = np.full(len(starts), WORD, dtype=np.uint8)
    kinds[np.searchsorted(starts, np.flatnonzero(classes == _DIGIT), side="right") - 1] = NUMBER
    if has_signs:
        kinds[classes[starts] >= _SIGN] = SIGN
    if kept is not None:
        starts, ends = kept[starts], kept[ends - 1] + 1
    return TokenArrays(hashes=hashes, starts=starts, ends=ends, kinds=kinds)


def _no_tokens() -> TokenArrays:
    none = np.empty(0, dtype=np.int64)
    return TokenArrays(hashes=none.astype(np.uint64), starts=none, ends=none, kinds=none.astype(np.uint8))


def tokenize(text: str) -> Tokens:
    """Split `text` into tokens, folded for comparison, each with its place in the text as given."""
    folded, origin = fold_with_origin(text)
    found = find_tokens(code_points(folded))
    starts, ends = found.starts, found.ends
    if origin is not None and len(starts):
        starts, ends = origin[starts, 0], origin[ends - 1, 1]
    return Tokens(hashes=found.hashes, starts=starts, ends=ends, kinds=found.kinds)
