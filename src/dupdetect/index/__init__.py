"""Storing articles and finding them again. SQLite is the embedded default."""

from __future__ import annotations

from pathlib import Path

from dupdetect.index.base import Candidate, Candidates, Index, IndexInfo
from dupdetect.index.sqlite import MEMORY, SQLiteIndex
from dupdetect.settings import Settings

__all__ = ["MEMORY", "Candidate", "Candidates", "Index", "IndexInfo", "create_index", "open_index"]


def create_index(path: str | Path, settings: Settings | None = None, *, busy_timeout: float = 1.0) -> Index:
    """Make a new index at `path`, or in memory for ``":memory:"``.

    Raises
    ------
    IndexExistsError
        There is a file already.
    """
    return SQLiteIndex(path, create=True, settings=settings, busy_timeout=busy_timeout)


def open_index(path: str | Path, *, settings: Settings | None = None, busy_timeout: float = 1.0) -> Index:
    """Open the index at `path`; it knows its settings.

    Parameters
    ----------
    settings : Settings, optional
        What it must have been built with.
    busy_timeout : float
        Seconds to wait for another process's write.

    Raises
    ------
    IndexNotFoundError, ForeignIndexError, SettingsMismatchError, IndexLockedError, IndexCorruptError
    """
    return SQLiteIndex(path, create=False, settings=settings, busy_timeout=busy_timeout)
