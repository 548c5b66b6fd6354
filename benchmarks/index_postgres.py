"""An index in PostgreSQL of ten thousand to a million articles: how fast it is made, its size, how fast it answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from benchmarks.frame import Benchmark, Options, Table, require
from benchmarks.index_corpus import corpus
from benchmarks.postgres_server import Server, program
from dupdetect.detector import Detector
from dupdetect.errors import SettingsError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import build_index, open_index
from dupdetect.model import Article, FingerprintBatch

__all__ = ["BENCHMARK"]

QUERIES = 400
FOREIGN = 7
"""Seed of articles that are not in the index."""
SIZES = ("10000", "100000", "1000000")
SETTINGS = {"shared_buffers": "2GB", "max_wal_size": "8GB", "checkpoint_timeout": "30min"}


def _batches(size: int) -> Iterator[tuple[Sequence[Article], FingerprintBatch]]:
    fingerprinter = Fingerprinter()
    for planted in corpus(size):
        yield planted.articles, fingerprinter.fingerprint_batch([one.text for one in planted.articles])


def _measured(
    server: Server, work: Callable[[Article], object], articles: Sequence[Article]
) -> dict[str, str | int | float | None]:
    """Return percentiles by the wall clock and of this process's processor time, and the server's on average."""
    wall, cpu = [], []
    before = server.cpu()
    for article in articles:
        start, cpu_start = time.perf_counter(), time.process_time()
        work(article)
        wall.append((time.perf_counter() - start) * 1e3)
        cpu.append((time.process_time() - cpu_start) * 1e3)
    return {
        "p50 ms": float(np.percentile(wall, 50)),
        "p99 ms": float(np.percentile(wall, 99)),
        "client p50 cpu": float(np.percentile(cpu, 50)),
        "client p99 cpu": float(np.percentile(cpu, 99)),
        "server mean cpu": (server.cpu() - before) / len(articles) * 1e3,
    }


def _rows(server: Server, size: int, way: str) -> Iterator[dict[str, str | int | float | None]]:
    fingerprinter = Fingerprinter()
    with open_index(server.url(f"of_{size}", tcp=way == "TCP")) as index, Detector(index) as detector:
        draw = np.random.default_rng(1)
        mixed = [index.get(str(number)) for number in draw.integers(0, size, QUERIES // 2)]
        mixed += next(corpus(QUERIES // 2, seed=FOREIGN)).articles
        draw.shuffle(mixed)
        prints = {article.text: fingerprinter.fingerprint(article.text) for article in mixed}
        for article in mixed:
            detector.check(article)  # warm
        look = _measured(server, lambda article: index.candidates(prints[article.text]), mixed)
        yield {"over": way, "what": "look-up", **look}
        yield {"over": way, "what": "check", **_measured(server, detector.check, mixed)}


def _tables(server: Server, size: int) -> Iterator[Table]:
    schema = f"of_{size}"
    start, cpu = time.perf_counter(), time.process_time()
    build_index(server.url(schema), _batches(size))
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    rows = [row for way in ("socket", "TCP") for row in _rows(server, size, way)]
    with open_index(server.url(schema)) as index:
        room = index.info().bytes
    yield Table(
        title=f"An index in PostgreSQL of {size:,} articles, text kept",
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=(
            f"Made in {wall / size * 1e6:.0f} µs an article ({cpu / size * 1e6:.0f} of this process's processor time, "
            f"fingerprinting and making the texts included); {room / size:,.0f} bytes an article.",
            f"Client and server on one machine, caches warm. {QUERIES} queries, half of them of articles in the index.",
            "Where others use the machine, processor time is more than on a quiet one, and the clock's much more.",
        ),
        bars="p50 ms",
    )


def _measure(options: Options) -> Iterator[Table]:
    require("psycopg", purpose="an index in PostgreSQL")
    if program("initdb") is None:
        raise SettingsError("index-postgres needs PostgreSQL's programs: Debian's package postgresql")
    sizes = ("1000",) if options.quick else options.only or SIZES[:2]
    with Server(SETTINGS) as server:
        for size in sizes:
            yield from _tables(server, int(size))


BENCHMARK = Benchmark(
    name="index-postgres",
    summary="an index in PostgreSQL of 10⁴ to 10⁶ articles: size, speed over socket and TCP; Debian's postgresql",
    measure=_measure,
    parts=SIZES,
)
