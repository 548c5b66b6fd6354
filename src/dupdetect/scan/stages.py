"""A scan, stage by stage: read → fingerprint → join → count → verify → cluster.

One code path serves articles in memory and files at any size. From files every stage leaves its finished parts in a
work folder, and a scan that was interrupted goes on behind the last of them.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare import Thresholds
from dupdetect.compare.kin import FEW, Kin
from dupdetect.compare.rarity import components
from dupdetect.model import Article, Cluster, Comparison, Failure, Pair, Relation, ScanResult, Verdict
from dupdetect.scan.cluster import cluster
from dupdetect.scan.findings import Findings
from dupdetect.scan.frequencies import count_stories
from dupdetect.scan.join import SMALL, CandidatePairs, join
from dupdetect.scan.shards import Corpus, MemoryShard
from dupdetect.scan.verify import CHUNK, SILENT, Found, Judge
from dupdetect.settings import Settings

__all__ = [
    "SHARD",
    "Progress",
    "chunk_ends",
    "chunk_numbers",
    "clusters_of",
    "notes_of",
    "scan_articles",
    "silent",
    "with_later",
]

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
    chunks = chunk_numbers(pairs)
    for number in progress("Comparing pairs", range(len(chunks)), len(chunks)):
        found += judge.pairs(*chunk_ends(pairs, number))
    clusters, more = clusters_of(corpus, pairs, found, judge)
    found = list(with_later(found, more.reported))
    findings = Findings(
        corpus=corpus,
        found=lambda: iter(found),
        clusters=clusters,
        failures=tuple(failures),
        compared=len(pairs.left) + more.compared,
        notes=tuple(notes_of(pairs, len(corpus))),
    )
    return replace(findings.result(most=float("inf")), articles=tuple(articles))  # they are held already


def chunk_numbers(pairs: CandidatePairs) -> range:
    """Return the numbers of the chunks that candidate pairs are verified in."""
    return range(-(-len(pairs.left) // CHUNK))


def chunk_ends(pairs: CandidatePairs, number: int) -> tuple[list[int], list[int]]:
    """Return the left and the right articles of a chunk of pairs."""
    part = slice(number * CHUNK, (number + 1) * CHUNK)
    return pairs.left[part].tolist(), pairs.right[part].tolist()


@dataclass(frozen=True, slots=True)
class _More:
    """Pairs that clusters asked for, or judged again by their kin, and how many were compared for the first time."""

    reported: list[Found]
    compared: int


def with_later(found: Iterable[Found], later: Sequence[Found]) -> Iterator[Found]:
    """Yield pairs that were found, in order, and later ones among them or instead of them.

    Parameters
    ----------
    found : iterable of Found
        In order.
    later : sequence of Found
    """
    anew = {one[:2] for one in later}
    first = (one for one in found if one[:2] not in anew)
    return heapq.merge(first, sorted(later, key=_ends), key=_ends)


def _ends(one: Found) -> tuple[int, int]:
    return one[:2]


def clusters_of(
    corpus: Corpus, pairs: CandidatePairs, found: Iterable[Found], judge: Judge
) -> tuple[tuple[Cluster, ...], _More]:
    """Return the clusters over the duplicates among what was found, and the pairs that had to be judged for them.

    Where several different texts are duplicates, they tell what is a template's: those pairs are judged again.
    """
    edges = [_bare(one) for one in found if one.verdict.is_duplicate]
    places = sorted({place for left, right, _ in edges for place in (left, right)})
    kin = _kin(places, edges, judge)
    reported = list(_varying(edges, kin, judge))
    varying = set(map(_ends, reported))
    edges = [one for one in edges if _ends(one) not in varying]
    articles = corpus.headers(places)
    id_of = {place: article.id for place, article in zip(places, articles, strict=True)}
    place_of = {id: place for place, id in id_of.items()}
    verdicts = {(left, right): verdict for left, right, verdict in edges}
    candidates = (pairs.left << 32) | pairs.right
    compared = 0

    def verify(left: str, right: str) -> Pair:
        nonlocal compared
        one, other = sorted((place_of[left], place_of[right]))
        if (one, other) not in verdicts and _holds(candidates, (one << 32) | other):
            verdicts[one, other] = _NO_DUPLICATE  # it was compared, and is not among the edges
        if (one, other) not in verdicts:
            compared += 1
            fresh = judge.pair(one, other, kin.get(one))
            verdicts[one, other] = fresh.verdict
            if fresh.verdict.relation not in SILENT:
                reported.append(fresh)
        return Pair(left=id_of[one], right=id_of[other], verdict=verdicts[one, other])

    known = [Pair(left=id_of[left], right=id_of[right], verdict=verdict) for left, right, verdict in edges]
    clusters = cluster(articles, known, verify)
    return clusters, _More(reported, compared)


def _kin(places: Sequence[int], edges: Sequence[Found], judge: Judge) -> dict[int, Kin]:
    """Return the kin of each article that has some: what hangs together by duplicates, where enough of it differs."""
    ends = np.array([one[:2] for one in edges], dtype=np.int64).reshape(-1, 2)
    left, right = np.searchsorted(np.array(places, dtype=np.int64), ends.T)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for place, component in zip(places, components(len(places), left, right).tolist(), strict=True):
        members[component].append(place)
    kin: dict[int, Kin] = {}
    for together in members.values():
        if len(together) >= FEW and (told := judge.kin(together)) is not None:
            kin |= dict.fromkeys(together, told)
    return kin


def _varying(edges: Iterable[Found], kin: Mapping[int, Kin], judge: Judge) -> Iterator[Found]:
    """Judge again those duplicates that are none beside their kin."""
    for left, right, verdict in edges:
        if left in kin and verdict.relation is Relation.NEAR and judge.varies(left, right, kin[left]):
            yield judge.pair(left, right, kin[left])


_NO_DUPLICATE = Verdict(
    relation=Relation.DISTINCT, score=0.0, reasons=(), comparison=Comparison(tokens_left=0, tokens_right=0)
)


def _holds(codes: NDArray[np.int64], code: int) -> bool:
    at = int(np.searchsorted(codes, code))
    return at < len(codes) and int(codes[at]) == code


def _bare(one: Found) -> Found:
    """Return it with what clusters ask of it: they hold many."""
    return one._replace(verdict=replace(_NO_DUPLICATE, relation=one.verdict.relation, score=one.verdict.score))


def notes_of(pairs: CandidatePairs, articles: int) -> Iterator[str]:
    """Yield what was capped or estimated, in words."""
    if pairs.left_out:
        yield f"{pairs.left_out} candidate pairs were beyond the limit of candidates an article and not compared"
    if pairs.hot_keys:
        yield f"{pairs.hot_keys} keys stand in so many articles that they say nothing and were not followed"
    if articles > SMALL:
        yield (
            f"more than {SMALL} articles: story frequencies were counted over articles that share something, "
            "with stories told from fingerprints"
        )
