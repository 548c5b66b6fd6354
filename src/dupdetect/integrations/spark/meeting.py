"""Documents that share keys, found in parts: a part of the documents first, then a bucket of the keys.

What many documents share is followed from each to its next neighbour only, as in `dupdetect.scan`. So a part of the
documents, consecutive ones, can be done with such a key before the shuffle: it keeps the pairs of neighbours in it, and
sends on the first document, the last, and how many there are. However many documents share a key, one task receives
some hundreds of rows from each part at most: the part is the *salt* of its hot keys, and none has to be known before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.scan.join import pairs_within

__all__ = ["CHAIN", "HOT", "Part", "counted", "meet_in_bucket", "part_of"]

HOT = np.dtype([("key", "<u8"), ("first", "<i8"), ("last", "<i8"), ("size", "<i8")])
"""A key that too many documents of one part share: the key, the first and the last document, how many."""

CHAIN = np.dtype([("left", "<i8"), ("right", "<i8")])
"""A pair of documents."""

_AT_ONCE = 1 << 21
"""Pairs that are made at once."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """Keys of consecutive documents, hot ones folded.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n,)
        Ascending.
    owners : ndarray of int64, shape (n,)
        Place of the document each is of.
    hot : ndarray of `HOT`
        Keys of more than so many documents, folded.
    chain : ndarray of `CHAIN`
        Neighbours under these keys.
    chain_keys : ndarray of uint64, shape of `chain`
        The key of each.
    """

    keys: NDArray[np.uint64]
    owners: NDArray[np.int64]
    hot: NDArray[np.void]
    chain: NDArray[np.void]
    chain_keys: NDArray[np.uint64]


def part_of(keys: NDArray[np.uint64], owners: NDArray[np.int64], hot_key: int) -> Part:
    """Sort the keys of consecutive documents, and fold those that more than `hot_key` of them share.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n,)
        In any order.
    owners : ndarray of int64, shape (n,)
        A document has a key once.
    hot_key : int
    """
    order = np.lexsort((owners, keys))
    keys, owners = keys[order], owners[order]
    starts, sizes = _groups(keys)
    big = sizes > hot_key
    hot = np.empty(int(big.sum()), dtype=HOT)
    hot["key"], hot["size"] = keys[starts[big]], sizes[big]
    hot["first"], hot["last"] = owners[starts[big]], owners[starts[big] + sizes[big] - 1]
    folded = np.repeat(big, sizes)
    inner = np.flatnonzero(folded[1:] & (keys[1:] == keys[:-1]))
    chain = np.empty(len(inner), dtype=CHAIN)
    chain["left"], chain["right"] = owners[inner], owners[inner + 1]
    return Part(keys=keys[~folded], owners=owners[~folded], hot=hot, chain=chain, chain_keys=keys[inner])


def meet_in_bucket(
    keys: NDArray[np.uint64], owners: NDArray[np.int64], hot: NDArray[np.void], hot_key: int
) -> tuple[Iterator[NDArray[np.void]], int]:
    """Return the pairs that share keys in a bucket, and how many keys are hot.

    Parameters
    ----------
    keys, owners, hot
        Those of all parts, one after the other; documents of one part stand between those of no other.
    hot_key : int
        See `dupdetect.scan.join.HOT_KEY`.

    Returns
    -------
    pairs : iterator of ndarray of `CHAIN`
        Left before right; a pair stands there once for every key that its two share.
    hot_keys : int
    """
    every = np.concatenate([keys, hot["key"]])
    first = np.concatenate([owners, hot["first"]])
    last = np.concatenate([owners, hot["last"]])
    members = np.concatenate([np.ones(len(keys), dtype=np.int64), hot["size"]])
    order = np.lexsort((first, every))
    every, first, last = every[order], first[order], last[order]
    starts, sizes = _groups(every)
    total = np.add.reduceat(members[order], starts) if len(starts) else sizes
    many = total > hot_key
    return _met(first, last, starts, sizes, many), int(many.sum())


def _met(
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    many: NDArray[np.bool_],
) -> Iterator[NDArray[np.void]]:
    rows = np.arange(len(first))
    emitted = np.cumsum(np.where(many, sizes - 1, sizes * (sizes - 1) // 2))
    begin = 0
    while begin < len(starts):
        before = int(emitted[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(emitted, before + _AT_ONCE, side="right")))
        part = slice(begin, end)
        for code in pairs_within(rows, starts[part], starts[part] + sizes[part], many[part]):
            if len(code):
                pairs = np.empty(len(code), dtype=CHAIN)
                pairs["left"], pairs["right"] = last[code >> 32], first[code & 0xFFFFFFFF]
                yield pairs
        begin = end


def counted(pairs: NDArray[np.void]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct pairs, left and right, and how often each stands there."""
    places, at = np.unique(np.concatenate([pairs["left"], pairs["right"]]), return_inverse=True)
    code = (at[: len(pairs)].astype(np.int64) << 32) | at[len(pairs) :]
    code.sort()
    starts, times = _groups(code)
    code = code[starts]
    return places[code >> 32], places[code & 0xFFFFFFFF], times


def _groups(ordered: NDArray[np.int64] | NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the groups of equal values start, and their sizes."""
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)])
    return starts, np.diff(np.append(starts, len(ordered)))
