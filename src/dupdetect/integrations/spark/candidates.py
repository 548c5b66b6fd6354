"""Candidate pairs: bands, samples and digests meet in buckets, and each article keeps its strongest pairs.

The rules are those of `dupdetect.scan.join`. What differs is how keys come together: packed by bucket, shuffled, met
(`dupdetect.integrations.spark.meeting`), and what each pair shares added up by a second shuffle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.window import Window

from dupdetect.fingerprint import band_keys
from dupdetect.fingerprint.sample import sampled_share
from dupdetect.integrations.spark.arrays import batch_of, bucket_of, buckets_for, groups, packed, split, unpacked
from dupdetect.integrations.spark.meeting import CHAIN, HOT, counted, meet_in_bucket, part_of
from dupdetect.scan.join import HOT_HASH, HOT_KEY, LIMIT, MIN_SHARED_SAMPLE, MIN_SHARED_SHARE, SHIFTS, SMALL, rated
from dupdetect.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dupdetect.integrations.spark.folder import Folder

__all__ = ["Candidates", "candidates_of"]

_PART = 1 << 15
"""Documents whose keys are packed together at most."""
_MIX = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio: the sample's hashes are small, their multiples are everywhere (Knuth, TAOCP 3, 6.4)."""
_PLACES = 1 << 33
"""Places that `monotonically_increasing_id` gives one partition."""
_SHORT = 1 << 48
"""Added to what a pair shares if one of the two is so short that a single shared hash may do."""
_HOT_KEYS = -1
"""In the place of a document: the row says how many keys are hot."""

