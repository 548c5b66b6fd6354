"""Words as arrays: from folded text to token hashes without a Python loop per word.

A chunk of texts becomes one array of code points and one of character classes; tokens start where the class changes,
and one sum from start to start gives each hash: odd multipliers are invertible mod 2**64, so
``sum(point * M**place) * M**-start`` does not depend on where the token stands. The low bits of such a polynomial are
weak, so every hash is finalised.

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

from dupdetect.text.characters import CharClass
from dupdetect.text.normalize import Folded, classify, fold_with_origin

__all__ = ["NUMBER", "SIGN", "WORD", "FoundTokens", "Tokens", "finalize", "find_tokens", "tokenize"]

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
_SEPARATOR, _IGNORED, _MID_NUMBER, _LETTER, _DIGIT, _MARK, _SIGN, _SIGN_MARK = (
    np.uint8(name)
    for name in (
        CharClass.SEPARATOR,
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
class FoundTokens:
    """The tokens of a chunk of folded text, and what `ends` and `kinds` are read from where they are asked for.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n,)
    starts : ndarray of int64, shape (n,)
        Where each token starts in the chunk.
    signs : ndarray of bool, shape (n,), optional
        Which tokens are signs; None where none is.
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]
    signs: NDArray[np.bool_] | None
    _classes: NDArray[np.uint8]
    _last: NDArray[np.bool_]
    _ignored: NDArray[np.int64]

    @property
    def ends(self) -> NDArray[np.int64]:
        """Where each token ends in the chunk, shape (n,)."""
        return _placed(np.flatnonzero(self._last), self._ignored) + 1

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """Kind of each token, shape (n,)."""
        kinds = np.full(len(self.starts), WORD, dtype=np.uint8)
        digits = _placed(np.flatnonzero(self._classes == _DIGIT), self._ignored)
        kinds[np.searchsorted(self.starts, digits, side="right") - 1] = NUMBER
        if self.signs is not None:
            kinds[self.signs] = SIGN
        return kinds


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


def _placed(places: NDArray[np.int64], ignored: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where places in a chunk without its ignored characters stand in the chunk with them."""
    if not len(ignored):
        return places
    return places + np.searchsorted(ignored - np.arange(len(ignored)), places, side="right")


def find_tokens(folded: Folded) -> FoundTokens:
    """Find and hash the tokens of a chunk of folded text, in reading order.

    A token's hash is ``finalize(sum(code_point * M**place))`` over its characters, their places counted from its start.
    """
    points, classes = folded.points, folded.classes
    ignored = np.flatnonzero(classes == _IGNORED)
    if len(ignored):
        kept = classes != _IGNORED
        points, classes = points[kept], classes[kept]
    size = len(points)
    weighted = points.astype(np.uint64)
    between = np.flatnonzero(classes == _MID_NUMBER)
    if len(between):
        around = np.concatenate([[_SEPARATOR], classes, [_SEPARATOR]])
        inner = (around[between] == _DIGIT) & (around[between + 2] == _DIGIT)
        classes = classes.copy()
        classes[between[inner]] = _DIGIT
        weighted[between[~inner]] = 0

    inside = classes >= _LETTER
    joined = np.zeros(size + 1, dtype=np.bool_)  # whether it continues the token before it; one more for the end
    signs = classes >= _SIGN
    has_signs = bool(signs.any())
    if has_signs:
        wordlike = inside & ~signs
        now = classes[1:]
        joined[1:-1] = (
            (wordlike[:-1] & wordlike[1:]) | (inside[:-1] & (now == _MARK)) | (signs[:-1] & (now == _SIGN_MARK))
        )
    elif size:
        np.logical_and(inside[:-1], inside[1:], out=joined[1:-1])
    starts = np.flatnonzero(inside & ~joined[:-1])
    if len(starts):
        # What stands between two tokens weighs nothing, so a sum from start to start is a sum over the token.
        weighted *= _powers(_MULTIPLIER, size)
        hashes = np.add.reduceat(weighted, starts)
        hashes *= _powers(_INVERSE, size)[starts]
        finalize(hashes)
    else:
        hashes = np.empty(0, dtype=np.uint64)
    return FoundTokens(
        hashes=hashes,
        starts=_placed(starts, ignored),
        signs=signs[starts] if has_signs else None,
        _classes=classes,
        _last=inside & ~joined[1:],
        _ignored=ignored,
    )


def tokenize(text: str) -> Tokens:
    """Split `text` into tokens, folded for comparison, each with its place in the text as given."""
    folded, origin = fold_with_origin(text)
    found = find_tokens(classify(folded))
    starts, ends = found.starts, found.ends
    if origin is not None and len(starts):
        starts, ends = origin[starts, 0], origin[ends - 1, 1]
    return Tokens(hashes=found.hashes, starts=starts, ends=ends, kinds=found.kinds)
