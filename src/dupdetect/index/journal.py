"""What an index remembers beside articles: decisions of editors, and recent checks. Append-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from dupdetect.index.base import Entry

__all__ = ["append", "copy", "entries", "forget", "schema"]


def schema() -> Iterator[str]:
    """Yield the statements that make the journal's table."""
    yield (
        "CREATE TABLE journal (sequence INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, kind TEXT NOT NULL, "
        "subject TEXT NOT NULL, body TEXT NOT NULL)"
    )
    yield "CREATE INDEX journal_kind ON journal (kind, sequence)"
    yield "CREATE INDEX journal_subject ON journal (subject, kind, sequence)"


def append(connection: sqlite3.Connection, new: Sequence[Entry], *, keep: int | None) -> None:
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
    connection: sqlite3.Connection, kind: str, *, subject: str | None, before: int | None, limit: int
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


def forget(connection: sqlite3.Connection, kind: str, subjects: Sequence[str]) -> None:
    """Delete what a kind of entries says of these subjects, within a write transaction."""
    connection.executemany(
        "DELETE FROM journal WHERE subject = ? AND kind = ?", ((subject, kind) for subject in subjects)
    )


def copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy every entry, its number included, within a write transaction of the target."""
    columns = "sequence, time, kind, subject, body"
    target.executemany(
        f"INSERT INTO journal ({columns}) VALUES (?, ?, ?, ?, ?)", source.execute(f"SELECT {columns} FROM journal")
    )
