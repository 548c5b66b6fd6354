"""From texts to fingerprints. The batch is the primitive; one text is a batch of one."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence

import numpy as np

from dupdetect.fingerprint.minhash import signatures
from dupdetect.fingerprint.sample import samples
from dupdetect.model import Fingerprint, FingerprintBatch
from dupdetect.settings import Settings
from dupdetect.text import Shingles, shingle_batch

__all__ = ["DIGEST_BYTES", "Fingerprinter"]

DIGEST_BYTES = 16


class Fingerprinter:
    """Makes fingerprints under one `Settings`. Holds no state besides: safe to share between threads.

    Parameters
    ----------
    settings : Settings, optional
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()

    def fingerprint(self, text: str) -> Fingerprint:
        """Return the fingerprint of one text."""
        return self.fingerprint_batch([text])[0]

    def fingerprint_batch(self, texts: Sequence[str]) -> FingerprintBatch:
        """Return the fingerprints of many texts, each equal to `fingerprint` of it."""
        parts = [self._fingerprint_chunk(shingles) for _, shingles in shingle_batch(texts, self.settings)]
        if not parts:
            parts = [self._fingerprint_chunk(_NOTHING)]
        if len(parts) == 1:
            return parts[0]
        sizes = np.concatenate([np.diff(part.sample_offsets) for part in parts])
        offsets = np.zeros(len(sizes) + 1, dtype=np.int64)
        np.cumsum(sizes, out=offsets[1:])
        return FingerprintBatch(
            signatures=np.concatenate([part.signatures for part in parts]),
            sample_hashes=np.concatenate([part.sample_hashes for part in parts]),
            sample_offsets=offsets,
            shingles=np.concatenate([part.shingles for part in parts]),
            tokens=np.concatenate([part.tokens for part in parts]),
            digests=np.concatenate([part.digests for part in parts]),
            settings_identity=self.settings.identity,
        )

    def _fingerprint_chunk(self, shingles: Shingles) -> FingerprintBatch:
        sample, places = samples(shingles.hashes, shingles.offsets, self.settings)
        bounds = shingles.token_offsets.tolist()
        digests = b"".join(
            hashlib.blake2b(shingles.token_hashes[start:end].astype("<u8").tobytes(), digest_size=DIGEST_BYTES).digest()
            for start, end in itertools.pairwise(bounds)
        )
        return FingerprintBatch(
            signatures=signatures(shingles.hashes, shingles.offsets, self.settings),
            sample_hashes=sample,
            sample_offsets=places,
            shingles=np.diff(shingles.offsets),
            tokens=np.diff(shingles.token_offsets),
            digests=np.frombuffer(digests, dtype=np.uint8).reshape(-1, DIGEST_BYTES),
            settings_identity=self.settings.identity,
        )


_NOTHING = Shingles(
    hashes=np.empty(0, dtype=np.uint64),
    offsets=np.zeros(1, dtype=np.int64),
    token_hashes=np.empty(0, dtype=np.uint64),
    token_offsets=np.zeros(1, dtype=np.int64),
)
