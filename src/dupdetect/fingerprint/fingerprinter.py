"""From texts to fingerprints. The batch is the primitive; one text is a batch of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

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
        return self.fingerprint_shingles(shingles for _, shingles in shingle_batch(texts, self.settings))

    def fingerprint_shingles(self, chunks: Iterable[Shingles]) -> FingerprintBatch:
        """Return the fingerprints of texts that were shingled, with these settings, for another purpose too."""
        parts: list[FingerprintBatch] = []
        waiting: list[Shingles] = []
        for chunk in chunks:
            waiting.append(chunk)
            if sum(len(one.hashes) for one in waiting) >= _AT_ONCE:
                parts.append(self._of(waiting))
                waiting = []
        if waiting or not parts:
            parts.append(self._of(waiting))
        return parts[0] if len(parts) == 1 else _joined(parts)

    def _of(self, chunks: Sequence[Shingles]) -> FingerprintBatch:
        # Samples and digests are made of a chunk as it was read, in the cache; the signatures' kernel chooses its own.
        sampled = [samples(chunk.hashes, chunk.offsets, self.settings) for chunk in chunks]
        shingles = _concatenated([_sizes(chunk.offsets) for chunk in chunks], _NO_COUNTS)
        hashes = _concatenated([chunk.hashes for chunk in chunks], _NO_HASHES)
        return FingerprintBatch(
            signatures=signatures(hashes, _starts(shingles), self.settings),
            sample_hashes=_concatenated([hashes for hashes, _ in sampled], _NO_HASHES),
            sample_offsets=_starts(_concatenated([_sizes(places) for _, places in sampled], _NO_COUNTS)),
            shingles=shingles,
            tokens=_concatenated([_sizes(chunk.token_offsets) for chunk in chunks], _NO_COUNTS),
            digests=_concatenated([digests(c.token_hashes, c.token_offsets) for c in chunks], _NO_DIGESTS),
            settings_identity=self._identity,
        )


_AT_ONCE = 1 << 18
"""Shingles whose signatures are made together: some chunks of the kernel, and little memory however many texts."""

_NO_HASHES = np.empty(0, dtype=np.uint64)
_NO_COUNTS = np.empty(0, dtype=np.int64)
_NO_DIGESTS = np.empty((0, DIGEST_BYTES), dtype=np.uint8)

Array = TypeVar("Array", bound=NDArray[Any])


def _concatenated(parts: Sequence[Array], none: Array) -> Array:
    """Return the parts as one array: `none` of none, and one as it is."""
    return parts[0] if len(parts) == 1 else np.concatenate([none, *parts])  # type: ignore[return-value]


def _joined(parts: Sequence[FingerprintBatch]) -> FingerprintBatch:
    return FingerprintBatch(
        signatures=np.concatenate([part.signatures for part in parts]),
        sample_hashes=np.concatenate([part.sample_hashes for part in parts]),
        sample_offsets=_starts(np.concatenate([_sizes(part.sample_offsets) for part in parts])),
        shingles=np.concatenate([part.shingles for part in parts]),
        tokens=np.concatenate([part.tokens for part in parts]),
        digests=np.concatenate([part.digests for part in parts]),
        settings_identity=parts[0].settings_identity,
    )


def _sizes(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    return offsets[1:] - offsets[:-1]  # what np.diff does, in a tenth of its time for one text


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where parts of these sizes start, one after the other, and where the last ends."""
    starts = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=starts[1:])
    return starts
