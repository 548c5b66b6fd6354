"""Where results go: JSONL or Parquet, written beside their place and moved into it when complete."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from dupdetect.errors import InputError
from dupdetect.io.encode import Json, cluster_json, pair_json
from dupdetect.io.tables import optional
from dupdetect.model import ScanResult

__all__ = ["CLUSTER_COLUMNS", "PAIR_COLUMNS", "write_clusters", "write_pairs", "write_rows", "write_text"]

PAIR_COLUMNS = {
    "a": "string",
    "b": "string",
    "relation": "string",
    "is_duplicate": "bool",
    "score": "double",
    "a_digest": "string",
    "b_digest": "string",
    "index": "string",
    "reasons": "json",
    "measures": "json",
    "passages": "json",
}
"""Columns of pairs in Parquet; ``json`` is a string that holds what the JSONL line has."""

CLUSTER_COLUMNS = {
    "ids": "list<string>",
    "representative": "string",
    "original": "string",
    "reasons": "list<string>",
    "weakest": "double",
}
"""Columns of clusters in Parquet."""

_ROWS_AT_ONCE = 1_000


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """Give a file to write, which takes its place when the block ends well."""
    draft = path.with_name(f".{path.name}.new")
    try:
        yield draft
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot write there: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a whole file at once: a reader sees the old one or the new one. Lone surrogates are written as escapes.

    Raises
    ------
    InputError
        The place is not writable.
    """
    with _draft(path) as draft:
        draft.write_text(text, encoding="utf-8", errors="backslashreplace")


def write_rows(path: Path, rows: Iterable[Json], columns: dict[str, str]) -> int:
    """Write rows as they come: Parquet where the file's name ends in ``.parquet``, else JSONL. Return how many.

    Parameters
    ----------
    path : Path
    rows : iterable of dict
    columns : dict
        Of Parquet: name → type, ``json`` for a value that is written as JSON.

    Raises
    ------
    InputError
        The place is not writable.
    MissingExtraError
        Parquet without the extra ``io``.
    """
    if path.suffix.lower() == ".parquet":
        return _write_parquet(path, rows, columns)
    count = 0
    with _draft(path) as draft, draft.open("w", encoding="utf-8", errors="backslashreplace") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def _write_parquet(path: Path, rows: Iterable[Json], columns: dict[str, str]) -> int:
    arrow = optional("pyarrow", f"{path.name}: writing Parquet")
    parquet = optional("pyarrow.parquet", f"{path.name}: writing Parquet")
    types = {
        "string": arrow.string(),
        "json": arrow.string(),
        "bool": arrow.bool_(),
        "double": arrow.float64(),
        "list<string>": arrow.list_(arrow.string()),
    }
    schema = arrow.schema([(name, types[kind]) for name, kind in columns.items()])
    source, count = iter(rows), 0
    with _draft(path) as draft, parquet.ParquetWriter(draft, schema) as writer:
        while part := list(islice(source, _ROWS_AT_ONCE)):
            table = {name: [_cell(row.get(name), kind) for row in part] for name, kind in columns.items()}
            writer.write_table(arrow.table(table, schema=schema))
            count += len(part)
    return count


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "json":
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return [_cell(one, "string") for one in value] if isinstance(value, Sequence) else value


def write_pairs(result: ScanResult, path: Path) -> None:
    """Write each pair of a scan as a line ``{a, b, relation, score, measures, passages, …}``."""
    articles = {article.id: article for article in result.articles}
    rows = (pair_json(pair, articles[pair.left], articles[pair.right]) for pair in result.pairs)
    write_rows(path, rows, PAIR_COLUMNS)


def write_clusters(result: ScanResult, path: Path) -> None:
    """Write each cluster of a scan as a line ``{ids, representative, original, reasons, weakest}``."""
    write_rows(path, map(cluster_json, result.clusters), CLUSTER_COLUMNS)
