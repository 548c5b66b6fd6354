"""What recurs on the pages of a site, kept beside its articles: opaque JSON text, written by who learns it.

Several processes may learn at once. Each writes what it learned from the state that it read, and is refused if another
wrote meanwhile: it then reads again.
"""

from __future__ import annotations

from dupdetect.errors import SettingsError
from dupdetect.index.base import StoredTemplate
from dupdetect.index.connection import Connection

__all__ = ["LARGEST", "copy", "read", "sites", "write"]

LARGEST = 1 << 20
"""Bytes of one template at most."""


def sites(connection: Connection) -> tuple[str, ...]:
    """Return the sites that have a template, sorted; an empty one is none."""
    rows = connection.execute("SELECT site FROM templates WHERE length(body) > 0 ORDER BY site").fetchall()
    return tuple(site for (site,) in rows)


def read(connection: Connection, site: str) -> StoredTemplate:
    """Return the template of a site; an empty one of version 0 if there is none."""
    row = connection.execute("SELECT body, version FROM templates WHERE site = ?", (site,)).fetchone()
    if row is None:
        return StoredTemplate(body="", version=0)
    return StoredTemplate(body=row[0].decode("utf-8", "surrogatepass"), version=row[1])


def write(connection: Connection, site: str, body: str, *, version: int) -> bool:
    """Store the template of a site in place of one of this version; return whether it was that one.

    Raises
    ------
    SettingsError
        It is too large.
    """
    packed = body.encode("utf-8", "surrogatepass")
    if len(packed) > LARGEST:
        raise SettingsError(f"the template of {site!r} has {len(packed):,} bytes, {LARGEST:,} are kept at most")
    if read(connection, site).version != version:
        return False
    # An empty one stays as a row: its version must not be given again.
    connection.execute(
        "INSERT INTO templates (site, version, body) VALUES (?, ?, ?) "
        "ON CONFLICT (site) DO UPDATE SET version = excluded.version, body = excluded.body",
        (site, version + 1, packed),
    )
    return True


def copy(source: Connection, target: Connection) -> None:
    """Copy every template within a write transaction of the target."""
    target.executemany(
        "INSERT INTO templates (site, version, body) VALUES (?, ?, ?)",
        source.execute("SELECT site, version, body FROM templates"),
    )
