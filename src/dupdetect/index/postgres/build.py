"""Making a whole index in PostgreSQL at once: one transaction, rows by COPY, and the indexes after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from dupdetect.errors import SettingsError
from dupdetect.index import manifest
from dupdetect.index.build import Keys, rows_of_new, stored_fingerprints
from dupdetect.index.earlier import stored
from dupdetect.index.keys import TABLES
from dupdetect.index.postgres.database import Database
from dupdetect.index.postgres.store import initialise, require
from dupdetect.index.postgres.tables import PostgresConnection, add_indexes, read_manifest
from dupdetect.index.postgres.url import parse
from dupdetect.index.rows import FINGERPRINT, fingerprint_rows
from dupdetect.model import Article, FingerprintBatch
from dupdetect.settings import Settings

__all__ = ["build_index", "rebuild_index"]

_PAGE = 1000
_OLDEST_SCHEMA = 3
"""The earliest that `rebuild_index` reads."""
_AT_LEISURE = (
    "SELECT set_config('maintenance_work_mem', '256MB', true), "
    "set_config('idle_in_transaction_session_timeout', '0', true)"  # between pages texts are fingerprinted
)


def build_index(
    url: str,
    batches: Iterable[tuple[Sequence[Article], FingerprintBatch]],
    *,
    settings: Settings | None = None,
    keep_text: bool = True,
) -> int:
    """Make an index of very many articles; see `dupdetect.index.build_index`. The role must own the schema."""
    settings = settings or Settings()
    keys = Keys(settings)
    database = Database(parse(url), busy_timeout=1.0)
    try:
        with database.defining() as connection:
            connection.execute(_AT_LEISURE)
            initialise(database, connection, settings, keep_text=keep_text)
            for articles, batch in batches:
                first = connection.insert_documents(rows_of_new(articles, batch, settings, keep_text=keep_text))
                keys.collect(batch, np.arange(first, first + len(articles)))
            add_indexes(connection, only=("documents",))
            keys.write(connection)
            add_indexes(connection, only=TABLES)
        _settle(database)
    finally:
        database.close()
    return keys.documents


def rebuild_index(url: str, *, settings: Settings | None = None) -> int:
    """Make an index anew from the articles it keeps; see `dupdetect.index.rebuild_index`. The role must own it."""
    database = Database(parse(url), busy_timeout=1.0)
    try:
        with database.writing() as connection:
            require(database, connection)
            told = read_manifest(database.location, connection, oldest=_OLDEST_SCHEMA)
            schema = int(told["schema_version"])
            own, keep_text = manifest.settings_of(database.location, told)
            wanted = settings or (manifest.current(own) if keep_text else own)
            if not keep_text:
                if wanted != own:
                    raise SettingsError(f"{database.location}: keeps no text, and so cannot be given other settings")
                manifest.check_canary(database.location, told, own)
            connection.execute(_AT_LEISURE)
            connection.execute(f"LOCK TABLE documents, {', '.join(TABLES)}, copies IN ACCESS EXCLUSIVE MODE")
            count = _rebuild(connection, wanted, keep_text=keep_text, schema=schema)
            entries = {
                **manifest.entries(wanted, keep_text=keep_text),
                "schema_version": str(manifest.SCHEMA_VERSION),
            }
            connection.executemany(
                "UPDATE manifest SET value = ? WHERE name = ?", ((value, name) for name, value in entries.items())
            )
        _settle(database)
    finally:
        database.close()
    return count


def _rebuild(connection: PostgresConnection, settings: Settings, *, keep_text: bool, schema: int) -> int:
    keys = Keys(settings)
    if schema < 4:
        connection.execute("ALTER TABLE documents ADD COLUMN sampled bigint")
    for table in TABLES:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey")
    connection.execute(f"TRUNCATE {', '.join(TABLES)}, copies")
    update = f"UPDATE documents SET {', '.join(f'{column} = ?' for column in FINGERPRINT)} WHERE doc = ?"
    for claimed in (False, True):
        for rows in connection.pages(f"{stored(claimed=claimed, schema=schema)} ORDER BY doc", _PAGE):
            batch = stored_fingerprints(rows, settings, keep_text=keep_text, schema=schema)
            if keep_text or schema < manifest.SCHEMA_VERSION:
                new: list[tuple[Any, ...]] = fingerprint_rows(batch)
                connection.executemany(update, ((*one, row[0]) for one, row in zip(new, rows, strict=True)))
            keys.collect(batch, np.array([row[0] for row in rows], dtype=np.int64), claimed=claimed)
    connection.execute("ALTER TABLE documents ALTER COLUMN sampled SET NOT NULL")
    keys.write(connection)
    add_indexes(connection, only=TABLES)
    return keys.documents


def _settle(database: Database) -> None:
    """Count the rows and mark full pages, as autovacuum would in a while: look-ups are quick at once."""
    with database.reading() as connection:
        for table in ("documents", *TABLES, "copies"):
            connection.execute(f"VACUUM (ANALYZE) {table}")
