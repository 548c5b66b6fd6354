"""The arrays of a shard in one file, read as far as they are asked for.

A large scan asks each of some hundred shards for a part of its arrays some hundred times. NumPy's own format parses a
header in Python at every one of them, which took longer than reading what is behind it.

The file: eight bytes with the length of the header; the header, JSON of name → dtype, shape and place; the arrays.
"""

from __future__ import annotations

import json
import math
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.scan.work import damaged

__all__ = ["Columns", "write_columns"]

_MAPPED = 1 << 20
"""Bytes from which an array is mapped, not read: often only some rows of it are looked at."""
_ALIGNED = 64


def write_columns(path: Path, columns: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays of numbers into a new file."""
    header: dict[str, tuple[str, list[int], int]] = {}
    end = 0
    for name, column in columns.items():
        header[name] = (column.dtype.str, list(column.shape), end)
        end += -(-column.nbytes // _ALIGNED) * _ALIGNED
    told = json.dumps(header).encode("ascii")
    told += b" " * (-(len(told) + 8) % _ALIGNED)
    with path.open("wb") as out:
        out.write(len(told).to_bytes(8, "little") + told)
        for column in columns.values():
            out.write(np.ascontiguousarray(column).data)
            out.write(bytes(-column.nbytes % _ALIGNED))


class Columns:
    """Reads what `write_columns` wrote. Holds no file open.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._header: dict[str, tuple[np.dtype[Any], tuple[int, ...], int]] | None = None

    def read(self, name: str, start: int = 0, end: int | None = None) -> NDArray[Any]:
        """Return an array, or its part from `start` to `end` along the first axis.

        Raises
        ------
        ScanError
            The file is gone or damaged.
        """
        try:
            with self._path.open("rb") as file:
                if self._header is None:
                    self._header = _read_header(file)
                dtype, shape, place = self._header[name]
                end = shape[0] if end is None else min(end, shape[0])
                row = math.prod(shape[1:]) * dtype.itemsize
                shape, place, size = (max(0, end - start), *shape[1:]), place + start * row, max(0, end - start) * row
                if not size:
                    return np.empty(shape, dtype)
                if size > _MAPPED:
                    mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                    return np.frombuffer(mapped, dtype, size // dtype.itemsize, place).reshape(shape)
                file.seek(place)
                return np.frombuffer(file.read(size), dtype, size // dtype.itemsize).reshape(shape)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            raise damaged(self._path, error) from error


def _read_header(file: Any) -> dict[str, tuple[np.dtype[Any], tuple[int, ...], int]]:
    size = int.from_bytes(file.read(8), "little")
    told = json.loads(file.read(size))
    return {name: (np.dtype(kind), tuple(shape), 8 + size + place) for name, (kind, shape, place) in told.items()}
