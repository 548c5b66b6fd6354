"""Arrays in columns: what travels between executors are packed NumPy arrays, a few a row, not a row for every number.

A shuffle of a hundred hashes an article costs the JVM a row each, some 50 bytes, and as many objects. As arrays they
cost what they hold, and the functions of the core take them as they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import DTypeLike, NDArray

__all__ = ["batch_of", "bucket_of", "buckets_for", "groups", "packed", "split", "text", "unpacked"]

_KEYS_A_BUCKET = 1 << 19
"""Keys that one bucket holds on average: what a task sorts at once."""
_MOST_BITS = 16


def packed(array: NDArray[Any]) -> bytes:
    """Return an array's bytes, little-endian."""
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


def unpacked(column: Iterable[bytes | None], dtype: DTypeLike) -> NDArray[Any]:
    """Return the arrays of a column's cells as one."""
    return np.frombuffer(b"".join([cell for cell in column if cell]), dtype=dtype)


def text(value: str | None) -> str | None:
    """Return text that a column can hold: lone surrogates as escapes."""
    return None if value is None else value.encode("utf-8", "backslashreplace").decode()


def batch_of(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    """Return rows as a batch."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.RecordBatch.from_arrays(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )


def buckets_for(keys: int) -> int:
    """Return how many bits tell apart the buckets of so many keys."""
    return min(_MOST_BITS, max(0, (keys // _KEYS_A_BUCKET).bit_length()))


def bucket_of(keys: NDArray[np.uint64], bits: int) -> NDArray[np.int64]:
    """Return the bucket of each key: its highest bits."""
    return (keys >> np.uint64(64 - bits)).astype(np.int64) if bits else np.zeros(len(keys), dtype=np.int64)


def split(buckets: NDArray[np.int64]) -> Iterator[tuple[int, slice]]:
    """Yield each bucket of an ascending array and where it stands."""
    edges = np.flatnonzero(np.concatenate(([True], buckets[1:] != buckets[:-1]))[: len(buckets)])
    for start, end in zip(edges.tolist(), np.append(edges, len(buckets))[1:].tolist(), strict=True):
        yield int(buckets[start]), slice(start, end)


def groups(batches: Iterable[pa.RecordBatch], *keys: str) -> Iterator[tuple[tuple[int, ...], pa.Table]]:
    """Yield the groups of a stream that is sorted by whole-number columns, each whole.

    Parameters
    ----------
    batches : iterable of RecordBatch
    keys : str
        Columns that tell the groups apart.
    """
    waiting: list[pa.RecordBatch] = []
    last: tuple[int, ...] | None = None
    for batch in batches:
        if not batch.num_rows:
            continue
        columns = [batch.column(key).to_numpy(zero_copy_only=False) for key in keys]
        new = np.zeros(batch.num_rows, dtype=np.bool_)
        new[0] = True
        for column in columns:
            new[1:] |= column[1:] != column[:-1]
        starts = np.flatnonzero(new).tolist()
        for start, end in zip(starts, [*starts[1:], batch.num_rows], strict=True):
            key = tuple(int(column[start]) for column in columns)
            if last is not None and key != last:
                yield last, pa.Table.from_batches(waiting)
                waiting = []
            waiting.append(batch.slice(start, end - start))
            last = key
    if last is not None:
        yield last, pa.Table.from_batches(waiting)
