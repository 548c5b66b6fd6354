"""Making a whole index file at once: from articles, or from an index that is there.

The file is written beside its place, without a log, and put there when it is whole. Keys are collected and inserted in
their order, which fills pages one after another instead of touching a random page for each key.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import IndexLockedError, IndexNotFoundError, SettingsError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import journal, manifest, sqlite_tables, stories, templates
from dupdetect.index.connection import Connection
from dupdetect.index.database import Database, draft_beside, drafted
from dupdetect.index.earlier import row_now, stored
from dupdetect.index.keys import TABLES, as_batch, key_rows
from dupdetect.index.rows import (
    COLUMNS,
    FINGERPRINT,
    document_rows,
    fingerprint_rows,
    row_fingerprint,
    unpacked_text,
)
from dupdetect.index.sqlite_tables import SQLiteConnection
from dupdetect.model import Article, FingerprintBatch
from dupdetect.settings import Settings

__all__ = ["Keys", "build_index", "rebuild_index", "rows_of_new", "stored_fingerprints"]

_PAGE = 1000
_DRAFT = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -64000", "secure_delete = OFF")


class Keys:
    """Collects the keys of very many documents, to be written in their order.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self.documents = 0
        self._settings = settings
        self._keys: dict[str, list[NDArray[np.int64]]] = {table: [] for table in TABLES}

    def collect(self, batch: FingerprintBatch, docs: NDArray[np.int64], *, claimed: bool = False) -> None:
        """Take the keys of documents, or of claims, of these numbers."""
        for table, keys in key_rows(batch, docs, self._settings, claimed=claimed).items():
            self._keys[table].append(keys)
        self.documents += len(batch)

    def write(self, connection: Connection) -> None:
        """Insert the keys, and say which documents are copies, within a write transaction."""
        for table in TABLES:
            keys = np.concatenate([np.empty(0, dtype=np.int64), *self._keys.pop(table)])
            keys.sort()
            connection.insert_keys(table, keys)
            if table == "postings":
                stories.copies_among(connection, keys)


class _Builder:
    """Writes a file that nobody else sees yet."""

    def __init__(self, database: Database, settings: Settings, *, keep_text: bool) -> None:
        self.keys = Keys(settings)
        self._database = database
        with self._database.reading() as connection:
            for pragma in _DRAFT:
                connection.execute(f"PRAGMA {pragma}")
            sqlite_tables.initialise(connection, settings, keep_text=keep_text)
            connection.execute("BEGIN")

    def add(
        self,
        rows: Sequence[tuple[Any, ...]],
        batch: FingerprintBatch,
        docs: Sequence[int] | None = None,
        *,
        claimed: bool = False,
    ) -> None:
        with self._database.reading() as connection:
            first = connection.insert_documents(rows, docs)
        numbers = np.arange(first, first + len(rows)) if docs is None else np.array(docs, dtype=np.int64)
        self.keys.collect(batch, numbers, claimed=claimed)

    def finish(self, last: int = 0) -> None:
        """Insert the keys; later documents get numbers above `last`."""
        with self._database.reading() as connection:
            self.keys.write(connection)
            connection.number_from(last)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode = WAL")
        self._database.close()
        with Path(self._database.location).open("rb") as file:
            os.fsync(file.fileno())


def rows_of_new(
    articles: Sequence[Article], batch: FingerprintBatch, settings: Settings, *, keep_text: bool
) -> list[tuple[Any, ...]]:
    """Return the rows of articles of a new index; `SettingsError` unless they can be such."""
    if batch.settings_identity != settings.identity or len(batch) != len(articles):
        raise SettingsError("one fingerprint an article is needed, made with the settings of the index")
    if not all(article.id for article in articles):
        raise SettingsError("an article needs an id to be indexed")
    return document_rows(articles, batch, [(None, "", None)] * len(articles), keep_text=keep_text)


def build_index(
    path: Path,
    batches: Iterable[tuple[Sequence[Article], FingerprintBatch]],
    *,
    settings: Settings,
    keep_text: bool,
) -> int:
    """Make a file of very many articles; see `dupdetect.index.build_index`."""
    with drafted(path) as draft, Database(str(draft), busy_timeout=0) as database:
        builder = _Builder(database, settings, keep_text=keep_text)
        for articles, batch in batches:
            builder.add(rows_of_new(articles, batch, settings, keep_text=keep_text), batch)
        builder.finish()
    return builder.keys.documents


def rebuild_index(path: Path, *, settings: Settings | None = None) -> int:
    """Make a file anew from the articles it keeps, in its place; see `dupdetect.index.rebuild_index`."""
    if not path.is_file():
        raise IndexNotFoundError(f"{path}: no index there")
    with Database(str(path), busy_timeout=0) as database, database.reading() as connection:
        told = sqlite_tables.read_manifest(str(path), connection, oldest=manifest.OLDEST_SCHEMA)
        schema = sqlite_tables.schema_version(connection)
        own, keep_text = manifest.settings_of(str(path), told)
        wanted = settings or (manifest.current(own) if keep_text else own)
        if not keep_text:
            if wanted != own:
                raise SettingsError(f"{path}: keeps no text, and so cannot be given other settings")
            manifest.check_canary(str(path), told, own)
        with (
            _alone(connection, path),
            draft_beside(path) as draft,
            Database(str(draft), busy_timeout=0) as target,
        ):
            builder = _Builder(target, wanted, keep_text=keep_text)
            for claimed in (False, True):
                statement = f"{stored(claimed=claimed, schema=schema)} ORDER BY doc"
                for rows in connection.pages(statement, _PAGE):
                    batch = stored_fingerprints(rows, wanted, keep_text=keep_text, schema=schema)
                    numbers = [row[0] for row in rows]
                    builder.add(_with_fingerprints(rows, batch), batch, numbers, claimed=claimed)
            last = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'documents'").fetchone()[0]
            with target.reading() as written:
                if schema > 1:
                    journal.copy(connection, written)
                    templates.copy(connection, written)
            builder.finish(last or 0)
            draft.replace(path)
    return builder.keys.documents


@contextmanager
def _alone(connection: SQLiteConnection, path: Path) -> Iterator[None]:
    """Keep everyone else out of a file, readers too, so that another can take its place."""
    try:
        # Only who is alone may leave the write-ahead log; a log beside the new file would be taken for the new file's.
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        raise IndexLockedError(f"{path}: in use elsewhere; close it there to rebuild it") from error
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        connection.execute("PRAGMA journal_mode = WAL")
        raise


_BLOCKS = COLUMNS.index("blocks")
_PRINT = slice(COLUMNS.index(FINGERPRINT[0]), COLUMNS.index(FINGERPRINT[-1]) + 1)


def stored_fingerprints(
    rows: Sequence[tuple[Any, ...]], settings: Settings, *, keep_text: bool, schema: int
) -> FingerprintBatch:
    """Return the fingerprints of rows of all columns: made anew, or where there is no text as they are."""
    if not keep_text:
        now = (row_now(row, schema, settings.permutations) for row in rows)
        return as_batch([row_fingerprint(row[_PRINT], settings) for row in now], settings)
    return Fingerprinter(settings).fingerprint_batch([unpacked_text(row[_BLOCKS]) for row in rows])


def _with_fingerprints(rows: Sequence[tuple[Any, ...]], batch: FingerprintBatch) -> list[tuple[Any, ...]]:
    """Return rows of all columns as `insert_documents` takes them, with other fingerprints."""
    new = fingerprint_rows(batch)
    return [(*row[1 : _PRINT.start], *new[place], *row[_PRINT.stop :]) for place, row in enumerate(rows)]
