"""What an index says of itself, and the checks that it is what it says.

A changed kernel or tokenizer must not answer with silence: the fingerprint of a fixed text, the canary, is stored when
an index is made and computed again when it is opened.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from importlib.metadata import version

from dupdetect.errors import ForeignIndexError, SettingsError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.settings import TEXT_VERSION, Settings

__all__ = [
    "OLDEST_SCHEMA",
    "SCHEMA_VERSION",
    "canary",
    "check_canary",
    "check_schema",
    "current",
    "entries",
    "settings_of",
]

SCHEMA_VERSION = 4
OLDEST_SCHEMA = 1
"""The earliest that `rebuild_index` reads of a file; `dupdetect.index.earlier` says how they differ."""

_CANARY = (
    "Al-Qaeda’s “affiliate” naïve ﬁle: 1,234.5 points, ICE-cream on Straße 7 — 東京の天気は晴れ ที่นี่ अनुच्छेद один два три "
    "τέσσερις πέντε words enough that bands and sample have something to hold on to, said the editor of The Bullpen."
)


def canary(settings: Settings) -> str:
    """Return a digest of the fixed text's whole fingerprint under `settings`."""
    fingerprint = Fingerprinter(settings).fingerprint(_CANARY)
    parts = (fingerprint.signature.astype("<u4"), fingerprint.sample.astype("<u8"))
    return hashlib.sha256(b"".join(part.tobytes() for part in parts) + fingerprint.digest).hexdigest()


def entries(settings: Settings, *, keep_text: bool) -> dict[str, str]:
    """Return what a new index says of itself: name → value."""
    return {
        "created_by": f"dupdetect {version('dupdetect')}",
        "settings": json.dumps(settings.to_dict(), sort_keys=True),
        "canary": canary(settings),
        "keep_text": str(int(keep_text)),
    }


def check_schema(location: str, found: int, *, oldest: int = SCHEMA_VERSION) -> None:
    """Refuse an index of a schema that the caller does not know.

    Parameters
    ----------
    found : int
        The schema of the index.
    oldest : int
        The earliest schema that the caller can read.

    Raises
    ------
    ForeignIndexError
    """
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
