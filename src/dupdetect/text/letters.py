"""Many texts as one array of folded UTF-8, and which of its bytes stand in words.

ASCII is folded and told apart by arithmetic on bytes. The other characters are looked up, those alone: in most texts
they are few. What a character folds to stands in a table, if nothing beside it can change that; texts with others, such
as combining marks, are folded whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from dupdetect.text.characters import CharClass, character_classes
from dupdetect.text.normalize import fold

__all__ = ["PADDING", "Letters", "encode", "read_letters"]

PADDING = 8
"""Bytes that stand behind the last text at least."""

_POINT = np.uint32((1 << 21) - 1)
_CLASS_SHIFT = np.uint32(24)
_COMPLEX = np.uint32(0xFF << 24)
"""In place of a class: what the character folds to depends on its neighbours, or does not fit into its place."""
_TABLE_END = 0x20000
_LEAD, _DROPPED = np.uint8(0xC0), np.uint8(0xFF)
"""Least first byte of a character beyond ASCII, and a byte that UTF-8 never has."""
_NOWHERE = np.empty(0, dtype=np.int64)
# As NumPy scalars: against an IntEnum NumPy compares three times as long.
_UNASSIGNED, _IGNORED, _MID_NUMBER, _DIGIT, _MARK, _SIGN, _SIGN_MARK = (
    np.uint32(name)
    for name in (
        CharClass.UNASSIGNED,
        CharClass.IGNORED,
        CharClass.MID_NUMBER,
        CharClass.DIGIT,
        CharClass.MARK,
        CharClass.SIGN,
        CharClass.SIGN_MARK,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Letters:
    """Folded texts, a line break before each, as UTF-8 without the ignored characters.

    Parameters
    ----------
    letters : ndarray of uint8, shape (n,)
        Where nothing is `inside`, anything may stand.
    inside : ndarray of bool, shape (n,)
        Which bytes stand in tokens; neither the first nor the last `PADDING`.
    digits : ndarray of bool, shape (n,)
        Which bytes stand in digits.
    cuts : ndarray of bool, shape (n,), optional
        Where a token ends though the next begins at once: around signs. None where no sign is.
    signs : ndarray of bool, shape (n,), optional
        Where a sign begins.
    offsets : ndarray of int64, shape (texts + 1,)
        Text *i*, its line break included, stands at ``[offsets[i]:offsets[i + 1]]``.
    given : ndarray of uint8
        The texts' UTF-8, as it was but for those folded whole.
    given_offsets : ndarray of int64, shape (texts + 1,)
        The same as `offsets`, of `given`.
    dropped : ndarray of int64
        Places in `given` of the bytes that `letters` has not.
    whole : ndarray of bool, shape (texts,)
        Which texts were folded whole, so that `given` has other characters than they.
    """

    letters: NDArray[np.uint8]
    inside: NDArray[np.bool_]
    digits: NDArray[np.bool_]
    cuts: NDArray[np.bool_] | None
    signs: NDArray[np.bool_] | None
    offsets: NDArray[np.int64]
    given: NDArray[np.uint8]
    given_offsets: NDArray[np.int64]
    dropped: NDArray[np.int64]
    whole: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Wide:
    """Characters beyond ASCII.

    Parameters
    ----------
    places : ndarray of int64, shape (n,)
        Where they start.
    codes, points : ndarray of uint32, shape (n,)
        Their code points, as given and folded.
    kinds : ndarray of uint32, shape (n,)
        `CharClass` of the folded ones, or that of `_COMPLEX`.
    sizes : ndarray of int64, shape (n,)
        Bytes of each, folded.
    """

    places: NDArray[np.int64]
    codes: NDArray[np.uint32]
    points: NDArray[np.uint32]
    kinds: NDArray[np.uint32]
    sizes: NDArray[np.int64]

    def of(self, chosen: NDArray[np.bool_], dropped: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where some of them start once bytes are dropped, and their sizes."""
        places = self.places[chosen]
        return (places - np.searchsorted(dropped, places) if len(dropped) else places), self.sizes[chosen]


