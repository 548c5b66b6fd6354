"""Check a piece against an index: candidates, then verdicts on their texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare import Comparator, Thresholds
from dupdetect.compare.evidence import Overlap, overlap
from dupdetect.compare.features import Weighed, weigh_batch
from dupdetect.compare.questions import worth_aligning
from dupdetect.compare.rarity import Frequencies
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import Candidate, Candidates, Filter, Index
from dupdetect.model import Article, CheckResult, Fingerprint, Match, Relation
from dupdetect.text.shingles import words_of

__all__ = ["ALIGNED", "Checker", "Look", "matches", "strongest_first"]

ALIGNED = 8
"""Articles whose texts are aligned in one check at most; what is worth it beyond is counted as left out."""

_UNRELATED = (Relation.DISTINCT, Relation.UNDECIDED)


class Look(NamedTuple):
    """A check's result, and what it was reached with."""

    result: CheckResult
    fingerprint: Fingerprint
    comparator: Comparator


class Checker:
    """Finds what an index holds of a piece. Changes nothing.

    Parameters
    ----------
    index : Index
        With its texts.
    comparator : Comparator
    """

    def __init__(self, index: Index, comparator: Comparator) -> None:
        self.index = index
        self.comparator = comparator
        self.fingerprinter = Fingerprinter(index.settings)

    def check(
        self,
        article: Article,
        *,
        limit: int = 40,
        exclude: Sequence[str] = (),
        within: Filter | None = None,
        claim: str | None = None,
    ) -> CheckResult:
        """Find what the index holds of a piece; see `Detector.check`."""
        return self.look(article, limit=limit, exclude=exclude, within=within, claim=claim).result

    def look(
        self,
        article: Article,
        *,
        limit: int = 40,
        exclude: Sequence[str] = (),
        within: Filter | None = None,
        claim: str | None = None,
    ) -> Look:
        """Check a piece; return the result and the comparator, which weighs by what is common in the index."""
        (words,) = words_of([article.text], self.index.settings)
        fingerprint = self.fingerprinter.fingerprint_shingles([words.as_batch()])[0]
        itself = [article.id] if article.id else []
        candidates = self.index.candidates(
            fingerprint, limit=limit, exclude=[*itself, *exclude], within=within, claim=claim
        )
        comparator = self._weighing(words.shingles, fingerprint, candidates)
        found = self.index.fetch_batch(candidates.found)
        (own,) = weigh_batch([article], [words], comparator.rarity)
        chosen, left_out = _shortlist(own, _rivals(own, found, comparator), comparator.thresholds)
        result = CheckResult(
            article=article,
            matches=_related(own, chosen, comparator),
            candidates=len(candidates.found) - left_out,
            candidates_left_out=candidates.left_out + left_out,
            tokens=fingerprint.tokens,
            digest=fingerprint.digest,
            sequence=candidates.sequence,
        )
        return Look(result, fingerprint, comparator)

    def _weighing(self, shingles: NDArray[np.uint64], fingerprint: Fingerprint, candidates: Candidates) -> Comparator:
        """Return a comparator that knows how common the words of a piece are in the index."""
        if not candidates.found:
            return self.comparator
        rarity = Frequencies.of_sample(
            shingles,
            fingerprint.sample,
            candidates.stories,
            candidates.stories_counted,
            rate=self.index.settings.sample_rate,
        )
        return Comparator(settings=self.comparator.settings, thresholds=self.comparator.thresholds, rarity=rarity)


class _Rival(NamedTuple):
    """A text that may relate to a piece."""

    candidate: Candidate
    text: Weighed
    shared: Overlap


def _rivals(own: Weighed, found: Sequence[tuple[Candidate, Article]], comparator: Comparator) -> Iterator[_Rival]:
    texts = comparator.weigh_batch([article for _, article in found])
    for (candidate, _), text in zip(found, texts, strict=True):
        yield _Rival(candidate, text, overlap(own, text))


def _shortlist(own: Weighed, rivals: Iterable[_Rival], thresholds: Thresholds) -> tuple[list[_Rival], int]:
    """Return the texts to align, at most `ALIGNED`, and how many more would be worth it.

    Shingle sets first, since the rest takes much longer: what shares too little would be DISTINCT.
    """
    worth = []
    for place, rival in enumerate(rivals):
        shared = rival.shared
        most = max(shared.rare_containment_left or 0.0, shared.rare_containment_right or 0.0)
        if worth_aligning(shared, thresholds):
            worth.append((-most, place, rival))
        elif not len(own.distinct) and not len(rival.text.distinct):
            worth.append((0.0, place, rival))  # a few words each: equal, or nothing can be told
    worth.sort()
    return [rival for _, _, rival in worth[:ALIGNED]], max(0, len(worth) - ALIGNED)


def matches(article: Article, found: Iterable[tuple[Candidate, Article]], comparator: Comparator) -> tuple[Match, ...]:
    """Compare a piece with articles; return those that it relates to, the strongest relation first."""
    (own,) = comparator.weigh_batch([article])
    return _related(own, list(_rivals(own, list(found), comparator)), comparator)


def _related(own: Weighed, rivals: Sequence[_Rival], comparator: Comparator) -> tuple[Match, ...]:
    if not rivals:
        return ()
    verdicts = comparator.relate_all(
        comparator.finish(own),
        [comparator.finish(rival.text) for rival in rivals],
        shared=[rival.shared for rival in rivals],
        silent=_UNRELATED,
    )
    return strongest_first(
        Match(article=text.article, verdict=verdict, status=candidate.status)
        for (candidate, text, _), verdict in zip(rivals, verdicts, strict=True)
        if verdict.relation not in _UNRELATED
    )


def strongest_first(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Return matches in the order of `Relation`, those of one relation by falling score."""
    order = {relation: place for place, relation in enumerate(Relation)}
    return tuple(sorted(matches, key=lambda match: (order[match.verdict.relation], -match.verdict.score, match.id)))
