"""Words, dates, numbers and addresses as a page shows them."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlsplit

from dupdetect.model import Published, Relation

__all__ = ["RELATIONS", "address", "is_language_tag", "percent", "visible", "when"]

RELATIONS: dict[Relation, tuple[str, str]] = {
    Relation.IDENTICAL: ("Identical", "The same words in the same order."),
    Relation.NEAR: ("Near", "The same piece, edited."),
    Relation.CONTAINS: ("Contains", "The left holds the right, and more."),
    Relation.CONTAINED: ("Contained", "The left stands inside the right."),
    Relation.OVERLAPS: ("Overlaps", "Different pieces that share passages."),
    Relation.TEMPLATE: ("Template", "The same skeleton with other facts."),
    Relation.DISTINCT: ("Distinct", "Different pieces."),
    Relation.UNDECIDED: ("Undecided", "Too little text to tell."),
}
"""Relation → its badge and what it means, strongest first."""


# Signs that a line of a page shows wrongly or not at all: controls, bidirectional formatting, halves of surrogate
# pairs. A title with U+202E would turn round the words after it, a URL with it shows another host.
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    r"""Return a one-line string with every deceptive or unprintable sign written out, as in ``\u202e``."""
    return _INVISIBLE.sub(lambda sign: f"\\u{ord(sign.group()):04x}", " ".join(text.split()))


def address(url: str | None) -> str | None:
    """Return `url` if a page may link to it: http or https, with a host, without white space or invisible signs."""
    if url is None or _INVISIBLE.search(url) or re.search(r"\s", url):
        return None
    try:
        parts = urlsplit(url)
        linkable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # "http://[": no address at all
        return None
    return url if linkable else None


def percent(fraction: float) -> str:
    """Return a fraction as a percentage that says 100 % or 0 % only where it is."""
    shown = round(fraction * 100, 1)
    if shown == 100 and fraction < 1:
        shown = 99.9
    if shown == 0 and fraction > 0:
        shown = 0.1
    return f"{shown:g} %"


def when(published: Published) -> str:
    """Return a date as the page said it, in its own time zone: ``2014-11-03 09:00 UTC``."""
    moment = published.moment
    if isinstance(moment, dt.datetime):
        return f"{moment:%Y-%m-%d %H:%M} {dt.timezone(moment.utcoffset() or dt.timedelta())}".replace("UTC-", "UTC−")
    return str(published)


_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}\Z")


def is_language_tag(language: str | None) -> bool:
    """Return whether this may be a BCP 47 tag: two or three letters, then at most four short subtags."""
    return language is not None and _TAG.match(language) is not None
