"""What other tools make of the same texts, each with the threshold that suits it best on this very set."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Cell, Table, require
from benchmarks.relations_data import Corpus
from dupdetect.errors import MissingExtraError

__all__ = ["peer_table"]

Scored = dict[tuple[str, str], float]


def peer_table(corpus: Corpus) -> Table:
    """Score every pair with each tool that is installed; report the best threshold and the customary one."""
    texts = {article.id: article.text for article in corpus.articles}
    rows: list[dict[str, Cell]] = []
    missing = []
    for name, customary, tool in _tools():
        try:
            scores = tool(texts)
        except MissingExtraError:
            missing.append(name)
            continue
        best = max(np.arange(0.2, 1.0, 0.02).tolist(), key=lambda at: _f1(scores, at, corpus)[2])
        for label, at in (("best on this set", best), ("customary", customary)):
            precision, recall, f1 = _f1(scores, at, corpus)
            rows.append({"tool": name, "threshold": f"{at:.2f}, {label}", "P": precision, "R": recall, "F1": f1})
    notes = (f"not installed: {', '.join(missing)}",) if missing else ()
    return Table(
        title=f"Peers on {corpus.name}, the same extracted texts",
        columns=("tool", "threshold", "P", "R", "F1"),
        rows=tuple(rows),
        notes=notes,
        bars="F1",
    )


def _f1(scores: Scored, at: float, corpus: Corpus) -> tuple[float, float, float]:
    found = {pair for pair, score in scores.items() if score >= at}
    right = len(found & corpus.duplicates)
    return (
        right / max(1, len(found)),
        right / max(1, len(corpus.duplicates)),
        2 * right / max(1, len(found) + len(corpus.duplicates)),
    )


def _tools() -> Iterator[tuple[str, float, Callable[[dict[str, str]], Scored]]]:
    yield "datasketch, MinHash of words 3", 0.5, lambda texts: _datasketch(texts, 3)
    yield "datasketch, MinHash of words 5", 0.5, lambda texts: _datasketch(texts, 5)
    yield "rensa, MinHash of words 3", 0.5, _rensa
    yield "gaoya, MinHash of words 3", 0.5, _gaoya
    yield "simhash of words 3, 64 bits", 1 - 3 / 64, _simhash
    yield "rapidfuzz, token_set_ratio", 0.9, _rapidfuzz
    yield "scikit-learn, TF-IDF cosine of words 1–2", 0.9, _tfidf


def _shingles(text: str, size: int) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[at : at + size]) for at in range(max(1, len(words) - size + 1))}


def _agreement(ids: list[str], signatures: NDArray[np.generic]) -> Scored:
    scores: Scored = {}
    for at, id in enumerate(ids):
        shares = (signatures[at + 1 :] == signatures[at]).mean(axis=1)
        for other in np.flatnonzero(shares >= 0.15).tolist():
            scores[min(id, ids[at + 1 + other]), max(id, ids[at + 1 + other])] = float(shares[other])
    return scores


def _datasketch(texts: dict[str, str], size: int) -> Scored:
    module = require("datasketch", purpose="comparing with datasketch")
    signatures = []
    for text in texts.values():
        sketch = module.MinHash(num_perm=128, scheme="affine32")
        sketch.update_batch([shingle.encode() for shingle in _shingles(text, size)])
        signatures.append(sketch.hashvalues)
    return _agreement(list(texts), np.array(signatures))


def _rensa(texts: dict[str, str]) -> Scored:
    module = require("rensa", purpose="comparing with rensa")
    signatures = []
    for text in texts.values():
        sketch = module.RMinHash(num_perm=128, seed=42)
        sketch.update(sorted(_shingles(text, 3)))
        signatures.append(sketch.digest())
    return _agreement(list(texts), np.array(signatures))


def _gaoya(texts: dict[str, str]) -> Scored:
    module = require("gaoya.minhash", purpose="comparing with gaoya")
    ids = list(texts)
    index = module.MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=0.2,
        num_bands=42,  # with three rows each, so that its banding loses next to nothing from .4 on
        band_size=3,
        analyzer=lambda text: sorted(_shingles(text, 3)),
    )
    scores: Scored = {}
    for number, text in enumerate(texts.values()):
        for other, alike in index.query(text, return_similarity=True):
            scores[min(ids[number], ids[other]), max(ids[number], ids[other])] = float(alike)
        index.insert_document(number, text)
    return scores


def _simhash(texts: dict[str, str]) -> Scored:
    module = require("simhash", purpose="comparing with simhash")
    ids = list(texts)
    values = np.array([module.Simhash(sorted(_shingles(text, 3))).value for text in texts.values()], dtype=np.uint64)
    scores: Scored = {}
    for at, id in enumerate(ids):
        differing = np.unpackbits((values[at + 1 :] ^ values[at]).view(np.uint8).reshape(-1, 8), axis=1).sum(axis=1)
        for other in np.flatnonzero(differing <= 32).tolist():
            pair = min(id, ids[at + 1 + other]), max(id, ids[at + 1 + other])
            scores[pair] = 1 - float(differing[other]) / 64
    return scores


def _rapidfuzz(texts: dict[str, str]) -> Scored:
    process, fuzz = (require(f"rapidfuzz.{name}", purpose="comparing with rapidfuzz") for name in ("process", "fuzz"))
    ids = list(texts)
    words = [" ".join(re.findall(r"\w+", text.lower())) for text in texts.values()]
    matrix = process.cdist(words, words, scorer=fuzz.token_set_ratio, score_cutoff=50, dtype=np.uint8)
    return {
        (min(ids[a], ids[b]), max(ids[a], ids[b])): float(matrix[a, b]) / 100
        for a, b in combinations(range(len(ids)), 2)
        if matrix[a, b] >= 50
    }


def _tfidf(texts: dict[str, str]) -> Scored:
    module = require("sklearn.feature_extraction.text", purpose="comparing with TF-IDF")
    ids = list(texts)
    vectors = module.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts.values())
    products = (vectors @ vectors.T).tocoo()
    return {
        (min(ids[a], ids[b]), max(ids[a], ids[b])): float(value)
        for a, b, value in zip(products.row.tolist(), products.col.tolist(), products.data.tolist(), strict=True)
        if a < b and value >= 0.2
    }
