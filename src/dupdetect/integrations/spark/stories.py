"""In how many stories each shingle stands: what is common is weak evidence. The rules are a scan's.

The counts of a corpus are too many for one machine's memory. So they are a table, sorted into buckets by hash, and each
article is told the counts of its own shingles before it is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import functions as F  # noqa: N812

from dupdetect.compare.gate import COMMON_FROM
from dupdetect.compare.rarity import Frequencies, count_common, one_story
from dupdetect.integrations.spark.arrays import batch_of, bucket_of, buckets_for, groups, packed, split, unpacked
from dupdetect.integrations.spark.components import components
from dupdetect.integrations.spark.pairing import with_ends
from dupdetect.scan.frequencies import same_story
from dupdetect.scan.join import SMALL
from dupdetect.scan.records import unpack_text
from dupdetect.settings import Settings
from dupdetect.text.shingles import distinct_shingles

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dupdetect.integrations.spark.candidates import Candidates
    from dupdetect.integrations.spark.folder import Folder

__all__ = ["FREQUENCIES", "common_of", "count_stories", "frequencies_for"]

FREQUENCIES = "shingle bigint, stories bigint"
"""The table: a shingle's hash, its 64 bits read with a sign, and in how many stories it stands, two and more."""

_AT_ONCE = 500
_CHUNK = pa.schema([("bucket", pa.int64()), ("hashes", pa.binary()), ("owners", pa.binary())])
_CHUNK_COLUMNS = "bucket bigint, hashes binary, owners binary"
_EDGES = pa.schema([("left", pa.int64()), ("right", pa.int64())])
_COMMON = pa.schema([("place", pa.int64()), ("shingles", pa.binary()), ("stories", pa.binary())])
_COMMON_COLUMNS = "place bigint, shingles binary, stories binary"


def count_stories(
    articles: DataFrame, candidates: Candidates, folder: Folder, settings: Settings, *, count: int, partitions: int
) -> tuple[DataFrame, int]:
    """Count in how many stories each shingle stands; keep the table.

    Up to `dupdetect.scan.join.SMALL` articles all are counted, and what is one story is told from their shingles.
    Beyond, those of candidate pairs are counted, and their signatures tell.

    Parameters
    ----------
    articles : DataFrame
    candidates : Candidates
        Of these articles.
    folder : Folder
    settings : Settings
    count : int
        How many articles there are.
    partitions : int

    Returns
    -------
    frequencies : DataFrame
        See `FREQUENCIES`.
    stories : int
        How many there are.
    """
    exact = count <= SMALL
    columns = ["article"] if exact else ["signature", "shingles"]
    met = with_ends(candidates.pairs, articles, columns, partitions)
    tell = partial(_same_text, settings) if exact else _same_signature
    same = folder.keep("same-story", met.mapInArrow(tell, "left bigint, right bigint"))
    stories = components(same, folder, "stories")
    if not exact:
        articles = articles.join(_places(candidates.pairs), "place", "left_semi")
    named = (
        articles.join(stories.withColumnRenamed("node", "place"), "place", "left")
        .select("place", "article", F.coalesce("component", "place").alias("story"))
        .repartition(partitions, "place")
    )
    bits = _bits(articles)
    counted = (
        named.mapInArrow(partial(_shingles, settings, bits, "story"), _CHUNK_COLUMNS)
        .repartition("bucket")
        .sortWithinPartitions("bucket")
        .mapInArrow(_count, FREQUENCIES)
    )
    table = folder.result("frequencies", counted)
    return table, named.select("story").distinct().count()


def frequencies_for(
    places: DataFrame, articles: DataFrame, frequencies: DataFrame, settings: Settings, *, partitions: int
) -> DataFrame:
    """Return what each article must know to be compared: the counts of those of its shingles that are common.

    Parameters
    ----------
    places : DataFrame
        Column `place`: articles that are compared.
    articles : DataFrame
    frequencies : DataFrame
        See `FREQUENCIES`.
    settings : Settings
    partitions : int

    Returns
    -------
    DataFrame
        The articles of `places`, with lists of packed arrays `common` and `stories`; null where nothing is common.
    """
    wanted = articles.join(places, "place", "left_semi")
    bits = _bits(wanted)
    nothing = F.lit(None).cast("binary")
    # Shingles of up to COMMON_FROM stories weigh as if they were unknown.
    counts = frequencies.where(F.col("stories") > COMMON_FROM).select(
        (F.shiftrightunsigned("shingle", 64 - bits) if bits else F.lit(0)).cast("bigint").alias("bucket"),
        nothing.alias("hashes"),
        nothing.alias("owners"),
        "shingle",
        "stories",
    )
    asking = (
        wanted.select("place", "article")
        .repartition(partitions, "place")
        .mapInArrow(partial(_shingles, settings, bits, "place"), _CHUNK_COLUMNS)
    )
    none = F.lit(None).cast("bigint")
    told = (
        asking.select("*", none.alias("shingle"), none.alias("stories"))
        .union(counts)
        .repartition("bucket")
        .sortWithinPartitions("bucket")
        .mapInArrow(_tell, _COMMON_COLUMNS)
        .groupBy("place")
        .agg(F.collect_list("shingles").alias("common"), F.collect_list("stories").alias("stories"))
    )
    return wanted.join(told, "place", "left")


