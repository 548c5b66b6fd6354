"""Corpora beyond one machine: the rules and functions of a scan on Apache Spark. It needs the extra ``spark``.

`articles_of` (a DataFrame) and `read_files` read, extract and fingerprint; `find_duplicates` finds pairs and clusters.
``spark-submit`` takes this package's ``__main__.py``, or ``python -m dupdetect.integrations.spark``.
"""

from __future__ import annotations

from dupdetect.errors import MissingExtraError

try:
    from dupdetect.integrations.spark.reading import articles_of, read_files
    from dupdetect.integrations.spark.run import Duplicates, find_duplicates
except ModuleNotFoundError as error:
    if (error.name or "").startswith("dupdetect"):
        raise
    raise MissingExtraError("spark", "a run on Apache Spark") from error

__all__ = ["Duplicates", "articles_of", "find_duplicates", "read_files"]
