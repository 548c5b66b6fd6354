"""Candidate pairs to verdicts: each read, gated by what the shingle sets share, and compared on the texts."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dupdetect.compare import Comparator, Prepared, Thresholds
from dupdetect.compare.evidence import overlap
from dupdetect.compare.gate import bags_of
from dupdetect.compare.kin import MOST, Kin, kin_of
from dupdetect.compare.questions import worth_aligning
from dupdetect.model import Rarity, Relation, Verdict
from dupdetect.scan.records import pack_verdict, unpack_verdict
from dupdetect.scan.shards import Corpus
from dupdetect.settings import Settings
from dupdetect.text.shingles import distinct_shingles

__all__ = ["CHUNK", "SILENT", "Found", "Judge", "read_found", "write_found"]

CHUNK = 1_000
"""Pairs that are verified, written and, after an interruption, skipped together."""

_KEPT_TOKENS = 1 << 21
"""Tokens of prepared texts that are kept for the next pair: some 150 MB."""

_LETTERS_TOGETHER = 1 << 18
"""Code points of the texts that are prepared at once."""

SILENT = (Relation.DISTINCT, Relation.UNDECIDED)
"""Relations that are not reported."""


class Found(NamedTuple):
    """A pair that is reported: places, left before right, and the verdict."""

    left: int
    right: int
    verdict: Verdict


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

    def pair(self, left: int, right: int, kin: Kin | None = None) -> Found:
        """Judge one pair, by what is much like both if that is known."""
        left, right = sorted((left, right))
        self._prepare([left, right])
        return self._related(left, right, kin)

    def varies(self, left: int, right: int, kin: Kin) -> bool:
        """Whether two duplicates are none beside their kin."""
        self._prepare([left, right])
        return self._comparator.varies(self._prepared[left], self._prepared[right], kin)

    def kin(self, places: Sequence[int]) -> Kin | None:
        """Return articles as each other's kin; None where too few of them differ."""
        # One of each digest: of a text that a million sites copied, a million need not be read.
        digests = self._corpus.digest_keys[places].tolist()
        different = list(dict(zip(reversed(digests), reversed(places), strict=True)).values())
        return kin_of(distinct_shingles(self._corpus.texts(sorted(different)[:MOST]), self._settings))

    def pairs(self, lefts: Sequence[int], rights: Sequence[int]) -> Iterator[Found]:
        """Judge pairs; yield those that are neither DISTINCT nor UNDECIDED, in their order."""
        places = np.unique(np.concatenate([np.asarray(lefts, np.int64), np.asarray(rights, np.int64)])).tolist()
        texts = dict(zip(places, self._corpus.texts(places), strict=True))
        # A text costs ten times as much to prepare as its shingles, and most candidates share a few of them only.
        for pairs in _together(self._worth_aligning(lefts, rights, texts), texts):
            self._prepare(sorted({place for pair in pairs for place in pair}))
            for left, right in pairs:
                found = self._related(left, right)
                if found.verdict.relation not in SILENT:
                    yield found

    def _worth_aligning(
        self, lefts: Sequence[int], rights: Sequence[int], texts: dict[int, str]
    ) -> list[tuple[int, int]]:
        """Return the pairs of which `dupdetect.compare.questions.worth_aligning` says so, or that are equal."""
        digests = dict(zip(texts, self._corpus.digest_keys[list(texts)].tolist(), strict=True))
        shingles = list(distinct_shingles(list(texts.values()), self._settings))
        bags = dict(zip(texts, bags_of(shingles, self._rarity), strict=True))
        return [
            (left, right)
            for left, right in zip(lefts, rights, strict=True)
            if digests[left] == digests[right]
            or worth_aligning(overlap(bags[left], bags[right]), self._comparator.thresholds)
        ]

    def _related(self, left: int, right: int, kin: Kin | None = None) -> Found:
        one, other = self._prepared[left], self._prepared[right]
        verdict = self._comparator.relate(one, other, passages=self._passages, silent=SILENT, kin=kin)
        return Found(left, right, verdict)

    def _prepare(self, places: Sequence[int]) -> None:
        """Have these texts prepared."""
        missing = [place for place in places if place not in self._prepared]
        fresh = self._comparator.prepare_batch(self._corpus.articles(missing))
        self._prepared.update(zip(missing, fresh, strict=True))
        self._tokens += sum(map(len, fresh))
        for place in places:
            self._prepared.move_to_end(place)
        while self._tokens > _KEPT_TOKENS and len(self._prepared) > len(places):
            self._tokens -= len(self._prepared.popitem(last=False)[1])


def _together(pairs: Iterable[tuple[int, int]], texts: dict[int, str]) -> Iterator[list[tuple[int, int]]]:
    """Yield pairs whose texts are prepared together."""
    some: list[tuple[int, int]] = []
    letters = 0
    for pair in pairs:
        some.append(pair)
        letters += sum(len(texts[place]) for place in pair)
        if letters >= _LETTERS_TOGETHER:
            yield some
            some, letters = [], 0
    yield some


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