def encode(text: str) -> bytes:
    """Return the UTF-8 of a text, lone surrogates included."""
    return text.encode("utf-8", "surrogatepass")


def read_letters(texts: Sequence[bytes]) -> Letters:
    """Return texts, as `encode` gave them, as folded letters."""
    parts = list(texts)
    done = np.zeros(len(parts), dtype=np.bool_)
    while True:
        raw = b"\n".join([b"", *parts, bytes(PADDING)])
        given = np.frombuffer(raw, dtype=np.uint8)
        offsets = np.zeros(len(parts) + 1, dtype=np.int64)
        np.cumsum(np.fromiter(map(len, parts), dtype=np.int64, count=len(parts)) + 1, out=offsets[1:])
        wide = None if raw.isascii() else _wide(given, offsets, done)
        if wide is None:
            break
        hard = wide.places[wide.kinds == _COMPLEX >> _CLASS_SHIFT]
        if not len(hard):
            break
        for number in sorted(set((np.searchsorted(offsets, hard, side="right") - 1).tolist())):
            parts[number] = encode(fold(parts[number].decode("utf-8", "surrogatepass")))
            done[number] = True
    letters, dropped = _folded(raw, given, wide)
    digits = (letters - np.uint8(ord("0"))) < np.uint8(10)
    if wide is not None and (chosen := wide.kinds == _DIGIT).any():
        digits[_spread(*wide.of(chosen, dropped))] = True
    inside = (letters & np.uint8(0xFF ^ (ord(",") ^ ord(".")))) == np.uint8(ord(",") & ord("."))
    inside[1:-1] &= digits[:-2]
    inside[1:-1] &= digits[2:]
    inside |= digits
    if wide is None:
        letters = letters | np.uint8(ord(" "))
    else:
        inside |= letters > np.uint8(0x7F)
        letters = letters | ((~letters & np.uint8(0x80)) >> np.uint8(2))  # the same, of ASCII alone
    inside |= (letters - np.uint8(ord("a"))) < np.uint8(26)
    cuts, signs = (None, None) if wide is None else _refined(inside, digits, wide, dropped)
    return Letters(
        letters=letters,
        inside=inside,
        digits=digits,
        cuts=cuts,
        signs=signs,
        offsets=offsets - np.searchsorted(dropped, offsets) if len(dropped) else offsets,
        given=given,
        given_offsets=offsets,
        dropped=dropped,
        whole=done,
    )


def _wide(given: NDArray[np.uint8], offsets: NDArray[np.int64], folded: NDArray[np.bool_]) -> _Wide:
    """Look up the characters beyond ASCII of texts, some of which are folded already."""
    places = np.flatnonzero(given >= _LEAD)
    first = given[places]
    codes = (first & np.uint8(0x1F)).astype(np.uint32)
    for number, least in enumerate((_LEAD, np.uint8(0xE0), np.uint8(0xF0)), 1):
        # Characters of fewer bytes than this are whole already; of most texts all are soon.
        longer = first >= least
        if not longer.any():
            break
        more = codes << np.uint32(6) | given[places + number] & np.uint8(0x3F)
        codes = more if longer.all() else np.where(longer, more, codes)
    codes &= np.uint32(0x1FFFFF)
    packed = _simple_folds().take(codes, mode="clip")
    packed[codes >= _TABLE_END] = _COMPLEX
    if folded.any():
        own = folded[np.searchsorted(offsets, places, side="right") - 1]
        packed[own] = codes[own] | character_classes()[codes[own]].astype(np.uint32) << _CLASS_SHIFT
    points = packed & _POINT
    return _Wide(places=places, codes=codes, points=points, kinds=packed >> _CLASS_SHIFT, sizes=_utf8_sizes(points))


