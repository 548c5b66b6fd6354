"""Reading the URL of an index in PostgreSQL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from dupdetect.errors import SettingsError
from dupdetect.index.location import shown

__all__ = ["Address", "parse"]

_SCHEMA = "dupdetect"
_PATIENCE: dict[str, Any] = {
    "application_name": "dupdetect",
    "connect_timeout": 10,
    # A host that vanished without a word is noticed within half a minute, not after the system's hours.
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""Of libpq, in seconds, the last in milliseconds; what the URL says goes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an index in PostgreSQL is.

    Parameters
    ----------
    conninfo : str
        What libpq connects by. It may hold a password.
    schema : str
        The schema of the tables.
    shown : str
        The URL as it is shown: without passwords.
    """

    conninfo: str = field(repr=False)
    schema: str
    shown: str


def parse(url: str) -> Address:
    """Read ``postgresql://[user[:password]@][host][:port]/database[?schema=name&…]``.

    Parameters
    ----------
    url : str
        As libpq takes it (https://www.postgresql.org/docs/current/libpq-connect.html), with ``schema`` besides, the
        schema of the tables; ``dupdetect`` if it names none.

    Raises
    ------
    SettingsError
    """
    # Libpq's own words may quote a part of the password: they go no further.
    wrong = SettingsError(
        f"{shown(url)}: not a PostgreSQL URL; write "
        "postgresql://user@host:5432/database?schema=dupdetect, signs such as @ : / ? # % percent-encoded"
    )
    try:
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        schemas = [value for name, value in query if name == "schema"]
        rest = urlencode([(name, value) for name, value in query if name != "schema"], quote_via=quote)
        known = conninfo_to_dict(urlunsplit(parts._replace(scheme="postgresql", query=rest)))
        if not re.fullmatch(r"[\d,]*", str(known.get("port", ""))):
            raise wrong
    except (ValueError, psycopg.Error):
        raise wrong from None
    schema = schemas[-1] if schemas else _SCHEMA
    if not schema or len(schema.encode()) > 63 or "\0" in schema or '"' in schema:
        raise SettingsError(f"{shown(url)}: a schema's name has 1 to 63 bytes, and no quotation mark")
    try:
        conninfo = make_conninfo("", **{**_PATIENCE, **known})
    except psycopg.Error:
        raise wrong from None
    return Address(conninfo=conninfo, schema=schema, shown=shown(url))
