"""What an index finds, and at how many candidates a document: choices of bands and sample at 10³ to 10⁶ articles.

Labelled texts are hidden in a haystack of texts that read alike (`benchmarks.index_haystack`). The look-up is played
with arrays, key for key as `dupdetect.index` does it, so that one pass over the haystack serves all choices: only what
some query shares is kept.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Benchmark, Cell, Options, Table
from benchmarks.index_haystack import texts_like
from benchmarks.relations_data import Corpus, corpora
from dupdetect.errors import SettingsError
from dupdetect.fingerprint import Fingerprinter, band_keys
from dupdetect.fingerprint.sample import sampled_share, samples
from dupdetect.index.search import HOT_KEY, LEAST, TWO_HASHES, likeness, promising, rarity
from dupdetect.index.stories import HOT_HASH
from dupdetect.settings import Settings
from dupdetect.text import Shingles, shingle_batch

__all__ = ["BENCHMARK"]

LABELLED, ALIKE = "synth.dev", "real_carpentries.dev"
"""The set with the labels, and one of other publishers to make the haystack from."""

LIMIT, ALIGNED = 40, 8
BANDS = ((0, 1), (16, 8), (24, 5), (32, 4))
SAMPLES = ((16, 32), (8, 32), (8, 64), (4, 64))
RULES = ("any", "two", "rarity")
"""What makes a candidate, beside a shared band: any shared hash; two; what `dupdetect.index.search.promising` asks."""

SHOWN = [
    *((banding, (4, 64), "rarity") for banding in BANDS),
    *(((24, 5), sample, rule) for sample in SAMPLES for rule in RULES if (sample, rule) != ((4, 64), "rarity")),
]
CAPS = {"bands": HOT_KEY, "sample": HOT_HASH}

Hits = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class _Keys:
    """Keys of one kind: those of each query, and who in the haystack has one of them too.

    Parameters
    ----------
    keys : ndarray of int64
        All that some query has, ascending.
    of : list of ndarray
        Places in `keys` of each query's.
    found : list of (ndarray, ndarray)
        Place in `keys` and number of the document, in ascending order of numbers.
    """

    keys: NDArray[np.int64]
    of: list[NDArray[np.int64]]
    found: list[Hits]

    @classmethod
    def of_queries(cls, keys: NDArray[np.int64], owners: NDArray[np.int64], queries: int) -> _Keys:
        distinct, at = np.unique(keys, return_inverse=True)
        return cls(distinct, [np.unique(at[owners == query]) for query in range(queries)], [])

    def look(self, keys: NDArray[np.int64], docs: NDArray[np.int64]) -> None:
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        hit = self.keys[at] == keys
        self.found.append((at[hit], docs[hit]))

    def postings(self, numbers: NDArray[np.int64], own: Hits, size: int, cap: int) -> list[NDArray[np.int64]]:
        """Return the documents of each key, the first `cap` of them, at an index of `size` articles."""
        at = np.concatenate([own[0], *(places for places, _ in self.found)])
        docs = np.concatenate([numbers[own[1]], *(docs << 16 for _, docs in self.found)])
        kept = docs < size << 16
        order = np.lexsort((docs[kept], at[kept]))
        at, docs = at[kept][order], docs[kept][order]
        return [one[:cap] for one in np.split(docs, np.searchsorted(at, np.arange(1, len(self.keys))))]


def _cut(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    return (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _fingerprints(chunks: Sequence[Shingles]) -> Iterator[tuple[object, NDArray[np.int64], NDArray[np.int64]]]:
    """Yield (kind of key, keys, owners) for every banding and every sample."""
    batch = Fingerprinter().fingerprint_shingles(chunks)
    for many, deep in BANDS:
        if many:
            keys = band_keys(batch.signatures, Settings(bands=many, rows=deep))
            owners = np.repeat(np.arange(len(batch)), many)
            yield (many, deep), _cut(keys).ravel()[keys.ravel() > 0], owners[keys.ravel() > 0]
    hashes = np.concatenate([chunk.hashes for chunk in chunks])
    offsets = np.concatenate([[0], np.cumsum(batch.shingles)])
    for rate, floor in SAMPLES:
        sample, places = samples(hashes, offsets, Settings(sample_rate=rate, sample_floor=floor))
        yield ("sample", rate, floor), _cut(sample), np.repeat(np.arange(len(batch)), np.diff(places))


class _Look:
    """The labelled texts as queries, and what of the haystack they share keys with."""

    def __init__(self, corpus: Corpus, haystack: Iterator[list[str]]) -> None:
        chunks = [chunk for _, chunk in shingle_batch([one.text for one in corpus.articles], Settings())]
        self.queries = len(corpus.articles)
        self.tokens = np.concatenate([np.diff(chunk.token_offsets) for chunk in chunks])
        own_shingles = np.concatenate([np.diff(chunk.offsets) for chunk in chunks])
        self.kinds: dict[object, _Keys] = {}
        self.own: dict[object, Hits] = {}
        for kind, keys, owners in _fingerprints(chunks):
            made = _Keys.of_queries(keys, owners, self.queries)
            self.kinds[kind] = made
            self.own[kind] = (np.searchsorted(made.keys, keys), owners)
        sizes = [np.empty(0, dtype=np.int64)]
        first = 0
        for texts in haystack:
            chunks = [chunk for _, chunk in shingle_batch(texts, Settings())]
            for kind, keys, owners in _fingerprints(chunks):
                self.kinds[kind].look(keys, owners + first)
            sizes += [np.diff(chunk.offsets) for chunk in chunks]
            first += len(texts)
        self.shingles = np.concatenate(sizes)
        self.own_shingles = own_shingles
        # A labelled text stands somewhere among the haystack, behind the article of the same number.
        self.places = np.random.default_rng(1).random(self.queries)

    def ranked(
        self, size: int, banding: tuple[int, int], sample: tuple[int, int], rule: str
    ) -> Iterator[NDArray[np.int64]]:
        """Yield of each query what it finds, the strongest first: numbers of queries, -1 for the haystack's."""
        numbers = ((self.places * size).astype(np.int64) << 16) | np.arange(1, self.queries + 1)
        kind = ("sample", *sample)
        hashes = self.kinds[kind].postings(numbers, self.own[kind], size, CAPS["sample"])
        bands: list[NDArray[np.int64]] = []
        settings = Settings(sample_rate=sample[0], sample_floor=sample[1])
        if banding[0]:
            settings = replace(settings, bands=banding[0], rows=banding[1])
            bands = self.kinds[banding].postings(numbers, self.own[banding], size, CAPS["bands"])
        for query in range(self.queries):
            lists = [hashes[place] for place in self.kinds[kind].of[query]]
            lengths = [len(one) for one in lists]
            docs = np.concatenate([_NONE, *lists])
            more = np.concatenate(
                [_NONE, *(bands[place] for place in (self.kinds[banding].of[query] if bands else ()))]
            )
            there = np.union1d(docs, more)
            at = np.searchsorted(there, docs)
            shared = np.bincount(at, minlength=len(there))
            weight = np.bincount(at, weights=rarity(np.repeat(lengths, lengths)), minlength=len(there))
            by_band = np.bincount(np.searchsorted(there, more), minlength=len(there))
            labelled = (there & 0xFFFF) - 1
            sizes = np.where(labelled < 0, self.shingles[there >> 16], self.own_shingles[labelled])
            own = int(self.own_shingles[query])
            share = sampled_share(np.maximum(sizes, own), settings)
            comparable = np.minimum(sizes, own) * share
            least = LEAST if own < settings.sample_floor else TWO_HASHES
            enough = {
                "any": shared > 0,
                "two": shared >= 2,
                "rarity": promising(shared, weight, comparable, least),
            }[rule]
            worth = np.flatnonzero(((by_band > 0) | enough) & (there != numbers[query]))
            strength = likeness(weight, comparable, by_band, settings)
            yield labelled[worth[np.lexsort((there[worth], -strength[worth]))]]


