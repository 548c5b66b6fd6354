"""SQLite connections, shared by the threads of a process behind locks; SQLite's errors in our words.

Write-ahead logging lets other processes read while one writes. A process that finds itself forked opens the file anew
and leaves its parent's connection alone (https://www.sqlite.org/howtocorrupt.html, 2.6).
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Literal

from dupdetect.errors import (
    ForeignIndexError,
    IndexClosedError,
    IndexCorruptError,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    SettingsError,
    StoreError,
)
from dupdetect.index.location import MEMORY
from dupdetect.index.sqlite_tables import SQLiteConnection

__all__ = [
    "Database",
    "Durability",
    "check_file",
    "check_file_system",
    "draft_beside",
    "drafted",
    "inode",
    "network_file_system",
]

Durability = Literal["normal", "full"]
"""What an acknowledged write survives: the end of the process, or also the loss of power."""

_PRAGMAS = (
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "secure_delete = ON",  # what is removed is overwritten: a VACUUM alone may leave it in the slack of pages
    "cache_size = -16000",  # kB: the inner pages of a million articles' keys
    "journal_size_limit = 67108864",  # a bulk load's log does not stay as large as it became
)

_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "ncpfs"}


class Database:
    """A connection that reads and one that writes, each behind a lock: reading does not wait for who waits to write.

    The second one is opened by the first write. In memory there is one for both.

    Parameters
    ----------
    location : str
        The file, or ``":memory:"``.
    busy_timeout : float
        Seconds to wait for another process's write, 0–3600.
    durability : {'normal', 'full'}

    Raises
    ------
    SettingsError, StoreError
    """

    def __init__(self, location: str, *, busy_timeout: float, durability: Durability = "normal") -> None:
        if not 0 <= busy_timeout <= 3600:
            raise SettingsError(f"busy_timeout must be from 0 to 3600 seconds, not {busy_timeout!r}")
        if durability not in ("normal", "full"):
            raise SettingsError(f"durability must be 'normal' or 'full', not {durability!r}")
        self.location = location
        self._busy_timeout = busy_timeout
        self._durability = durability
        self._lock, self._write_lock = threading.RLock(), threading.RLock()
        self._pid = os.getpid()
        self._connection: SQLiteConnection | None = self.connect()
        self._writer: SQLiteConnection | None = None
        self._writing_thread: int | None = None

    def connect(self, location: str | None = None) -> SQLiteConnection:
        """Return another connection, to this file or another; its owner closes it."""
        with self.errors():
            connection = sqlite3.connect(
                location or self.location,
                timeout=self._busy_timeout,
                isolation_level=None,
                check_same_thread=False,
                factory=SQLiteConnection,
            )
            try:
                connection.execute(f"PRAGMA synchronous = {self._durability}")
                for pragma in _PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}")
            except sqlite3.DatabaseError:
                connection.close()
                raise
        return connection

    def close(self) -> None:
        """Release the file; any later use raises `IndexClosedError`."""
        with self._write_lock, self._lock:
            if self._pid == os.getpid():
                for connection in (self._writer, self._connection):
                    if connection is not None:
                        connection.close()
            self._connection = self._writer = None

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[SQLiteConnection]:
        """Hold a connection, for a single statement; within `writing` that one, which sees what it wrote."""
        mine = self._writing_thread == threading.get_ident() and self._pid == os.getpid()
        if mine and self._writer is not None:
            with self.errors():
                yield self._writer
            return
        with self._lock, self.errors():
            yield self._opened()

    def _opened(self) -> SQLiteConnection:
        """Return the connection that reads, with its lock held."""
        if self._connection is None:
            raise IndexClosedError(f"{self.location}: the index is closed")
        if self._pid != os.getpid():
            self._reopen_after_fork()
        return self._connection

    @contextmanager
    def snapshot(self) -> Iterator[SQLiteConnection]:
        """Hold a connection, for statements that must see one state of the file."""
        with self.reading() as connection:
            if connection.in_transaction:
                yield connection
            else:
                yield from _transaction(connection, _begin)

    looking = snapshot

    @contextmanager
    def writing(self) -> Iterator[SQLiteConnection]:
        """Hold a connection and the file's write lock: all is written, or nothing."""
        with self._to_write() as connection:
            yield from _transaction(connection, self._begin_to_write)

    def _begin_to_write(self, connection: SQLiteConnection) -> None:
        """Wait for the file's write lock, up to the busy time.

        SQLite waits ever longer between its looks, at last a tenth of a second: who has waited long would be overtaken
        by all who come. So it is told to give up soon, and asked again.
        """
        give_up = time.monotonic() + self._busy_timeout
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if time.monotonic() >= give_up or "locked" not in str(error):
                    raise

    @contextmanager
    def _to_write(self) -> Iterator[SQLiteConnection]:
        """Hold the connection that writes, outside of a transaction."""
        if self.location == MEMORY:
            with self.reading() as connection:
                yield connection
            return
        with self._write_lock, self.errors():
            with self._lock:
                self._opened()
                if self._writer is None:
                    self._writer = self.connect()
                    self._writer.execute(f"PRAGMA busy_timeout = {_LOOK_MS}")
            self._writing_thread = threading.get_ident()
            try:
                yield self._writer
            finally:
                self._writing_thread = None

    @contextmanager
    def settling_by_hand(self) -> Iterator[Callable[[], None]]:
        """Give a function that moves the log into the file, which commits leave alone meanwhile.

        A commit that does so takes long, and pages that the next commits change again are moved in vain.
        """

        def settle() -> None:
            with self._to_write() as connection:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

        with self._to_write() as connection:
            before = connection.execute("PRAGMA wal_autocheckpoint").fetchone()[0]
            connection.execute("PRAGMA wal_autocheckpoint = 0")
        try:
            yield settle
        finally:
            settle()
            with self._to_write() as connection:
                connection.execute(f"PRAGMA wal_autocheckpoint = {before}")

    @contextmanager
    def copying(self) -> Iterator[SQLiteConnection]:
        """Give another connection for a long read of one state."""
        with self.another() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def another(self) -> Iterator[SQLiteConnection]:
        """Give a connection for what takes long: another one, so that threads of this process go on meanwhile."""
        if self.location == MEMORY:
            with self.reading() as connection:
                yield connection
            return
        with self.reading():
            pass  # so that a closed index says so
        connection = self.connect()
        try:
            with self.errors():
                yield connection
        finally:
            connection.close()

    def _reopen_after_fork(self) -> None:
        if self.location == MEMORY:
            raise IndexClosedError(
                "an in-memory index belongs to the process that made it; after a fork use an index in a file"
            )
        _INHERITED.extend((self._connection, self._writer))
        self._writer = self._writing_thread = None
        self._connection = self.connect()
        self._pid = os.getpid()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Translate SQLite's errors into ours, each with the file and what to do."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._translated(error) from error

    def _translated(self, error: sqlite3.DatabaseError) -> StoreError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # Python 3.10 has no code: the texts are stable
        text = str(error)
        if code in (5, 6) or "locked" in text:
            return IndexLockedError(
                f"{self.location}: held by another process for over {self._busy_timeout:g} s; try again"
            )
        if code == 26 or "not a database" in text:
            return ForeignIndexError(f"{self.location}: not a dupdetect index (not an SQLite file); left untouched")
        if code == 11 or "malformed" in text:
            return IndexCorruptError(f"{self.location}: damaged ({text}); restore a backup or rebuild it")
        if code == 13 or "full" in text:
            return StoreError(f"{self.location}: no room left on the disk; nothing of this write was kept")
        if code == 8 or "readonly" in text:
            return StoreError(f"{self.location}: cannot be written; the file and its folder must be writable ({text})")
        if code == 14 or "unable to open" in text:
            return StoreError(
                f"{self.location}: cannot be opened ({text}); the file must be readable and its folder writable, "
                "for the log beside it"
            )
        return StoreError(f"{self.location}: {text}")


