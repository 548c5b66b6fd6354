"""Publication dates as pages write them: ISO 8601, HTTP, and prose in the larger European languages and CJK."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from dateutil import parser
from dateutil.parser import ParserError

from dupdetect.model import Published

__all__ = ["parse_published", "written_dates"]

_ISO = re.compile(r"^\d{4}(-\d\d(-\d\d)?)?$")
_OFFSET = re.compile(r"(?:Z|GMT|UTC|[+-]\d\d:?\d\d)\s*$", re.IGNORECASE)
_STAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*(Z|[+-]\d\d:?\d\d)?$",
    re.ASCII | re.IGNORECASE,
)
# Without this the parser reads these names as the machine's own zone where that is called so.
_ZONES = dict.fromkeys(("UTC", "GMT", "Z"), dt.timezone.utc)
_HAS_TIME = re.compile(r"\d[:T]\d\d")

# The first three or four letters tell a month apart in English, German, French, Spanish, Italian, Portuguese and Dutch.
_MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "jan ene gen янв січ ιαν",
        "feb fév fev фев лют φεβ",
        "mar mär mrt маа берез мар μαρ maart märz",
        "apr abr avr апр квіт απρ",
        "may mai mei mag май мая трав μαΐ μαι",
        "jun juin giu июн черв ιουν",
        "jul juil lug июл лип ιουλ",
        "aug aoû ago авг серп αυγ",
        "sep set сен вер σεπ",
        "oct okt ott out окт жов οκτ",
        "nov ноя лис νοε",
        "dec dez déc dic дек груд δεκ",
    ),
    1,
):
    for _name in _names.split():
        _MONTHS[_name] = _number

_WRITTEN = re.compile(
    r"(?P<y1>(?:19|20)\d\d)\s*[-/.年년]\s*(?P<m1>\d{1,2})\s*[-/.月월]\s*(?P<d1>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<a>\d{1,2})\s?(?P<sign>[./-])\s?(?P<b>\d{1,2})\s?(?P=sign)\s?(?P<y2>(?:19|20)\d\d)(?!\d)"
    r"|(?<![\d.])(?P<d3>\d{1,2})(?:st|nd|rd|th|er|\.|º)?[\s-]+(?:de\s+|of\s+)?(?P<m3>[^\W\d]{3,12})\.?,?[\s-]+(?:de\s+|del\s+)?"
    r"(?P<y3>(?:19|20)\d\d)"
    r"|(?P<m4>[^\W\d]{3,12})\.?\s+(?P<d4>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y4>(?:19|20)\d\d)"
    r"|(?<![\d.])(?P<d5>\d{1,2})\.\s?(?P<m5>\d{1,2})\.\s?(?P<y5>\d\d)(?![\d.])"  # dots are European, and of our day
)

_MAY_BE_WRITTEN = re.compile(r"(?:19|20)\d\d|\d\.\s?\d\d?\.\s?\d\d").search  # no other text has a date: told soon


def parse_published(text: str) -> Published | None:
    """Return the date that `text` states, with the precision it states it with; None where it states none.

    Parameters
    ----------
    text : str
        ISO 8601, or as people write it.
    """
    text = text.strip()
    if not 4 <= len(text) <= 60 or not any(map(str.isdigit, text)):
        return None
    stamp = _STAMP.match(text)
    if stamp:
        try:
            return _stamped(stamp)
        except ValueError:  # the twenty-fifth hour
            pass
    zoned = _OFFSET.search(text) is not None  # "EST" names several zones: a time without an offset is not a moment
    try:
        if _ISO.match(text):
            parts = [int(part) for part in text.split("-")]
            day = dt.date(*[*parts, 1, 1][:3])
            return Published(moment=day, precision=("year", "month", "day")[len(parts) - 1])
        # Two defaults that differ in every field tell which fields the text has.
        one = parser.parse(text, default=dt.datetime(2000, 1, 1), ignoretz=not zoned, tzinfos=_ZONES)
        other = parser.parse(text, default=dt.datetime(2004, 2, 2), ignoretz=not zoned, tzinfos=_ZONES)
    except (ParserError, ValueError, OverflowError, TypeError, AttributeError):
        return next(written_dates(text), None)
    if one.year != other.year or not 1900 <= one.year <= 2100:
        return next(written_dates(text), None)
    if one.month != other.month:
        return Published(moment=dt.date(one.year, 1, 1), precision="year")
    if one.day != other.day:
        return Published(moment=dt.date(one.year, one.month, 1), precision="month")
    if zoned and one.tzinfo is not None and _HAS_TIME.search(text):
        return Published(moment=one, precision="time")
    return next(written_dates(text), None) or Published(moment=one.date(), precision="day")


def _stamped(stamp: re.Match[str]) -> Published | None:
    """Return what a time stamp says, the form that most pages use: a parser of any form takes far longer."""
    year, month, day, hour, minute = map(int, stamp.group(1, 2, 3, 4, 5))
    second, fraction, zone = stamp.group(6, 7, 8)
    moment = dt.datetime(year, month, day, hour, minute, int(second or 0), int((fraction or "0")[:6].ljust(6, "0")))
    if not 1900 <= year <= 2100:
        return None
    if zone is None:
        return Published(moment=moment.date(), precision="day")
    offset = dt.timedelta()
    if zone not in ("Z", "z"):
        offset = dt.timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])) * (-1 if zone[0] == "-" else 1)
    return Published(moment=moment.replace(tzinfo=dt.timezone(offset)), precision="time")


def written_dates(text: str, *, month_first: bool = False) -> Iterator[Published]:
    """Yield the full dates that stand in a text.

    Parameters
    ----------
    text : str
    month_first : bool
        Read ``3/4/2021`` as the fourth of March; a number over twelve decides by itself, and dots are never American.
    """
    if not _MAY_BE_WRITTEN(text):
        return
    for match in _WRITTEN.finditer(text):
        found = match.groupdict()
        if found["y1"]:
            fields = int(found["y1"]), int(found["m1"]), int(found["d1"])
        elif found["y2"]:
            first, second = int(found["a"]), int(found["b"])
            american = second > 12 or (month_first and found["sign"] != "." and first <= 12)
            fields = (int(found["y2"]), first, second) if american else (int(found["y2"]), second, first)
        elif found["y5"]:
            fields = 2000 + int(found["y5"]), int(found["m5"]), int(found["d5"])
        else:
            name = (found["m3"] or found["m4"]).casefold()
            month = next((_MONTHS[name[:n]] for n in (5, 4, 3) if name[:n] in _MONTHS), 0)
            fields = int(found["y3"] or found["y4"]), month, int(found["d3"] or found["d4"])
        try:
            yield Published(moment=dt.date(*fields), precision="day")
        except ValueError:  # the thirty-first of February
            continue
