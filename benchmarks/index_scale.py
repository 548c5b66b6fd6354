"""An index of a thousand to a million articles: how fast it is made, its size, how fast it answers, what it finds."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.frame import Benchmark, Options, Table
from benchmarks.index_corpus import corpus
from dupdetect.detector import Detector
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import Index, build_index, open_index
from dupdetect.model import Article, FingerprintBatch

__all__ = ["BENCHMARK"]

QUERIES = 400
FOREIGN = 7
"""Seed of articles that are not in the index."""

_FRESH = """
import sys, time
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import open_index
text = sys.stdin.read()
start = time.perf_counter()
with open_index(sys.argv[1]) as index:
    index.candidates(Fingerprinter(index.settings).fingerprint(text))
    print(time.perf_counter() - start)
"""


def _batches(
    size: int, sources: dict[str, list[tuple[str, str]]]
) -> Iterator[tuple[Sequence[Article], FingerprintBatch]]:
    """Yield the corpus, and note some planted pairs: id and id of the source."""
    fingerprinter = Fingerprinter()
    for planted in corpus(size):
        for kind, made_from in (("near", planted.near), ("excerpt", planted.excerpt)):
            chosen = np.flatnonzero(made_from >= 0)
            sources[kind] += [(planted.articles[place].id, str(made_from[place])) for place in chosen]
        yield planted.articles, fingerprinter.fingerprint_batch([one.text for one in planted.articles])


def _milliseconds(name: str, work: Callable[[Article], object], articles: Sequence[Article]) -> dict[str, float]:
    """Return median and 99th percentile, by the wall clock and of processor time."""
    wall, cpu = [], []
    for article in articles:
        start, cpu_start = time.perf_counter(), time.process_time()
        work(article)
        wall.append((time.perf_counter() - start) * 1e3)
        cpu.append((time.process_time() - cpu_start) * 1e3)
    return {
        f"{name} p50 ms": float(np.percentile(wall, 50)),
        f"{name} p99 ms": float(np.percentile(wall, 99)),
        f"{name} p50 cpu": float(np.percentile(cpu, 50)),
        f"{name} p99 cpu": float(np.percentile(cpu, 99)),
    }


def _row(folder: Path, size: int) -> dict[str, str | int | float | None]:
    path = folder / f"{size}.db"
    sources: dict[str, list[tuple[str, str]]] = {"near": [], "excerpt": []}
    start, cpu = time.perf_counter(), time.process_time()
    build_index(path, _batches(size, sources))
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    fingerprinter = Fingerprinter()
    with open_index(path) as index, Detector(index) as detector:
        draw = np.random.default_rng(1)
        own = [index.get(str(number)) for number in draw.integers(0, size, QUERIES // 2)]
        mixed = own + next(corpus(QUERIES // 2, seed=FOREIGN)).articles
        draw.shuffle(mixed)
        prints = {article.text: fingerprinter.fingerprint(article.text) for article in mixed}
        for article in mixed:
            detector.check(article)  # warm
        look = _milliseconds("look-up", lambda article: index.candidates(prints[article.text]), mixed)
        check = _milliseconds("check", lambda article: detector.check(article), mixed)
        others = [
            len(index.candidates(prints[article.text], limit=10**6, exclude=[article.id]).found) for article in own
        ]
        found = {kind: _recall(index, fingerprinter, pairs) for kind, pairs in sources.items()}
    run = [sys.executable, "-c", _FRESH, str(path)]
    fresh = [
        float(subprocess.run(run, input=mixed[0].text, capture_output=True, text=True, check=True).stdout) * 1e3
        for _ in range(5)
    ]
    return {
        "articles": size,
        "build µs/article": wall / size * 1e6,
        "build cpu": cpu / size * 1e6,
        "bytes/article": path.stat().st_size / size,
        **look,
        **check,
        "first look-up ms": float(np.median(fresh)),
        "others found": float(np.mean(others)),
        "recall near": found["near"],
        "recall excerpt": found["excerpt"],
    }


def _recall(index: Index, fingerprinter: Fingerprinter, pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return the share of planted pairs whose source is among the candidates of the default limit."""
    asked = pairs[:: max(1, len(pairs) // 1000)]
    hits = 0
    for id, source in asked:
        found = index.candidates(fingerprinter.fingerprint(index.get(id).text), exclude=[id]).found
        hits += source in {candidate.id for candidate in found}
    return hits / len(asked) if asked else None


def _measure(options: Options) -> Iterator[Table]:
    sizes = (1_000,) if options.quick else (1_000, 10_000, 100_000, 1_000_000)
    with tempfile.TemporaryDirectory(prefix="dupdetect-") as folder:
        rows = [_row(Path(folder), size) for size in sizes]
    yield Table(
        title="An index in one file, text kept",
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=(
            "build: fingerprinting and making the texts included. look-up: candidates() of a fingerprint, cache warm;",
            f"check: Detector.check, verdicts included. {QUERIES} queries, half of them of articles in the index.",
            "first look-up: opening, fingerprint and look-up in a new process after its imports, median of five.",
            "others found: candidates of an article of the index, itself left out. recall: planted source among the 40",
            "strongest; near: 1 word in 40 changed; excerpt: a third of the source in an article of the same length.",
        ),
        bars="look-up p50 ms",
    )


BENCHMARK = Benchmark(
    name="index-scale", summary="an index of 10³ to 10⁶ articles: size, speed, what it finds", measure=_measure
)