_PACKED = pa.schema(
    [
        ("bucket", pa.int64()),
        ("kind", pa.int64()),
        ("keys", pa.binary()),
        ("owners", pa.binary()),
        ("hot", pa.binary()),
        ("chain", pa.binary()),
    ]
)
_PACKED_COLUMNS = "bucket bigint, kind bigint, keys binary, owners binary, hot binary, chain binary"
_MET = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("shared", pa.int64())])
_MET_COLUMNS = "left bigint, right bigint, shared bigint"
_RATED = pa.schema([("left", pa.int64()), ("right", pa.int64()), ("strength", pa.float64())])
_RATED_COLUMNS = "left bigint, right bigint, strength double"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Pairs worth comparing.

    Parameters
    ----------
    pairs : DataFrame
        Columns `left` and `right` (places), `strength`.
    count : int
        How many.
    left_out : int
        Pairs beyond the limit of candidates an article.
    hot_keys : int
        Keys that so many articles share that they were followed from each to its next neighbour only.
    """

    pairs: DataFrame
    count: int
    left_out: int
    hot_keys: int


def candidates_of(
    articles: DataFrame, folder: Folder, settings: Settings, *, since: int, hot_key: int = HOT_KEY, limit: int = LIMIT
) -> Candidates:
    """Find the candidate pairs of articles.

    Parameters
    ----------
    articles : DataFrame
        `dupdetect.integrations.spark.reading.ARTICLES` and `place`, of a table that `placed` made; no failures.
    folder : Folder
    settings : Settings
    since : int
        Pairs of two articles before this place were looked for by an earlier run.
    hot_key, limit : int
        See `dupdetect.scan.join`.
    """
    sized = articles.agg(F.count("*"), F.sum(F.length("sample"))).first()
    count, sample_bytes = (0, 0) if sized is None else (sized[0], sized[1] or 0)
    bits = buckets_for(sample_bytes // 8 + count * (settings.bands + 1))
    hot = (hot_key if count <= SMALL else min(hot_key, HOT_HASH), hot_key, hot_key)
    fingerprints = articles.select("place", "tokens", "shingles", "digest", "signature", "sample")
    met = folder.keep(
        "met",
        fingerprints.mapInArrow(partial(_pack, settings, hot, bits), _PACKED_COLUMNS)
        .repartition("bucket")
        .sortWithinPartitions("bucket", "kind")
        .mapInArrow(partial(_meet, hot, since), _MET_COLUMNS),
    )
    shared = met.where(F.col("left") != _HOT_KEYS).groupBy("left", "right").agg(F.sum("shared").alias("shared"))
    # Most pairs share a single hash, which is chance; where it may do, _SHORT was added.
    maybe = shared.where(F.col("shared") >= MIN_SHARED_SAMPLE)
    sizes = articles.select("place", "shingles", (F.length("sample") / 8).cast("bigint").alias("sampled"))
    rows = maybe
    for side in ("left", "right"):
        of = sizes.select(*(F.col(name).alias(f"{side}_{name}") for name in sizes.columns))
        rows = rows.join(of, F.col(side) == F.col(f"{side}_place"))
    found = folder.keep("rated", rows.mapInArrow(partial(_rate, settings), _RATED_COLUMNS))
    chosen = folder.keep("candidates", _strongest(found, limit))
    kept = chosen.count()
    hot_keys = met.where(F.col("left") == _HOT_KEYS).agg(F.sum("shared")).first()
    return Candidates(
        pairs=chosen,
        count=kept,
        left_out=found.count() - kept,
        hot_keys=0 if hot_keys is None else hot_keys[0] or 0,
    )


def _strongest(pairs: DataFrame, limit: int) -> DataFrame:
    """Return the pairs that are among the strongest `limit` of either article."""
    ends = pairs.select("*", F.explode(F.array("left", "right")).alias("end"))
    by_strength = Window.partitionBy("end").orderBy(F.col("strength").desc(), "left", "right")
    ranked = ends.withColumn("rank", F.row_number().over(by_strength)).where(F.col("rank") <= limit)
    return ranked.select("left", "right", "strength").distinct()


def _pack(
    settings: Settings, hot: tuple[int, int, int], bits: int, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for part in _consecutive(batches):
        for kind, (keys, owners) in enumerate(_keys(part, settings)):
            packed_part = part_of(keys, owners, hot[kind])
            # Keys ascend, and so do their buckets.
            arrays = {
                "keys": (packed_part.keys, packed_part.keys),
                "owners": (packed_part.keys, packed_part.owners),
                "hot": (packed_part.hot["key"], packed_part.hot),
                "chain": (packed_part.chain_keys, packed_part.chain),
            }
            cells: dict[int, dict[str, bytes]] = {}
            for name, (sorted_keys, values) in arrays.items():
                for bucket, where in split(bucket_of(sorted_keys, bits)):
                    cells.setdefault(bucket, {})[name] = packed(values[where])
            rows = [(bucket, kind, *map(cell.get, arrays)) for bucket, cell in cells.items()]
            yield batch_of(rows, _PACKED)


def _consecutive(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield runs of documents such that no other task's documents lie between two of a run."""
    waiting: list[pa.RecordBatch] = []
    last, rows = -1, 0
    for batch in batches:
        if not batch.num_rows:
            continue
        places = batch["place"].to_numpy()
        apart = (places[1:] // _PLACES != places[:-1] // _PLACES) | (places[1:] < places[:-1])
        starts = [0, *(np.flatnonzero(apart) + 1).tolist()]
        for start, end in zip(starts, [*starts[1:], len(places)], strict=True):
            first = int(places[start])
            if waiting and (first // _PLACES != last // _PLACES or first < last or rows >= _PART):
                yield pa.Table.from_batches(waiting)
                waiting, rows = [], 0
            waiting.append(batch.slice(start, end - start))
            last, rows = int(places[end - 1]), rows + end - start
    if waiting:
        yield pa.Table.from_batches(waiting)


def _keys(part: pa.Table, settings: Settings) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int64]]]:
    """Yield the keys of sample, bands and digest, spread evenly, and whose each is: twice the place, and 1 if short."""
    shingles = part["shingles"].to_numpy()
    samples = part["sample"].to_pylist()
    sizes = np.array([len(sample) // 8 for sample in samples], dtype=np.int64)
    distinct = sizes / sampled_share(shingles, settings)
    # One shared hash is enough of 1 / MIN_SHARED_SHARE comparable ones, and a sample keeps 1 / sample_rate and more.
    short = distinct <= 1.001 * settings.sample_rate / MIN_SHARED_SHARE
    marked = part["place"].to_numpy() * 2 + short
    yield unpacked(samples, "<u8") * _MIX, np.repeat(marked, sizes)
    signatures = unpacked(part["signature"].to_pylist(), "<u4").reshape(len(marked), -1)
    bands = band_keys(signatures, settings).ravel()
    yield bands[bands > 0] * _MIX, np.repeat(marked, settings.bands)[bands > 0]
    told = part["tokens"].to_numpy() > 0
    digests = unpacked(part["digest"].to_pylist(), "<u8").reshape(len(marked), 2)[:, 0]
    yield digests[told] * _MIX, marked[told]


def _meet(hot: tuple[int, int, int], since: int, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for (_, kind), rows in groups(batches, "bucket", "kind"):
        keys, owners, folded, chain = (
            unpacked(rows[name].to_pylist(), dtype)
            for name, dtype in (("keys", "<u8"), ("owners", "<i8"), ("hot", HOT), ("chain", CHAIN))
        )
        met, hot_keys = meet_in_bucket(keys, owners, folded, hot[kind])
        for pairs in (chain, *met):
            pairs = pairs[pairs["right"] >= 2 * since]
            left, right, times = counted(pairs)
            yield pa.RecordBatch.from_arrays(
                [
                    pa.array(left >> 1),
                    pa.array(right >> 1),
                    pa.array((times << SHIFTS[kind]) + ((left | right) & 1) * _SHORT),
                ],
                schema=_MET,
            )
        if hot_keys:
            yield batch_of([(_HOT_KEYS, _HOT_KEYS, hot_keys)], _MET)


def _rate(settings: Settings, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        column = {name: batch[name].to_numpy() for name in batch.schema.names}
        left, right = (sampled_share(column[f"{side}_shingles"], settings) for side in ("left", "right"))
        distinct = column["left_sampled"] / left, column["right_sampled"] / right
        worth, strength = rated(column["shared"] % _SHORT, (left, right), distinct, settings=settings)
        yield pa.RecordBatch.from_arrays(
            [pa.array(column["left"][worth]), pa.array(column["right"][worth]), pa.array(strength[worth])],
            schema=_RATED,
        )
