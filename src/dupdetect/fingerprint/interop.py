"""To and from datasketch objects. Importing datasketch takes most of a second, so it happens here and on use only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import SettingsError
from dupdetect.fingerprint.minhash import permutations
from dupdetect.model import Fingerprint
from dupdetect.settings import Settings

if TYPE_CHECKING:
    from datasketch import MinHash

__all__ = ["from_datasketch", "to_datasketch"]


def to_datasketch(fingerprint: Fingerprint, settings: Settings) -> MinHash:
    """Return the signature as a ``datasketch.MinHash``, equal to one updated with the text's shingle hashes.

    Raises
    ------
    SettingsError
        The fingerprint was made with other settings.
    """
    from datasketch import MinHash

    if fingerprint.settings_identity != settings.identity:
        raise SettingsError(
            f"fingerprint was made with settings {fingerprint.settings_identity}, not {settings.identity}: "
            "pass the settings it was made with"
        )
    multipliers, increments = permutations(settings)
    return MinHash(
        seed=settings.seed,
        hashvalues=fingerprint.signature,
        permutations=np.array([multipliers, increments]),
        scheme="affine32",
    )


def from_datasketch(minhash: MinHash, settings: Settings) -> NDArray[np.uint32]:
    """Return the signature of a ``datasketch.MinHash``, shape (permutations,).

    It is comparable with ours only if it was fed the low 32 bits of our shingle hashes (`dupdetect.text.shingle`).

    Raises
    ------
    SettingsError
        Its scheme, length or seed is not the settings'.
    """
    have = (minhash.scheme, len(minhash), minhash.seed)
    want = ("affine32", settings.permutations, settings.seed)
    if have != want:
        raise SettingsError(f"datasketch MinHash has (scheme, num_perm, seed) {have}, the settings {want}")
    return np.asarray(minhash.hashvalues, dtype=np.uint32)
