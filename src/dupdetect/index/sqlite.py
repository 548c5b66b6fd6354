"""The embedded index: one SQLite file, or memory for ``":memory:"``.

One row a document; band keys and sample hashes in two tables keyed ``(key, doc)`` WITHOUT ROWID, so that a look-up is
one range of a B-tree. Write-ahead logging lets other processes read while one writes. One connection is shared by the
threads of a process behind a lock. A process that finds itself forked opens the file anew and leaves its parent's
connection alone (https://www.sqlite.org/howtocorrupt.html, 2.6).
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.errors import (
    DuplicateIdError,
    ForeignIndexError,
    IndexClosedError,
    IndexCorruptError,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    SettingsError,
    SettingsMismatchError,
    StoreError,
    UnknownIdError,
)
from dupdetect.fingerprint import band_keys
from dupdetect.index import manifest
from dupdetect.index.base import Candidate, Candidates, IndexInfo
from dupdetect.index.rows import COLUMNS, article_row, row_article
from dupdetect.model import Article, Fingerprint, FingerprintBatch
from dupdetect.settings import Settings

__all__ = ["MEMORY", "SQLiteIndex"]

MEMORY = ":memory:"
"""Path of an index that lives and dies with its object."""

HOT_KEY = 1000
"""A band key or sample hash that more articles share is not followed: it is template or idiom."""

_SCHEMA = f"""
CREATE TABLE manifest (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    doc INTEGER PRIMARY KEY AUTOINCREMENT,
    {", ".join(f"{column} {'TEXT NOT NULL UNIQUE' if column == 'id' else ''}" for column in COLUMNS)},
    digest BLOB NOT NULL, tokens INTEGER NOT NULL, shingles INTEGER NOT NULL,
    signature BLOB NOT NULL, sample BLOB NOT NULL
);
CREATE INDEX documents_digest ON documents (digest);
CREATE TABLE bands (key INTEGER NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (key, doc)) WITHOUT ROWID;
CREATE TABLE postings (key INTEGER NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (key, doc)) WITHOUT ROWID;
"""


class SQLiteIndex:
    """An index in one SQLite file. Safe to share between threads; open it with `open_index` or `create_index`.

    Parameters
    ----------
    path : str or Path
        The file, or ``":memory:"``.
    create : bool
        Make a new index, or open the one that is there.
    settings : Settings, optional
        Of a new index; of one that is there, what it must have been built with.
    busy_timeout : float
        Seconds to wait for another process's write before `IndexLockedError`.

    Raises
    ------
    IndexNotFoundError, IndexExistsError, ForeignIndexError, SettingsMismatchError, IndexLockedError, IndexCorruptError
    """

    def __init__(
        self, path: str | Path, *, create: bool, settings: Settings | None = None, busy_timeout: float = 1.0
    ) -> None:
        if not 0 <= busy_timeout <= 3600:
            raise SettingsError(f"busy_timeout must be from 0 to 3600 seconds, not {busy_timeout!r}")
        self.location = str(path)
        self._busy_timeout = busy_timeout
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._pid = os.getpid()
        if create:
            self._settings = settings or Settings()
            self._create()
        else:
            self._open_existing(settings)

    # ------------------------------------------------------------------------------------------ opening, closing

    def _create(self) -> None:
        if self.location == MEMORY:
            self._connection = self._connect(MEMORY)
            self._write_schema(self._connection)
            return
        # Made beside its place and linked into it: there is never half an index, and of two makers one is told.
        path = Path(self.location)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
        try:
            connection = self._connect(str(draft))
            with self._errors():
                connection.execute("PRAGMA journal_mode = WAL")
            self._write_schema(connection)
            connection.close()
            os.link(draft, path)
        except FileExistsError:
            raise IndexExistsError(f"{path}: there is a file already; open it, or remove it first") from None
        except OSError as error:
            raise StoreError(f"{path}: cannot create an index there: {error.strerror}") from error
        finally:
            draft.unlink(missing_ok=True)
        self._connection = self._connect(self.location)

    def _write_schema(self, connection: sqlite3.Connection) -> None:
        with self._errors():
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.executemany("INSERT INTO manifest VALUES (?, ?)", manifest.entries(self._settings).items())
            connection.execute(f"PRAGMA application_id = {manifest.APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {manifest.SCHEMA_VERSION}")
            connection.execute("COMMIT")

    def _open_existing(self, wanted: Settings | None) -> None:
        path = Path(self.location)
        if not path.is_file():
            raise IndexNotFoundError(f"{self.location}: no index there; make one with `dupdetect index add`")
        with path.open("rb") as file:
            if file.read(16) not in (b"", b"SQLite format 3\x00"):
                raise ForeignIndexError(f"{self.location}: not a dupdetect index (not an SQLite file); left untouched")
        self._connection = self._connect(self.location)
        try:
            with self._errors():
                identity = self._connection.execute("PRAGMA application_id").fetchone()[0]
                version = self._connection.execute("PRAGMA user_version").fetchone()[0]
                manifest.check_format(self.location, identity, version)
                stored = dict(self._connection.execute("SELECT name, value FROM manifest").fetchall())
            self._settings = manifest.check_entries(self.location, stored)
            if wanted is not None and wanted != self._settings:
                raise SettingsMismatchError(self.location, self._settings.differences(wanted))
        except StoreError:
            self.close()
            raise

    def _connect(self, location: str) -> sqlite3.Connection:
        with self._errors():
            connection = sqlite3.connect(
                location, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA trusted_schema = OFF")
                connection.execute("PRAGMA cell_size_check = ON")
            except sqlite3.DatabaseError:
                connection.close()
                raise
        return connection

    def close(self) -> None:
        """Release the file; any later call but `close` raises `IndexClosedError`."""
        with self._lock:
            if self._connection is not None and self._pid == os.getpid():
                self._connection.close()
            self._connection = None

    def __enter__(self) -> SQLiteIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Translate SQLite's errors into ours, each with the file and what to do."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # Python 3.10 has no code: the texts are stable
            text = str(error)
            if code in (5, 6) or "locked" in text:
                raise IndexLockedError(
                    f"{self.location}: held by another process for over {self._busy_timeout:g} s; try again"
                ) from error
            if code in (11, 26) or "malformed" in text or "not a database" in text:
                raise IndexCorruptError(f"{self.location}: damaged ({text}); restore a backup or rebuild it") from error
            raise StoreError(f"{self.location}: {text}") from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._errors():
            if self._connection is None:
                raise IndexClosedError(f"{self.location}: the index is closed")
            if self._pid != os.getpid():
                self._reopen_after_fork()
            yield self._connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _reopen_after_fork(self) -> None:
        if self.location == MEMORY:
            raise IndexClosedError(
                "an in-memory index belongs to the process that made it; after a fork use an index in a file"
            )
        _INHERITED.append(self._connection)
        self._connection = self._connect(self.location)
        self._pid = os.getpid()

    # ------------------------------------------------------------------------------------------ reading

    @property
    def settings(self) -> Settings:
        """The settings it was built with."""
        return self._settings

    def get(self, id: str) -> Article:
        """Return an article, its content blocks only; `UnknownIdError` if there is none with this id."""
        with self._reading() as connection:
            row = connection.execute(f"SELECT {', '.join(COLUMNS)} FROM documents WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise UnknownIdError(f"{self.location}: no document {id!r}")
        return row_article(row)

    def ids(self) -> Iterator[str]:
        """Yield every id in the order of adding, a page at a time: the index may change meanwhile."""
        last = 0
        while True:
            with self._reading() as connection:
                page = connection.execute(
                    "SELECT doc, id FROM documents WHERE doc > ? ORDER BY doc LIMIT 1000", (last,)
                ).fetchall()
            if not page:
                return
            yield from (id for _, id in page)
            last = page[-1][0]

    def __len__(self) -> int:
        with self._reading() as connection:
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])

    def __contains__(self, id: object) -> bool:
        with self._reading() as connection:
            return connection.execute("SELECT 1 FROM documents WHERE id = ?", (id,)).fetchone() is not None

    def info(self) -> IndexInfo:
        """Return facts about the index."""
        with self._reading() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            page_size = connection.execute("PRAGMA page_size").fetchone()[0]
            created_by = connection.execute("SELECT value FROM manifest WHERE name = 'created_by'").fetchone()[0]
        return IndexInfo(
            location=self.location,
            documents=len(self),
            bytes=pages * page_size,
            schema_version=manifest.SCHEMA_VERSION,
            created_by=created_by,
            settings=self._settings,
        )

    def candidates(self, fingerprint: Fingerprint, *, limit: int = 40, exclude: Sequence[str] = ()) -> Candidates:
        """Return the articles that share a digest, a band or part of the sample, strongest first."""
        self._check_settings(fingerprint.settings_identity)
        if not fingerprint.tokens:
            return Candidates(found=())
        bands = band_keys(fingerprint.signature[None, :], self._settings)[0]
        with self._reading() as connection:
            twins = connection.execute("SELECT doc FROM documents WHERE digest = ?", (fingerprint.digest,)).fetchall()
            by_band, hot_bands = _follow(connection, "bands", bands[bands > 0])
            by_sample, hot_hashes = _follow(connection, "postings", fingerprint.sample)
            docs = sorted({doc for (doc,) in twins} | by_band.keys() | by_sample.keys())
            rows = _rows(connection, "id, doc, length(sample) / 8, digest", docs)
        excluded = set(exclude)
        found = [
            Candidate(
                id=id,
                strength=1.0 if digest == fingerprint.digest else self._strength(by_band[doc], by_sample[doc], sizes),
                shared_bands=by_band[doc],
                shared_sample=by_sample[doc],
            )
            for id, doc, size, digest in rows
            if id not in excluded and (sizes := (size, len(fingerprint.sample)))
        ]
        found.sort(key=lambda candidate: (-candidate.strength, candidate.id))
        return Candidates(
            found=tuple(found[:limit]), left_out=max(0, len(found) - limit), hot_keys=hot_bands + hot_hashes
        )

    def _strength(self, shared_bands: int, shared_sample: int, sizes: tuple[int, int]) -> float:
        by_bands = (shared_bands / self._settings.bands) ** (1 / self._settings.rows)
        return float(min(1.0, max(by_bands, shared_sample / max(1, min(sizes)))))

    # ------------------------------------------------------------------------------------------ writing

    def add(self, articles: Sequence[Article], fingerprints: FingerprintBatch) -> None:
        """Add articles, all or none; `DuplicateIdError` if one is there."""
        self._write(articles, fingerprints, replace=False)

    def replace(self, articles: Sequence[Article], fingerprints: FingerprintBatch) -> None:
        """Add articles, in place of those with the same ids."""
        self._write(articles, fingerprints, replace=True)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles; return how many were there."""
        with self._writing() as connection:
            return self._delete(connection, ids)

    def _write(self, articles: Sequence[Article], fingerprints: FingerprintBatch, *, replace: bool) -> None:
        self._check_settings(fingerprints.settings_identity)
        if len(articles) != len(fingerprints):
            raise SettingsError(f"{len(articles)} articles with {len(fingerprints)} fingerprints: one each is needed")
        ids = [article.id for article in articles]
        twice = [id for id, count in Counter(ids).items() if count > 1]
        if twice:
            raise DuplicateIdError(f"{self.location}: id {twice[0]!r} stands twice among the documents to add")
        if "" in ids:
            raise SettingsError("an article needs an id to be indexed")
        rows = [
            (*article_row(article), *_fingerprint_row(fingerprints[place])) for place, article in enumerate(articles)
        ]
        bands = band_keys(fingerprints.signatures, self._settings)
        with self._writing() as connection:
            if replace:
                self._delete(connection, ids)
            docs = [self._insert(connection, row) for row in rows]
            connection.executemany(
                "INSERT OR IGNORE INTO bands VALUES (?, ?)",
                ((key, doc) for doc, keys in zip(docs, bands, strict=True) for key in _integers(keys[keys > 0])),
            )
            connection.executemany(
                "INSERT INTO postings VALUES (?, ?)",
                ((key, doc) for place, doc in enumerate(docs) for key in _integers(fingerprints[place].sample)),
            )

    def _insert(self, connection: sqlite3.Connection, row: tuple[Any, ...]) -> int:
        columns = (*COLUMNS, *_FINGERPRINT_COLUMNS)
        marks = ", ".join("?" * len(columns))
        try:
            cursor = connection.execute(f"INSERT INTO documents ({', '.join(columns)}) VALUES ({marks})", row)
        except sqlite3.IntegrityError as error:
            raise DuplicateIdError(
                f"{self.location}: there is a document {row[0]!r} already; replace it, or give another id"
            ) from error
        return int(cursor.lastrowid or 0)

    def _delete(self, connection: sqlite3.Connection, ids: Sequence[str]) -> int:
        removed = 0
        for id in ids:
            row = connection.execute("SELECT doc, signature, sample FROM documents WHERE id = ?", (id,)).fetchone()
            if row is None:
                continue
            doc, signature, sample = row
            bands = band_keys(np.frombuffer(signature, dtype="<u4")[None, :], self._settings)[0]
            for table, keys in (("bands", bands), ("postings", np.frombuffer(sample, dtype="<u8"))):
                connection.executemany(
                    f"DELETE FROM {table} WHERE key = ? AND doc = ?", ((key, doc) for key in _integers(keys))
                )
            connection.execute("DELETE FROM documents WHERE doc = ?", (doc,))
            removed += 1
        return removed

    def _check_settings(self, identity: str) -> None:
        if identity != self._settings.identity:
            raise SettingsMismatchError(self.location, {"fingerprint settings": (self._settings.identity, identity)})


