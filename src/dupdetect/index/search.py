"""Looking articles up by what they share with a fingerprint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.fingerprint.sample import sampled_share
from dupdetect.index.base import Candidate, Candidates, Filter
from dupdetect.index.connection import Connection
from dupdetect.index.keys import (
    CLAIM_TABLES,
    DOCUMENT_TABLES,
    MAX_DOC,
    as_batch,
    capped,
    digest_key,
    distinct,
    key_rows,
    sample_keys,
)
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
"""A sample hash in more stories says less; as `dupdetect.compare.gate.COMMON_FROM`."""

HOT_KEY = 200
"""Articles of one band key that are followed, the oldest first: of many copies the first stand for all."""

TWO_HASHES = 0.5
"""An article is a candidate if it shares two sample hashes of this rarity together: two idioms have less …"""

COMPARABLE = 0.05
"""… or hashes whose rarity is this share of those that both samples could hold: one of a short text's few …"""

LEAST = 0.25
"""… unless it is that of a hash in over sixteen stories; for a query that its sample holds in part only, in over eight.

``python -m benchmarks run index-candidates`` measures all three."""

_FIRST = np.zeros(1, dtype=np.int64)
_ATTEMPTS = 3
"""Of a search whose documents are replaced while it reads them."""

_CAPS = {
    table: cap
    for group in (DOCUMENT_TABLES, CLAIM_TABLES)
    for table, cap in zip(group, (HOT_KEY, HOT_HASH), strict=True)
}

STORIES_COUNTED = 500
"""Stories of an index that are counted: whether frequencies tell something is known by then."""


def search(
    connection: Connection,
    fingerprint: Fingerprint,
    settings: Settings,
    *,
    limit: int | None,
    exclude: Sequence[str] = (),
    within: Filter | None = None,
    claim: str | None = None,
    after: int = 0,
    keys: Sequence[NDArray[np.int64]] = (),
) -> Candidates:
    """Return the documents and claims that may relate to a fingerprint's text.

    Parameters
    ----------
    connection : Connection
    limit : int, optional
        At most so many, the strongest.
    exclude, within, claim
        As for `Index.candidates`.
    after : int
        Only documents with a larger number.
    keys : sequence of ndarray of int64
        The fingerprint's `key_rows`, numbered 0, of whoever has them.
    """
    if not fingerprint.tokens:
        return Candidates(found=(), sequence=connection.state()[0])
    keys = keys or tuple(key_rows(as_batch([fingerprint], settings), _FIRST, settings).values())
    asked = [(rows >> 32).tolist() for rows in keys]
    for _ in range(_ATTEMPTS):
        candidates, gone = _searched(connection, fingerprint, settings, asked, limit, exclude, within, claim, after)
        if not gone:
            break
    return candidates


def _searched(
    connection: Connection,
    fingerprint: Fingerprint,
    settings: Settings,
    asked: Sequence[Sequence[int]],
    limit: int | None,
    exclude: Sequence[str],
    within: Filter | None,
    claim: str | None,
    after: int,
) -> tuple[Candidates, bool]:
    """Return what was found, and whether some of it was gone before its document was read: what replaced it is not."""
    # Where only claims came since, which is so for most claims, the large tables are left alone.
    groups = (DOCUMENT_TABLES, CLAIM_TABLES) if _any_document(connection, after) else (CLAIM_TABLES,)
    keys = {table: part for group in groups for table, part in zip(group, asked, strict=True)}
    sequence, now, found_in = connection.look_up(keys, _CAPS, after=after)
    bands, hot_bands = capped(_joined(found_in[group[0]] for group in groups), HOT_KEY)
    hashes, hot_hashes = capped(_joined(found_in[group[1]] for group in groups), HOT_HASH)
    stories = story_frequencies(connection, hashes, few=COMMON_FROM)
    sharing = distinct(hashes & MAX_DOC)
    at = np.searchsorted(sharing, hashes & MAX_DOC)
    weights = np.bincount(at, weights=rarity(stories), minlength=len(sharing))
    # Of a long text one common hash is never so much of what a short one could hold that it decides.
    least = LEAST if fingerprint.shingles < settings.sample_floor else TWO_HASHES
    in_bands = bands & MAX_DOC
    docs = distinct(np.concatenate([in_bands, sharing[weights >= min(least, TWO_HASHES)]])).tolist()
    excluded = {id for id in exclude if id}  # a claim of a post without id yet has none
    read, gone = _documents(connection, docs, within)
    there = [
        row for row in read if row.id not in excluded and (not row.claim or (row.claim != claim and row.expires > now))
    ]
    numbers = np.array([row.doc for row in there], dtype=np.int64)
    both = _occurrences(numbers, hashes & MAX_DOC)
    weight = _counts(numbers, sharing, weights)
    banded = _occurrences(numbers, in_bands[bands >> 32 != digest_key(fingerprint.digest)])
    equal = np.array([row.digest == fingerprint.digest for row in there], dtype=np.bool_)
    comparable = _comparable(fingerprint, there, settings)
    strength = np.where(equal, 1.0, likeness(weight, comparable, banded, settings))
    worth = np.flatnonzero(equal | (banded > 0) | promising(both, weight, comparable, least)).tolist()
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
    candidates = Candidates(
        found=kept,
        left_out=len(found) - len(kept),
        hot_keys=hot_bands + hot_hashes,
        sequence=sequence,
        stories=_of_sample(fingerprint, hashes, stories),
        stories_counted=there[0].counted if found else 0,
    )
    return candidates, gone


