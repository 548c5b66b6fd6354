"""Where an index is: the path of a file, memory, or the URL of a PostgreSQL database; and how that is shown."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

__all__ = ["MEMORY", "is_postgres", "shown"]

MEMORY = ":memory:"
"""Path of an index that lives and dies with its object."""

_SCHEMES = ("postgresql://", "postgres://")
_HOSTS = re.compile(r"[\w.%,-]*(?:\[[0-9A-Fa-f:.]+\])?(?::\d*)?(?:,[\w.%-]*(?::\d*)?)*")
_SHOWN = ("schema", "host", "port", "dbname", "user")
"""Parameters of a URL that are shown: none of them is secret."""


def is_postgres(location: str | Path) -> bool:
    """Whether a location is the URL of a PostgreSQL database."""
    return isinstance(location, str) and location.startswith(_SCHEMES)


def shown(location: str | Path) -> str:
    """Return a location as it may stand in messages and logs: without passwords, whatever is wrong with it.

    Examples
    --------
    >>> shown("postgresql://desk:secret@db.example/news?schema=dupdetect&sslpassword=secret")
    'postgresql://desk@db.example/news?schema=dupdetect'
    >>> shown("postgresql://desk:sec/ret@db.example/news")
    'postgresql://…'
    >>> shown("site.db")
    'site.db'
    """
    if not is_postgres(location):
        return str(location)
    try:
        parts = urlsplit(str(location))
        told, at, hosts = parts.netloc.rpartition("@")
        query = parse_qsl(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        return "postgresql://…"
    # A sign of the password's own may have cut it in two: then none of it is what it seems.
    if not _HOSTS.fullmatch(hosts) or "@" in told + parts.path + parts.query + parts.fragment or parts.fragment:
        return "postgresql://…"
    known = urlencode([(name, value) for name, value in query if name in _SHOWN], safe="/", quote_via=quote)
    return f"postgresql://{told.partition(':')[0]}{at}{hosts}{parts.path}" + (f"?{known}" if known else "")
