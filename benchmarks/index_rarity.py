"""What verdicts gain from story frequencies, and whether a sample of them, as an index keeps it, does as well."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.frame import Benchmark, Cell, Options, Table
from benchmarks.relations_data import Corpus, corpora
from dupdetect.compare import Comparator, StoryCounts
from dupdetect.compare.rarity import Frequencies
from dupdetect.errors import SettingsError
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import create_index
from dupdetect.model import Rarity
from dupdetect.settings import Settings
from dupdetect.text import shingle_batch
from dupdetect.text.shingles import distinct_shingles

__all__ = ["BENCHMARK"]

COMPARED = 8
HOW = ("none", "all shingles", "sample in the index")


def _rows(corpus: Corpus) -> Iterator[dict[str, Cell]]:
    settings = Settings()
    articles = [article for article in corpus.articles if article.text]
    texts = [article.text for article in articles]
    exact = StoryCounts(list(distinct_shingles(texts, settings)))
    prints = Fingerprinter(settings).fingerprint_batch(texts)
    found: dict[str, set[tuple[str, str]]] = {how: set() for how in HOW}
    with create_index(":memory:", settings) as index:
        index.add(articles, prints)
        by_id = {article.id: article for article in articles}
        for place, article in enumerate(articles):
            candidates = index.candidates(prints[place], limit=COMPARED, exclude=[article.id])
            (chunk,) = (chunk for _, chunk in shingle_batch([article.text], settings))
            kept = prints[place].sample < np.uint64(2**64 // settings.sample_rate)
            sampled = Frequencies.around(
                chunk.hashes,
                prints[place].sample[kept],
                np.array(candidates.stories, dtype=np.int64)[kept] if candidates.stories else np.empty(0, np.int64),
                candidates.stories_counted,
            )
            rarities: tuple[Rarity | None, ...] = (None, exact, sampled)
            for how, rarity in zip(HOW, rarities, strict=True):
                comparator = Comparator(settings=settings, rarity=rarity)
                mine = comparator.prepare(article) if candidates.found else None
                for candidate in candidates.found:
                    assert mine is not None
                    verdict = comparator.relate(mine, comparator.prepare(by_id[candidate.id]), passages=False)
                    if verdict.is_duplicate:
                        found[how].add((min(article.id, candidate.id), max(article.id, candidate.id)))
    templates = {pair for pair, label in corpus.labels.items() if label == "template"}
    for how, pairs in found.items():
        right = len(pairs & corpus.duplicates)
        yield {
            "set": corpus.name,
            "frequencies": how,
            "precision": right / len(pairs) if pairs else None,
            "recall": right / len(corpus.duplicates) if corpus.duplicates else None,
            "F1": 2 * right / (len(pairs) + len(corpus.duplicates)),
            "templates flagged": len(pairs & templates),
        }


def _measure(options: Options) -> Iterator[Table]:
    folder = next(iter(options.data), None)
    if folder is None:
        raise SettingsError("index-rarity needs labelled texts: --data FOLDER with NAME.docs.jsonl.gz and others")
    sets = [corpus for corpus in corpora(folder, html=False) if corpus.duplicates and len(corpus.articles) > 100]
    rows = [row for corpus in sets[: 1 if options.quick else None] for row in _rows(corpus)]
    yield Table(
        title="Duplicates told by verdicts, clean texts",
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=(
            f"Each article against the {COMPARED} strongest candidates in an index of its set. A pair counts if",
            "told from either side. all shingles: counted as a scan does; sample: the query's, as a check does.",
        ),
    )


BENCHMARK = Benchmark(
    name="index-rarity", summary="verdicts without frequencies, with all, and with an index's sample", measure=_measure
)
