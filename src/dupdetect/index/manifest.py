"""What an index says of itself, and the checks that it is what it says.

A changed kernel or tokenizer must not answer with silence: the fingerprint of a fixed text, the canary, is stored when
an index is made and computed again when it is opened.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import replace
from importlib.metadata import version

from dupdetect.errors import ForeignIndexError, SettingsError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index.rows import schema
from dupdetect.settings import TEXT_VERSION, Settings

__all__ = [
    "APPLICATION_ID",
    "OLDEST_SCHEMA",
    "SCHEMA_VERSION",
    "canary",
    "check_canary",
    "current",
    "initialise",
    "read",
    "schema_version",
    "settings_of",
]

APPLICATION_ID = 0x44757044
"""SQLite's ``application_id`` of an index: "DupD"."""

SCHEMA_VERSION = 2
OLDEST_SCHEMA = 1
"""The earliest that `rebuild_index` reads: without journal, templates and copies, signatures not packed."""

_CANARY = (
    "Al-Qaeda’s “affiliate” naïve ﬁle: 1,234.5 points, ICE-cream on Straße 7 — 東京の天気は晴れ ที่นี่ अनुच्छेद один два три "
    "τέσσερις πέντε words enough that bands and sample have something to hold on to, said the editor of The Bullpen."
)


def canary(settings: Settings) -> str:
    """Return a digest of the fixed text's whole fingerprint under `settings`."""
    fingerprint = Fingerprinter(settings).fingerprint(_CANARY)
    parts = (fingerprint.signature.astype("<u4"), fingerprint.sample.astype("<u8"))
    return hashlib.sha256(b"".join(part.tobytes() for part in parts) + fingerprint.digest).hexdigest()


def initialise(connection: sqlite3.Connection, settings: Settings, *, keep_text: bool) -> None:
    """Make the tables and the manifest of a new index, in one transaction."""
    entries = {
        "created_by": f"dupdetect {version('dupdetect')}",
        "settings": json.dumps(settings.to_dict(), sort_keys=True),
        "canary": canary(settings),
        "keep_text": str(int(keep_text)),
    }
    connection.execute("BEGIN IMMEDIATE")
    for statement in schema():
        connection.execute(statement)
    connection.executemany("INSERT INTO manifest VALUES (?, ?)", entries.items())
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def read(location: str, connection: sqlite3.Connection, *, oldest: int = SCHEMA_VERSION) -> dict[str, str]:
    """Return the manifest of an index: name → value.

    Parameters
    ----------
    oldest : int
        The earliest schema that the caller can read.

    Raises
    ------
    ForeignIndexError
        It is no index, or one of another schema.
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise ForeignIndexError(f"{location}: a database, but not a dupdetect index; left untouched")
    found = schema_version(connection)
    if found > SCHEMA_VERSION:
        raise ForeignIndexError(
            f"{location}: index schema {found}, this version of dupdetect knows {SCHEMA_VERSION}: "
            "use the version that made it, or a later one"
        )
    if found < oldest:
        raise ForeignIndexError(
            f"{location}: index schema {found} of an earlier dupdetect, this version reads {SCHEMA_VERSION}: "
            f"rebuild it from the articles it keeps (`dupdetect index rebuild --index {location}`)"
        )
    return dict(connection.execute("SELECT name, value FROM manifest").fetchall())


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the schema of an index."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def settings_of(location: str, stored: dict[str, str]) -> tuple[Settings, bool]:
    """Return the settings of a manifest, and whether the index keeps text.

    Raises
    ------
    ForeignIndexError
        The manifest is not readable.
    """
    try:
        settings = Settings.from_dict(json.loads(stored["settings"]))
        for name in ("created_by", "canary"):
            stored[name]
        return settings, bool(int(stored["keep_text"]))
    except (KeyError, ValueError, TypeError, SettingsError) as error:
        raise ForeignIndexError(f"{location}: its manifest is not readable ({error}); restore a backup") from error


def current(settings: Settings) -> Settings:
    """Return the settings with this version's text rules."""
    return replace(settings, text_version=TEXT_VERSION)


def check_canary(location: str, stored: dict[str, str], settings: Settings) -> None:
    """Refuse an index that this version would fingerprint otherwise than the one that built it.

    Raises
    ------
    ForeignIndexError
    """
    if settings.text_version != TEXT_VERSION or canary(settings) != stored["canary"]:
        raise ForeignIndexError(
            f"{location}: built by {stored['created_by']}, whose fingerprints this version does not reproduce; "
            "rebuild it (`rebuild_index`) from the articles it keeps"
        )