def _folded(raw: bytes, given: NDArray[np.uint8], wide: _Wide | None) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Fold what is beyond ASCII and drop what is ignored; return the bytes, and which of `raw` are dropped."""
    quotes = np.flatnonzero(given == np.uint8(ord("'"))) if b"'" in raw else _NOWHERE
    if wide is None:
        return (np.frombuffer(raw.replace(b"'", b""), dtype=np.uint8) if len(quotes) else given), quotes
    letters = given.copy()
    letters[quotes] = _DROPPED
    sizes = _utf8_sizes(wide.codes)
    for chosen, byte in (
        (wide.kinds <= _UNASSIGNED, np.uint8(ord(" "))),
        (wide.kinds == _IGNORED, _DROPPED),
    ):
        letters[_spread(wide.places[chosen], sizes[chosen])] = byte
    changed = (wide.kinds > _IGNORED) & (wide.points != wide.codes)
    if changed.any():
        places, points = wide.places[changed], wide.points[changed]
        letters[_spread(places, sizes[changed])] = _DROPPED
        new = points.astype("<u4").tobytes().decode("utf-32-le").encode()
        letters[_spread(places, _utf8_sizes(points))] = np.frombuffer(new, dtype=np.uint8)
    dropped = np.flatnonzero(letters == _DROPPED)
    if len(dropped):
        letters = np.frombuffer(letters.tobytes().replace(b"\xff", b""), dtype=np.uint8)
    return letters, dropped


def _refined(
    inside: NDArray[np.bool_], digits: NDArray[np.bool_], wide: _Wide, dropped: NDArray[np.int64]
) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
    """Take stops out of `inside` that stand between no digits; return `Letters.cuts` and `Letters.signs`."""
    kinds = wide.kinds
    if (stops := (kinds == _MID_NUMBER) & (wide.points > np.uint32(0x7F))).any():
        at, sizes = wide.of(stops, dropped)
        outer = ~(digits[at - 1] & digits[at + sizes])
        inside[_spread(at[outer], sizes[outer])] = False
    if not (is_sign := kinds >= _SIGN).any():
        return None, None
    cuts, signs = np.zeros((2, len(inside)), dtype=np.bool_)
    at, sizes = wide.of(is_sign, dropped)
    signs[at] = True
    cuts[at + sizes] = True
    # A mark continues whatever stands before it, a sign's mark only a sign or another such mark.
    at, _ = wide.of(kinds == _SIGN_MARK, dropped)
    cuts[at] = ~cuts[at]
    at, _ = wide.of(kinds == _MARK, dropped)
    cuts[at] = False
    at, _ = wide.of(kinds == _SIGN, dropped)
    cuts[at] = True
    return cuts, signs


def _utf8_sizes(codes: NDArray[np.uint32]) -> NDArray[np.int64]:
    sizes = np.ones(len(codes), dtype=np.int64)
    for end in (0x7F, 0x7FF, 0xFFFF):
        sizes += codes > np.uint32(end)
    return sizes


def _spread(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers of all ranges, one range after the other."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - ends + sizes, sizes) + np.arange(int(ends[-1]) if len(ends) else 0)


@cache
def _simple_folds() -> NDArray[np.uint32]:
    """Return class << 24 | folded code point of those characters of two planes that fold alone, else `_COMPLEX`.

    A character folds alone if it folds to one character and neither is a combining mark nor a conjoining jamo: nothing
    before or after it can change what becomes of it. One that folds to separators is a separator, and 0. Two letters
    whose small form is longer in UTF-8 do not fit. The table is shipped: ``tools/make_folds.py`` works it out.
    """
    classes = character_classes()[:_TABLE_END].astype(np.uint32)
    points = np.arange(_TABLE_END, dtype=np.uint32)
    separators, apart = (classes == _UNASSIGNED), (classes == _MARK) | (classes == _SIGN_MARK)
    for line in files("dupdetect.text").joinpath("folds.txt").read_text(encoding="ascii").splitlines()[1:]:
        span, step, to = line.split(";")
        low, high = span.split("..")
        where = slice(int(low, 16), int(high, 16) + 1, int(step))
        if to == "separator":
            separators[where] = True
        elif to == "apart":
            apart[where] = True
        else:
            points[where] = points[where] - points[where.start] + np.uint32(int(to, 16))
    table = points | classes[points] << _CLASS_SHIFT
    table[(classes[points] == CharClass.SEPARATOR) | separators] = 0
    table[apart] = _COMPLEX
    table.setflags(write=False)
    return table
