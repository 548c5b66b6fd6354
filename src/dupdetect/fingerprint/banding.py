"""LSH banding: a signature cut into bands of rows; two documents that agree on a whole band are a candidate pair.

A pair of Jaccard similarity *s* becomes one with probability ``1 - (1 - s**rows)**bands`` (Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, 3.4.2).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.fingerprint.minhash import EMPTY_SLOT
from dupdetect.kernels import finalize
from dupdetect.settings import Settings

__all__ = ["band_keys", "candidate_probability"]

_ROW = 0x9FB21C651E98DF25
_AT_ONCE = 1 << 10
"""Signatures whose keys fit the cache."""


def band_keys(signatures: NDArray[np.uint32], settings: Settings) -> NDArray[np.uint64]:
    """Hash each band of each signature; the band's number is part of the hash.

    Parameters
    ----------
    signatures : ndarray of uint32, shape (n, permutations)

    Returns
    -------
    ndarray of uint64, shape (n, bands)
        All zeros for a document without shingles: it has no bands and is never a candidate.
    """
    keys = np.empty((len(signatures), settings.bands), dtype=np.uint64)
    for start in range(0, len(signatures), _AT_ONCE):
        _mix_bands(signatures[start : start + _AT_ONCE], keys[start : start + _AT_ONCE], settings)
    keys |= np.uint64(1)  # so that 0 is free to mean "no band"
    empty = np.flatnonzero(signatures[:, 0] == EMPTY_SLOT)  # of nearly all others no more is looked at
    keys[empty[(signatures[empty] == EMPTY_SLOT).all(axis=1)]] = 0
    return keys


def _mix_bands(signatures: NDArray[np.uint32], keys: NDArray[np.uint64], settings: Settings) -> None:
    keys[:] = np.arange(1, settings.bands + 1, dtype=np.uint64)
    rows = signatures[:, : settings.bands * settings.rows].reshape(len(signatures), settings.bands, settings.rows)
    for row in range(settings.rows):
        keys *= np.uint64(_ROW)
        keys += rows[:, :, row]
        finalize(keys)


def candidate_probability(jaccard: float, settings: Settings) -> float:
    """Return the probability that a pair of this Jaccard similarity shares a band, in [0, 1]."""
    return float(1 - (1 - jaccard**settings.rows) ** settings.bands)
