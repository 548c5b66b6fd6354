"""The content digest: equal for texts of the same tokens in the same order, and by chance for no others.

Token *i* of a text, counted from 1, gives ``u = mix(hash + i * G)``; the digest is the sum of all ``u`` and the sum of
all ``u * (2 * i + 1)``, mod 2**64 each, mixed. It is as good as the token hashes, which are 64 bits and no
cryptography: an adversary can make two texts collide, an editor cannot.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels import finalize

__all__ = ["DIGEST_BYTES", "digests"]

DIGEST_BYTES = 16

_STEP = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio, odd: the sequence of its multiples never comes close to itself (Knuth, TAOCP 3, 6.4)."""


def digests(hashes: NDArray[np.uint64], offsets: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return the digest of each text.

    Parameters
    ----------
    hashes : ndarray of uint64
        Token hashes of all texts.
    offsets : ndarray of int64, shape (n + 1,)
        Text *i* owns ``hashes[offsets[i]:offsets[i + 1]]``.

    Returns
    -------
    ndarray of uint8, shape (n, 16)
        Little-endian; zeros for a text without tokens.
    """
    sums = np.zeros((len(offsets) - 1, 2), dtype=np.uint64)
    sizes = offsets[1:] - offsets[:-1]
    filled = np.flatnonzero(sizes)
    if len(filled):
        # reduceat would give an empty text its neighbour's first.
        starts = offsets[filled]
        places = np.arange(1, len(hashes) + 1, dtype=np.uint64)
        places -= np.repeat(starts.astype(np.uint64), sizes[filled])
        mixed = finalize(places * _STEP + hashes)
        sums[filled, 0] = np.add.reduceat(mixed, starts)
        places <<= np.uint64(1)
        places |= np.uint64(1)
        mixed *= places
        sums[filled, 1] = np.add.reduceat(mixed, starts)
        finalize(sums)
    return sums.astype("<u8", copy=False).view(np.uint8)
