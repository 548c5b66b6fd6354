"""A scan, stage by stage: read → fingerprint → join → count → verify → cluster.

One code path serves articles in memory and files at any size. From files every stage leaves its finished parts in a
work folder, and a scan that was interrupted goes on behind the last of them.
"""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare import Thresholds
from dupdetect.io.sources import Batch, Source
from dupdetect.model import Article, Cluster, Comparison, Failure, Pair, Relation, ScanResult, Verdict
from dupdetect.scan.cluster import cluster
from dupdetect.scan.findings import Findings
from dupdetect.scan.frequencies import count_stories
from dupdetect.scan.join import SMALL, CandidatePairs, join
from dupdetect.scan.pool import run_tasks
from dupdetect.scan.records import pack_verdict, unpack_verdict
from dupdetect.scan.shards import Corpus, FileShard, MemoryShard, drop_repeated_ids, write_shard
from dupdetect.scan.verify import CHUNK, SILENT, Found, Judge, read_found, write_found
from dupdetect.scan.work import WorkFolder
from dupdetect.settings import Settings

__all__ = ["SHARD", "Progress", "scan_articles", "scan_source", "silent", "work_folder"]

SHARD = 2_000
"""Documents a shard: what is read, fingerprinted, written and, after an interruption, skipped together."""

Progress = Callable[[str, Iterable[int], "int | None"], Iterable[int]]
"""Wraps a loop: (what it does, its steps, how many, None where that is not known) → its steps. For progress bars."""


def silent(what: str, steps: Iterable[int], count: int | None) -> Iterable[int]:
    """Show nothing."""
    return steps


def scan_articles(
    articles: Sequence[Article],
    *,
    failures: Sequence[Failure] = (),
    settings: Settings | None = None,
    thresholds: Thresholds | None = None,
    progress: Progress = silent,
) -> ScanResult:
    """Find the pairs, clusters and repeats among articles in memory.

    Parameters
    ----------
    articles : sequence of Article
        Each with an id of its own.
    failures : sequence of Failure
        Documents that were not readable, to be reported with the rest.
    settings : Settings, optional
    thresholds : Thresholds, optional
    progress : Progress, optional

    Returns
    -------
    ScanResult
    """
    settings = settings or Settings()
    parts = [articles[start : start + SHARD] for start in range(0, len(articles), SHARD)]
    steps = progress("Reading words", range(len(parts)), len(parts))
    corpus = Corpus([MemoryShard.of(parts[number], settings) for number in steps])
    pairs = join(corpus, settings, steps=progress)
    judge = Judge(corpus, settings, thresholds, count_stories(corpus, pairs, settings))
    found: list[Found] = []
    chunks = _chunks(pairs)
    for number in progress("Comparing pairs", range(len(chunks)), len(chunks)):
        found += judge.pairs(*_ends(pairs, number))
    clusters, more = _clusters(corpus, pairs, found, judge)
    found = sorted([*found, *more.reported], key=lambda one: one[:2])
    findings = Findings(
        corpus=corpus,
        found=lambda: iter(found),
        clusters=clusters,
        failures=tuple(failures),
        compared=len(pairs.left) + more.compared,
        notes=tuple(_notes(pairs, len(corpus))),
    )
    return replace(findings.result(), articles=tuple(articles))


# ---------------------------------------------------------------------------------------------------- from files


@contextmanager
def work_folder(path: Path | None) -> Iterator[Path]:
    """Give the folder to work in: `path`, which stays, or a temporary one."""
    if path is not None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="dupdetect-scan-") as folder:
        yield Path(folder)


