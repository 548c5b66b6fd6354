"""The tables of an index in SQLite: what its SQL does differently."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import DuplicateIdError, ForeignIndexError
from dupdetect.index import manifest
from dupdetect.index.connection import LookUp
from dupdetect.index.keys import CLAIM_TABLES, TABLES, unpack
from dupdetect.index.rows import COLUMNS
from dupdetect.settings import Settings

__all__ = ["APPLICATION_ID", "SQLiteConnection", "initialise", "read_manifest", "schema", "schema_version"]

APPLICATION_ID = 0x44757044
"""SQLite's ``application_id`` of an index: "DupD"."""

_MARKS = 512
"""Values a statement."""


def schema() -> Iterator[str]:
    """Yield the statements that make the tables of an empty index."""
    columns = ", ".join(column for column in COLUMNS if column != "doc")
    yield "CREATE TABLE manifest (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
    yield f"CREATE TABLE documents (doc INTEGER PRIMARY KEY AUTOINCREMENT, {columns})"
    # A claim may stand beside the document that it is going to replace.
    # (Without the claim in the index, counting documents would read all of them.)
    yield "CREATE UNIQUE INDEX documents_id ON documents (id, claim)"
    yield "CREATE UNIQUE INDEX documents_claim ON documents (claim) WHERE claim <> ''"
    yield "CREATE INDEX documents_ended ON documents (expires, claim) WHERE claim <> ''"
    for table in TABLES:
        yield (
            f"CREATE TABLE {table} (key INTEGER NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (key, doc)) WITHOUT ROWID"
        )
    yield "CREATE TABLE copies (doc INTEGER PRIMARY KEY, story INTEGER NOT NULL)"
    yield "CREATE TABLE templates (site TEXT PRIMARY KEY, version INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID"
    yield (
        "CREATE TABLE journal (sequence INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, kind TEXT NOT NULL, "
        "subject TEXT NOT NULL, body TEXT NOT NULL)"
    )
    yield "CREATE INDEX journal_kind ON journal (kind, sequence)"
    yield "CREATE INDEX journal_subject ON journal (subject, kind, sequence)"


