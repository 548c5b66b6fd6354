"""What the candidate stage finds before any verdict: bands and the containment sample, apart and together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.frame import Cell, Table
from benchmarks.relations_data import Corpus
from dupdetect.fingerprint import Fingerprinter, band_keys
from dupdetect.model import FingerprintBatch
from dupdetect.scan.join import LIMIT, candidate_pairs
from dupdetect.settings import Settings

__all__ = ["candidate_table", "limit_table"]

LIMITS = (16, LIMIT, 40)


def candidate_table(corpora: Sequence[Corpus]) -> Table:
    """Recall of duplicates and containments among the candidates, and how many candidates a document has."""
    settings = Settings()
    rows: list[dict[str, Cell]] = []
    for corpus in corpora:
        batch = Fingerprinter(settings).fingerprint_batch([article.text for article in corpus.articles])
        found = candidate_pairs(batch, settings)
        places = {article.id: place for place, article in enumerate(corpus.articles)}
        joined = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
        bands = band_keys(batch.signatures, settings)
        for kind, wanted in (("duplicates", corpus.duplicates), ("contained", _labelled(corpus, "contained"))):
            if not wanted:
                continue
            pairs = [tuple(sorted((places[a], places[b]))) for a, b in wanted]
            in_bands = [bool(((bands[a] == bands[b]) & (bands[a] > 0)).any()) for a, b in pairs]
            shared = [_shared_sample(batch, a, b) for a, b in pairs]
            equal = [bool((batch.digests[a] == batch.digests[b]).all()) for a, b in pairs]
            long = [min(int(batch.tokens[a]), int(batch.tokens[b])) >= 20 for a, b in pairs]
            rows.append(
                {
                    "set": corpus.name,
                    "pairs": f"{kind} ({len(pairs)})",
                    "bands": float(np.mean(in_bands)),
                    "two hashes of the sample": float(np.mean([each >= 2 for each in shared])),
                    "one": float(np.mean([each >= 1 for each in shared])),
                    "equal": float(np.mean(equal)),
                    "kept after ranking": float(np.mean([pair in joined for pair in pairs])),
                    "… of ≥ 20 words": float(
                        np.mean([pair in joined for pair, ok in zip(pairs, long, strict=True) if ok])
                    ),
                    "candidates a document": 2 * len(joined) / max(1, len(corpus.articles)),
                }
            )
    return Table(
        title="Candidates: recall before any verdict",
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=(
            "kept: by a band, by all words, by two hashes of the sample, or by one that is a quarter of what the two "
            f"samples can share; then the strongest {LIMIT} of either document.",
        ),
    )


def limit_table(corpora: Sequence[Corpus]) -> Table:
    """Candidates a document, and recall of what the labels relate, by how many of either document are kept."""
    settings = Settings()
    rows: list[dict[str, Cell]] = []
    for corpus in corpora:
        batch = Fingerprinter(settings).fingerprint_batch([article.text for article in corpus.articles])
        places = {article.id: place for place, article in enumerate(corpus.articles)}
        related = corpus.duplicates | _labelled(corpus, "contained") | _labelled(corpus, "partial")
        wanted = {tuple(sorted((places[a], places[b]))) for a, b in related}
        row: dict[str, Cell] = {"set": corpus.name, "pairs": len(wanted)}
        for limit in LIMITS:
            found = candidate_pairs(batch, settings, limit=limit)
            joined = set(zip(found.left.tolist(), found.right.tolist(), strict=True))
            row[f"{limit}: recall"] = len(wanted & joined) / len(wanted) if wanted else None
            row[f"{limit}: candidates"] = 2 * len(joined) / max(1, len(corpus.articles))
        rows.append(row)
    return Table(
        title="Candidates by how many of either document are kept",
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=("pairs: duplicates, contained and partial ones.",),
    )


def _labelled(corpus: Corpus, label: str) -> set[tuple[str, str]]:
    return {pair for pair, relation in corpus.labels.items() if relation == label}


def _shared_sample(batch: FingerprintBatch, a: int, b: int) -> int:
    offsets = batch.sample_offsets
    first, second = (batch.sample_hashes[offsets[i] : offsets[i + 1]] for i in (a, b))
    return len(np.intersect1d(first, second))
