"""From texts to fingerprints. The batch is the primitive; one text is a batch of one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

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
        self._identity = self.settings.identity

    def fingerprint(self, text: str) -> Fingerprint:
        """Return the fingerprint of one text."""
        return self.fingerprint_batch([text])[0]

    def fingerprint_batch(self, texts: Sequence[str]) -> FingerprintBatch:
        """Return the fingerprints of many texts, each equal to `fingerprint` of it."""
        # Text is read in chunks that fit the cache; the kernels that follow choose their own.
        return self.fingerprint_shingles([shingles for _, shingles in shingle_batch(texts, self.settings)])

    def fingerprint_shingles(self, chunks: Sequence[Shingles]) -> FingerprintBatch:
        """Return the fingerprints of texts that were shingled, with these settings, for another purpose too."""
        hashes = np.concatenate([_NO_HASHES, *(chunk.hashes for chunk in chunks)])
        shingles = np.concatenate([_NO_COUNTS, *(np.diff(chunk.offsets) for chunk in chunks)])
        tokens = np.concatenate([_NO_COUNTS, *(np.diff(chunk.token_offsets) for chunk in chunks)])
        offsets = np.concatenate([[0], np.cumsum(shingles)])
        sample, places = samples(hashes, offsets, self.settings)
        digests = b"".join(digest for chunk in chunks for digest in _digests(chunk))
        return FingerprintBatch(
            signatures=signatures(hashes, offsets, self.settings),
            sample_hashes=sample,
            sample_offsets=places,
            shingles=shingles,
            tokens=tokens,
            digests=np.frombuffer(digests, dtype=np.uint8).reshape(-1, DIGEST_BYTES),
            settings_identity=self._identity,
        )


_NO_HASHES = np.empty(0, dtype=np.uint64)
_NO_COUNTS = np.empty(0, dtype=np.int64)


def _digests(shingles: Shingles) -> Iterator[bytes]:
    words = memoryview(np.ascontiguousarray(shingles.token_hashes, dtype="<u8")).cast("B")
    bounds = (8 * shingles.token_offsets).tolist()
    for start, end in pairwise(bounds):
        yield hashlib.blake2b(words[start:end], digest_size=DIGEST_BYTES).digest()
