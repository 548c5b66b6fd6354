"""Connections to a PostgreSQL server, shared by the threads of a process; its errors in our words.

Each thread that works holds one connection, and a few are kept for the next. A connection that the server has hung up
is replaced when it is taken; one that is lost at work is an error that says what became of the write. After a fork the
child connects anew, and leaves its parent's connections alone.

Why one lock for all writers
----------------------------
"Newer than what I judged" is ``doc > s``: a check reads the largest number s, and a claim judges what is above it. That
loses nothing only if a transaction that commits later never has a smaller number than one that could be seen before. A
sequence alone does not give that: it hands out 7 and 8, 8 commits and is seen, then 7 commits. So every transaction
that writes first takes one advisory lock, which PostgreSQL gives back after the commit has become visible, and only
then draws numbers. They become visible in their order; what a snapshot does not show is above the largest that it
shows. The statements run under READ COMMITTED, each with a snapshot made after the lock was taken, so that they see all
that was written before. Writers wait for each other, as with SQLite; readers wait for nobody.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import pq

from dupdetect.errors import IndexClosedError, IndexLockedError, IndexUnavailableError, SettingsError, StoreError
from dupdetect.index.database import Durability
from dupdetect.index.postgres.errors import translated
from dupdetect.index.postgres.tables import PostgresConnection
from dupdetect.index.postgres.url import Address

__all__ = ["WRITE_LOCK", "Database"]

WRITE_LOCK = 0x44757044
"""First half of the key of the writers' advisory lock: "DupD". The other is a hash of the schema's name."""

_MOST = 8
"""Connections of a process at a time, but for long reads; more threads wait."""

_PATIENCE = 30.0
"""Seconds that a thread waits for one of them."""

_STALLED = 60
"""Seconds after which the server ends a transaction whose client says nothing: it may hold the write lock."""

_OUTCOME = 10.0
"""Seconds to find out what became of a commit whose answer was lost."""

_OLDEST_SERVER = 130000

_SETUP = (
    "SELECT set_config('search_path', quote_ident(?) || ', pg_temp', false), "
    "set_config('lock_timeout', ?, false), "
    f"set_config('idle_in_transaction_session_timeout', '{_STALLED}s', false), "
    "set_config('synchronous_commit', CASE WHEN ? AND current_setting('synchronous_commit') IN ('off', 'local') "
    "THEN 'on' ELSE current_setting('synchronous_commit') END, false), "
    "current_setting('server_encoding')"
)
_HISTORY = (
    "SELECT system_identifier::text || ' ' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) "
    "FROM pg_control_system() WHERE NOT pg_is_in_recovery()"
)
"""Which database this is, and on which timeline: a standby that takes over begins another."""


class _Pool:
    """The connections of one process."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.idle: list[PostgresConnection] = []
        self.free = threading.BoundedSemaphore(_MOST)
        self.held = threading.local()


_INHERITED: list[_Pool] = []
"""Of a parent process: never used again, and never closed, since closing would say goodbye in the parent's name."""


