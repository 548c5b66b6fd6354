"""Keys: what an index looks articles up by. Band keys and the digest in one table, sample hashes in another.

Claims, which come and go, have two such tables of their own: small ones, so that a claim touches a handful of pages and
not one at random for each of its keys.

A row is a key and a document's number. Both fit one 64-bit integer, ``key << 32 | doc``, so that numpy can sort, join
and compare the rows of many documents. Keys are cut to 32 bits: among a million articles a query meets a stranger by
one of its band keys once in four times, and by two sample hashes next to never; 64 bits would cost 30 % of the file
(``python -m benchmarks run index``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from dupdetect.fingerprint import band_keys
from dupdetect.model import Fingerprint, FingerprintBatch
from dupdetect.settings import Settings
from dupdetect.text.shingles import fresh

__all__ = [
    "CLAIM_TABLES",
    "DOCUMENT_TABLES",
    "MAX_DOC",
    "TABLES",
    "as_batch",
    "capped",
    "digest_key",
    "distinct",
    "key_rows",
    "sample_keys",
    "split",
    "unpack",
]

DOCUMENT_TABLES = ("bands", "postings")
CLAIM_TABLES = ("claimed_bands", "claimed_postings")
TABLES = (*DOCUMENT_TABLES, *CLAIM_TABLES)
MAX_DOC = 2**32 - 1

_PART = 1 << 17
"""Rows that are Python's integers at a time."""


def key_rows(
    batch: FingerprintBatch, docs: NDArray[np.int64], settings: Settings, *, claimed: bool = False
) -> dict[str, NDArray[np.int64]]:
    """Return the rows of documents in each of `DOCUMENT_TABLES`, or of claims in each of `CLAIM_TABLES`.

    They are ascending and distinct.

    Parameters
    ----------
    batch : FingerprintBatch
    docs : ndarray of int64, shape (len(batch),)
        Number of each document, at most `MAX_DOC`.
    settings : Settings
    claimed : bool
        Whether they are claims.
    """
    bands = band_keys(batch.signatures, settings)
    used = bands > 0
    told = batch.tokens > 0
    keys = np.concatenate([_cut(bands[used]), _digest_keys(batch.digests[told])])
    owners = np.concatenate([np.repeat(docs, used.sum(axis=1)), docs[told]])
    sample_owners = np.repeat(docs, np.diff(batch.sample_offsets))
    rows = (_pack(keys, owners), _pack(_cut(batch.sample_hashes), sample_owners))
    return dict(zip(CLAIM_TABLES if claimed else DOCUMENT_TABLES, rows, strict=True))


def _cut(keys: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Return the low 32 bits, signed as a database's integers are: four bytes each there."""
    return keys.astype(np.uint32).view(np.int32)


def _digest_keys(digests: NDArray[np.uint8]) -> NDArray[np.int32]:
    return np.ascontiguousarray(digests[:, :4]).view("<i4")[:, 0].astype(np.int32)


def digest_key(digest: bytes) -> int:
    """Return the key of a digest in the table of bands."""
    return int.from_bytes(digest[:4], "little", signed=True)


def sample_keys(sample: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the keys of a sample's hashes in the table of postings, in the sample's order."""
    return _cut(sample).astype(np.int64)


def _pack(keys: NDArray[np.int32], docs: NDArray[np.int64]) -> NDArray[np.int64]:
    return distinct((keys.astype(np.int64) << 32) | docs)


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return values ascending, each once: NumPy's `unique`, which in newer ones hashes, four times as long for few."""
    values = np.sort(values)
    return values[fresh(values)]


def unpack(rows: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Return ``(key, doc)`` of each row, a bounded number at a time in memory."""
    parts = (rows[start : start + _PART] for start in range(0, len(rows), _PART))
    return chain.from_iterable(zip((part >> 32).tolist(), (part & MAX_DOC).tolist(), strict=True) for part in parts)


def capped(rows: NDArray[np.int64], cap: int) -> tuple[NDArray[np.int64], int]:
    """Return the first `cap` rows of each key, and how many keys had more.

    Parameters
    ----------
    rows : ndarray of int64
        As `Connection.follow` returns them.
    cap : int
        That they were asked for with.
    """
    if len(rows) <= cap:
        return rows, 0
    # What stands `cap` places and more behind the first of its key is one too many.
    beyond = np.zeros(len(rows), dtype=np.bool_)
    beyond[cap:] = rows[cap:] >> 32 == rows[:-cap] >> 32
    return rows[~beyond], int(np.count_nonzero(fresh(rows[beyond] >> 32)))


def as_batch(fingerprints: Sequence[Fingerprint], settings: Settings) -> FingerprintBatch:
    """Return fingerprints as one batch."""
    sizes = [len(one.sample) for one in fingerprints]
    empty = np.empty((0, settings.permutations), dtype=np.uint32)
    return FingerprintBatch(
        signatures=np.stack([one.signature for one in fingerprints]) if fingerprints else empty,
        sample_hashes=np.concatenate([np.empty(0, dtype=np.uint64), *(one.sample for one in fingerprints)]),
        sample_offsets=np.cumsum([0, *sizes], dtype=np.int64),
        shingles=np.array([one.shingles for one in fingerprints], dtype=np.int64),
        tokens=np.array([one.tokens for one in fingerprints], dtype=np.int64),
        digests=np.frombuffer(b"".join(one.digest for one in fingerprints), dtype=np.uint8).reshape(-1, 16),
        settings_identity=settings.identity,
    )


def split(batch: FingerprintBatch, start: int, stop: int) -> FingerprintBatch:
    """Return documents `start` to `stop` of a batch."""
    first, last = batch.sample_offsets[start], batch.sample_offsets[stop]
    return FingerprintBatch(
        signatures=batch.signatures[start:stop],
        sample_hashes=batch.sample_hashes[first:last],
        sample_offsets=batch.sample_offsets[start : stop + 1] - first,
        shingles=batch.shingles[start:stop],
        tokens=batch.tokens[start:stop],
        digests=batch.digests[start:stop],
        settings_identity=batch.settings_identity,
    )
