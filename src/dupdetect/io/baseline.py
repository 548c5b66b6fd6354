"""Pairs of an earlier run that someone accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dupdetect.errors import InputError
from dupdetect.io.readers import jsonl_lines
from dupdetect.io.tables import parquet_rows

__all__ = ["read_baseline"]

_FIELDS = ("a", "b", "a_digest", "b_digest")


def read_baseline(path: Path) -> set[tuple[str, str, str, str]]:
    """Read the pairs that a scan wrote, JSONL or Parquet: the ids of both, and the digests of their words.

    Raises
    ------
    InputError
        The file is not readable, or a line is no pair with digests.
    MissingExtraError
        Parquet without the extra ``io``.
    """
    accepted = set()
    for where, row in _rows(path):
        values = [row.get(name) for name in _FIELDS] if isinstance(row, dict) else []
        if not values or not all(isinstance(value, str) for value in values):
            raise InputError(f"{where}: no pair of a scan: expected {', '.join(_FIELDS)}; write it with --pairs")
        accepted.add((str(values[0]), str(values[1]), str(values[2]), str(values[3])))
    return accepted


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.suffix.lower() == ".parquet":
        yield from parquet_rows(path)
        return
    for number, line in enumerate(jsonl_lines(path), 1):
        if line.strip():
            try:
                yield f"{path.name}:{number}", json.loads(line)
            except (ValueError, RecursionError) as error:
                raise InputError(f"{path.name}:{number}: no JSON: {error}") from error
