"""Rows of numbers as bytes, against a string of zeros and ones."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.errors import IndexCorruptError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index.packing import pack_rows, unpack_row

DTYPES = {4: np.uint32, 8: np.uint64}


@st.composite
def kinds_of_rows(draw):
    """Return width, whether rows ascend, and rows: of small numbers, of any, of one number many times."""
    width, ascending = draw(st.sampled_from([4, 8])), draw(st.booleans())
    number = st.integers(0, 8 * width).flatmap(lambda bits: st.integers(0, 2**bits - 1))
    row = st.lists(number, max_size=40) | st.builds(lambda one, count: [one] * count, number, st.integers(0, 300))
    rows = draw(st.lists(row, max_size=6))
    return width, ascending, [sorted(one) if ascending else one for one in rows]


def packed_slowly(row, width, ascending):
    whole = b"".join(number.to_bytes(width, "little") for number in row)
    highest = [number >> 8 * (width - 1) for number in row]
    before = [0, *highest] if ascending else [0] * len(row)
    bits = "".join("0" * (one - other) + "1" for one, other in zip(highest, before, strict=False))
    unary = bytes(int(bits[start : start + 8].ljust(8, "0"), 2) for start in range(0, len(bits), 8))
    packed = b"".join(number.to_bytes(width, "little")[:-1] for number in row) + unary
    return packed if len(packed) < len(whole) else whole


@given(kinds_of_rows())
def test_rows_are_packed_as_the_slow_way_does_and_come_back(kind):
    width, ascending, rows = kind
    values = np.array([number for row in rows for number in row], dtype=DTYPES[width])
    offsets = np.cumsum([0, *map(len, rows)], dtype=np.int64)
    packed = pack_rows(values, offsets, ascending=ascending)
    assert packed == [packed_slowly(row, width, ascending) for row in rows]
    for row, one in zip(rows, packed, strict=True):
        assert unpack_row(one, len(row), DTYPES[width], ascending=ascending).tolist() == row


@given(st.sampled_from([4, 8]), st.booleans(), st.binary(max_size=300), st.integers(-5, 300))
def test_what_is_damaged_is_refused_or_as_many_numbers_as_asked_for(width, ascending, damaged, count):
    with suppress(IndexCorruptError):
        assert len(unpack_row(damaged, count, DTYPES[width], ascending=ascending)) == count


def test_a_fingerprint_that_was_cut_is_called_damaged():
    own = Fingerprinter().fingerprint(" ".join(f"word{n}" for n in range(250)))
    ends = np.array([0, len(own.sample)], dtype=np.int64)
    (packed,) = pack_rows(own.sample, ends, ascending=True)
    assert len(packed) < 7.5 * len(own.sample)
    for cut in (packed[:-1], packed[:9], b"", packed[:-1] + b"\xff", packed + b"\x01"):
        with pytest.raises(IndexCorruptError, match="damaged"):
            unpack_row(cut, len(own.sample), np.uint64, ascending=True)
