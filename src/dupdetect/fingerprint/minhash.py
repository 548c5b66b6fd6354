"""MinHash signatures, bit for bit datasketch's ``affine32`` scheme, many documents at a time.

datasketch computes ``min(a_k * fmix32(h) + b_k mod 2**32)`` document by document and hash by hash. ``_kernels.c`` does
so too, with the minima of 64 permutations in registers. Where that was not compiled, NumPy loops over permutations
instead, over a chunk of many documents that fits the cache. Each permutation is made in place from the one before:
multipliers are odd, so ``a_k = (a_k / a_j) * a_j mod 2**32``, and one array that is read and written costs less of the
cache than two.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect import kernels
from dupdetect.settings import Settings

__all__ = ["EMPTY_SLOT", "permutations", "signatures"]

EMPTY_SLOT = np.uint32(0xFFFFFFFF)
"""Value of every slot in the signature of a document without shingles, as in datasketch."""

_CHUNK = 1 << 16
"""Hashes a chunk: a uint32 array of it fits the second-level cache (``python -m benchmarks run signature``)."""


@lru_cache(maxsize=8)
def permutations(settings: Settings) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Return datasketch's multipliers and increments, two arrays of shape (permutations,).

    The same draws as ``datasketch.MinHash(num_perm, seed, scheme="affine32")`` makes, without the 0.7 s that importing
    datasketch takes; a test holds them equal.
    """
    generator = np.random.RandomState(settings.seed)
    size = settings.permutations
    multipliers = generator.randint(0, 1 << 31, size, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    increments = generator.randint(0, 1 << 32, size, dtype=np.uint32)
    return multipliers, increments


def _mix(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Return MurmurHash3's 32-bit finaliser of the low half of each hash."""
    mixed = hashes.astype(np.uint32)
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed


def signatures(hashes: NDArray[np.uint64], offsets: NDArray[np.int64], settings: Settings) -> NDArray[np.uint32]:
    """Return the MinHash signature of each document.

    Parameters
    ----------
    hashes : ndarray of uint64
        Shingle hashes of all documents; the low 32 bits are used.
    offsets : ndarray of int64, shape (n + 1,)
        Document *i* owns ``hashes[offsets[i]:offsets[i + 1]]``.
    settings : Settings

    Returns
    -------
    ndarray of uint32, shape (n, permutations)
        A document without hashes has `EMPTY_SLOT` throughout.
    """
    compiled = kernels.minima(hashes, offsets, *permutations(settings))
    return _by_numpy(hashes, offsets, settings) if compiled is None else compiled


def _by_numpy(hashes: NDArray[np.uint64], offsets: NDArray[np.int64], settings: Settings) -> NDArray[np.uint32]:
    result = np.full((len(offsets) - 1, settings.permutations), EMPTY_SLOT, dtype=np.uint32)
    # reduceat would give an empty document its neighbour's minimum.
    filled = np.flatnonzero(offsets[1:] > offsets[:-1])
    first = 0
    while first < len(filled):
        begin = int(offsets[filled[first]])
        last = max(first + 1, int(np.searchsorted(offsets[filled + 1], begin + _CHUNK, side="right")))
        rows = filled[first:last]
        end = int(offsets[rows[-1] + 1])
        result[rows] = _minima(_mix(hashes[begin:end]), offsets[rows] - begin, settings)
        first = last
    return result


def _minima(mixed: NDArray[np.uint32], starts: NDArray[np.int64], settings: Settings) -> NDArray[np.uint32]:
    columns = np.empty((settings.permutations, len(starts)), dtype=np.uint32)
    # As many permutations a step as fit the chunk: one for many documents, all of them for a single short one.
    step = min(settings.permutations, max(1, _CHUNK // len(mixed)))
    permuted = np.repeat(mixed[None, :], step, axis=0)
    for slot, (multiplier, increment) in enumerate(_steps(settings, step)):
        np.multiply(permuted, multiplier, permuted)
        np.add(permuted, increment, permuted)
        part = columns[slot * step : (slot + 1) * step]
        np.minimum.reduceat(permuted[: len(part)], starts, 1, None, part)
    return columns.T


@lru_cache(maxsize=32)
def _steps(settings: Settings, step: int) -> list[tuple[NDArray[np.uint32], NDArray[np.uint32]]]:
    """Return what makes `step` permutations at a time of those before them: columns of multipliers and increments."""
    multipliers, increments = permutations(settings)
    before = np.concatenate([np.ones(step, dtype=np.uint32), multipliers[:-step]])
    inverse = before.copy()
    for _ in range(4):  # Newton's method doubles the low bits that are right: 3, 6, 12, 24, 48
        inverse *= np.uint32(2) - before * inverse
    multiplied = multipliers * inverse
    added = increments - np.concatenate([np.zeros(step, dtype=np.uint32), increments[:-step]]) * multiplied
    shape = (step, 1) if step > 1 else ()  # NumPy begins sooner with one number than with a column of one
    count = -(-len(multipliers) // step)
    parts = (np.split(np.pad(each, (0, count * step - len(each))), count) for each in (multiplied, added))
    return [(one.reshape(shape), other.reshape(shape)) for one, other in zip(*parts, strict=True)]