_NONE = np.empty(0, dtype=np.int64)


def _row(
    look: _Look, corpus: Corpus, size: int, choice: tuple[tuple[int, int], tuple[int, int], str]
) -> dict[str, Cell]:
    places = {article.id: place for place, article in enumerate(corpus.articles)}
    ranked = list(look.ranked(size, *choice))
    found = [{int(one): rank for rank, one in enumerate(each) if one >= 0} for each in ranked]

    def recall(label: Sequence[str], limit: int, least: int = 0) -> float:
        """Return how many pairs of texts of `least` words either way are found, each from its longer and shorter."""
        hits = [
            found[query].get(other, limit) < limit
            for pair, relation in corpus.labels.items()
            if relation in label and min(look.tokens[places[id]] for id in pair) >= least
            for query, other in ((places[pair[0]], places[pair[1]]), (places[pair[1]], places[pair[0]]))
        ]
        return float(np.mean(hits))

    (many, deep), (rate, floor), rule = choice
    return {
        "articles": size,
        "bands": f"{many} × {deep}" if many else "none",
        "sample": f"1/{rate}, {floor} and more",
        "asked": rule,
        "duplicates": recall(("identical", "near"), LIMIT),
        "contained": recall(("contained",), LIMIT),
        "… ≥ 20 words": recall(("contained",), LIMIT, 20),
        "… first 8": recall(("contained",), ALIGNED, 20),
        "candidates": float(np.mean([len(one) for one in ranked])),
        "p99": float(np.percentile([len(one) for one in ranked], 99)),
        "kept": float(np.mean([min(LIMIT, len(one)) for one in ranked])),
    }


def _measure(options: Options) -> Iterator[Table]:
    sizes = (1_000,) if options.quick else (1_000, 100_000, 1_000_000)
    folder = next(iter(options.data), None)
    if folder is None:
        raise SettingsError(
            "index-candidates needs labelled texts: --data FOLDER with synth.dev.docs.jsonl.gz and others"
        )
    (corpus,) = (one for one in corpora(folder, html=False) if one.name == LABELLED)
    look = _Look(corpus, texts_like(_running(folder), sizes[-1]))
    rows = [_row(look, corpus, size, choice) for size in sizes for choice in SHOWN]
    yield Table(
        title=f"Candidates of {len(corpus.articles)} labelled texts in a haystack that reads alike",
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=(
            f"Recall of labelled pairs, from either side, among the {LIMIT} strongest candidates, and the {ALIGNED}.",
            "asked, where no band is shared: any hash of the sample; two; rarity (dupdetect.index.search.promising).",
            "candidates: all, before the limit; kept: within it. The rarity of a hash is counted in articles here.",
            f"A band key is followed to {CAPS['bands']} articles, a sample hash to {CAPS['sample']}.",
        ),
    )


def _running(folder: Path) -> list[str]:
    """Return texts to make the haystack of."""
    with gzip.open(folder / f"{ALIKE}.docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


BENCHMARK = Benchmark(
    name="index-candidates",
    summary="recall and candidates a document at 10³ to 10⁶ articles, for choices of bands and sample",
    measure=_measure,
)
