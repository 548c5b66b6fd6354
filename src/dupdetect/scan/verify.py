"""Candidate pairs to verdicts: each read, gated by what the shingle sets share, and compared on the texts."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare import Comparator, Prepared, Thresholds
from dupdetect.compare.evidence import RARE
from dupdetect.compare.features import rarity_weights
from dupdetect.model import Article, Rarity, Relation, Verdict
from dupdetect.scan.records import pack_verdict, unpack_verdict
from dupdetect.scan.shards import Corpus
from dupdetect.settings import Settings
from dupdetect.text.shingles import distinct_shingles

__all__ = ["CHUNK", "SILENT", "Found", "Judge", "read_found", "write_found"]

CHUNK = 1_000
"""Pairs that are verified, written and, after an interruption, skipped together."""

_KEPT_TOKENS = 1 << 21
"""Tokens of prepared texts that are kept for the next pair: some 150 MB."""

SILENT = (Relation.DISTINCT, Relation.UNDECIDED)
"""Relations that are not reported."""


class Found(NamedTuple):
    """A pair that is reported: places, left before right, and the verdict."""

    left: int
    right: int
    verdict: Verdict


class _Bag(NamedTuple):
    """The shingle set of a text, weighted."""

    shingles: NDArray[np.uint64]
    weights: NDArray[np.float64]
    weight: float


class Judge:
    """Compares articles by their places.

    Parameters
    ----------
    corpus : Corpus
    settings : Settings
    thresholds : Thresholds, optional
    rarity : Rarity
    passages : bool
        Whether to work out what only readers need of the pairs that are reported.
    """

    def __init__(
        self,
        corpus: Corpus,
        settings: Settings,
        thresholds: Thresholds | None,
        rarity: Rarity,
        *,
        passages: bool = True,
    ) -> None:
        self._corpus, self._settings, self._rarity, self._passages = corpus, settings, rarity, passages
        self._comparator = Comparator(settings=settings, thresholds=thresholds, rarity=rarity)
        self._prepared: OrderedDict[int, Prepared] = OrderedDict()
        self._tokens = 0

    def pair(self, left: int, right: int) -> Found:
        """Judge one pair."""
        left, right = sorted((left, right))
        missing = [place for place in (left, right) if place not in self._prepared]
        articles = dict(zip(missing, self._corpus.articles(missing), strict=True))
        return self._related(left, right, articles)

    def pairs(self, lefts: Sequence[int], rights: Sequence[int]) -> Iterator[Found]:
        """Judge pairs; yield those that are neither DISTINCT nor UNDECIDED, in their order."""
        places = np.unique(np.concatenate([np.asarray(lefts, np.int64), np.asarray(rights, np.int64)])).tolist()
        articles = dict(zip(places, self._corpus.articles(places), strict=True))
        digests = dict(zip(places, self._corpus.digest_keys[places].tolist(), strict=True))
        bags = {}
        for place, own in zip(
            places, distinct_shingles([articles[place].text for place in places], self._settings), strict=True
        ):
            weights = rarity_weights(own, self._rarity)
            bags[place] = _Bag(own, weights, float(weights.sum()))
        for left, right in zip(lefts, rights, strict=True):
            # A text costs ten times as much to prepare as its shingles, and most candidates share a few of them only.
            if digests[left] == digests[right] or self._worth_aligning(bags[left], bags[right]):
                found = self._related(left, right, articles)
                if found.verdict.relation not in SILENT:
                    yield found

    def _worth_aligning(self, left: _Bag, right: _Bag) -> bool:
        """Return what `dupdetect.compare.verdict.worth_aligning` says of the two; a test holds them equal."""
        few, many = (left, right) if len(left.shingles) <= len(right.shingles) else (right, left)
        if not len(few.shingles):
            return False
        at = np.searchsorted(many.shingles, few.shingles)
        at[at == len(many.shingles)] = 0
        weights = few.weights[many.shingles[at] == few.shingles]
        most = min(1.0, float(weights.sum()) / min(left.weight, right.weight))
        thresholds = self._comparator.thresholds
        return most >= thresholds.gate_containment or int(np.count_nonzero(weights >= RARE)) >= thresholds.gate_shared

    def _related(self, left: int, right: int, articles: dict[int, Article]) -> Found:
        one, other = (self._prepare(place, articles) for place in (left, right))
        verdict = self._comparator.relate(one, other, passages=self._passages, silent=SILENT)
        return Found(left, right, verdict)

    def _prepare(self, place: int, articles: dict[int, Article]) -> Prepared:
        if place in self._prepared:
            self._prepared.move_to_end(place)
            return self._prepared[place]
        prepared = self._comparator.prepare(articles[place])
        self._prepared[place] = prepared
        self._tokens += len(prepared)
        while self._tokens > _KEPT_TOKENS and len(self._prepared) > 1:
            self._tokens -= len(self._prepared.popitem(last=False)[1])
        return prepared


def write_found(path: Path, found: Iterable[Found]) -> None:
    """Write reported pairs, a line each."""
    with path.open("w", encoding="ascii") as out:
        for left, right, verdict in found:
            out.write(
                json.dumps([left, right, pack_verdict(verdict)], ensure_ascii=False, separators=(",", ":")) + "\n"
            )


def read_found(path: Path) -> Iterator[Found]:
    """Yield the pairs that `write_found` wrote."""
    with path.open(encoding="ascii") as lines:
        for line in lines:
            left, right, row = json.loads(line)
            yield Found(left, right, unpack_verdict(row))