def common_of(rows: Iterable[tuple[list[bytes] | None, list[bytes] | None]], stories: int) -> Frequencies:
    """Return the frequencies that some articles know together, from their `common` and `stories`."""
    shingles, counts = [], []
    for common, stands in rows:
        shingles += common or []
        counts += stands or []
    distinct, first = np.unique(unpacked(shingles, "<u8"), return_index=True)
    return Frequencies(distinct, unpacked(counts, "<i8")[first], stories)


def _places(pairs: DataFrame) -> DataFrame:
    return pairs.select(F.explode(F.array("left", "right")).alias("place")).distinct()


def _bits(articles: DataFrame) -> int:
    row = articles.agg(F.sum("shingles")).first()
    return buckets_for(0 if row is None else row[0] or 0)


def _distinct(articles: Iterable[bytes], settings: Settings) -> list[NDArray[np.uint64]]:
    return list(distinct_shingles([unpack_text(article) for article in articles], settings))


def _same_text(settings: Settings, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        left, right = batch["left"].to_pylist(), batch["right"].to_pylist()
        texts = dict(zip(left, batch["left_article"].to_pylist(), strict=True))
        texts |= dict(zip(right, batch["right_article"].to_pylist(), strict=True))
        bags = dict(zip(texts, _distinct(texts.values(), settings), strict=True))
        yield batch_of(
            [ends for ends in zip(left, right, strict=True) if one_story(*map(bags.__getitem__, ends))], _EDGES
        )


def _same_signature(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        if batch.num_rows:
            one, other = (
                unpacked(batch[f"{side}_signature"].to_pylist(), "<u4").reshape(batch.num_rows, -1)
                for side in ("left", "right")
            )
            a, b = (batch[f"{side}_shingles"].to_numpy() for side in ("left", "right"))
            yield batch.select(["left", "right"]).filter(pa.array(same_story(one, other, a, b)))


def _shingles(settings: Settings, bits: int, owner: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Pack the distinct shingles of articles by bucket, with the owner of each."""
    for batch in batches:
        for start in range(0, batch.num_rows, _AT_ONCE):
            part = batch.slice(start, _AT_ONCE)
            distinct = _distinct(part["article"].to_pylist(), settings)
            hashes = np.concatenate([np.empty(0, dtype=np.uint64), *distinct])
            owners = np.repeat(part[owner].to_numpy(), [len(one) for one in distinct])
            buckets = bucket_of(hashes, bits)
            order = np.argsort(buckets, kind="stable")
            hashes, owners = hashes[order], owners[order]
            yield batch_of(
                [(bucket, packed(hashes[where]), packed(owners[where])) for bucket, where in split(buckets[order])],
                _CHUNK,
            )


def _count(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for _, rows in groups(batches, "bucket"):
        owners = unpacked(rows["owners"].to_pylist(), "<i8")
        hashes, counts = count_common(
            unpacked(rows["hashes"].to_pylist(), "<u8"), np.unique(owners, return_inverse=True)[1].astype(np.int64)
        )
        yield pa.RecordBatch.from_arrays([pa.array(hashes.view(np.int64)), pa.array(counts)], ["shingle", "stories"])


def _tell(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Give each owner in a bucket the counts of its shingles, as far as they are known."""
    for _, rows in groups(batches, "bucket"):
        counts = rows.filter(rows["shingle"].is_valid())
        known = counts["shingle"].to_numpy().view(np.uint64)
        order = np.argsort(known)
        table = Frequencies(known[order], counts["stories"].to_numpy()[order], 0)
        hashes, owners = unpacked(rows["hashes"].to_pylist(), "<u8"), unpacked(rows["owners"].to_pylist(), "<i8")
        stands = table.frequencies(hashes)
        common = np.flatnonzero(stands)
        common = common[np.argsort(owners[common], kind="stable")]
        yield batch_of(
            [
                (owner, packed(hashes[common[where]]), packed(stands[common[where]]))
                for owner, where in split(owners[common])
            ],
            _COMMON,
        )
