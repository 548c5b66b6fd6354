"""The embedded index: one SQLite file, or memory for ``":memory:"``.

The tables of keys are WITHOUT ROWID: each is one B-tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dupdetect.errors import IndexLockedError, StoreError
from dupdetect.index import sqlite_tables
from dupdetect.index.database import Database, Durability, check_file, check_file_system, drafted, inode
from dupdetect.index.location import MEMORY
from dupdetect.index.store import StoredIndex
from dupdetect.settings import Settings

__all__ = ["SQLiteIndex"]

_SETTLE_SECONDS = 1.0
"""Of writing, after which a bulk load moves the log into the file."""


class SQLiteIndex(StoredIndex[Database]):
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
    durability : {'normal', 'full'}
        Whether acknowledged writes survive a loss of power too.
    keep_text : bool
        Of a new index.

    Raises
    ------
    IndexNotFoundError, IndexExistsError, ForeignIndexError, SettingsMismatchError, IndexLockedError, IndexCorruptError
    """

    def __init__(
        self,
        path: str | Path,
        *,
        create: bool,
        settings: Settings | None = None,
        busy_timeout: float = 1.0,
        durability: Durability = "normal",
        keep_text: bool = True,
    ) -> None:
        location = str(path)
        if create and location != MEMORY:
            _create(Path(path), settings or Settings(), keep_text)
        elif not create:
            check_file(Path(path))
        file = inode(location)
        database = Database(location, busy_timeout=busy_timeout, durability=durability)
        try:
            with database.reading() as connection:
                if create and location == MEMORY:
                    sqlite_tables.initialise(connection, settings or Settings(), keep_text=keep_text)
                stored = sqlite_tables.read_manifest(location, connection)
            if inode(location) != file:
                raise IndexLockedError(f"{path}: was rebuilt while it was being opened; open it again")
            super().__init__(location, database, stored, settings=settings, check=not create)
        except StoreError:
            database.close()
            raise

    def _bytes(self) -> int:
        with self._database.reading() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            return int(pages * connection.execute("PRAGMA page_size").fetchone()[0])

    @contextmanager
    def _loading(self) -> Iterator[Callable[[float], object]]:
        unsettled = 0.0

        def held(seconds: float) -> None:
            nonlocal unsettled
            unsettled += seconds
            if unsettled > _SETTLE_SECONDS:
                settle()
                unsettled = 0.0

        with self._database.settling_by_hand() as settle:
            yield held

    def compact(self) -> None:
        """Give back unused room; what was removed is gone from file and log after it.

        Raises
        ------
        IndexLockedError
            Someone reads an older state for longer than the busy time.
        """
        with self._database.reading() as connection:
            connection.execute("VACUUM")
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise IndexLockedError(
                f"{self.location}: compacted, but another process reads its older state, so that the log still holds "
                "what was removed; run it again"
            )

    def backup(self, path: str | Path) -> None:
        """Copy the index to a new file while others use it; `IndexExistsError` if there is a file."""
        with drafted(Path(path)) as draft, self._database.another() as source:
            target = self._database.connect(str(draft))
            try:
                with self._database.errors():
                    source.backup(target)
            finally:
                target.close()


def _create(path: Path, settings: Settings, keep_text: bool) -> None:
    with drafted(path) as draft, Database(str(draft), busy_timeout=0) as database:
        with database.reading() as connection:
            check_file_system(draft)
            connection.execute("PRAGMA journal_mode = WAL")
            sqlite_tables.initialise(connection, settings, keep_text=keep_text)
        database.close()  # before the file is in its place
