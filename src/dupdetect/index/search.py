"""Looking articles up by what they share with a fingerprint."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.fingerprint.sample import sampled_share
from dupdetect.index.base import Candidate, Candidates, Filter
from dupdetect.index.keys import as_batch, digest_key, follow, key_rows, sample_keys
from dupdetect.index.rows import ARTICLE, row_article
from dupdetect.index.stories import HOT_HASH, story_frequencies
from dupdetect.model import Fingerprint
from dupdetect.settings import Settings

__all__ = [
    "COMMON_FROM",
    "COMPARABLE",
    "HOT_KEY",
    "LEAST",
    "STORIES_COUNTED",
    "TWO_HASHES",
    "likeness",
    "promising",
    "rarity",
    "search",
]

COMMON_FROM = 4
"""A sample hash in more stories says less; as `dupdetect.compare.features.COMMON_FROM`."""

HOT_KEY = 200
"""Articles of one band key that are followed, the oldest first: of many copies the first stand for all."""

TWO_HASHES = 0.5
"""An article is a candidate if it shares two sample hashes of this rarity together: two idioms have less …"""

COMPARABLE = 0.05
"""… or hashes whose rarity is this share of those that both samples could hold: one of a short text's few …"""

LEAST = 0.25
"""… unless it is that of a hash in over sixteen stories.

``python -m benchmarks run index-candidates`` measures all three."""

STORIES_COUNTED = 500
"""Stories of an index that are counted: whether frequencies tell something is known by then."""


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
    hashes, hot_hashes = follow(connection, "postings", keys["postings"], after=after, cap=HOT_HASH)
    stories = story_frequencies(connection, hashes, from_=COMMON_FROM)
    rare = dict(zip(stories, rarity(np.array(list(stories.values()))).tolist(), strict=True))
    whole = digest_key(fingerprint.digest)
    by_band = Counter(doc for key, doc in bands if key != whole)
    shared = Counter(doc for _, doc in hashes)
    weights = dict.fromkeys(shared, 0.0)
    for key, doc in hashes:
        weights[doc] += rare[key]
    docs = {doc for _, doc in bands} | {doc for doc, heavy in weights.items() if heavy >= min(LEAST, TWO_HASHES)}
    excluded = {id for id in exclude if id}  # a claim of a post without id yet has none
    now = time.time()
    there = [
        row
        for row in _documents(connection, sorted(docs), within)
        if row.id not in excluded and (not row.claim or (row.claim != claim and row.expires > now))
    ]
    both = np.array([shared[row.doc] for row in there], dtype=np.int64)
    weight = np.array([weights.get(row.doc, 0.0) for row in there])
    banded = np.array([by_band[row.doc] for row in there], dtype=np.int64)
    equal = np.array([row.digest == fingerprint.digest for row in there], dtype=np.bool_)
    comparable = _comparable(fingerprint, there, settings)
    strength = np.where(equal, 1.0, likeness(weight, comparable, banded, settings))
    worth = np.flatnonzero(equal | (banded > 0) | promising(both, weight, comparable)).tolist()
    found = [
        Candidate(
            id=there[place].id,
            strength=float(strength[place]),
            shared_bands=int(banded[place]),
            shared_sample=int(both[place]),
            doc=there[place].doc,
            status="claimed" if there[place].claim else "published",
        )
        for place in worth
    ]
    found.sort(key=lambda candidate: (-candidate.strength, candidate.id, candidate.doc))
    kept = tuple(found[:limit])
    return Candidates(
        found=kept,
        left_out=len(found) - len(kept),
        hot_keys=hot_bands + hot_hashes,
        sequence=sequence,
        stories=tuple(stories.get(key, 0) for key in sample_keys(fingerprint.sample)),
        stories_counted=_stories_there(connection) if found else 0,
    )


def _stories_there(connection: sqlite3.Connection) -> int:
    """Return how many stories the index holds, up to `STORIES_COUNTED`."""
    return int(
        connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM documents WHERE claim = '' "
            f"AND NOT EXISTS (SELECT 1 FROM copies WHERE copies.doc = documents.doc) LIMIT {STORIES_COUNTED})"
        ).fetchone()[0]
    )


def rarity(stories: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how much a shared hash says by the number of stories it stands in: 1 up to `COMMON_FROM`, then less."""
    return COMMON_FROM / np.maximum(stories, COMMON_FROM).astype(np.float64)


def promising(
    shared: NDArray[np.int64], weight: NDArray[np.float64], comparable: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which articles to compare for what their samples share with the query's.

    Parameters
    ----------
    shared : ndarray of int64, shape (n,)
        How many hashes both hold.
    weight : ndarray of float64, shape (n,)
        Their `rarity`, added up.
    comparable : ndarray of float64, shape (n,)
        How many both samples could hold: of the smaller text what lies under both thresholds.
    """
    two = (shared >= 2) & (weight >= TWO_HASHES)
    return two | ((weight >= LEAST) & (weight >= COMPARABLE * comparable))


def likeness(
    weight: NDArray[np.float64], comparable: NDArray[np.float64], banded: NDArray[np.int64], settings: Settings
) -> NDArray[np.float64]:
    """Return the larger of Jaccard similarity and containment that shared bands and sample hashes suggest, in [0, 1].

    One more hash counts as comparable than there are: of a few shared ones some may be chance.

    Parameters
    ----------
    weight, comparable : ndarray of float64, shape (n,)
        As for `promising`.
    banded : ndarray of int64, shape (n,)
        Shared bands.
    settings : Settings
    """
    by_bands = np.minimum(1.0, banded / settings.bands) ** (1 / settings.rows)
    return np.maximum(by_bands, np.minimum(1.0, weight / (comparable + 1)))


class _Row(NamedTuple):
    doc: int
    id: str
    claim: str
    expires: float
    shingles: int
    sampled: int
    digest: bytes


def _comparable(fingerprint: Fingerprint, rows: Sequence[_Row], settings: Settings) -> NDArray[np.float64]:
    shingles = np.array([fingerprint.shingles, *(row.shingles for row in rows)], dtype=np.int64)
    sampled = np.array([len(fingerprint.sample), *(row.sampled for row in rows)], dtype=np.int64)
    share = sampled_share(shingles, settings)
    distinct = sampled / share
    comparable: NDArray[np.float64] = np.minimum(share[1:], share[0]) * np.minimum(distinct[1:], distinct[0])
    return comparable


def _documents(connection: sqlite3.Connection, docs: Sequence[int], within: Filter | None) -> list[_Row]:
    """Return what a search asks of the documents that `within` lets through."""
    columns = ["doc", "id", "claim", "coalesce(expires, 0)", "shingles", "length(sample) / 8", "digest"]
    width = len(columns)
    if within is not None:
        columns += [name if name != "blocks" else "NULL" for name in ARTICLE]
    found = []
    for start in range(0, len(docs), 500):
        part = docs[start : start + 500]
        marks = ",".join("?" * len(part))
        for row in connection.execute(f"SELECT {', '.join(columns)} FROM documents WHERE doc IN ({marks})", part):
            if within is not None:
                article = row_article(row[width:])
                if not within.admits(article.site, article.sections, article.published):
                    continue
            found.append(_Row(*row[:width]))
    return found
