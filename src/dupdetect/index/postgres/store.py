"""The index in a PostgreSQL database."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from dupdetect.errors import IndexExistsError, IndexNotFoundError, StoreError
from dupdetect.index import manifest
from dupdetect.index.database import Durability
from dupdetect.index.postgres.database import WRITE_LOCK, Database
from dupdetect.index.postgres.tables import PostgresConnection, add_indexes, create_tables, read_manifest
from dupdetect.index.postgres.url import parse
from dupdetect.index.store import StoredIndex
from dupdetect.settings import Settings

__all__ = ["PostgresIndex", "initialise", "require"]


class PostgresIndex(StoredIndex[Database]):
    """An index in a schema of a PostgreSQL database. Safe to share between threads and usable after a fork.

    Open it with `dupdetect.open_index` or `dupdetect.create_index`.

    Parameters
    ----------
    url : str
        ``postgresql://user@host/database?schema=dupdetect``.
    create : bool
        Make a new index, or open the one that is there.
    settings : Settings, optional
        Of a new index; of one that is there, what it must have been built with.
    busy_timeout : float
        Seconds to wait for another's write before `IndexLockedError`.
    durability : {'normal', 'full'}
        As the server's ``synchronous_commit`` says; with ``'full'`` ``on`` at least.
    keep_text : bool
        Of a new index.

    Raises
    ------
    IndexNotFoundError, IndexExistsError, ForeignIndexError, SettingsMismatchError, IndexLockedError,
    IndexUnavailableError, SettingsError, StoreError
    """

    def __init__(
        self,
        url: str,
        *,
        create: bool,
        settings: Settings | None = None,
        busy_timeout: float = 1.0,
        durability: Durability = "normal",
        keep_text: bool = True,
    ) -> None:
        database = Database(parse(url), busy_timeout=busy_timeout, durability=durability)
        try:
            if create:
                _create(database, settings or Settings(), keep_text=keep_text)
            with database.snapshot() as connection:
                require(database, connection)
                stored = read_manifest(database.location, connection, oldest=manifest.SCHEMA_VERSION)
            super().__init__(database.location, database, stored, settings=settings, check=not create)
        except StoreError:
            database.close()
            raise

    def _bytes(self) -> int:
        with self._database.reading() as connection:
            sizes = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class"
            tables = "relkind = 'r' AND relnamespace = current_schema()::regnamespace"
            return int(connection.execute(f"{sizes} WHERE {tables}").fetchone()[0])

    def compact(self) -> None:
        """Rewrite the tables without unused room; nobody can use them meanwhile, and only their owner can do it.

        PostgreSQL's autovacuum makes room for new rows without it. What was removed is gone from the tables' files
        after it; the write-ahead log and backups are the server's.

        Raises
        ------
        IndexLockedError
            Someone uses the tables for longer than the busy time.
        StoreError
            The role does not own the tables.
        """
        with self._database.reading() as connection:
            tables = connection.execute(
                "SELECT relname::text, pg_has_role(relowner, 'USAGE') FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname"
            ).fetchall()
            if not all(owned for _, owned in tables):
                raise StoreError(f"{self.location}: only the owner of the tables can compact them")
            for table, _ in tables:
                connection.execute(f"VACUUM (FULL, ANALYZE) {table}")

    def backup(self, path: str | Path) -> NoReturn:
        """Refuse: a database is backed up by its own means."""
        schema = self._database.address.schema
        raise StoreError(
            f"{self.location}: back it up by PostgreSQL's own means, such as "
            f"pg_dump --format=custom --schema={schema}, or write it to a file with `dupdetect index copy`"
        )


def require(database: Database, connection: PostgresConnection) -> None:
    """Raise `IndexNotFoundError` unless there is something like an index."""
    if not _there(connection, database.address.schema, "manifest"):
        raise IndexNotFoundError(f"{database.location}: no index there; make one with `dupdetect index add`")


def _there(connection: PostgresConnection, schema: str, table: str) -> bool:
    statement = (
        "SELECT 1 FROM pg_class WHERE relname = ? AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ?)"
    )
    return connection.execute(statement, (table, schema)).fetchone() is not None


def initialise(database: Database, connection: PostgresConnection, settings: Settings, *, keep_text: bool) -> None:
    """Make the tables and the manifest of a new index, without the indexes, within a transaction.

    Raises
    ------
    IndexExistsError
        There is one, or tables of other names and purposes.
    """
    schema = database.address.schema
    connection.execute(f"SELECT pg_advisory_xact_lock({WRITE_LOCK}, hashtext(?))", (schema,))
    if any(_there(connection, schema, table) for table in ("manifest", "documents")):
        raise IndexExistsError(f"{database.location}: there is an index, or another's tables, already")
    # `IF NOT EXISTS` would ask for the right to make one even where it is there.
    if connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = ?", (schema,)).fetchone() is None:
        connection.execute(f'CREATE SCHEMA "{schema}"')
    create_tables(connection)
    entries = {**manifest.entries(settings, keep_text=keep_text), "schema_version": str(manifest.SCHEMA_VERSION)}
    connection.executemany("INSERT INTO manifest VALUES (?, ?)", entries.items())


def _create(database: Database, settings: Settings, *, keep_text: bool) -> None:
    with database.defining() as connection:
        initialise(database, connection, settings, keep_text=keep_text)
        add_indexes(connection)