def scan_source(
    source: Source,
    work: Path,
    *,
    settings: Settings | None = None,
    thresholds: Thresholds | None = None,
    passages: bool = True,
    workers: int = 1,
    shard: int = SHARD,
    progress: Progress = silent,
) -> Findings:
    """Find the pairs, clusters and repeats among documents in files, with bounded memory.

    Parameters
    ----------
    source : Source
        What `dupdetect.io.open_source` returned.
    work : Path
        Where the stages leave what they did. A scan that was interrupted goes on with the same folder, and gives the
        same result. The findings are read from it: it must stay as long as they are used.
    settings : Settings, optional
    thresholds : Thresholds, optional
    passages : bool
        Whether to work out the passages, repeats and token ratio of each reported pair: for readers.
    workers : int
        Processes; see `dupdetect.scan.pool.run_tasks`.
    shard : int
        Documents a shard; the result does not depend on it.
    progress : Progress, optional

    Raises
    ------
    SettingsError
        `work` holds a scan of other settings or another input, or other files.
    InputError
        The source is not readable.
    DupdetectError
        A worker ended before its work was done.
    """
    settings, thresholds = settings or Settings(), thresholds or Thresholds()
    folder = WorkFolder.begin(
        work,
        {
            "settings": settings.to_dict(),
            "thresholds": asdict(thresholds),
            "passages": passages,
            "documents a shard": shard,
            "input": source.digest(),
        },
    )
    _read(folder, source, settings, workers, shard, progress)
    corpus, failures = _corpus(folder)
    pairs = join(corpus, settings, kept=folder.keep, steps=progress)
    rarity = count_stories(corpus, pairs, settings, kept=folder.keep)
    verifying = _Verifying(work, settings, thresholds, passages)
    chunks = [number for number in _chunks(pairs) if not folder.finished(_verified(number))]
    steps = run_tasks(verifying, chunks, workers=workers)
    for _ in progress("Comparing pairs", steps, len(chunks)):
        pass
    found = partial(_found, work, len(_chunks(pairs)))
    if folder.noted("clusters.json") is None:
        judge = Judge(corpus, settings, thresholds, rarity, passages=passages)
        clusters, more = _clusters(corpus, pairs, found(), judge)
        folder.note(
            "clusters.json",
            {
                "clusters": [asdict(one) for one in clusters],
                "reported": [[one.left, one.right, pack_verdict(one.verdict)] for one in more.reported],
                "compared": more.compared,
            },
        )
    told = folder.noted("clusters.json")
    late = sorted(
        (Found(left, right, unpack_verdict(row)) for left, right, row in told["reported"]), key=lambda one: one[:2]
    )
    findings = Findings(
        corpus=corpus,
        found=lambda: heapq.merge(found(), late, key=lambda one: one[:2]),
        clusters=tuple(
            Cluster(**{**one, "ids": tuple(one["ids"]), "reasons": tuple(one["reasons"])}) for one in told["clusters"]
        ),
        failures=failures,
        compared=len(pairs.left) + told["compared"],
        notes=tuple(_notes(pairs, len(corpus))),
    )
    if folder.manifest is None:
        folder.finish({"articles": len(corpus), "failures": len(failures), "compared": findings.compared})
    return findings


def _shard_name(number: int) -> str:
    return f"read/{number:06}"


def _verified(number: int) -> str:
    return f"verified/{number:06}"


@dataclass(frozen=True, slots=True)
class _Reading:
    """Read, extract and fingerprint a shard."""

    work: Path
    settings: Settings

    def start(self) -> Callable[[tuple[int, Batch]], int]:
        folder = WorkFolder(self.work)

        def read(task: tuple[int, Batch]) -> int:
            number, batch = task
            with folder.making(_shard_name(number)) as draft:
                if draft is not None:
                    write_shard(draft, batch.documents(), self.settings)
            return number

        return read


@dataclass(frozen=True, slots=True)
class _Verifying:
    """Verify a chunk of candidate pairs."""

    work: Path
    settings: Settings
    thresholds: Thresholds
    passages: bool

    def start(self) -> Callable[[int], int]:
        folder = WorkFolder(self.work)
        corpus, _ = _corpus(folder)
        # What is kept already is only looked up here.
        pairs = join(corpus, self.settings, kept=folder.keep)
        rarity = count_stories(corpus, pairs, self.settings, kept=folder.keep)
        judge = Judge(corpus, self.settings, self.thresholds, rarity, passages=self.passages)

        def verify(number: int) -> int:
            with folder.making(_verified(number)) as draft:
                if draft is not None:
                    write_found(draft / "pairs.jsonl", judge.pairs(*_ends(pairs, number)))
            return number

        return verify


