"""The articles of a scan against an index: what of them is out there already, and adding them to it."""

from __future__ import annotations

from dupdetect.compare import Comparator, Thresholds
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import Index
from dupdetect.model import Pair
from dupdetect.scan.findings import Sighting
from dupdetect.scan.shards import Corpus
from dupdetect.scan.stages import Progress, silent
from dupdetect.scan.verify import SILENT

__all__ = ["add_to_index", "compare_with_index"]


def compare_with_index(
    corpus: Corpus,
    index: Index,
    *,
    thresholds: Thresholds | None = None,
    limit: int = 40,
    progress: Progress = silent,
) -> tuple[list[Sighting], int]:
    """Compare every article of a scan with the index, as `dupdetect.Detector.check` does.

    Parameters
    ----------
    corpus : Corpus
        Fingerprinted with the settings of the index.
    index : Index
        Not changed. An article never matches the one of its own id.
    thresholds : Thresholds, optional
    limit : int
        At most so many candidates of each are compared.
    progress : Progress, optional

    Returns
    -------
    sightings : list of Sighting
        Article of the scan left, of the index right; those that are neither DISTINCT nor UNDECIDED.
    left_out : int
        Candidates beyond the limit.
    """
    comparator = Comparator(settings=index.settings, thresholds=thresholds)
    fingerprinter = Fingerprinter(index.settings)
    found: list[Sighting] = []
    left_out = 0
    batches = list(corpus.numbers())
    for number in progress("Comparing with the index", batches, len(batches)):
        articles, fingerprints = corpus.batch(number, index.settings)
        for article, fingerprint in zip(articles, (fingerprints[n] for n in range(len(articles))), strict=True):
            candidates = index.candidates(fingerprint, limit=limit, exclude=[article.id])
            left_out += candidates.left_out
            prepared = comparator.prepare(article) if candidates.found else None
            for candidate in candidates.found:
                assert prepared is not None  # noqa: S101
                other = index.fetch(candidate)
                verdict = comparator.relate(prepared, comparator.prepare(other), passages=False)
                if verdict.relation not in SILENT:
                    verdict = comparator.compare(prepared, other)
                    digests = (fingerprint.digest.hex(), fingerprinter.fingerprint(other.text).digest.hex())
                    pair = Pair(left=article.id, right=other.id, verdict=verdict)
                    found.append(Sighting(pair, article, other, digests))
    return found, left_out


def add_to_index(corpus: Corpus, index: Index) -> int:
    """Add every article of a scan to the index, in place of those with the same ids, without fingerprinting again.

    Returns
    -------
    int
        How many.
    """
    return index.bulk_load((corpus.batch(number, index.settings) for number in corpus.numbers()), replace=True)