_INHERITED: list[sqlite3.Connection | None] = []
"""Connections of a parent process: never used again, and never closed, since closing would drop the parent's locks."""


_FINGERPRINT_COLUMNS = ("digest", "tokens", "shingles", "signature", "sample")


def _fingerprint_row(fingerprint: Fingerprint) -> tuple[Any, ...]:
    return (
        fingerprint.digest,
        fingerprint.tokens,
        fingerprint.shingles,
        fingerprint.signature.astype("<u4").tobytes(),
        fingerprint.sample.astype("<u8").tobytes(),
    )


def _integers(keys: NDArray[np.uint64]) -> list[int]:
    # SQLite's integers are signed.
    signed: list[int] = keys.view(np.int64).tolist()
    return signed


def _follow(connection: sqlite3.Connection, table: str, keys: NDArray[np.uint64]) -> tuple[Counter[int], int]:
    """Count for each document how many of `keys` it has; keys that too many have are counted instead."""
    shared: Counter[int] = Counter()
    hot = 0
    query = f"SELECT doc FROM {table} WHERE key = ? LIMIT {HOT_KEY + 1}"
    for key in _integers(keys):
        docs = connection.execute(query, (key,)).fetchall()
        if len(docs) > HOT_KEY:
            hot += 1
        else:
            shared.update(doc for (doc,) in docs)
    return shared, hot


def _rows(connection: sqlite3.Connection, columns: str, docs: Sequence[int]) -> list[Any]:
    rows = []
    for start in range(0, len(docs), 500):
        part = docs[start : start + 500]
        marks = ",".join("?" * len(part))
        rows += connection.execute(f"SELECT {columns} FROM documents WHERE doc IN ({marks})", part).fetchall()
    return rows
