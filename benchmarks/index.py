"""Loading an index and looking into it: dupdetect's file on disk, datasketch's tables in memory."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.frame import Benchmark, Contestant, Options, Table, race, require, timing_table
from benchmarks.index_corpus import corpus
from dupdetect.fingerprint import Fingerprinter, to_datasketch
from dupdetect.index import build_index, create_index, open_index
from dupdetect.index.keys import split
from dupdetect.model import Article, FingerprintBatch
from dupdetect.settings import Settings

__all__ = ["BENCHMARK"]

SETTINGS = Settings()
BANDS_ONLY = Settings(sample_rate=2**20, sample_floor=0)
QUERIES = 500

Batches = Sequence[tuple[Sequence[Article], FingerprintBatch]]


def _batches(size: int, settings: Settings) -> Batches:
    fingerprinter = Fingerprinter(settings)
    parts = (planted.articles for planted in corpus(size))
    return [(part, fingerprinter.fingerprint_batch([one.text for one in part])) for part in parts]


def _minhashes(batches: Batches) -> list[tuple[str, Any]]:
    return [
        (article.id, to_datasketch(batch[place], SETTINGS))
        for articles, batch in batches
        for place, article in enumerate(articles)
    ]


def _tables(minhashes: Sequence[tuple[str, Any]]) -> Any:
    lsh = require("datasketch", purpose="the benchmark 'index'").MinHashLSH(
        num_perm=SETTINGS.permutations, params=(SETTINGS.bands, SETTINGS.rows)
    )
    with lsh.insertion_session() as session:
        for id, minhash in minhashes:
            session.insert(id, minhash)
    return lsh


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


def _memory(size: int) -> int | None:
    """Return by how many bytes a fresh process grows when datasketch's tables are filled."""
    if not Path("/proc/self/statm").exists():
        return None
    minhashes = _minhashes(_batches(size, SETTINGS))
    before = _resident()
    lsh = _tables(minhashes)
    grown = _resident() - before
    del lsh
    return grown


def _loading(folder: Path, size: int, rounds: int) -> Iterator[Table]:
    complete, bands_only = _batches(size, SETTINGS), _batches(size, BANDS_ONLY)
    minhashes = _minhashes(complete)
    names = (folder / f"{number}.db" for number in count())
    made: dict[str, Path] = {}

    def build(name: str, batches: Batches, settings: Settings, *, keep_text: bool) -> None:
        for old in (made[name],) if name in made else ():
            old.unlink()
        made[name] = next(names)
        build_index(made[name], batches, settings=settings, keep_text=keep_text)

    def bulk_load(name: str) -> None:
        path = next(names)
        with create_index(path, SETTINGS) as index:
            index.bulk_load(complete)
        for old in (made[name],) if name in made else ():
            old.unlink()
        made[name] = path

    contestants = [
        Contestant(name="build, complete", work=lambda: build("complete", complete, SETTINGS, keep_text=True)),
        Contestant(name="build, no text", work=lambda: build("no text", complete, SETTINGS, keep_text=False)),
        Contestant(name="build, bands only", work=lambda: build("bands", bands_only, BANDS_ONLY, keep_text=False)),
        Contestant(name="bulk_load, complete, shared", work=lambda: bulk_load("shared")),
        Contestant(name="datasketch MinHashLSH", work=lambda: _tables(minhashes)),
    ]
    notes = (
        "From articles and their fingerprints, which are made beforehand. build makes a new file; bulk_load writes to",
        "one that others use, in transactions. datasketch keeps band tables in memory only: compare with bands only.",
    )
    yield timing_table("Loading", race(contestants, rounds=rounds), items=size, item="article", notes=notes)

    stores = {
        "complete": made["complete"],
        "no text": made["no text"],
        "bands only, no text": made["bands"],
        "complete, bulk loaded": made["shared"],
    }
    rows: list[dict[str, str | int | float | None]] = [
        {"store": name, "bytes/article": path.stat().st_size / size} for name, path in stores.items()
    ]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        grown = pool.submit(_memory, size).result()
    rows.append({"store": "datasketch, memory", "bytes/article": grown and grown / size})
    yield Table(
        title=f"Room, {size:,} articles",
        columns=("store", "bytes/article"),
        rows=tuple(rows),
        notes=("datasketch: growth of a process's resident memory, without the signatures and texts themselves.",),
        bars="bytes/article",
    )
    yield _looking(made, minhashes, complete, rounds)
    yield _writing(made["shared"], rounds)


def _looking(made: dict[str, Path], minhashes: Sequence[tuple[str, Any]], batches: Batches, rounds: int) -> Table:
    lsh = _tables(minhashes)
    prints = [batch[place] for _, batch in batches for place in range(len(batch))][:QUERIES]
    with open_index(made["complete"]) as index:
        contestants = [
            Contestant(name="dupdetect, bands and sample", work=lambda: [index.candidates(one) for one in prints]),
            Contestant(
                name="datasketch, bands", work=lambda: [lsh.query(minhash) for _, minhash in minhashes[:QUERIES]]
            ),
        ]
        timings = race(contestants, rounds=rounds)
    notes = (
        "dupdetect ranks what it finds, and finds excerpts; datasketch returns ids by bands. Both know the queries.",
    )
    return timing_table("Looking up candidates", timings, items=len(prints), item="lookup", notes=notes)


def _writing(path: Path, rounds: int) -> Table:
    articles = next(corpus(200, seed=7)).articles
    batch = Fingerprinter(SETTINGS).fingerprint_batch([article.text for article in articles])
    ones = [(article, batch[place], split(batch, place, place + 1)) for place, article in enumerate(articles)]
    with open_index(path) as index:

        def claims() -> None:
            for article, fingerprint, _ in ones:
                seen = index.candidates(fingerprint, claim=article.id).sequence
                index.claim(article, fingerprint, article.id, judged_up_to=seen, judge=lambda newer: True)

        def replaces() -> None:
            for article, _, alone in ones:
                index.replace([article], alone)

        contestants = [
            Contestant(name="check and claim, without verdicts", work=claims),
            Contestant(name="replace", work=replaces),
        ]
        timings = race(contestants, rounds=rounds)
    notes = (
        "One article a transaction, one process, synchronous=NORMAL; after the first round each takes another's place.",
    )
    return timing_table("Writing one article", timings, items=len(ones), item="article", notes=notes)


def _measure(options: Options) -> Iterator[Table]:
    size = 1_000 if options.quick else 20_000
    with tempfile.TemporaryDirectory(prefix="dupdetect-") as folder:
        yield from _loading(Path(folder), size, options.rounds or (2 if options.quick else 5))


BENCHMARK = Benchmark(
    name="index",
    summary="loading an index, its size, looking up candidates, against datasketch's MinHashLSH",
    measure=_measure,
    peers=("datasketch",),
)
