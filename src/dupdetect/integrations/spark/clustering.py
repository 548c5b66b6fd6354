"""Duplicates to clusters: components by stars over verified pairs, then the clusters of a scan inside each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F  # noqa: N812

from dupdetect.integrations.spark.arrays import batch_of, groups, text
from dupdetect.integrations.spark.components import components
from dupdetect.integrations.spark.verifying import END, PAIR_COLUMNS, PAIRS, Judging, Table
from dupdetect.model import Comparison, Relation, Verdict
from dupdetect.scan.join import CandidatePairs
from dupdetect.scan.stages import clusters_of
from dupdetect.scan.verify import Found

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dupdetect.integrations.spark.folder import Folder

__all__ = ["CLUSTERS", "Clustered", "clustered", "clusters_in", "members_of"]

CLUSTERS = pa.schema(
    [
        ("ids", pa.list_(pa.string())),
        ("representative", pa.string()),
        ("original", pa.string()),
        ("cluster_reasons", pa.list_(pa.string())),
        ("weakest", pa.float64()),
        ("compared", pa.int64()),
    ]
)
_CLUSTER_COLUMNS = (
    "ids array<string>, representative string, original string, cluster_reasons array<string>, weakest double, "
    "compared bigint"
)
_FOUND = pa.schema([*PAIRS, *CLUSTERS])
_MEMBER, _EDGE, _CANDIDATE = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustered:
    """Clusters, and what they asked for.

    Parameters
    ----------
    clusters : DataFrame
        Columns `ids`, `representative`, `original`, `reasons`, `weakest`, as `dupdetect scan --clusters` writes them.
    pairs : DataFrame
        Pairs that were compared for a cluster only, of `dupdetect.integrations.spark.verifying.PAIRS`.
    compared : int
        How many were compared.
    """

    clusters: DataFrame
    pairs: DataFrame
    compared: int


def members_of(duplicates: DataFrame, folder: Folder, *, since: int) -> DataFrame:
    """Return the articles that have a duplicate, and their components.

    Parameters
    ----------
    duplicates : DataFrame
        Columns `left` and `right` of verified duplicates.
    folder : Folder
    since : int
        Components of which every article stands before this place are left out.

    Returns
    -------
    DataFrame
        Columns `place` and `component`.
    """
    members = components(duplicates, folder, "duplicates").withColumnRenamed("node", "place")
    if since:
        touched = members.where(F.col("place") >= since).select("component").distinct()
        members = members.join(touched, "component", "left_semi").select("place", "component")
    return folder.keep("members", members)


def clustered(
    members: DataFrame,
    duplicates: DataFrame,
    candidates: DataFrame,
    ends: DataFrame,
    folder: Folder,
    judging: Judging,
    *,
    partitions: int,
) -> Clustered:
    """Return the clusters in components, each worked out whole in one task.

    Parameters
    ----------
    members : DataFrame
        What `members_of` gave.
    duplicates : DataFrame
        All verified duplicates, of `dupdetect.integrations.spark.verifying.PAIRS`.
    candidates : DataFrame
        Columns `left` and `right` of all pairs that were compared.
    ends : DataFrame
        What `frequencies_for` gave of the members.
    folder : Folder
    judging : Judging
    partitions : int
    """
    rows = [
        members.join(ends, "place").select("component", F.lit(_MEMBER).alias("kind"), "place", *END),
        _inside(duplicates.select("left", "right", "relation", "score"), members).select(
            "component", F.lit(_EDGE).alias("kind"), "left", "right", "relation", "score"
        ),
        _inside(candidates, members).select("component", F.lit(_CANDIDATE).alias("kind"), "left", "right"),
    ]
    every = rows[0].unionByName(rows[1], allowMissingColumns=True).unionByName(rows[2], allowMissingColumns=True)
    found = folder.keep(
        "clustered",
        every.repartition(partitions, "component")
        .sortWithinPartitions("component", "kind", "place", "left", "right")
        .mapInArrow(partial(_cluster, judging), f"{PAIR_COLUMNS}, {_CLUSTER_COLUMNS}"),
    )
    compared = found.agg(F.sum("compared")).first()
    return Clustered(
        clusters=found.where(F.col("ids").isNotNull()).select(
            "ids", "representative", "original", F.col("cluster_reasons").alias("reasons"), "weakest"
        ),
        pairs=found.where(F.col("a").isNotNull()).select(*PAIRS.names),
        compared=0 if compared is None else compared[0] or 0,
    )


def _inside(pairs: DataFrame, members: DataFrame) -> DataFrame:
    """Return the pairs inside a component. The ends of a duplicate are in one, those of a candidate may be in two."""
    left = members.select(F.col("place").alias("left"), "component")
    right = members.select(F.col("place").alias("right"), F.col("component").alias("other"))
    return pairs.join(left, "left").join(right, "right").where("component = other")


def _cluster(judging: Judging, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for _, component in groups(batches, "component"):
        yield batch_of(list(clusters_in(component.to_pylist(), judging)), _FOUND)


def clusters_in(component: Iterable[dict[str, Any]], judging: Judging) -> Iterator[tuple[Any, ...]]:
    """Yield the clusters of one component, the pairs that had to be compared for them, and how many those were."""
    ends: dict[int, dict[str, Any]] = {}
    edges: list[dict[str, Any]] = []
    compared: list[tuple[int, int]] = []
    for row in component:
        if row["kind"] == _MEMBER:
            ends[row["place"]] = row
        elif row["kind"] == _EDGE:
            edges.append(row)
        else:
            compared.append((row["left"], row["right"]))
    table = Table(ends, judging)
    number = table.number_of
    found = [Found(number[row["left"]], number[row["right"]], _verdict(row)) for row in edges]
    pairs = np.array(sorted((number[left], number[right]) for left, right in compared), dtype=np.int64).reshape(-1, 2)
    clusters, more = clusters_of(
        table.corpus,
        CandidatePairs(left=pairs[:, 0], right=pairs[:, 1], strength=np.ones(len(pairs)), hot_keys=0, left_out=0),
        found,
        table.judge,
    )
    no_pair, no_cluster = (None,) * len(PAIRS), (None,) * (len(CLUSTERS) - 1)
    for one in clusters:
        reasons = [text(reason) for reason in one.reasons]
        ids = [text(id) for id in one.ids]
        yield (*no_pair, ids, text(one.representative), text(one.original), reasons, one.weakest, 0)
    for late in more.reported:
        yield (*table.row(late), *no_cluster, 0)
    yield (*no_pair, *no_cluster, more.compared)


def _verdict(row: dict[str, Any]) -> Verdict:
    return Verdict(
        relation=Relation(row["relation"]),
        score=row["score"],
        reasons=(),
        comparison=Comparison(tokens_left=0, tokens_right=0),
    )
