"""Storing articles and finding them again. SQLite is the embedded default, PostgreSQL what many machines share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from dupdetect.index import build
from dupdetect.index.base import (
    Candidate,
    Candidates,
    Claim,
    Entry,
    Filter,
    Index,
    IndexInfo,
    Judge,
    Listed,
    Record,
    StoredTemplate,
    Version,
)
from dupdetect.index.copying import Copied, copy_index
from dupdetect.index.database import Durability
from dupdetect.index.location import MEMORY, is_postgres, shown
from dupdetect.index.sqlite import SQLiteIndex
from dupdetect.model import Article, FingerprintBatch
from dupdetect.settings import Settings

__all__ = [
    "MEMORY",
    "Candidate",
    "Candidates",
    "Claim",
    "Copied",
    "Durability",
    "Entry",
    "Filter",
    "Index",
    "IndexInfo",
    "Judge",
    "Listed",
    "Record",
    "StoredTemplate",
    "Version",
    "build_index",
    "copy_index",
    "create_index",
    "is_postgres",
    "open_index",
    "rebuild_index",
    "shown",
]


def create_index(
    path: str | Path,
    settings: Settings | None = None,
    *,
    busy_timeout: float = 1.0,
    durability: Durability = "normal",
    keep_text: bool = True,
) -> Index:
    """Make a new index at `path`, or in memory for ``":memory:"``.

    Parameters
    ----------
    path : str or Path
        A file, ``":memory:"``, or with the extra ``postgres`` the URL of a PostgreSQL database:
        ``postgresql://user@host/database?schema=dupdetect``.
    settings : Settings, optional
    busy_timeout : float
        Seconds to wait for another process's write.
    durability : {'normal', 'full'}
        Acknowledged writes survive the end of the process; with ``'full'`` also the loss of power, at a fraction of
        the speed. PostgreSQL's survive as much as its ``synchronous_commit`` says, with ``'full'`` the loss of power.
    keep_text : bool
        Keep the articles' text. Without it the index finds candidates, but nothing can be compared with them.

    Raises
    ------
    IndexExistsError
        There is a file already.
    MissingExtraError
        For PostgreSQL the extra is needed.
    StoreError
        The folder is not there, not writable, or on a network file system; the server cannot be reached, or refuses.
    """
    if is_postgres(path):
        from dupdetect.index.postgres import PostgresIndex

        return PostgresIndex(
            str(path),
            create=True,
            settings=settings,
            busy_timeout=busy_timeout,
            durability=durability,
            keep_text=keep_text,
        )
    return SQLiteIndex(
        path, create=True, settings=settings, busy_timeout=busy_timeout, durability=durability, keep_text=keep_text
    )


def open_index(
    path: str | Path, *, settings: Settings | None = None, busy_timeout: float = 1.0, durability: Durability = "normal"
) -> Index:
    """Open the index at `path`; it knows its settings.

    Parameters
    ----------
    path : str or Path
        As for `create_index`.
    settings : Settings, optional
        What it must have been built with.
    busy_timeout, durability
        As for `create_index`.

    Raises
    ------
    IndexNotFoundError, ForeignIndexError, SettingsMismatchError, IndexLockedError, IndexCorruptError
    MissingExtraError, IndexUnavailableError
        For PostgreSQL.
    """
    if is_postgres(path):
        from dupdetect.index.postgres import PostgresIndex

        return PostgresIndex(
            str(path), create=False, settings=settings, busy_timeout=busy_timeout, durability=durability
        )
    return SQLiteIndex(path, create=False, settings=settings, busy_timeout=busy_timeout, durability=durability)


def build_index(
    path: str | Path,
    batches: Iterable[tuple[Sequence[Article], FingerprintBatch]],
    *,
    settings: Settings | None = None,
    keep_text: bool = True,
) -> int:
    """Make an index of very many articles: nothing is at `path` before all of it is. Return how many.

    Parameters
    ----------
    path : str or Path
        As for `create_index`, but not in memory.
    batches : iterable of (sequence of Article, FingerprintBatch)
        Read once. The keys of all are held in memory meanwhile: half a kilobyte an article.
    settings : Settings, optional
        Those of the fingerprints.
    keep_text : bool

    Raises
    ------
    IndexExistsError
        There is an index, or a file, at `path`.
    DuplicateIdError, SettingsError, StoreError
    """
    if is_postgres(path):
        from dupdetect.index import postgres

        return postgres.build_index(str(path), batches, settings=settings, keep_text=keep_text)
    return build.build_index(Path(path), batches, settings=settings or Settings(), keep_text=keep_text)


def rebuild_index(path: str | Path, *, settings: Settings | None = None) -> int:
    """Make an index anew from the articles it keeps, in its place; return how many, claims included.

    For an index of a dupdetect whose fingerprints this one does not reproduce, for other settings, or after `verify`
    found fault. Versions, claims and document numbers stay. Nobody else can use the index meanwhile, and it stays as
    it was if anything goes wrong.

    Parameters
    ----------
    path : str or Path
        As for `create_index`, but not in memory.
    settings : Settings, optional
        By default its own, under this version's text rules.

    Raises
    ------
    IndexLockedError
        Another process, or another object of this one, has it open; of PostgreSQL: uses it just now.
    SettingsError
        It keeps no text, and so cannot be given other fingerprints.
    IndexNotFoundError, ForeignIndexError, IndexCorruptError, StoreError
    """
    if is_postgres(path):
        from dupdetect.index import postgres

        return postgres.rebuild_index(str(path), settings=settings)
    return build.rebuild_index(Path(path), settings=settings)
