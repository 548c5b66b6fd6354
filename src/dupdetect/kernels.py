"""The three loops that NumPy makes in many passes over the data: compiled where there was a compiler, else NumPy's.

Both give the same bits. ``_kernels.c`` is built when the package is installed. Where that fails, or what was built is
of an older checkout and lacks a loop, the package works without.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

try:
    from dupdetect._kernels import finalize as _finalize
    from dupdetect._kernels import hash_spans as _hash_spans
    from dupdetect._kernels import minima as _minima
except ImportError:
    COMPILED = False
else:
    COMPILED = True

__all__ = ["COMPILED", "finalize", "hash_spans", "minima"]

_HALF, _MIXERS = np.uint64(33), (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))

_GROUP = 8
_KEPT = np.array([(1 << 8 * size) - 1 for size in range(_GROUP + 1)], dtype=np.uint64)
"""Which bits of a group are the span's, by how many bytes of it are."""

_CHUNK = 1 << 16
"""Hashes a chunk of NumPy's loop: a uint32 array of it fits the second-level cache."""


def finalize(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix all bits of each value into all others, in place: MurmurHash3's 64-bit finaliser (Appleby 2011).

    Parameters
    ----------
    values : ndarray of uint64
        Contiguous.

    Returns
    -------
    ndarray of uint64
        `values`.
    """
    if COMPILED:
        _finalize(values)
        return values
    scratch = np.empty_like(values)
    for multiplier in _MIXERS:
        np.right_shift(values, _HALF, scratch)
        np.bitwise_xor(values, scratch, values)
        np.multiply(values, multiplier, values)
    np.right_shift(values, _HALF, scratch)
    np.bitwise_xor(values, scratch, values)
    return values


def hash_spans(letters: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the hash of each span of bytes, read eight at a time.

    That of a span is ``h = 0``, and then ``h = finalize(h + g)`` for each group of eight bytes, the last filled up with
    zeros, where ``g`` is its little-endian number.

    Parameters
    ----------
    letters : ndarray of uint8
        Eight bytes and more follow the last span.
    starts, ends : ndarray of int64, shape (n,)
        No span is empty.

    Returns
    -------
    ndarray of uint64, shape (n,)
    """
    if COMPILED:
        hashes = np.empty(len(starts), dtype=np.uint64)
        starts, ends = np.ascontiguousarray(starts, np.int64), np.ascontiguousarray(ends, np.int64)
        _hash_spans(letters, starts, ends, hashes)
        return hashes
    # The eight bytes that begin at any place, without copying them eight times.
    groups = np.ndarray((len(letters) - _GROUP + 1,), dtype="<u8", buffer=letters, strides=(1,))
    sizes = ends - starts
    hashes = groups[starts]
    hashes &= _KEPT.take(sizes, mode="clip")
    finalize(hashes)
    read = _GROUP
    longer = np.flatnonzero(sizes > read)
    while len(longer):
        left = sizes[longer] - read
        group = groups[starts[longer] + read]
        group &= _KEPT.take(left, mode="clip")
        group += hashes[longer]
        hashes[longer] = finalize(group)
        read += _GROUP
        longer = longer[left > _GROUP]
    return hashes


def minima(
    hashes: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    multipliers: NDArray[np.uint32],
    increments: NDArray[np.uint32],
) -> NDArray[np.uint32]:
    """Return ``min(a_k * fmix32(h) + b_k mod 2**32)`` over the hashes of each document, for each *k*.

    Other threads run meanwhile.

    Parameters
    ----------
    hashes : ndarray of uint64
        Of all documents; the low 32 bits are used.
    offsets : ndarray of int64, shape (n + 1,)
        Document *i* owns ``hashes[offsets[i]:offsets[i + 1]]``.
    multipliers, increments : ndarray of uint32, shape (k,)
        Multipliers are odd.

    Returns
    -------
    ndarray of uint32, shape (n, k)
        ``2**32 - 1`` throughout for a document without hashes.
    """
    if not COMPILED:
        return _minima_by_numpy(hashes, offsets, multipliers, increments)
    found = np.empty((len(offsets) - 1, len(multipliers)), dtype=np.uint32)
    hashes, offsets = np.ascontiguousarray(hashes, np.uint64), np.ascontiguousarray(offsets, np.int64)
    _minima(hashes, offsets, multipliers, increments, found)
    return found


def _minima_by_numpy(
    hashes: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    multipliers: NDArray[np.uint32],
    increments: NDArray[np.uint32],
) -> NDArray[np.uint32]:
    """Loop over permutations instead of documents, over a chunk of many documents that fits the cache.

    Each permutation is made in place from the one before: multipliers are odd, so ``a_k = (a_k / a_j) * a_j mod
    2**32``, and one array that is read and written costs less of the cache than two.
    """
    found = np.full((len(offsets) - 1, len(multipliers)), 0xFFFFFFFF, dtype=np.uint32)
    # reduceat would give an empty document its neighbour's minimum.
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    first = 0
    while first < len(filled):
        begin = int(offsets[filled[first]])
        last = max(first + 1, int(np.searchsorted(offsets[filled + 1], begin + _CHUNK, side="right")))
        rows = filled[first:last]
        mixed = _mix(hashes[begin : int(offsets[rows[-1] + 1])])
        # As many permutations a step as fit the chunk: one for many documents, all of them for a single short one.
        step = min(len(multipliers), max(1, _CHUNK // len(mixed)))
        columns = np.empty((len(multipliers), len(rows)), dtype=np.uint32)
        permuted = np.repeat(mixed[None, :], step, axis=0)
        for slot, (multiplier, increment) in enumerate(_steps(multipliers.tobytes(), increments.tobytes(), step)):
            np.multiply(permuted, multiplier, permuted)
            np.add(permuted, increment, permuted)
            part = columns[slot * step : (slot + 1) * step]
            np.minimum.reduceat(permuted[: len(part)], offsets[rows] - begin, 1, None, part)
        found[rows] = columns.T
        first = last
    return found


def _mix(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return MurmurHash3's 32-bit finaliser of the low half of each hash."""
    mixed = hashes.astype(np.uint32)
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed


@lru_cache(maxsize=32)
def _steps(multipliers: bytes, increments: bytes, step: int) -> list[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
    """Return what makes `step` permutations at a time of those before them: columns of multipliers and increments."""
    by, plus = (np.frombuffer(values, dtype=np.uint32) for values in (multipliers, increments))
    before = np.concatenate([np.ones(step, dtype=np.uint32), by[:-step]])
    inverse = before.copy()
    for _ in range(4):  # Newton's method doubles the low bits that are right: 3, 6, 12, 24, 48
        inverse *= np.uint32(2) - before * inverse
    multiplied = by * inverse
    added = plus - np.concatenate([np.zeros(step, dtype=np.uint32), plus[:-step]]) * multiplied
    shape = (step, 1) if step > 1 else ()  # NumPy begins sooner with one number than with a column of one
    count = -(-len(by) // step)
    parts = (np.split(np.pad(each, (0, count * step - len(each))), count) for each in (multiplied, added))
    return [(one.reshape(shape), other.reshape(shape)) for one, other in zip(*parts, strict=True)]
