"""MinHash signatures, bit for bit datasketch's ``affine32`` scheme, many documents at a time.

datasketch computes ``min(a_k * fmix32(h) + b_k mod 2**32)`` document by document and hash by hash, and so does
`dupdetect.kernels`, many documents at a time.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels import minima
from dupdetect.settings import Settings

__all__ = ["EMPTY_SLOT", "permutations", "signatures"]

EMPTY_SLOT = np.uint32(0xFFFFFFFF)
"""Value of every slot in the signature of a document without shingles, as in datasketch."""


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
    return minima(hashes, offsets, *permutations(settings))
