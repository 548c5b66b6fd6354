"""Candidate pairs of a batch: documents that share a band, a part of the containment sample, or all their words.

A join by sorting: the keys of all documents are one array, equal keys are neighbours in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.fingerprint import band_keys
from dupdetect.model import FingerprintBatch
from dupdetect.settings import Settings

__all__ = ["CandidatePairs", "candidate_pairs"]

MIN_SHARED_SAMPLE = 2
"""Sample hashes that two documents must share, if they share no band: one alone is chance or idiom."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CandidatePairs:
    """Pairs of documents worth comparing.

    Parameters
    ----------
    left, right : ndarray of int64, shape (n,)
        Places of the documents in the batch, ``left < right``, ordered by both.
    strength : ndarray of float64, shape (n,)
        Rough similarity in [0, 1], as `dupdetect.index.Candidate.strength`.
    hot_keys : int
        Keys that so many documents share that they say nothing; they were not followed.
    left_out : int
        Pairs beyond the limit of candidates a document.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    strength: NDArray[np.float64]
    hot_keys: int
    left_out: int


def candidate_pairs(
    batch: FingerprintBatch, settings: Settings, *, hot_key: int = 200, limit: int = 40
) -> CandidatePairs:
    """Return the candidate pairs of a batch.

    Parameters
    ----------
    batch : FingerprintBatch
    settings : Settings
        Those of the batch.
    hot_key : int
        A key that more documents share is followed from each document to its next neighbour only, and counted.
    limit : int
        A pair is kept if it is among the strongest so many of either of its documents; the rest is counted.
    """
    count = len(batch)
    bands = band_keys(batch.signatures, settings)
    owners = np.repeat(np.arange(count), bands.shape[1])
    used = bands.ravel() > 0
    band_pairs, hot_bands = _sharing(bands.ravel()[used], owners[used], count, hot_key)
    sizes = np.diff(batch.sample_offsets)
    sample_pairs, hot_hashes = _sharing(batch.sample_hashes, np.repeat(np.arange(count), sizes), count, hot_key)
    full = batch.tokens > 0
    digests = np.ascontiguousarray(batch.digests).view(np.uint64)[:, 0]
    twins, hot_digests = _sharing(digests[full], np.flatnonzero(full), count, hot_key)

    pairs = np.unique(np.concatenate([band_pairs[0], sample_pairs[0], twins[0]]))
    shared_bands = _counts_of(pairs, band_pairs)
    shared_sample = _counts_of(pairs, sample_pairs)
    equal = _counts_of(pairs, twins) > 0
    left, right = np.divmod(pairs, count) if count else (pairs, pairs)
    smaller = np.maximum(1, np.minimum(sizes[left], sizes[right]))
    by_bands = (shared_bands / settings.bands) ** (1 / settings.rows)
    strength = np.where(equal, 1.0, np.minimum(1.0, np.maximum(by_bands, shared_sample / smaller)))
    worth = equal | (shared_bands > 0) | (shared_sample >= MIN_SHARED_SAMPLE)
    left, right, strength = left[worth], right[worth], strength[worth]
    kept = _strongest(left, right, strength, limit)
    return CandidatePairs(
        left=left[kept],
        right=right[kept],
        strength=strength[kept],
        hot_keys=hot_bands + hot_hashes + hot_digests,
        left_out=int(len(left) - kept.sum()),
    )


Counted = tuple[NDArray[np.int64], NDArray[np.int64]]


def _sharing(keys: NDArray[np.uint64], owners: NDArray[np.int64], count: int, hot_key: int) -> tuple[Counted, int]:
    """Return the pairs that share keys, coded ``left * count + right``, with how many they share; and the hot keys."""
    order = np.lexsort((owners, keys))
    keys, owners = keys[order], owners[order]
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))[: len(keys)])
    sizes = np.diff(np.append(starts, len(keys)))
    group = np.repeat(np.arange(len(starts)), sizes)
    followed = sizes <= hot_key
    codes = []
    for step in range(1, min(hot_key, int(sizes.max(initial=1)))):
        near = group[step:] == group[:-step]
        if step > 1:
            near &= followed[group[step:]]
        if not near.any():
            break
        codes.append(owners[:-step][near] * count + owners[step:][near])
    if not codes:
        return (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)), 0
    pairs, counts = np.unique(np.concatenate(codes), return_counts=True)
    return (pairs, counts), int((~followed).sum())


def _counts_of(pairs: NDArray[np.int64], counted: Counted) -> NDArray[np.int64]:
    counts = np.zeros(len(pairs), dtype=np.int64)
    counts[np.searchsorted(pairs, counted[0])] = counted[1]
    return counts


def _strongest(
    left: NDArray[np.int64], right: NDArray[np.int64], strength: NDArray[np.float64], limit: int
) -> NDArray[np.bool_]:
    """Return which pairs are among the strongest `limit` of either document."""
    ends = np.concatenate([left, right])
    pair = np.concatenate([np.arange(len(left))] * 2)
    order = np.lexsort((pair, -strength[pair], ends))
    sorted_ends = ends[order]
    starts = np.flatnonzero(np.concatenate(([True], sorted_ends[1:] != sorted_ends[:-1]))[: len(ends)])
    rank = np.arange(len(ends)) - np.repeat(starts, np.diff(np.append(starts, len(ends))))
    kept = np.zeros(len(left), dtype=np.bool_)
    kept[pair[order[rank < limit]]] = True
    return kept
