"""Which parser feeds the extractor: a page into flat lists, by every lane there could be.

``python -m benchmarks run parsers [--data DIR]``; without data the pages of ``examples/firedoglake``. lexbor is the
default lane: its tree is written out as HTML and read by a loop, compiled where that was possible. A second table says
where the time of one page goes.
"""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser

from benchmarks.extraction_data import load
from benchmarks.frame import Benchmark, Contestant, Options, Table, race, require, timing_table
from dupdetect.errors import ExtractionError
from dupdetect.extract import extract
from dupdetect.extract.boilerplate import judge
from dupdetect.extract.decode import decode
from dupdetect.extract.dom import events, serialised
from dupdetect.extract.flatten import flatten, read_page
from dupdetect.extract.metadata import read_metadata

__all__ = ["BENCHMARK"]

EXAMPLES = Path(__file__).parent.parent / "examples" / "firedoglake" / "pages"


def _pages(options: Options) -> list[str]:
    sources = [page.source for folder in options.data for page in load(folder)]
    if not options.data:
        sources = [path.read_bytes() for path in sorted(EXAMPLES.glob("*.html"))]
    pages = [decode(source)[0] for source in sources]
    return pages[:: max(1, len(pages) // (10 if options.quick else 200))]


def _soup(builder: str, page: str) -> None:
    flatten(events(BeautifulSoup(page, builder)))


def _lxml(parse: Callable[[str], Iterable[object]], page: str) -> None:
    deque(parse(page), maxlen=0)


def _each(work: Callable[[str], object], pages: list[str]) -> None:
    for page in pages:
        work(page)


def _stages(pages: list[str]) -> Table:
    """Return the processor time of each step of an extraction, each page once."""
    times: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[..., Any], *arguments: object) -> Any:
        begin = time.process_time()
        result = work(*arguments)
        times.setdefault(name, []).append((time.process_time() - begin) * 1e3)
        return result

    for page in pages:
        try:
            timed("all of it", extract, page)
        except ExtractionError:
            continue
        timed("decode", decode, page)
        timed("parse", LexborHTMLParser, page)
        timed("look before parsing, parse, serialise", serialised, page)
        flat = timed("all that, and flatten", read_page, page)
        if not flat.texts:  # its text stands in <noscript>: a second reading finds it
            continue
        metadata = timed("metadata", read_metadata, flat)
        timed("judge", judge, flat, metadata)
    return Table(
        title="Where the time of one page goes",
        columns=("step", "median ms", "mean ms"),
        rows=tuple(
            {"step": name, "median ms": statistics.median(each), "mean ms": statistics.fmean(each)}
            for name, each in times.items()
        ),
        notes=("Processor time, each page once: a step runs as cold as in a single extraction.",),
    )


def _measure(options: Options) -> Iterable[Table]:
    pages = _pages(options)
    html = require("lxml.html", purpose="the benchmark of parsers", extra="test")
    lanes: dict[str, Callable[[str], object]] = {
        "lexbor, serialised": read_page,
        "lexbor, node by node": lambda page: flatten(events(page)),
        "lexbor, parse only": LexborHTMLParser,
        "lxml, walked bare": partial(_lxml, lambda page: html.document_fromstring(page.encode()).iter()),
        "BeautifulSoup, lxml": partial(_soup, "lxml"),
        "BeautifulSoup, html.parser": partial(_soup, "html.parser"),
        "BeautifulSoup, html5lib": partial(_soup, "html5lib"),
    }
    contestants = [Contestant(name=name, work=partial(_each, work, pages)) for name, work in lanes.items()]
    timings = race(contestants, rounds=options.rounds or (1 if options.quick else 3), warmup=0 if options.quick else 1)
    size = sum(map(len, pages)) / len(pages) / 1000
    notes = (
        f"{len(pages)} pages of {size:,.0f} thousand characters on average, from str to flat lists.",
        "lxml is walked bare, yielding nothing: a lane would cost more. Not shown: what each makes of broken markup.",
    )
    yield timing_table("Parse and flatten a page", timings, items=len(pages), item="page", notes=notes)
    yield _stages(pages)


BENCHMARK = Benchmark(
    name="parsers",
    summary="page → flat lists: lexbor, lxml, BeautifulSoup with each of its builders",
    measure=_measure,
    peers=("selectolax", "lxml", "beautifulsoup4", "html5lib"),
)
