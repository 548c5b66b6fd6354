"""Numbers in fewer bytes: the highest byte of each in unary, as in a Golomb–Rice code, the lower ones as they are.

A MinHash value is the least of many, so its highest byte is small; and from one hash of an ascending sample to the next
the highest byte grows by little (so written, Elias–Fano). Zeros as many as it counts and a one take a bit or two. The
rest is as good as random, and whole bytes of it need no shifting.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError

__all__ = ["pack_rows", "unpack_row"]

Number = TypeVar("Number", bound=np.unsignedinteger[Any])


def pack_rows(values: NDArray[Number], offsets: NDArray[np.int64], *, ascending: bool) -> list[bytes]:
    """Return each row of numbers as bytes: `unpack_row` knows from their length whether they are packed or as they are.

    Parameters
    ----------
    values : ndarray of uint32 or uint64
        The rows, one after the other.
    offsets : ndarray of int64, shape (n + 1,)
        Row *i* is ``values[offsets[i]:offsets[i + 1]]``.
    ascending : bool
        Whether the numbers of each row ascend, so that what each adds to the one before is written.
    """
    width = values.dtype.itemsize
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    parts = little.view(np.uint8).reshape(-1, width)
    sizes = offsets[1:] - offsets[:-1]
    counts = parts[:, -1].astype(np.int64)
    if ascending:
        firsts = offsets[:-1][sizes > 0]
        of_firsts = counts[firsts]
        counts[1:] = np.diff(counts)
        counts[firsts] = of_firsts
    ends = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(counts + 1, out=ends[1:])
    before = ends[offsets[:-1]]
    room = (ends[offsets[1:]] - before + 7) >> 3
    shorter = room < sizes
    starts = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(np.where(shorter, room, 0), out=starts[1:])
    ones = ends[1:] - 1 - np.repeat(before - 8 * starts[:-1], sizes)
    bits = np.zeros(8 * int(starts[-1]), dtype=np.uint8)
    bits[ones[np.repeat(shorter, sizes)]] = 1
    unary, low, whole = np.packbits(bits).tobytes(), parts[:, :-1].tobytes(), parts.tobytes()
    places = zip(offsets.tolist(), offsets[1:].tolist(), starts.tolist(), starts[1:].tolist(), strict=False)
    # Bytes of one long string, which is quicker than those of a row at a time.
    return [
        low[first * (width - 1) : last * (width - 1)] + unary[start:end]
        if end > start
        else whole[first * width : last * width]
        for first, last, start, end in places
    ]


def unpack_row(packed: bytes, count: int, dtype: type[Number], *, ascending: bool) -> NDArray[Number]:
    """Return a row of numbers that `pack_rows` packed, shape (count,).

    Raises
    ------
    IndexCorruptError
        It is none.
    """
    little = np.dtype(dtype).newbyteorder("<")
    width = little.itemsize
    if len(packed) == count * width:
        return np.frombuffer(packed, dtype=little).astype(dtype, copy=False)
    try:
        low = np.frombuffer(packed, dtype=np.uint8, count=count * (width - 1)).reshape(count, -1)
        unary = np.frombuffer(packed, dtype=np.uint8, offset=count * (width - 1))
        highest = np.flatnonzero(np.unpackbits(unary)) - np.arange(count)
    except ValueError as error:
        raise IndexCorruptError(f"a stored fingerprint is damaged ({error}); rebuild the index") from error
    if not ascending:
        highest[1:] = np.diff(highest)
    if highest.max() > 255:
        raise IndexCorruptError("a stored fingerprint is damaged (a number is too large); rebuild the index")
    parts = np.empty((count, width), dtype=np.uint8)
    parts[:, :-1], parts[:, -1] = low, highest
    return parts.reshape(-1).view(little).astype(dtype, copy=False)
