"""When a page says that its article was published: what it declares, what it marks, what it shows.

Nothing is invented: a date has the precision that its source has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from urllib.parse import urlsplit

from dupdetect.extract.blocks import Page
from dupdetect.extract.dates import parse_published, written_dates
from dupdetect.extract.jsonld import Node, text_of
from dupdetect.extract.marks import Marks
from dupdetect.model import Published

__all__ = ["marked_dates", "read_published"]

_DATE_METAS = [
    "article:published_time",
    "datepublished",
    "itemprop datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "og:published_time",
    "article:published",
    "last-modified",
    "article.published",
    "cxenseparse:recs:publishtime",
    "rnews:datepublished",
    "originalpublicationdate",
    "dc.date.created",
    "datecreated",
    "itemprop datecreated",
    "cse_pubdate",
    "citation_publication_date",
    "citation_date",
    "creation_date",
    "published_time",
    "bt:pubdate",
]
_DATE_PROPERTY = re.compile(r"\b(?:datePublished|dateCreated|issued|created)\b").search
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])(?:[/-](0?[1-9]|[12]\d|3[01]))?(?=[/\-_.]|$)")


def read_published(
    marks: Marks, metas: Mapping[str, list[str]], article: Node, *, url: str | None, language: str | None
) -> Published | None:
    """Return when the page says that its article was published; None where it does not say.

    Parameters
    ----------
    marks : Marks
    metas : mapping of str to list of str
        Contents of ``<meta>`` by lower-case name.
    article : Node
        JSON-LD of the article; empty if there is none.
    url : str, optional
        A place where dates stand.
    language : str, optional
        Declared; it decides how ``3/4/2021`` is read.
    """
    page = marks.page

    def candidates() -> Iterator[str]:
        for key in ("datePublished", "dateCreated", "uploadDate"):
            yield text_of(article.get(key))
        for name in _DATE_METAS:
            yield from metas.get(name, ())
        yield from _times(page, range(len(page.tags)))
        dated = {
            number
            for number, look in enumerate(page.looks)
            if look.prop == "datePublished" or (look.classes and "published" in look.classes.split())
        }
        if "date" in marks.said("property"):  # RDFa
            for element in marks.find("property", _DATE_PROPERTY):
                yield page.attributes["content"].get(element) or page.text_of(element)
        for element, number in enumerate(page.look_numbers):
            if number in dated:
                said = (page.attributes[name].get(element) for name in ("content", "datetime", "title"))
                yield next(filter(None, said), "") or page.text_of(element)
        if url:
            found = _URL_DATE.search(_path(url))
            if found:
                yield "-".join(part.zfill(2) for part in found.groups() if part)
        yield from marks.texts("class", _DATE_CLASSES)
        if _SAYS_DATE(marks.said("class")):
            yield from map(page.text_of, islice(marks.find("class", _DATE_CLASS), 3))

    coarse = None
    for candidate in candidates():
        found = parse_published(candidate) if candidate else None
        if found is not None and found.precision in ("day", "time"):
            return found
        coarse = coarse or found
    return _visible_date(page, language) or coarse


_PUBLISHED_WORDS = re.compile(
    r"publish|posted|veröffentlicht|erstellt|erschienen|pressemitteilung|publié|publicad|pubblicat|опубликовано|stand:|"
    r"datum|date|发布|公開|掲載",
    re.I,
)


_DIGIT = re.compile(r"\d").search


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:  # "http://[": whoever gave it
        return ""


def _visible_date(page: Page, language: str | None) -> Published | None:
    """Return the date of the first short line that says it is one; else of the first line that has one at its head."""
    language = (language or "en").lower()
    month_first = language in ("en", "en-us", "en-ca") or language.startswith("fil")
    fallback = opening = None
    for text in page.texts:
        head = text[:_HEAD] if len(text) > 120 else text
        if len(text) < 6 or not _DIGIT(head):
            continue
        found = next(written_dates(head, month_first=month_first), None)
        if found is None:
            continue
        if len(text) > 120:
            opening = opening or found
        elif _PUBLISHED_WORDS.search(text):
            return found
        elif fallback is None and len(text) <= 60:
            fallback = found
        else:
            opening = opening or found
    return fallback or opening


_HEAD = 60  # code points of a paragraph that may begin with place and date


def _times(page: Page, elements: range) -> list[str]:
    """Return what the first ``<time>`` elements say, those marked as publication dates first."""
    times = [
        element
        for element, tag in enumerate(page.tags[elements.start : elements.stop], elements.start)
        if tag == "time"
    ]
    times.sort(key=lambda element: not _is_published(page, element))
    return [page.attributes["datetime"].get(element) or page.text_of(element) for element in times[:5]]


_DATE_NAME = r"(?:publish(?:ed)?|pub|post(?:ed)?|article|entry|created?|story)[_-]{1,2}(?:date|at|on|time)(?![a-z])"
_DATE_CLASS = re.compile(_DATE_NAME, re.I).search
_SAYS_DATE = re.compile(_DATE_NAME).search  # in lower case: sooner
_DATE_CLASSES = "date post-date entry-date published posted-on dateline timestamp pubdate byline-date"


def marked_dates(marks: Marks, elements: range) -> Iterator[Published]:
    """Yield the dates that stand in some elements."""
    for text in (*_times(marks.page, elements), *marks.texts("class", _DATE_CLASSES)):
        found = parse_published(text)
        if found is not None:
            yield found


def _is_published(page: Page, element: int) -> bool:
    look = page.looks[page.look_numbers[element]]
    said = f"{look.classes or ''} {look.prop or ''}".lower()
    return "publi" in said or "entry-date" in said or element in page.attributes["pubdate"]
