"""PostgreSQL's errors in our words, each with the index and what to do.

The codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

import psycopg

from dupdetect.errors import (
    IndexCorruptError,
    IndexLockedError,
    IndexNotFoundError,
    IndexUnavailableError,
    StoreError,
)

__all__ = ["translated"]

_KINDS: dict[str, tuple[type[StoreError], str]] = {
    "3F000": (IndexNotFoundError, "the index is no longer there"),
    "42P01": (IndexCorruptError, "one of its tables is not there; restore a backup"),
    "55P03": (IndexLockedError, "held by another for over the busy time; try again"),
    "57014": (IndexLockedError, "took longer than the server's statement_timeout, or was cancelled; try again"),
    "40001": (IndexLockedError, "another was writing the same; try again"),
    "40P01": (IndexLockedError, "another was writing the same; try again"),
    "25006": (StoreError, "this server is read-only, a standby: name the primary, or all with target_session_attrs"),
    "42501": (StoreError, "the role may not do that; docs/how-to/postgres.md says what it needs"),
    "53100": (StoreError, "no room left on the server's disk; nothing of this write was kept"),
    "53300": (IndexUnavailableError, "the server has no connection left; raise max_connections, or run fewer workers"),
    "54000": (StoreError, "an id, site or key is longer than PostgreSQL can index, some 2,700 bytes"),
    "2200H": (StoreError, "its document numbers are used up; copy it to a new index"),
    "25P03": (IndexUnavailableError, "stood still within a transaction for too long; nothing of it was kept"),
    "XX001": (IndexCorruptError, "damaged; restore a backup"),
    "XX002": (IndexCorruptError, "an index of it is damaged; REINDEX it"),
}
_LOST = ("08", "57P")
"""Classes of codes of a connection that the server ended."""


def translated(error: psycopg.Error, location: str) -> StoreError:
    """Return an error of PostgreSQL as one of ours. No values are told: they may be anybody's words."""
    code = error.sqlstate or ""
    said = " ".join((error.diag.message_primary or str(error)).split())
    if code in _KINDS:
        kind, what = _KINDS[code]
        return kind(f"{location}: {what} ({said})")
    if code.startswith(_LOST) or (not code and isinstance(error, psycopg.OperationalError)):
        return IndexUnavailableError(
            f"{location}: the connection was lost ({said}); nothing of what was being written was kept, try again"
        )
    return StoreError(f"{location}: {said}")
