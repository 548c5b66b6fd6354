"""What an index remembers beside articles: decisions of editors, and recent checks. Append-only."""

from __future__ import annotations

from collections.abc import Sequence

from dupdetect.index.base import Entry
from dupdetect.index.connection import Connection

__all__ = ["append", "copy", "entries", "forget", "kinds"]


def append(connection: Connection, new: Sequence[Entry], *, keep: int | None) -> None:
    """Append entries within a write transaction; of each of their kinds keep the last `keep` only."""
    connection.executemany(
        "INSERT INTO journal (time, kind, subject, body) VALUES (?, ?, ?, ?)",
        ((entry.time, entry.kind, entry.subject, entry.body) for entry in new),
    )
    if keep is not None:
        for kind in {entry.kind for entry in new}:
            connection.execute(
                "DELETE FROM journal WHERE kind = ? AND sequence <= "
                "(SELECT sequence FROM journal WHERE kind = ? ORDER BY sequence DESC LIMIT 1 OFFSET ?)",
                (kind, kind, keep),
            )


def entries(
    connection: Connection, kind: str, *, subject: str | None, before: int | None, limit: int
) -> tuple[Entry, ...]:
    """Return entries of a kind, the newest first."""
    conditions, values = ["kind = ?"], [kind]
    if subject is not None:
        conditions.append("subject = ?")
        values.append(subject)
    bounds: list[int] = []
    if before is not None:
        conditions.append("sequence < ?")
        bounds.append(before)
    rows = connection.execute(
        f"SELECT sequence, time, kind, subject, body FROM journal WHERE {' AND '.join(conditions)} "
        "ORDER BY sequence DESC LIMIT ?",
        (*values, *bounds, limit),
    ).fetchall()
    return tuple(
        Entry(sequence=sequence, time=time, kind=kind, subject=subject, body=body)
        for sequence, time, kind, subject, body in rows
    )


def kinds(connection: Connection) -> tuple[str, ...]:
    """Return the kinds of entries, sorted."""
    return tuple(kind for (kind,) in connection.execute("SELECT DISTINCT kind FROM journal ORDER BY kind").fetchall())


def forget(connection: Connection, kind: str, subjects: Sequence[str]) -> None:
    """Delete what a kind of entries says of these subjects, within a write transaction."""
    connection.executemany(
        "DELETE FROM journal WHERE subject = ? AND kind = ?", ((subject, kind) for subject in subjects)
    )


def copy(source: Connection, target: Connection) -> None:
    """Copy every entry, its number included, within a write transaction of the target."""
    columns = "sequence, time, kind, subject, body"
    target.executemany(
        f"INSERT INTO journal ({columns}) VALUES (?, ?, ?, ?, ?)", source.execute(f"SELECT {columns} FROM journal")
    )
