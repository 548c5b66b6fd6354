"""What each character is to a word: a table shipped with the library, so every interpreter gives the same words."""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

__all__ = ["CharClass", "character_classes"]


class CharClass(IntEnum):
    """Class of a character; the order is part of the tokenizer (see `dupdetect.text.tokens`)."""

    SEPARATOR = 0
    """Ends a token: white space, punctuation, symbols."""
    UNASSIGNED = 1
    """Not in the table's Unicode version: a separator, before a newer interpreter can fold it into something else."""
    IGNORED = 2
    """As if it were not there: soft hyphen, zero-width and bidi characters, variation selectors, apostrophes."""
    MID_NUMBER = 3
    """Full stop and comma: part of a number between two digits, else a separator (UAX #29, WB11 and WB12)."""
    LETTER = 4
    DIGIT = 5
    MARK = 6
    """Combining mark: continues what stands before it."""
    SIGN = 7
    """Letter of a script written without spaces: a token of its own."""
    SIGN_MARK = 8
    """Mark of such a script: continues its sign."""


@cache
def character_classes() -> NDArray[np.uint8]:
    """Return the class of every code point, shape (0x110000,), read-only."""
    table = np.zeros(0x110000, dtype=np.uint8)
    numbers = {one.name.lower(): int(one) for one in CharClass}
    listing = files("dupdetect.text").joinpath("charclasses.txt").read_text(encoding="ascii")
    for line in listing.splitlines():
        if line.startswith("#"):
            continue
        span, name = line.split(";")
        low, high = span.split("..")
        table[int(low, 16) : int(high, 16) + 1] = numbers[name]
    table.setflags(write=False)
    return table