def _any_document(connection: Connection, after: int) -> bool:
    """Whether there is a document with a larger number than `after`."""
    statement = "SELECT 1 FROM documents WHERE doc > ? AND claim = '' LIMIT 1"
    return not after or connection.execute(statement, (after,)).fetchone() is not None


def _joined(parts: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the rows of all tables, ascending."""
    filled = [part for part in parts if len(part)]
    return np.sort(np.concatenate(filled)) if len(filled) > 1 else filled[0] if filled else np.empty(0, dtype=np.int64)


def _of_sample(fingerprint: Fingerprint, hashes: NDArray[np.int64], stories: NDArray[np.int64]) -> tuple[int, ...]:
    """Return the frequency of each hash of the sample, 0 where the index does not hold it."""
    return tuple(_counts(sample_keys(fingerprint.sample), hashes >> 32, stories).astype(np.int64).tolist())


def _counts(
    asked: NDArray[np.int64], known: NDArray[np.int64], counts: NDArray[np.int64] | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the first count of each of `asked`; `known` is ascending, and what is not in it counts 0."""
    if not len(known):
        return np.zeros(len(asked))
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return np.where(known[at] == asked, counts[at], 0.0)


def _occurrences(asked: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how often each of `asked` stands among values."""
    values = np.sort(values)
    return np.searchsorted(values, asked, side="right") - np.searchsorted(values, asked)


_STORIES = (
    "(SELECT count(*) FROM (SELECT 1 FROM documents WHERE claim = '' "
    f"AND NOT EXISTS (SELECT 1 FROM copies WHERE copies.doc = documents.doc) LIMIT {STORIES_COUNTED}) AS firsts)"
)
"""How many stories the index holds, up to `STORIES_COUNTED`: counted once a statement."""


def rarity(stories: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how much a shared hash says by the number of stories it stands in: 1 up to `COMMON_FROM`, then less."""
    return COMMON_FROM / np.maximum(stories, COMMON_FROM).astype(np.float64)


def promising(
    shared: NDArray[np.int64], weight: NDArray[np.float64], comparable: NDArray[np.float64], least: float = LEAST
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
    least : float
        See `LEAST`.
    """
    two = (shared >= 2) & (weight >= TWO_HASHES)
    return two | ((weight >= least) & (weight >= COMPARABLE * comparable))


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
    counted: int


def _comparable(fingerprint: Fingerprint, rows: Sequence[_Row], settings: Settings) -> NDArray[np.float64]:
    shingles = np.array([fingerprint.shingles, *(row.shingles for row in rows)], dtype=np.int64)
    sampled = np.array([len(fingerprint.sample), *(row.sampled for row in rows)], dtype=np.int64)
    share = sampled_share(shingles, settings)
    distinct = sampled / share
    comparable: NDArray[np.float64] = np.minimum(share[1:], share[0]) * np.minimum(distinct[1:], distinct[0])
    return comparable


def _documents(connection: Connection, docs: Sequence[int], within: Filter | None) -> tuple[list[_Row], bool]:
    """Return what a search asks of the documents that `within` lets through, and whether some are not there."""
    columns = ["doc", "id", "claim", "coalesce(expires, 0)", "shingles", "sampled", "digest", _STORIES]
    width = len(columns)
    if within is None:
        rows = [_Row(*row) for row in connection.chosen(f"SELECT {', '.join(columns)} FROM documents", docs)]
        return rows, len(rows) < len(docs)
    columns += [name if name != "blocks" else "NULL" for name in ARTICLE]
    found, count = [], 0
    for row in connection.chosen(f"SELECT {', '.join(columns)} FROM documents", docs):
        count += 1
        article = row_article(row[width:])
        if within.admits(article.site, article.sections, article.published):
            found.append(_Row(*row[:width]))
    return found, count < len(docs)
