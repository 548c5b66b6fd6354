"""The two loops that NumPy makes in many passes over the data: compiled where there was a compiler, else NumPy's.

Both give the same bits. ``_kernels.c`` is built when the package is installed; where that fails, which installing says,
the package works without.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

try:
    import dupdetect._kernels as _kernels
except ImportError:
    COMPILED = False
else:
    COMPILED = True

__all__ = ["COMPILED", "finalize", "minima"]

_HALF, _MIXERS = np.uint64(33), (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))


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
        _kernels.finalize(values)
        return values
    scratch = np.empty_like(values)
    for multiplier in _MIXERS:
        np.right_shift(values, _HALF, scratch)
        np.bitwise_xor(values, scratch, values)
        np.multiply(values, multiplier, values)
    np.right_shift(values, _HALF, scratch)
    np.bitwise_xor(values, scratch, values)
    return values


def minima(
    hashes: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    multipliers: NDArray[np.uint32],
    increments: NDArray[np.uint32],
) -> NDArray[np.uint32] | None:
    """Return the signatures of documents, see `dupdetect.fingerprint.minhash`; None where this was not compiled.

    Other threads run meanwhile.
    """
    if not COMPILED:
        return None
    signatures = np.empty((len(offsets) - 1, len(multipliers)), dtype=np.uint32)
    hashes, offsets = np.ascontiguousarray(hashes, np.uint64), np.ascontiguousarray(offsets, np.int64)
    _kernels.minima(hashes, offsets, multipliers, increments, signatures)
    return signatures
