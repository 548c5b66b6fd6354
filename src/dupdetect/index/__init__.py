"""Storing articles and finding them again. SQLite is the embedded default."""

from __future__ import annotations

from pathlib import Path

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
    StoredTemplate,
    Version,
)
from dupdetect.index.build import build_index, rebuild_index
from dupdetect.index.database import MEMORY, Durability
from dupdetect.index.sqlite import SQLiteIndex
from dupdetect.settings import Settings

__all__ = [
    "MEMORY",
    "Candidate",
    "Candidates",
    "Claim",
    "Durability",
    "Entry",
    "Filter",
    "Index",
    "IndexInfo",
    "Judge",
    "Listed",
    "StoredTemplate",
    "Version",
    "build_index",
    "create_index",
    "open_index",
    "rebuild_index",
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
    settings : Settings, optional
    busy_timeout : float
        Seconds to wait for another process's write.
    durability : {'normal', 'full'}
        Acknowledged writes survive the end of the process; with ``'full'`` also the loss of power, at a fraction of
        the speed.
    keep_text : bool
        Keep the articles' text. Without it the index finds candidates, but nothing can be compared with them.

    Raises
    ------
    IndexExistsError
        There is a file already.
    StoreError
        The folder is not there, not writable, or on a network file system.
    """
    return SQLiteIndex(
        path, create=True, settings=settings, busy_timeout=busy_timeout, durability=durability, keep_text=keep_text
    )


def open_index(
    path: str | Path, *, settings: Settings | None = None, busy_timeout: float = 1.0, durability: Durability = "normal"
) -> Index:
    """Open the index at `path`; it knows its settings.

    Parameters
    ----------
    settings : Settings, optional
        What it must have been built with.
    busy_timeout, durability
        As for `create_index`.

    Raises
    ------
    IndexNotFoundError, ForeignIndexError, SettingsMismatchError, IndexLockedError, IndexCorruptError
    """
    return SQLiteIndex(path, create=False, settings=settings, busy_timeout=busy_timeout, durability=durability)
