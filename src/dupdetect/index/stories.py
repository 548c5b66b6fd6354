"""Which documents of an index tell one story, so that what is common is counted in stories and not in copies.

A document tells the story of an earlier one if each holds half of the other, as their samples of shingle hashes
suggest. The table of copies names the story of each such document by the number of its first; every other document is
a story of its own. Stories are told as documents come, by what is there then: a rebuild gives the answer that does not
depend on what was removed or replaced since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from dupdetect.index.connection import Connection
from dupdetect.index.keys import MAX_DOC, capped, distinct
from dupdetect.index.packing import unpack_row
from dupdetect.model import FingerprintBatch

__all__ = ["HOT_HASH", "SAME_STORY", "copies_among", "forget", "story_frequencies", "tell_stories"]

SAME_STORY = 0.5
"""Share of the shingles of *each* of two documents that stand in the other, as in `dupdetect.compare.rarity`."""

HOT_HASH = 64
"""Documents of one sample hash that are followed, the oldest first: in so many stories it weighs next to nothing."""

_AT_ONCE = 1 << 23
"""Postings among which copies are looked for; of more only a part of the hashes, chosen by value."""

_NEXT = 4
"""Among the documents of one hash each is compared with so many next ones: copies of a story meet by many hashes."""


def tell_stories(connection: Connection, batch: FingerprintBatch, keys: NDArray[np.int64], first: int) -> None:
    """Say of new documents which are copies of earlier ones, within the transaction that wrote their postings.

    Parameters
    ----------
    batch : FingerprintBatch
    keys : ndarray of int64
        Their rows in the table of postings, ``key << 32 | doc``.
    first : int
        Number of the first of them.
    """
    docs = keys & MAX_DOC
    order = np.argsort(docs, kind="stable")
    ends = np.searchsorted(docs[order], np.arange(first, first + len(batch) + 1))
    own = (keys >> 32)[order]
    sizes = np.diff(batch.sample_offsets)
    for place in np.flatnonzero(sizes).tolist():
        doc = first + place
        wanted = own[ends[place] : ends[place + 1]].tolist()
        rows, _ = capped(connection.follow("postings", wanted, cap=HOT_HASH, after=0), HOT_HASH)
        shared = Counter((rows & MAX_DOC)[rows & MAX_DOC < doc].tolist())
        likely = sorted(other for other, count in shared.items() if count >= SAME_STORY / 2 * int(sizes[place]))
        for other, shingles, sample, story in _told(connection, likely):
            larger = int(sizes[place]) if int(batch.shingles[place]) >= shingles else sample
            if shared[other] >= SAME_STORY * larger:
                connection.execute("INSERT INTO copies VALUES (?, ?)", (doc, story or other))
                break


def _told(connection: Connection, docs: Sequence[int]) -> list[tuple[int, int, int, int | None]]:
    """Return number, shingles, size of the sample and story of documents, in the order of their numbers."""
    select = "SELECT doc, shingles, sampled, (SELECT story FROM copies WHERE copies.doc = documents.doc) FROM documents"
    return sorted(connection.chosen(select, docs), key=itemgetter(0))


def copies_among(connection: Connection, rows: NDArray[np.int64]) -> None:
    """Say of all documents of a new index which are copies of earlier ones.

    Parameters
    ----------
    rows : ndarray of int64
        All postings, ``key << 32 | doc``, ascending.
    """
    part = 1 << max(0, (len(rows) // _AT_ONCE).bit_length())
    if part > 1:
        rows = rows[((rows >> 32) & (part - 1)) == 0]
    codes = []
    for step in range(1, _NEXT + 1):
        near = np.flatnonzero(rows[step:] >> 32 == rows[:-step] >> 32)
        codes.append((rows[near] & MAX_DOC) << 32 | rows[near + step] & MAX_DOC)
    pairs, counts = np.unique(np.concatenate(codes), return_counts=True)
    facts = np.array(connection.execute("SELECT doc, sampled FROM documents").fetchall(), dtype=np.int64)
    if not len(facts):
        return
    sizes = np.zeros(int(facts[:, 0].max()) + 1, dtype=np.int64)
    sizes[facts[:, 0]] = facts[:, 1]
    left, right = pairs >> 32, pairs & MAX_DOC
    likely = part * counts >= SAME_STORY / 2 * np.minimum(sizes[left], sizes[right])
    stories: dict[int, int] = {}
    order = np.lexsort((left[likely], right[likely]))
    for one, other in zip(left[likely][order].tolist(), right[likely][order].tolist(), strict=True):
        if other not in stories and _one_story(connection, one, other):
            stories[other] = stories.get(one, one)
    connection.executemany("INSERT INTO copies VALUES (?, ?)", sorted(stories.items()))


def _one_story(connection: Connection, one: int, other: int) -> bool:
    statement = "SELECT shingles, sampled, sample FROM documents WHERE doc = ?"
    rows = sorted(connection.execute(statement, (doc,)).fetchone() for doc in (one, other))
    smaller, larger = (unpack_row(sample, sampled, np.uint64, ascending=True) for _, sampled, sample in rows)
    return len(np.intersect1d(smaller, larger)) >= max(1, SAME_STORY * len(larger))


def forget(connection: Connection, docs: Iterable[int]) -> None:
    """Delete what is said of documents; a story keeps the number of its first, which is never given again."""
    connection.executemany("DELETE FROM copies WHERE doc = ?", ((doc,) for doc in docs))


def story_frequencies(connection: Connection, rows: NDArray[np.int64], *, few: int) -> NDArray[np.int64]:
    """Return of each row in how many stories its hash stands, shape of `rows`.

    Parameters
    ----------
    rows : ndarray of int64
        ``key << 32 | doc``, ascending, as `capped` returns them.
    few : int
        A hash in at most so many documents is counted in documents, which is quicker and as good.
    """
    keys = rows >> 32
    counts = np.searchsorted(keys, keys, side="right") - np.searchsorted(keys, keys)
    common = np.flatnonzero(counts > few)
    docs = rows[common] & MAX_DOC
    copies = dict(connection.chosen("SELECT doc, story FROM copies", distinct(docs).tolist()))
    if copies:
        stories = np.array([copies.get(doc, doc) for doc in docs.tolist()], dtype=np.int64)
        told = distinct(keys[common] << 32 | stories) >> 32
        counts[common] = np.searchsorted(told, keys[common], side="right") - np.searchsorted(told, keys[common])
    return counts