_LOOK_MS = 5
"""Milliseconds that SQLite itself waits for the write lock, looking every one or two."""

_INHERITED: list[SQLiteConnection | None] = []
"""Connections of a parent process: never used again, and never closed, since closing would drop the parent's locks."""


def _begin(connection: SQLiteConnection) -> None:
    connection.execute("BEGIN")


def _transaction(
    connection: SQLiteConnection, begin: Callable[[SQLiteConnection], object]
) -> Iterator[SQLiteConnection]:
    begin(connection)
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def draft_beside(path: Path) -> Iterator[Path]:
    """Give a place in the folder of `path` to write a database to; nothing is left there afterwards."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    try:
        yield draft
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            draft.with_name(draft.name + suffix).unlink(missing_ok=True)


@contextmanager
def drafted(path: Path) -> Iterator[Path]:
    """Give a place to write a database to; link it to `path` when all went well.

    There is never half a file at `path`, and of two makers one is told.

    Raises
    ------
    IndexExistsError
        There is a file at `path`.
    StoreError
        The folder is not there or not writable.
    """
    there = IndexExistsError(f"{path}: there is a file already; open it, or remove it first")
    if path.exists():
        raise there
    with draft_beside(path) as draft:
        try:
            yield draft
            os.link(draft, path)
        except FileExistsError:
            raise there from None
        except OSError as error:
            raise StoreError(f"{path}: cannot be made there: {error.strerror}") from error


def network_file_system(path: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str | None:
    """Return the type of the network file system that `path` stands on; None where it is local or cannot be told.

    SQLite's log needs memory that its readers share, which such a file system does not give
    (https://www.sqlite.org/wal.html).

    Parameters
    ----------
    path : Path
        A file that is there.
    mounts : Path, optional
        Linux's list of mounts; elsewhere there is none, and nothing is detected.
    """
    if not mounts.exists():
        return None
    number = path.stat().st_dev
    device = f"{os.major(number)}:{os.minor(number)}"
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        fields, _, source = line.partition(" - ")
        kind = source.partition(" ")[0]
        if fields.split(" ")[2:3] == [device] and kind in _NETWORK:
            return kind
    return None


def inode(location: str) -> int | None:
    """Return what tells the file from another one of the same name; None for memory."""
    return None if location == MEMORY else Path(location).stat().st_ino


def check_file(path: Path) -> None:
    """Refuse what cannot be an index, without touching it.

    The file is not opened for it: closing it would drop the locks of this process on an index that it has open already,
    and the next process to come and go would take the log away from under it
    (https://www.sqlite.org/howtocorrupt.html, 2.2).

    Raises
    ------
    IndexNotFoundError, StoreError
    """
    if not path.is_file():
        raise IndexNotFoundError(f"{path}: no index there; make one with `dupdetect index add`")
    if not os.access(path, os.R_OK):
        raise StoreError(f"{path}: cannot be read: permission denied")
    check_file_system(path)


def check_file_system(path: Path) -> None:
    """Raise `StoreError` for a file on a network file system."""
    if kind := network_file_system(path):
        raise StoreError(
            f"{path}: on a network file system ({kind}), where SQLite's write-ahead log does not work; "
            "keep the index on a local disk"
        )
