"""Whether an index is in order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexCorruptError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index.connection import Connection
from dupdetect.index.keys import TABLES, as_batch, key_rows
from dupdetect.index.rows import ARTICLE, FINGERPRINT, row_article, row_fingerprint
from dupdetect.kernels import finalize
from dupdetect.settings import Settings

__all__ = ["verify"]

_PAGE = 5000
_TEXTS = 200
"""Texts that are fingerprinted again, evenly spread."""


def verify(connection: Connection, settings: Settings, *, keep_text: bool) -> tuple[str, ...]:
    """Return what is wrong with an index, in words.

    The database's own check; whether each table of keys holds exactly the keys of the documents' fingerprints (by
    count and a sum of mixed rows mod 2**64, so in one pass); whether fingerprints are those of some stored texts.
    """
    problems = list(connection.problems())
    if problems:
        return tuple(problems)
    try:
        return (*_keys(connection, settings), *(_changed_texts(connection, settings) if keep_text else ()))
    except IndexCorruptError as error:
        return (str(error),)


def _keys(connection: Connection, settings: Settings) -> list[str]:
    problems = []
    wanted = {table: np.zeros(2, dtype=np.uint64) for table in TABLES}
    for claimed, condition in ((False, "claim = ''"), (True, "claim <> ''")):
        select = f"SELECT doc, {', '.join(FINGERPRINT)} FROM documents WHERE {condition}"
        for rows in connection.pages(select, _PAGE):
            batch = as_batch([row_fingerprint(row[1:], settings) for row in rows], settings)
            docs = np.array([row[0] for row in rows], dtype=np.int64)
            for table, keys in key_rows(batch, docs, settings, claimed=claimed).items():
                wanted[table] += _summed(keys)
    for table in TABLES:
        there = np.zeros(2, dtype=np.uint64)
        for rows in connection.pages(f"SELECT key * 4294967296 + doc FROM {table}", _PAGE):
            there += _summed(np.array(rows, dtype=np.int64).ravel())
        if not np.array_equal(there, wanted[table]):
            orphans = _orphans(connection, table)
            problems.append(
                f"{table}: {there[0]} keys, of which {orphans} of no document, but the documents have "
                f"{wanted[table][0]}; rebuild the index"
            )
    if orphans := _orphans(connection, "copies"):
        problems.append(f"copies: {orphans} of no document; rebuild the index")
    return problems


def _orphans(connection: Connection, table: str) -> int:
    """Return how many rows of a table are of no document."""
    absent = f"NOT EXISTS (SELECT 1 FROM documents WHERE documents.doc = {table}.doc)"
    return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {absent}").fetchone()[0])


def _summed(rows: NDArray[np.int64]) -> NDArray[np.uint64]:
    mixed = finalize(rows.astype(np.uint64))
    return np.array([len(rows), mixed.sum(dtype=np.uint64)], dtype=np.uint64)


def _changed_texts(connection: Connection, settings: Settings) -> Iterator[str]:
    docs = [doc for (doc,) in connection.execute("SELECT doc FROM documents")]
    fingerprinter = Fingerprinter(settings)
    columns = ", ".join((*ARTICLE, *FINGERPRINT))
    for doc in docs[:: max(1, len(docs) // _TEXTS)]:
        row = connection.execute(f"SELECT {columns} FROM documents WHERE doc = ?", (doc,)).fetchone()
        article, stored = row_article(row[: len(ARTICLE)]), row_fingerprint(row[len(ARTICLE) :], settings)
        if fingerprinter.fingerprint(article.text) != stored:
            yield f"document {article.id!r}: its fingerprint is not that of its text; replace it"
