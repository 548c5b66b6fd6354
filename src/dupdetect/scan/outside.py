"""The articles of a scan and an index: what of them is out there already, adding them to it, making one of them."""

from __future__ import annotations

from pathlib import Path

from dupdetect.compare import Comparator, Thresholds
from dupdetect.compare.rarity import Frequencies
from dupdetect.errors import SettingsError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import Index, build_index
from dupdetect.model import Pair
from dupdetect.scan.files import corpus_of
from dupdetect.scan.findings import Sighting
from dupdetect.scan.shards import Corpus
from dupdetect.scan.stages import Progress, silent
from dupdetect.scan.verify import SILENT
from dupdetect.scan.work import WorkFolder
from dupdetect.settings import TEXT_VERSION, Settings
from dupdetect.text.shingles import words_of

__all__ = ["add_to_index", "build_from_scan", "compare_with_index"]


def compare_with_index(
    corpus: Corpus,
    index: Index,
    *,
    thresholds: Thresholds | None = None,
    limit: int = 40,
    progress: Progress = silent,
) -> tuple[list[Sighting], int]:
    """Compare every article of a scan with the index, as `dupdetect.Detector.check` does.

    What the two share is weighed by the stories of the index that hold it.

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
    settings = index.settings
    fingerprinter = Fingerprinter(settings)
    found: list[Sighting] = []
    left_out = 0
    batches = list(corpus.numbers())
    for number in progress("Comparing with the index", batches, len(batches)):
        articles, fingerprints = corpus.batch(number, settings)
        for article, fingerprint in zip(articles, (fingerprints[n] for n in range(len(articles))), strict=True):
            candidates = index.candidates(fingerprint, limit=limit, exclude=[article.id])
            left_out += candidates.left_out
            if not candidates.found:
                continue
            ((_, shingles),) = words_of([article.text], settings)
            rarity = Frequencies.of_sample(
                shingles,
                fingerprint.sample,
                candidates.stories,
                candidates.stories_counted,
                rate=settings.sample_rate,
            )
            comparator = Comparator(settings=settings, thresholds=thresholds, rarity=rarity)
            others = [other for _, other in index.fetch_batch(candidates.found)]
            prepared = comparator.prepare_batch([article, *others])
            verdicts = comparator.relate_all(prepared[0], prepared[1:], silent=SILENT)
            for other, verdict in zip(others, verdicts, strict=True):
                if verdict.relation not in SILENT:
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


def build_from_scan(work: Path, path: str | Path, *, keep_text: bool = True, progress: Progress = silent) -> int:
    """Make an index of the articles of a finished scan, without reading or fingerprinting them again.

    Parameters
    ----------
    work : Path
        The scan's work folder.
    path : str or Path
        Of the new index.
    keep_text : bool
    progress : Progress, optional

    Returns
    -------
    int
        How many.

    Raises
    ------
    SettingsError
        `work` holds no finished scan, or one of an earlier version's text rules.
    IndexExistsError
        There is a file at `path`.
    """
    folder = WorkFolder(work)
    facts = folder.manifest
    if facts is None:
        raise SettingsError(f"{work}: holds no finished scan; run `dupdetect scan … --work {work}` to its end first")
    settings = Settings.from_dict(facts["settings"])
    if settings.text_version != TEXT_VERSION:
        raise SettingsError(f"{work}: scanned by an earlier dupdetect, with other text rules; scan anew")
    corpus, _ = corpus_of(folder)
    steps = progress("Building the index", corpus.numbers(), len(corpus.numbers()))
    return build_index(
        path, (corpus.batch(number, settings) for number in steps), settings=settings, keep_text=keep_text
    )
