"""Page to article text: dupdetect, trafilatura, readability-lxml, newspaper4k, on annotated pages.

``python -m benchmarks run extraction --data DIR``; see `benchmarks.extraction_data` for the layout. The weights of the
package were trained on development pages: on those its own row flatters it, and ``train_extraction.py`` prints the
cross-validated figures.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.extraction_data import AnnotatedPage, Score, bootstrap, load
from benchmarks.frame import Benchmark, Options, Table
from dupdetect.errors import ExtractionError, SettingsError
from dupdetect.extract import extract
from dupdetect.extract.decode import decode

__all__ = ["BENCHMARK"]

Extractor = Callable[[str], str]


def _dupdetect(html: str) -> str:
    try:
        return extract(html).text
    except ExtractionError:
        return ""


def _trafilatura(precision: bool) -> Extractor:
    trafilatura = importlib.import_module("trafilatura")

    return lambda html: trafilatura.extract(html, include_comments=False, favor_precision=precision) or ""


def _readability() -> Extractor:
    lxml_html = importlib.import_module("lxml.html")
    readability = importlib.import_module("readability")

    def text(html: str) -> str:
        parts = lxml_html.fromstring(readability.Document(html).summary()).itertext()
        return "\n".join(filter(None, map(str.strip, map(str, parts))))

    return text


def _newspaper() -> Extractor:
    newspaper = importlib.import_module("newspaper")

    def text(html: str) -> str:
        article = newspaper.Article("http://page.invalid/", fetch_images=False)
        article.download(input_html=html)
        article.parse()
        return str(article.text)

    return text


def _installed() -> dict[str, Extractor]:
    contestants: dict[str, Extractor] = {"dupdetect": _dupdetect}
    if importlib.util.find_spec("trafilatura"):
        logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
        contestants["trafilatura"] = _trafilatura(False)
        contestants["trafilatura precise"] = _trafilatura(True)
    if importlib.util.find_spec("readability"):
        contestants["readability-lxml"] = _readability()
    if importlib.util.find_spec("newspaper"):
        contestants["newspaper4k"] = _newspaper()
    return contestants


def _run(extractor: Extractor, html: str) -> tuple[str, float]:
    begin = time.perf_counter()
    try:
        text = extractor(html)
    except Exception:  # a peer that fails on a page has found nothing on it
        text = ""
    return text, time.perf_counter() - begin


def _measure(options: Options) -> Iterable[Table]:
    if not options.data:
        raise SettingsError("extraction needs annotated pages: pass --data DIR")
    pages = [page for folder in options.data for page in _decoded(folder)]
    if options.quick:
        pages = pages[:: max(1, len(pages) // 40)]
    contestants = _installed()
    scores: dict[str, dict[str, Score]] = {}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for number, (page, html) in enumerate(pages):
        names = list(contestants)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            text, seconds = _run(contestants[name], html)
            times[name].append(seconds)
            kind = f"{page.data} {page.truth.get('type') or ''}".strip()
            scores.setdefault(kind, {}).setdefault(name, Score.empty()).add(page, text)
    columns = ("extractor", "pages", "F1", "low", "high", "exact", "lost", "segment F1", "byline", "title", "ahead by")
    for kind, by_name in scores.items():
        rows = []
        for name, score in by_name.items():
            row = {"extractor": name, **score.row()}
            if name != "dupdetect" and score.pairs:
                row["ahead by"] = "{:+.4f} … {:+.4f}".format(*bootstrap(by_name["dupdetect"], score))
            rows.append(row)
        notes = (
            "F1 of mean precision and recall over 4-token shingles, with its 90 % bootstrap interval over sites;",
            "lost: pages under .5; byline, title: pages that leak it; ahead by: dupdetect minus this one, in pairs.",
        )
        yield Table(title=kind, columns=columns, rows=tuple(sorted(rows, key=str)), notes=notes, bars="F1")
    yield _time_table(times)


def _decoded(folder: Path) -> Iterable[tuple[AnnotatedPage, str]]:
    for page in load(folder):
        yield page, decode(page.source)[0]


def _time_table(times: dict[str, list[float]]) -> Table:
    ours = times["dupdetect"]

    def row(name: str, seconds: Sequence[float]) -> dict[str, str | int | float | None]:
        ratios = [theirs / mine for theirs, mine in zip(seconds, ours, strict=True)]
        return {
            "extractor": name,
            "median ms": statistics.median(seconds) * 1e3,
            "mean ms": statistics.fmean(seconds) * 1e3,
            "× dupdetect": statistics.median(ratios),
        }

    return Table(
        title="Time a page, from str, interleaved in one process",
        columns=("extractor", "median ms", "mean ms", "× dupdetect"),
        rows=tuple(row(name, seconds) for name, seconds in times.items()),
        notes=(
            f"Peak memory of the whole process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB.",
        ),
        bars="median ms",
    )


BENCHMARK = Benchmark(
    name="extraction",
    summary="page → article text: quality and time against trafilatura, readability-lxml, newspaper4k",
    measure=_measure,
    peers=("trafilatura", "readability-lxml", "newspaper4k"),
)