def _read(folder: WorkFolder, source: Source, settings: Settings, workers: int, shard: int, progress: Progress) -> None:
    if folder.noted("read.json") is not None:
        return
    shards = 0

    def tasks() -> Iterator[tuple[int, Batch]]:
        nonlocal shards
        for number, batch in enumerate(source.batches(shard)):
            shards = number + 1
            if not folder.finished(_shard_name(number)):
                yield number, batch

    steps = run_tasks(_Reading(folder.path, settings), tasks(), workers=workers)
    for _ in progress("Reading", steps, None):
        pass
    folder.note("read.json", {"shards": shards})


def _corpus(folder: WorkFolder) -> tuple[Corpus, tuple[Failure, ...]]:
    shards = [FileShard(folder.path / _shard_name(number)) for number in range(folder.noted("read.json")["shards"])]
    return drop_repeated_ids(shards)


def _found(work: Path, chunks: int) -> Iterator[Found]:
    for number in range(chunks):
        yield from read_found(work / _verified(number) / "pairs.jsonl")


# --------------------------------------------------------------------------------------------------- what both do


def _chunks(pairs: CandidatePairs) -> range:
    return range(-(-len(pairs.left) // CHUNK))


def _ends(pairs: CandidatePairs, number: int) -> tuple[list[int], list[int]]:
    part = slice(number * CHUNK, (number + 1) * CHUNK)
    return pairs.left[part].tolist(), pairs.right[part].tolist()


@dataclass(frozen=True, slots=True)
class _More:
    """Pairs that only the clusters asked for."""

    reported: list[Found]
    compared: int


def _clusters(
    corpus: Corpus, pairs: CandidatePairs, found: Iterable[Found], judge: Judge
) -> tuple[tuple[Cluster, ...], _More]:
    edges = [(one.left, one.right, _bare(one)) for one in found if one.verdict.is_duplicate]
    places = sorted({place for left, right, _ in edges for place in (left, right)})
    articles = _headers(corpus, places)
    id_of = {place: article.id for place, article in zip(places, articles, strict=True)}
    place_of = {id: place for place, id in id_of.items()}
    verdicts = {(left, right): found.verdict for left, right, found in edges}
    candidates = (pairs.left << 32) | pairs.right
    reported: list[Found] = []
    compared = 0

    def verify(left: str, right: str) -> Pair:
        nonlocal compared
        one, other = sorted((place_of[left], place_of[right]))
        if (one, other) not in verdicts and _holds(candidates, (one << 32) | other):
            verdicts[one, other] = _NO_DUPLICATE  # it was compared, and is not among the edges
        if (one, other) not in verdicts:
            compared += 1
            fresh = judge.pair(one, other)
            verdicts[one, other] = fresh.verdict
            if fresh.verdict.relation not in SILENT:
                reported.append(fresh)
        return Pair(left=id_of[one], right=id_of[other], verdict=verdicts[one, other])

    known = [Pair(left=id_of[left], right=id_of[right], verdict=one.verdict) for left, right, one in edges]
    clusters = cluster(articles, known, verify)
    return clusters, _More(reported, compared)


_NO_DUPLICATE = Verdict(
    relation=Relation.DISTINCT, score=0.0, reasons=(), comparison=Comparison(tokens_left=0, tokens_right=0)
)


def _holds(codes: NDArray[np.int64], code: int) -> bool:
    at = int(np.searchsorted(codes, code))
    return at < len(codes) and int(codes[at]) == code


def _bare(one: Found) -> Found:
    """Return it without its passages: clusters hold many."""
    comparison = replace(one.verdict.comparison, passages=None, repeats_left=(), repeats_right=())
    return Found(one.left, one.right, replace(one.verdict, comparison=comparison, reasons=()))


def _headers(corpus: Corpus, places: Sequence[int]) -> list[Article]:
    """Return articles without their texts."""
    found = []
    for start in range(0, len(places), SHARD):
        found += [replace(article, blocks=()) for article in corpus.articles(places[start : start + SHARD])]
    return found


def _notes(pairs: CandidatePairs, articles: int) -> Iterator[str]:
    if pairs.left_out:
        yield f"{pairs.left_out} candidate pairs were beyond the limit of candidates an article and not compared"
    if pairs.hot_keys:
        yield f"{pairs.hot_keys} keys stand in so many articles that they say nothing and were not followed"
    if articles > SMALL:
        yield (
            f"more than {SMALL} articles: story frequencies were counted over articles that share something, "
            "with stories told from fingerprints"
        )
