"""Check a piece against an index: candidates, then verdicts on their texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dupdetect.compare import Comparator, Prepared
from dupdetect.errors import UnknownIdError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import Candidate, Filter, Index
from dupdetect.model import Article, CheckResult, Match, Relation

__all__ = ["Checker", "strongest_first"]


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
        fingerprint = self.fingerprinter.fingerprint(article.text)
        own = [article.id] if article.id else []
        candidates = self.index.candidates(
            fingerprint, limit=limit, exclude=[*own, *exclude], within=within, claim=claim
        )
        found = []
        for candidate in candidates.found:
            try:
                found.append((candidate, self.index.fetch(candidate)))
            except UnknownIdError:
                continue  # removed by someone else since the look-up: it is not out there any more
        return CheckResult(
            article=article,
            matches=self.matches(article, found),
            candidates=len(candidates.found),
            candidates_left_out=candidates.left_out,
            tokens=fingerprint.tokens,
            digest=fingerprint.digest,
            sequence=candidates.sequence,
        )

    def matches(self, article: Article | Prepared, found: Iterable[tuple[Candidate, Article]]) -> tuple[Match, ...]:
        """Compare a piece with articles; return those that it relates to, the strongest relation first."""
        prepared = article if isinstance(article, Prepared) else self.comparator.prepare(article)
        matches = (
            Match(article=other, verdict=self.comparator.compare(prepared, other), status=candidate.status)
            for candidate, other in found
        )
        return strongest_first(
            match for match in matches if match.verdict.relation not in (Relation.DISTINCT, Relation.UNDECIDED)
        )


def strongest_first(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Return matches in the order of `Relation`, those of one relation by falling score."""
    order = {relation: place for place, relation in enumerate(Relation)}
    return tuple(sorted(matches, key=lambda match: (order[match.verdict.relation], -match.verdict.score, match.id)))
