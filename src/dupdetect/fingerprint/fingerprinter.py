"""From texts to fingerprints. The batch is the primitive; one text is a batch of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dupdetect.fingerprint.digest import DIGEST_BYTES, digests
from dupdetect.fingerprint.minhash import signatures
from dupdetect.fingerprint.sample import samples
from dupdetect.model import Fingerprint, FingerprintBatch
from dupdetect.settings import Settings
from dupdetect.text import Shingles, shingle_batch

__all__ = ["DIGEST_BYTES", "Fingerprinter"]


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
        # Samples and digests are made of what is in the cache still; the signatures' kernel chooses chunks of its own.
        sampled = [samples(chunk.hashes, chunk.offsets, self.settings) for chunk in chunks]
        hashes = np.concatenate([_NO_HASHES, *(chunk.hashes for chunk in chunks)])
        shingles = np.concatenate([_NO_COUNTS, *(_sizes(chunk.offsets) for chunk in chunks)])
        return FingerprintBatch(
            signatures=signatures(hashes, _starts(shingles), self.settings),
            sample_hashes=np.concatenate([_NO_HASHES, *(hashes for hashes, _ in sampled)]),
            sample_offsets=_starts(np.concatenate([_NO_COUNTS, *(_sizes(places) for _, places in sampled)])),
            shingles=shingles,
            tokens=np.concatenate([_NO_COUNTS, *(_sizes(chunk.token_offsets) for chunk in chunks)]),
            digests=np.concatenate([_NO_DIGESTS, *(digests(c.token_hashes, c.token_offsets) for c in chunks)]),
            settings_identity=self._identity,
        )


_NO_HASHES = np.empty(0, dtype=np.uint64)
_NO_COUNTS = np.empty(0, dtype=np.int64)
_NO_DIGESTS = np.empty((0, DIGEST_BYTES), dtype=np.uint8)


def _sizes(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    return offsets[1:] - offsets[:-1]  # what np.diff does, in a tenth of its time for one text


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where parts of these sizes start, one after the other, and where the last ends."""
    starts = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=starts[1:])
    return starts
