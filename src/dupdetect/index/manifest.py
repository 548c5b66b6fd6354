"""What an index says of itself, and the checks that it is what it says.

A changed kernel or tokenizer must not answer with silence: the fingerprint of a fixed text, the canary, is stored when
an index is made and computed again when it is opened.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version

from dupdetect.errors import ForeignIndexError, SettingsError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.settings import TEXT_VERSION, Settings

__all__ = ["APPLICATION_ID", "SCHEMA_VERSION", "canary", "check_entries", "check_format", "entries"]

APPLICATION_ID = 0x44757044
"""SQLite's ``application_id`` of an index: "DupD"."""

SCHEMA_VERSION = 1

_CANARY = (
    "Al-Qaeda’s “affiliate” naïve ﬁle: 1,234.5 points, ICE-cream on Straße 7 — 東京の天気は晴れ ที่นี่ अनुच्छेद один два три "
    "τέσσερις πέντε words enough that bands and sample have something to hold on to, said the editor of The Bullpen."
)


def canary(settings: Settings) -> str:
    """Return a digest of the fixed text's whole fingerprint under `settings`."""
    fingerprint = Fingerprinter(settings).fingerprint(_CANARY)
    parts = (fingerprint.signature.astype("<u4"), fingerprint.sample.astype("<u8"))
    return hashlib.sha256(b"".join(part.tobytes() for part in parts) + fingerprint.digest).hexdigest()


def entries(settings: Settings) -> dict[str, str]:
    """Return the manifest of a new index: name → value."""
    return {
        "created_by": f"dupdetect {version('dupdetect')}",
        "settings": json.dumps(settings.to_dict(), sort_keys=True),
        "canary": canary(settings),
    }


def check_format(location: str, application_id: int, schema_version: int) -> None:
    """Refuse a file that is no index, or one of another schema.

    Raises
    ------
    ForeignIndexError
    """
    if application_id != APPLICATION_ID:
        raise ForeignIndexError(f"{location}: a database, but not a dupdetect index; left untouched")
    if schema_version != SCHEMA_VERSION:
        raise ForeignIndexError(
            f"{location}: index schema {schema_version}, this version of dupdetect knows {SCHEMA_VERSION}: "
            "use the version that made it, or rebuild"
        )


def check_entries(location: str, stored: dict[str, str]) -> Settings:
    """Return the settings of a stored manifest.

    Raises
    ------
    ForeignIndexError
        The manifest is not readable, or this version would fingerprint otherwise than the one that built the index.
    """
    try:
        settings = Settings.from_dict(json.loads(stored["settings"]))
        expected = stored["canary"]
        stored["created_by"]
    except (KeyError, ValueError, TypeError, SettingsError) as error:
        raise ForeignIndexError(f"{location}: its manifest is not readable ({error}); rebuild the index") from error
    if settings.text_version != TEXT_VERSION or canary(settings) != expected:
        raise ForeignIndexError(
            f"{location}: built by {stored['created_by']}, whose fingerprints this version does not reproduce; "
            "rebuild the index from the articles"
        )
    return settings
