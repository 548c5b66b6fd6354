"""Corpora beyond one machine: the rules and functions of a scan on Apache Spark. It needs the extra ``spark``.

`find_duplicates` finds the pairs and clusters among the documents of a DataFrame or of `Files`.
``spark-submit`` takes this package's ``__main__.py``, or ``python -m dupdetect.integrations.spark``.
"""

from __future__ import annotations

from dupdetect.errors import MissingExtraError

try:
    from dupdetect.integrations.spark.reading import Files
    from dupdetect.integrations.spark.run import Duplicates, find_duplicates
except ModuleNotFoundError as error:
    if (error.name or "").startswith("dupdetect"):
        raise
    raise MissingExtraError("spark", "a run on Apache Spark") from error

__all__ = ["Duplicates", "Files", "find_duplicates"]
