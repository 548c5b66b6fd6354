"""Connected components by alternating large-star and small-star, a shuffle each, whatever the graph.

Kiveris et al., Connected Components in MapReduce and Beyond, 2014, doi:10.1145/2670979.2670997. Large-star links the
higher neighbours of every node to the lowest node around it, small-star the lower ones; neither takes apart what is
connected, and in the end every component is a star around its lowest node. Every round is written and read again:
without that the plan of each would hold all before it.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from dupdetect.integrations.spark.folder import Folder

__all__ = ["components", "large_star", "small_star"]


def components(edges: DataFrame, folder: Folder, name: str) -> DataFrame:
    """Give each node that has an edge the lowest node of its component.

    Parameters
    ----------
    edges : DataFrame
        Columns `left` and `right`, whole numbers.
    folder : Folder
        Keeps every round.
    name : str
        Of the rounds in it.

    Returns
    -------
    DataFrame
        Columns `node` and `component`.
    """
    turned = edges.select(F.greatest("left", "right").alias("u"), F.least("left", "right").alias("v"))
    stars = folder.keep(f"{name}/round-0", turned.where("u != v").distinct())
    before = _looks(stars)
    for number in count(1):
        stars = folder.keep(f"{name}/round-{number}", small_star(large_star(stars)))
        now = _looks(stars)
        if now == before:
            break
        before = now
    centers = stars.select(F.col("v").alias("node"), F.col("v").alias("component")).distinct()
    return stars.select(F.col("u").alias("node"), F.col("v").alias("component")).union(centers)


def large_star(edges: DataFrame) -> DataFrame:
    """Link the higher neighbours of every node to the lowest of its neighbours and itself: columns `u` > `v`."""
    both = edges.select("u", "v").union(edges.select(F.col("v").alias("u"), F.col("u").alias("v")))
    lowest = both.groupBy("u").agg(F.least(F.min("v"), F.col("u")).alias("lowest"))
    higher = both.where("v > u").join(lowest, "u")
    return higher.select(F.col("v").alias("u"), F.col("lowest").alias("v")).distinct()


def small_star(edges: DataFrame) -> DataFrame:
    """Link every node and its lower neighbours to the lowest of them: columns `u` > `v`."""
    lowest = edges.groupBy("u").agg(F.min("v").alias("lowest"))
    others = edges.join(lowest, "u").where("v != lowest").select(F.col("v").alias("u"), F.col("lowest").alias("v"))
    return lowest.select("u", F.col("lowest").alias("v")).union(others).distinct()


def _looks(edges: DataFrame) -> tuple[int, str]:
    """Return a number of edges and a sum over them that no other set of edges has, as good as ever."""
    row = edges.agg(F.count("*"), F.sum(F.xxhash64("u", "v").cast("decimal(38,0)"))).first()
    return (row[0], str(row[1])) if row is not None else (0, "")