class Database:
    """Connections to one index.

    Parameters
    ----------
    address : Address
    busy_timeout : float
        Seconds to wait for another's write, 0–3600.
    durability : {'normal', 'full'}
        With ``'full'`` a commit is on the server's disk when it is acknowledged, even where the server's own default is
        less.

    Raises
    ------
    SettingsError
    """

    def __init__(self, address: Address, *, busy_timeout: float, durability: Durability = "normal") -> None:
        if not 0 <= busy_timeout <= 3600:
            raise SettingsError(f"busy_timeout must be from 0 to 3600 seconds, not {busy_timeout!r}")
        if durability not in ("normal", "full"):
            raise SettingsError(f"durability must be 'normal' or 'full', not {durability!r}")
        self.address = address
        self.location = address.shown
        self._busy_timeout = busy_timeout
        self._durability = durability
        self._closed = False
        self._own = _Pool()

    # ------------------------------------------------------------------------------------------ connections

    @property
    def _pool(self) -> _Pool:
        if self._own.pid != os.getpid():
            _INHERITED.append(self._own)
            self._own = _Pool()
        return self._own

    def connect(self) -> PostgresConnection:
        """Return another connection; its owner closes it."""
        try:
            raw: psycopg.Connection[Any] = psycopg.connect(self.address.conninfo, autocommit=True)
        except psycopg.Error as error:
            said = " ".join(str(error).split())
            raise IndexUnavailableError(f"{self.location}: cannot be reached, or refuses: {said}") from error
        with self.errors():
            try:
                if raw.info.server_version < _OLDEST_SERVER:
                    raise StoreError(f"{self.location}: PostgreSQL 13 or newer is needed")
                connection = PostgresConnection(raw)
                # Nought would mean no bound to PostgreSQL.
                bound = f"{max(1, round(self._busy_timeout * 1000))}ms"
                encoding = connection.execute(
                    _SETUP, (self.address.schema, bound, self._durability == "full")
                ).fetchone()[4]
                if encoding != "UTF8":
                    raise StoreError(f"{self.location}: the database's encoding is {encoding}; UTF8 is needed")
                with suppress(psycopg.DatabaseError):  # what is not PostgreSQL itself may not know
                    (connection.history,) = connection.execute(_HISTORY).fetchone() or (None,)
            except BaseException:
                raw.close()
                raise
        return connection

    def close(self) -> None:
        """Release all connections; any later use raises `IndexClosedError`."""
        self._closed = True
        pool = self._pool
        while pool.idle:
            pool.idle.pop().raw.close()

    def _take(self) -> PostgresConnection:
        if self._closed:
            raise IndexClosedError(f"{self.location}: the index is closed")
        pool = self._pool
        if not pool.free.acquire(timeout=_PATIENCE):
            raise IndexLockedError(f"{self.location}: all {_MOST} connections of this process are at work; try again")
        try:
            while True:
                try:
                    connection = pool.idle.pop()
                except IndexError:
                    return self.connect()
                if connection.idle:
                    return connection
                connection.raw.close()
        except BaseException:
            pool.free.release()
            raise

    def _give_back(self, connection: PostgresConnection) -> None:
        pool = self._pool
        if not self._closed and connection.idle:
            pool.idle.append(connection)
        else:
            connection.raw.close()
        pool.free.release()

    # ------------------------------------------------------------------------------------------ transactions

    @contextmanager
    def reading(self) -> Iterator[PostgresConnection]:
        """Hold a connection, for a single statement; within a transaction of this thread that one's."""
        held = self._pool.held
        if getattr(held, "connection", None) is not None:
            yield held.connection
            return
        with self.errors():
            connection = self._take()
            try:
                with self._holding(connection):
                    yield connection
            finally:
                self._give_back(connection)

    looking = reading  # its first statement sees one state, and BEGIN and COMMIT are two ways there and back

    @contextmanager
    def snapshot(self) -> Iterator[PostgresConnection]:
        """Hold a connection, for statements that must see one state of the index."""
        if getattr(self._pool.held, "connection", None) is not None:
            yield self._pool.held.connection
            return
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[PostgresConnection]:
        """Hold a connection and the index's write lock: all is written, or nothing.

        Raises
        ------
        IndexLockedError
            Another writes for longer than the busy time.
        IndexUnavailableError
            The connection was lost; the message says whether something was written.
        """
        with self.errors():
            connection, write = self._begun(
                "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
                f"SELECT pg_advisory_xact_lock({WRITE_LOCK}, hashtext(current_schema()))",
                "SELECT pg_current_xact_id()::text",
            )
            try:
                with self._holding(connection), _undone(connection):
                    yield connection
                    self._commit(connection, write)
            finally:
                self._give_back(connection)

    @contextmanager
    def defining(self) -> Iterator[PostgresConnection]:
        """Hold a connection in a transaction that makes the tables: all of them, or none."""
        with self._transaction("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[PostgresConnection]:
        with self.errors():
            connection, _ = self._begun(begin)
            try:
                with self._holding(connection), _undone(connection):
                    yield connection
                    connection.execute("COMMIT")
            finally:
                self._give_back(connection)

    @contextmanager
    def copying(self) -> Iterator[PostgresConnection]:
        """Give a connection of one's own for a long read of one state."""
        with self.reading():
            pass  # so that a closed index says so
        connection = self.connect()
        try:
            with self.errors():
                connection.execute("SELECT set_config('idle_in_transaction_session_timeout', '0', false)")
                connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield connection
        finally:
            connection.raw.close()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Translate PostgreSQL's errors into ours."""
        try:
            yield
        except psycopg.Error as error:
            raise translated(error, self.location) from error

    @contextmanager
    def _holding(self, connection: PostgresConnection) -> Iterator[None]:
        held = self._pool.held
        held.connection = connection
        try:
            yield
        finally:
            held.connection = None

    def _begun(self, *statements: str) -> tuple[PostgresConnection, str]:
        """Begin a transaction, on another connection if the first turns out to be lost: nothing was done yet.

        Returns
        -------
        connection : PostgresConnection
        answer : str
            What the last of the statements says.
        """
        again = True
        while True:
            connection = self._take()
            try:
                for statement in statements:
                    cursor = connection.execute(statement)
                return connection, cursor.fetchone()[0] if len(statements) > 1 else ""
            except psycopg.Error:
                lost = connection.lost
                if not lost and connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._give_back(connection)
                if not (lost and again):
                    raise
                again = False
            except BaseException:
                connection.raw.close()
                self._give_back(connection)
                raise

    # ------------------------------------------------------------------------------------------ commit

    def _commit(self, connection: PostgresConnection, number: str) -> None:
        history = connection.history
        try:
            committed = connection.commit()
        except psycopg.OperationalError as error:
            if not connection.lost:
                raise
            outcome = self._outcome(number, history)
            if outcome == "committed":
                return
            if outcome == "aborted":
                raise IndexUnavailableError(
                    f"{self.location}: the connection was lost before the commit; nothing of this write was kept"
                ) from error
            raise IndexUnavailableError(
                f"{self.location}: the connection was lost during the commit, and whether it was written cannot be "
                "told; look for it, or write it again with `replace`"
            ) from error
        if not committed:
            raise StoreError(f"{self.location}: the server undid the transaction; nothing of this write was kept")

    def _outcome(self, number: str, history: str | None) -> str | None:
        """Return what became of a transaction: 'committed', 'aborted', None where it cannot be told."""
        end = time.monotonic() + _OUTCOME
        while time.monotonic() < end:
            try:
                connection = self.connect()
            except StoreError:
                time.sleep(0.2)  # a server that restarts
                continue
            with suppress(psycopg.Error):
                try:
                    # Another history, a standby's that took over, may have given the number to another transaction.
                    if history is None or connection.history != history:
                        return None
                    status = connection.execute("SELECT pg_xact_status(?::xid8)", (number,)).fetchone()[0]
                    if status != "in progress":
                        return str(status) if status is not None else None
                finally:
                    connection.raw.close()
            time.sleep(0.05)
        return None


@contextmanager
def _undone(connection: PostgresConnection) -> Iterator[None]:
    """Roll back if the body fails."""
    try:
        yield
    except BaseException:
        if connection.raw.info.transaction_status == pq.TransactionStatus.ACTIVE:
            connection.raw.close()  # interrupted in the middle of a statement
        elif connection.in_transaction:
            with suppress(psycopg.Error):
                connection.execute("ROLLBACK")
        raise
