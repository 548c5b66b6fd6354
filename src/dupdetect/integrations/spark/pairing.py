"""Where two texts meet: pairs joined with what is known of both ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyspark.sql import functions as F  # noqa: N812

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["LEFT", "RIGHT", "with_ends"]

LEFT, RIGHT = "left_", "right_"
"""Before the names of the columns of either end."""


def with_ends(pairs: DataFrame, ends: DataFrame, columns: Sequence[str], partitions: int) -> DataFrame:
    """Bring to each pair the columns of both its articles.

    The right one travels once for every pair, the left one once for all of its pairs.

    Parameters
    ----------
    pairs : DataFrame
        Columns `left` and `right`, places.
    ends : DataFrame
        Column `place`, and `columns`.
    columns : sequence of str
    partitions : int
        Tasks that what follows is shared by. Spark, which counts bytes, would give a day's comparisons to one.
    """

    def of(prefix: str) -> DataFrame:
        return ends.select(*(F.col(name).alias(prefix + name) for name in ("place", *columns)))

    right = of(RIGHT)
    joined = pairs.select("left", "right").join(right, F.col("right") == F.col(RIGHT + "place")).drop(RIGHT + "place")
    left = of(LEFT)
    return (
        joined.repartition(partitions, "left")
        .join(left, F.col("left") == F.col(LEFT + "place"))
        .drop(LEFT + "place")
        .sortWithinPartitions("left", "right")
    )
