"""Keeping an index in order: verify it, compact it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError, IndexLockedError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index.keys import TABLES, as_batch, key_rows
from dupdetect.index.rows import ARTICLE, FINGERPRINT, row_article, row_fingerprint
from dupdetect.settings import Settings
from dupdetect.text.tokens import finalize

__all__ = ["compact", "verify"]

_PAGE = 5000
_TEXTS = 200
"""Texts that are fingerprinted again, evenly spread."""


def verify(connection: sqlite3.Connection, settings: Settings, *, keep_text: bool) -> tuple[str, ...]:
    """Return what is wrong with an index, in words.

    SQLite's own check; whether each table of keys holds exactly the keys of the documents' fingerprints (by count and
    by a sum of mixed rows mod 2**64, so in one pass); whether fingerprints are those of the stored texts (a sample).
    """
    problems = [f"SQLite: {line}" for (line,) in connection.execute("PRAGMA integrity_check(20)") if line != "ok"]
    if problems:
        return tuple(problems)
    try:
        return (*_keys(connection, settings), *(_changed_texts(connection, settings) if keep_text else ()))
    except IndexCorruptError as error:
        return (str(error),)


def _keys(connection: sqlite3.Connection, settings: Settings) -> list[str]:
    problems = []
    wanted = {table: np.zeros(2, dtype=np.uint64) for table in TABLES}
    for rows in _pages(connection, f"SELECT doc, {', '.join(FINGERPRINT)} FROM documents"):
        batch = as_batch([row_fingerprint(row[1:], settings) for row in rows], settings)
        for table, keys in key_rows(batch, np.array([row[0] for row in rows], dtype=np.int64), settings).items():
            wanted[table] += _summed(keys)
    for table in TABLES:
        there = np.zeros(2, dtype=np.uint64)
        for rows in _pages(connection, f"SELECT key << 32 | doc FROM {table}"):
            there += _summed(np.array(rows, dtype=np.int64).ravel())
        if not np.array_equal(there, wanted[table]):
            orphans = connection.execute(
                f"SELECT count(*) FROM {table} WHERE doc NOT IN (SELECT doc FROM documents)"
            ).fetchone()[0]
            problems.append(
                f"{table}: {there[0]} keys, of which {orphans} of no document, but the documents have "
                f"{wanted[table][0]}; rebuild the index"
            )
    orphans = connection.execute("SELECT count(*) FROM copies WHERE doc NOT IN (SELECT doc FROM documents)").fetchone()[
        0
    ]
    if orphans:
        problems.append(f"copies: {orphans} of no document; rebuild the index")
    return problems


def _summed(rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    mixed = finalize(rows.astype(np.uint64))
    return np.array([len(rows), mixed.sum(dtype=np.uint64)], dtype=np.uint64)


def _pages(connection: sqlite3.Connection, statement: str) -> Iterator[list[Any]]:
    cursor = connection.execute(statement)
    while rows := cursor.fetchmany(_PAGE):
        yield rows


def _changed_texts(connection: sqlite3.Connection, settings: Settings) -> Iterator[str]:
    docs = [doc for (doc,) in connection.execute("SELECT doc FROM documents")]
    fingerprinter = Fingerprinter(settings)
    columns = ", ".join((*ARTICLE, *FINGERPRINT))
    for doc in docs[:: max(1, len(docs) // _TEXTS)]:
        row = connection.execute(f"SELECT {columns} FROM documents WHERE doc = ?", (doc,)).fetchone()
        article, stored = row_article(row[: len(ARTICLE)]), row_fingerprint(row[len(ARTICLE) :], settings)
        if fingerprinter.fingerprint(article.text) != stored:
            yield f"document {article.id!r}: its fingerprint is not that of its text; replace it"


def compact(connection: sqlite3.Connection, location: str) -> None:
    """Rewrite the file without unused room, and empty the log."""
    connection.execute("VACUUM")
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise IndexLockedError(
            f"{location}: compacted, but another process reads its older state, so that the log still holds "
            "what was removed; run it again"
        )