class SQLiteConnection(sqlite3.Connection):
    """A `dupdetect.index.connection.Connection`."""

    def state(self) -> tuple[int, float]:
        """Return the largest number of a document, and this machine's time."""
        return self.execute("SELECT max(doc) FROM documents").fetchone()[0] or 0, time.time()

    def pages(self, statement: str, size: int) -> Iterator[list[Any]]:
        """Yield the rows of a statement, `size` at a time in memory."""
        cursor = self.execute(statement)
        while rows := cursor.fetchmany(size):
            yield rows

    def chosen(self, select: str, values: Sequence[Any], *, column: Literal["doc", "id"] = "doc") -> Iterator[Any]:
        """Yield the rows of `select` where `column` is one of `values`."""
        for start in range(0, len(values), _MARKS):
            part = _filled_up(values[start : start + _MARKS])
            yield from self.execute(f"{select} WHERE {column} IN ({','.join('?' * len(part))})", part).fetchall()

    def look_up(self, keys: Mapping[str, Sequence[int]], caps: Mapping[str, int], *, after: int) -> LookUp:
        """Return the state, and the rows of the documents above `after` that have one of the keys; in a transaction."""
        rows = {table: self.follow(table, part, cap=caps[table], after=after) for table, part in keys.items()}
        return LookUp(*self.state(), rows)

    def follow(self, table: str, keys: Sequence[int], *, cap: int, after: int) -> NDArray[np.int64]:
        """Return the rows of the documents above `after` that have one of `keys`."""
        if table in CLAIM_TABLES and self.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None:
            return np.empty(0, dtype=np.int64)  # as nearly always
        found: list[str] = []
        for start in range(0, len(keys), _MARKS):
            part = _filled_up(keys[start : start + _MARKS])
            (rows,) = self.execute(_following(table, len(part)), (after, cap + 1, *part)).fetchone()
            if rows is not None:
                found.append(rows)
        if not found:
            return np.empty(0, dtype=np.int64)
        numbers = np.fromstring(",".join(found), dtype=np.int64, sep=",")
        numbers.sort()  # as they are, but SQLite does not promise it
        return numbers

    def insert_documents(self, rows: Sequence[tuple[Any, ...]], docs: Sequence[int] | None = None) -> int:
        """Insert rows of `document_rows`; return the first's number."""
        if docs is None:
            last = self.execute("SELECT seq FROM sqlite_sequence WHERE name = 'documents'").fetchone()
            first = int(last[0]) + 1 if last else 1
            docs = range(first, first + len(rows))
        marks = ", ".join("?" * len(COLUMNS))
        try:
            self.executemany(
                f"INSERT INTO documents ({', '.join(COLUMNS)}) VALUES ({marks})",
                ((doc, *row) for doc, row in zip(docs, rows, strict=True)),
            )
        except sqlite3.IntegrityError as error:
            raise DuplicateIdError("an id stands twice among the documents to write") from error
        return docs[0] if docs else 0

    def insert_keys(self, table: str, rows: NDArray[np.int64]) -> None:
        """Insert rows of `key_rows`."""
        self.executemany(f"INSERT INTO {table} VALUES (?, ?)", unpack(rows))

    def delete_keys(self, table: str, rows: NDArray[np.int64]) -> None:
        """Delete rows of `key_rows`."""
        self.executemany(f"DELETE FROM {table} WHERE key = ? AND doc = ?", unpack(rows))

    def number_from(self, last: int) -> None:
        """Give later documents numbers above `last`."""
        self.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'documents'", (last,))

    def problems(self) -> Iterator[str]:
        """Yield what SQLite's own check finds."""
        return (f"SQLite: {line}" for (line,) in self.execute("PRAGMA integrity_check(20)") if line != "ok")


@cache
def _following(table: str, keys: int) -> str:
    """Return the statement that gives, as one text, the rows of so many keys: those above ``?1``, of each key ``?2``.

    As rows of Python's, and by a SELECT for each key, they would cost twice as much.
    """
    marks = ",".join(f"(?{number})" for number in range(3, 3 + keys))
    rows = f"SELECT key << 32 | doc AS code FROM {table} WHERE key = asked.column1 AND doc > ?1 LIMIT ?2"
    return f"SELECT group_concat((SELECT group_concat(code) FROM ({rows}))) FROM (VALUES {marks}) AS asked"


def _filled_up(values: Sequence[Any]) -> list[Any]:
    """Return values with NULL, which equals nothing, up to a power of two: so that few statements are compiled."""
    return [*values, *[None] * ((1 << (len(values) - 1).bit_length()) - len(values))]


def initialise(connection: SQLiteConnection, settings: Settings, *, keep_text: bool) -> None:
    """Make the tables and the manifest of a new index, in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in schema():
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO manifest VALUES (?, ?)", manifest.entries(settings, keep_text=keep_text).items()
    )
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {manifest.SCHEMA_VERSION}")
    connection.execute("COMMIT")


def read_manifest(
    location: str, connection: SQLiteConnection, *, oldest: int = manifest.SCHEMA_VERSION
) -> dict[str, str]:
    """Return the manifest of an index: name → value.

    Parameters
    ----------
    oldest : int
        The earliest schema that the caller can read.

    Raises
    ------
    ForeignIndexError
        It is no index, or one of another schema.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise ForeignIndexError(f"{location}: a database, but not a dupdetect index; left untouched")
    manifest.check_schema(location, schema_version(connection), oldest=oldest)
    return dict(connection.execute("SELECT name, value FROM manifest").fetchall())


def schema_version(connection: SQLiteConnection) -> int:
    """Return the schema of an index."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
