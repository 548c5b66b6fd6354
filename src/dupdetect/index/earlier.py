"""What earlier schemas wrote, as this one reads it: for `rebuild_index`.

======  =========================================================================================================
schema  what is different
======  =========================================================================================================
1       no journal, templates or copies; signatures as they are
2       signatures with their highest bytes compressed; the keys of claims among the documents'
3       claims have tables of keys of their own
4       signatures and samples by `dupdetect.index.packing`; how many hashes a sample holds is a column
======  =========================================================================================================
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from dupdetect.errors import IndexCorruptError
from dupdetect.index import manifest
from dupdetect.index.rows import COLUMNS

__all__ = ["row_now", "stored"]

_SIGNATURE = COLUMNS.index("signature")


def stored(*, claimed: bool, schema: int = manifest.SCHEMA_VERSION) -> str:
    """Return the statement that gives all columns of the documents, or of the claims, but for their order."""
    columns = ", ".join(COLUMNS)
    if schema < 4:
        columns = columns.replace("sampled", "length(sample) / 8")
    return f"SELECT {columns} FROM documents WHERE claim {'<>' if claimed else '='} ''"


def row_now(row: tuple[Any, ...], schema: int, permutations: int) -> tuple[Any, ...]:
    """Return a row of `stored` as this schema has it; samples that were not packed it reads as they are.

    Raises
    ------
    IndexCorruptError
        Its signature is none.
    """
    if schema not in (2, 3):
        return row
    return (*row[:_SIGNATURE], _signature(row[_SIGNATURE], permutations), *row[_SIGNATURE + 1 :])


def _signature(packed: bytes, permutations: int) -> bytes:
    """Return a signature as it is; the three lower bytes of each value stand first, then the highest ones by zlib."""
    parts = np.empty((permutations, 4), dtype=np.uint8)
    try:
        parts[:, :3] = np.frombuffer(packed, dtype=np.uint8, count=3 * permutations).reshape(-1, 3)
        # Never more than it should hold, whatever a damaged one would grow to.
        high = zlib.decompressobj().decompress(packed[3 * permutations :], permutations)
        parts[:, 3] = np.frombuffer(high, dtype=np.uint8, count=permutations)
    except (ValueError, zlib.error) as error:
        raise IndexCorruptError(f"a stored signature is damaged ({error}); rebuild the index") from error
    return parts.tobytes()
