"""Candidate pairs to verdicts, by the very judge of a scan: small corpora of the articles that meet in a task."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dupdetect.compare import Thresholds
from dupdetect.integrations.spark.arrays import batch_of, text
from dupdetect.integrations.spark.pairing import LEFT, RIGHT, with_ends
from dupdetect.integrations.spark.stories import common_of
from dupdetect.io import pair_json
from dupdetect.model import Pair
from dupdetect.scan.records import unpack_article
from dupdetect.scan.shards import Corpus, MemoryShard
from dupdetect.scan.verify import CHUNK, Found, Judge
from dupdetect.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["END", "PAIRS", "PAIR_COLUMNS", "Judging", "Table", "verified"]

PAIRS = pa.schema(
    [
        ("a", pa.string()),
        ("b", pa.string()),
        ("left", pa.int64()),
        ("right", pa.int64()),
        ("relation", pa.string()),
        ("is_duplicate", pa.bool_()),
        ("score", pa.float64()),
        ("a_digest", pa.string()),
        ("b_digest", pa.string()),
        ("reasons", pa.string()),
        ("measures", pa.string()),
        ("passages", pa.string()),
    ]
)
"""As `dupdetect scan --pairs` writes Parquet (JSON in the last three), with both places and the whole score."""

PAIR_COLUMNS = (
    "a string, b string, left bigint, right bigint, relation string, is_duplicate boolean, score double, "
    "a_digest string, b_digest string, reasons string, measures string, passages string"
)

END = ("article", "digest", "common", "stories")
"""What is needed of an article to compare it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """What decides a verdict besides the texts.

    Parameters
    ----------
    settings : Settings
    thresholds : Thresholds
    stories : int
        How many there are.
    passages : bool
        Whether to work out what only readers need of the pairs that are reported.
    """

    settings: Settings
    thresholds: Thresholds
    stories: int
    passages: bool


class Table:
    """Some articles as the corpus of a judge, numbered in the order of their places.

    Parameters
    ----------
    ends : mapping
        Place → what is known of the article, by the names of `END`.
    judging : Judging
    """

    def __init__(self, ends: Mapping[int, Mapping[str, Any]], judging: Judging) -> None:
        self.places = sorted(ends)
        self.number_of = {place: number for number, place in enumerate(self.places)}
        rows = [ends[place] for place in self.places]
        self.articles = [unpack_article(row["article"]) for row in rows]
        self._digests = [row["digest"] for row in rows]
        columns: dict[str, NDArray[Any]] = {
            "tokens": np.zeros(len(rows), dtype=np.int64),  # only counted
            "digests": np.frombuffer(b"".join(self._digests), dtype=np.uint8).reshape(len(rows), -1),
        }
        self.corpus = Corpus([MemoryShard(self.articles, columns)])
        rarity = common_of(((row["common"], row["stories"]) for row in rows), judging.stories)
        self.judge = Judge(self.corpus, judging.settings, judging.thresholds, rarity, passages=judging.passages)

    def row(self, found: Found) -> tuple[Any, ...]:
        """Return a pair as a row of `PAIRS`."""
        left, right = self.articles[found.left], self.articles[found.right]
        digests = self._digests[found.left].hex(), self._digests[found.right].hex()
        told = pair_json(Pair(left=left.id, right=right.id, verdict=found.verdict), left, right, digests)
        told |= {
            "left": self.places[found.left],
            "right": self.places[found.right],
            "a": text(left.id),
            "b": text(right.id),
            "score": found.verdict.score,
        }
        for name in ("reasons", "measures", "passages"):
            told[name] = None if told[name] is None else text(json.dumps(told[name], ensure_ascii=False))
        return tuple(told[name] for name in PAIRS.names)


def verified(pairs: DataFrame, ends: DataFrame, judging: Judging, *, partitions: int) -> DataFrame:
    """Compare candidate pairs on their texts; return those that are reported, lazily.

    Parameters
    ----------
    pairs : DataFrame
        Columns `left` and `right`.
    ends : DataFrame
        What `frequencies_for` gave.
    judging : Judging
    partitions : int

    Returns
    -------
    DataFrame
        Columns of `PAIRS`.
    """
    met = with_ends(pairs, ends, END, partitions)
    return met.mapInArrow(partial(_judge, judging), PAIR_COLUMNS)


def _judge(judging: Judging, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, batch.num_rows, CHUNK):
            rows = batch.slice(start, CHUNK).to_pylist()
            ends: dict[int, dict[str, Any]] = {}
            for row in rows:
                for side, prefix in (("left", LEFT), ("right", RIGHT)):
                    ends.setdefault(row[side], {name: row[prefix + name] for name in END})
            table = Table(ends, judging)
            lefts, rights = ([table.number_of[row[side]] for row in rows] for side in ("left", "right"))
            yield batch_of([table.row(found) for found in table.judge.pairs(lefts, rights)], PAIRS)
