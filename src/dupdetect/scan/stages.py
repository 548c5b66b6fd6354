"""A scan, stage by stage: fingerprint → join → verify → cluster. Articles in, what was found out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from dupdetect.compare import Comparator, Prepared, StoryCounts, Thresholds
from dupdetect.compare.repeats import repeats
from dupdetect.fingerprint import Fingerprinter
from dupdetect.model import Article, Failure, Pair, Relation, Repeat, ScanResult
from dupdetect.scan.cluster import cluster
from dupdetect.scan.join import CandidatePairs, candidate_pairs
from dupdetect.settings import Settings
from dupdetect.text import shingle_batch

__all__ = ["Progress", "scan_articles", "silent"]

Progress = Callable[[str, Iterable[int], int], Iterable[int]]
"""Wraps a loop: (what it does, its steps, how many) → its steps. For progress bars."""


def silent(what: str, steps: Iterable[int], count: int) -> Iterable[int]:
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
    """Find the pairs, clusters and repeats among articles.

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
    texts = [article.text for article in articles]
    found = candidate_pairs(Fingerprinter(settings).fingerprint_batch(texts), settings)
    comparator = Comparator(settings=settings, thresholds=thresholds, rarity=_rarity(texts, settings))
    prepared: list[Prepared] = []
    twice: dict[str, tuple[Repeat, ...]] = {}
    for place in progress("Reading words", range(len(articles)), len(articles)):
        prepared.append(comparator.prepare(articles[place]))
        if own := repeats(prepared[-1]):
            twice[articles[place].id] = own
    steps = progress("Comparing pairs", range(len(found.left)), len(found.left))
    judge = _Judge(comparator, prepared)
    for step in steps:
        judge.pair(int(found.left[step]), int(found.right[step]))
    clusters = cluster(articles, list(judge.pairs.values()), judge.by_id)
    return ScanResult(
        articles=tuple(articles),
        pairs=tuple(
            judge.pairs[places]
            for places in sorted(judge.pairs)
            if judge.pairs[places].verdict.relation not in (Relation.DISTINCT, Relation.UNDECIDED)
        ),
        clusters=clusters,
        repeats=twice,
        failures=tuple(failures),
        compared=len(judge.pairs),
        notes=tuple(_notes(found)),
    )


def _rarity(texts: Sequence[str], settings: Settings) -> StoryCounts:
    shingles = []
    for _, batch in shingle_batch(texts, settings):
        places = batch.offsets.tolist()
        shingles += [batch.hashes[start:end] for start, end in itertools.pairwise(places)]
    return StoryCounts(shingles)


class _Judge:
    """Compares articles by their places, each pair once, and keeps what it found."""

    def __init__(self, comparator: Comparator, prepared: Sequence[Prepared]) -> None:
        self._comparator, self._prepared = comparator, prepared
        self._places = {text.article.id: place for place, text in enumerate(prepared)}
        self.pairs: dict[tuple[int, int], Pair] = {}

    def pair(self, left: int, right: int) -> Pair:
        left, right = sorted((left, right))
        if (left, right) not in self.pairs:
            first, second = self._prepared[left], self._prepared[right]
            verdict = self._comparator.relate(first, second, passages=False)
            if verdict.relation not in (Relation.DISTINCT, Relation.UNDECIDED):
                # Passages are for readers: only of the pairs that are reported.
                verdict = self._comparator.relate(first, second)
            self.pairs[left, right] = Pair(left=first.article.id, right=second.article.id, verdict=verdict)
        return self.pairs[left, right]

    def by_id(self, left: str, right: str) -> Pair:
        return self.pair(self._places[left], self._places[right])


def _notes(found: CandidatePairs) -> Iterator[str]:
    if found.left_out:
        yield f"{found.left_out} candidate pairs were beyond the limit of candidates an article and not compared"
    if found.hot_keys:
        yield f"{found.hot_keys} keys stand in so many articles that they say nothing and were not followed"
