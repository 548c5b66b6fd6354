"""Which parser feeds the extractor: parse a page and walk its tree into the event stream, by every lane there could be.

``python -m benchmarks run parsers [--data DIR]``; without data the pages of ``examples/firedoglake``. lexbor is the
default lane of `dupdetect.extract.dom`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser

from benchmarks.extraction_data import load
from benchmarks.frame import Benchmark, Contestant, Options, Table, race, require, timing_table
from dupdetect.extract.decode import decode
from dupdetect.extract.dom import events

__all__ = ["BENCHMARK"]

EXAMPLES = Path(__file__).parent.parent / "examples" / "firedoglake" / "pages"


def _pages(options: Options) -> list[str]:
    sources = [page.source for folder in options.data for page in load(folder)]
    if not options.data:
        sources = [path.read_bytes() for path in sorted(EXAMPLES.glob("*.html"))]
    pages = [decode(source)[0] for source in sources]
    return pages[:: max(1, len(pages) // (10 if options.quick else 200))]


def _soup(builder: str, page: str) -> None:
    deque(events(BeautifulSoup(page, builder)), maxlen=0)


def _lxml(parse: Callable[[str], Iterable[object]], page: str) -> None:
    deque(parse(page), maxlen=0)


def _each(work: Callable[[str], object], pages: list[str]) -> None:
    for page in pages:
        work(page)


def _measure(options: Options) -> Iterable[Table]:
    pages = _pages(options)
    html = require("lxml.html", purpose="the benchmark of parsers", extra="test")
    lanes: dict[str, Callable[[str], object]] = {
        "lexbor": lambda page: deque(events(page), maxlen=0),
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
        f"{len(pages)} pages of {size:,.0f} thousand characters on average, from str to the end of the walk.",
        "lxml is walked bare: a lane of events would cost it more. Not shown: what each makes of broken markup.",
    )
    yield timing_table("Parse and walk a page", timings, items=len(pages), item="page", notes=notes)


BENCHMARK = Benchmark(
    name="parsers",
    summary="page → event stream: lexbor, lxml, BeautifulSoup with each of its builders",
    measure=_measure,
    peers=("selectolax", "lxml", "beautifulsoup4", "html5lib"),
)
