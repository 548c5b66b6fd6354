"""The extractors that a benchmark runs, each behind one call: page → text, page → title, authors and date.

Peers are asked for what they do best: trafilatura in three modes, comments off. A peer that is not installed is left
out; one that fails on a page has found nothing on it.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from dupdetect.errors import ExtractionError
from dupdetect.extract import extract

__all__ = ["OURS", "PEERS", "Facts", "answer", "installed", "metadata_readers", "text_extractors", "version"]

OURS = "dupdetect"
PEERS = {"trafilatura": "trafilatura", "readability-lxml": "readability", "newspaper4k": "newspaper"}
"""Distribution → module."""

Extractor = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an extractor says of a page besides its text; the date as ISO writes it, to the day."""

    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""


MetadataReader = Callable[[str, str | None], Facts]


def installed() -> list[str]:
    """Return the peers that are there."""
    return [name for name, module in PEERS.items() if importlib.util.find_spec(module)]


def version(name: str) -> str:
    """Return the version of a contestant's distribution, by the first word of its name."""
    return metadata.version(name.split()[0])


def answer(extractor: Extractor, html: str) -> str:
    """Return what an extractor makes of a page; nothing where it fails."""
    try:
        return extractor(html)
    except Exception:  # a peer that fails on a page has found nothing on it
        return ""


def text_extractors() -> dict[str, Extractor]:
    """Return every installed extractor of text, ours first."""
    found: dict[str, Extractor] = {OURS: _dupdetect}
    there = installed()
    if "trafilatura" in there:
        logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
        found["trafilatura"] = _trafilatura()
        found["trafilatura precise"] = _trafilatura(favor_precision=True)
        found["trafilatura fast"] = _trafilatura(fast=True)
    if "readability-lxml" in there:
        logging.getLogger("readability").setLevel(logging.CRITICAL)
        found["readability-lxml"] = _readability()
    if "newspaper4k" in there:
        logging.getLogger("newspaper").setLevel(logging.CRITICAL)
        found["newspaper4k"] = _newspaper()
    return found


def _dupdetect(html: str) -> str:
    try:
        return extract(html).text
    except ExtractionError:
        return ""


def _trafilatura(**mode: bool) -> Extractor:
    trafilatura = importlib.import_module("trafilatura")
    return lambda html: trafilatura.extract(html, include_comments=False, **mode) or ""


def _readability() -> Extractor:
    lxml_html = importlib.import_module("lxml.html")
    readability = importlib.import_module("readability")

    def text(html: str) -> str:
        parts = lxml_html.fromstring(readability.Document(html).summary()).itertext()
        return "\n".join(filter(None, map(str.strip, map(str, parts))))

    return text


def _parsed(html: str, url: str | None) -> Any:
    newspaper = importlib.import_module("newspaper")
    article = newspaper.Article(url or "http://page.invalid/", fetch_images=False)
    article.download(input_html=html)
    article.parse()
    return article


def _newspaper() -> Extractor:
    return lambda html: str(_parsed(html, None).text)


def metadata_readers() -> dict[str, MetadataReader]:
    """Return what reads title, authors and date: ours, trafilatura and newspaper4k where installed."""
    found: dict[str, MetadataReader] = {OURS: _our_facts}
    there = installed()
    if "trafilatura" in there:
        logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
        found["trafilatura"] = _trafilatura_facts
    if "newspaper4k" in there:
        found["newspaper4k"] = _newspaper_facts
    return found


def _our_facts(html: str, url: str | None) -> Facts:
    article = extract(html, url=url)
    day = article.published.day.isoformat() if article.published else ""
    return Facts(title=article.title or "", authors=article.byline, date=day)


def _trafilatura_facts(html: str, url: str | None) -> Facts:
    found = importlib.import_module("trafilatura.metadata").extract_metadata(html, default_url=url)
    authors = tuple(name.strip() for name in (found.author or "").split(";") if name.strip())
    return Facts(title=found.title or "", authors=authors, date=(found.date or "")[:10])


def _newspaper_facts(html: str, url: str | None) -> Facts:
    article = _parsed(html, url)
    date = article.publish_date.date().isoformat() if hasattr(article.publish_date, "date") else ""
    return Facts(title=article.title or "", authors=tuple(article.authors), date=date)
