"""Looking articles up by what they share with a fingerprint."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from dupdetect.index.base import Candidate, Candidates, Filter
from dupdetect.index.keys import as_batch, digest_key, follow, key_rows
from dupdetect.index.rows import ARTICLE, row_article
from dupdetect.model import Fingerprint
from dupdetect.settings import Settings

__all__ = ["HOT_KEY", "MIN_SHARED_SAMPLE", "search"]

HOT_KEY = 200
"""Articles of one key that are followed, the oldest first: of many copies the first stand for all, and an idiom's
first articles share nothing else."""

MIN_SHARED_SAMPLE = 2
"""Sample hashes that an article must share, if it shares no band: one alone is chance or idiom."""


def search(
    connection: sqlite3.Connection,
    fingerprint: Fingerprint,
    settings: Settings,
    *,
    limit: int | None,
    exclude: Sequence[str] = (),
    within: Filter | None = None,
    claim: str | None = None,
    after: int = 0,
) -> Candidates:
    """Return the documents and claims that may relate to a fingerprint's text.

    Parameters
    ----------
    connection : sqlite3.Connection
        In a transaction.
    limit : int, optional
        At most so many, the strongest.
    exclude, within, claim
        As for `Index.candidates`.
    after : int
        Only documents with a larger number.
    """
    sequence = connection.execute("SELECT max(doc) FROM documents").fetchone()[0] or 0
    if not fingerprint.tokens:
        return Candidates(found=(), sequence=sequence)
    rows = key_rows(as_batch([fingerprint], settings), np.zeros(1, dtype=np.int64), settings)
    keys = {table: (packed >> 32).tolist() for table, packed in rows.items()}
    bands, hot_bands = follow(connection, "bands", keys["bands"], after=after, cap=HOT_KEY)
    hashes, hot_hashes = follow(connection, "postings", keys["postings"], after=after, cap=HOT_KEY)
    whole = digest_key(fingerprint.digest)
    twins = {doc for key, doc in bands if key == whole}
    by_band = Counter(doc for key, doc in bands if key != whole)
    by_sample = Counter(doc for _, doc in hashes)
    docs = twins | by_band.keys() | {doc for doc, shared in by_sample.items() if shared >= MIN_SHARED_SAMPLE}
    excluded = {id for id in exclude if id}  # a claim of a post without id yet has none
    now = time.time()
    found = []
    for doc, id, key, expires, size, digest in _documents(connection, sorted(docs), within):
        if not key:
            if id in excluded:
                continue
        elif key == claim or expires <= now or id in excluded:
            continue
        shared_bands, shared_sample = by_band[doc], by_sample[doc]
        equal = digest == fingerprint.digest
        if not equal and not shared_bands and shared_sample < MIN_SHARED_SAMPLE:
            continue  # a twin by the first bytes of the digest only
        by_bands = (shared_bands / settings.bands) ** (1 / settings.rows)
        contained = shared_sample / max(1, min(size, len(fingerprint.sample)))
        found.append(
            Candidate(
                id=id,
                strength=1.0 if equal else min(1.0, max(by_bands, contained)),
                shared_bands=shared_bands,
                shared_sample=shared_sample,
                doc=doc,
                status="claimed" if key else "published",
            )
        )
    found.sort(key=lambda candidate: (-candidate.strength, candidate.id, candidate.doc))
    kept = tuple(found[:limit])
    return Candidates(found=kept, left_out=len(found) - len(kept), hot_keys=hot_bands + hot_hashes, sequence=sequence)


def _documents(connection: sqlite3.Connection, docs: Sequence[int], within: Filter | None) -> list[Any]:
    """Return number, id, claim, its end, size of the sample and digest of the documents that `within` lets through."""
    columns = ["doc", "id", "claim", "expires", "length(sample) / 8", "digest"]
    width = len(columns)
    if within is not None:
        columns += [name if name != "blocks" else "NULL" for name in ARTICLE]
    rows: list[Any] = []
    for start in range(0, len(docs), 500):
        part = docs[start : start + 500]
        marks = ",".join("?" * len(part))
        rows += connection.execute(
            f"SELECT {', '.join(columns)} FROM documents WHERE doc IN ({marks})", part
        ).fetchall()
    if within is None:
        return rows
    kept = []
    for row in rows:
        article = row_article(row[width:])
        if within.admits(article.site, article.sections, article.published):
            kept.append(row[:width])
    return kept
