"""Collections besides JSONL: CSV, Parquet, WARC; one document at a time, with bounded memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from dupdetect.errors import InputError, MissingExtraError
from dupdetect.model import Document, Failure

__all__ = ["csv_rows", "optional", "parquet_rows", "read_warc"]

MAX_FIELD = 64 << 20
"""Longest field of a CSV file, characters: over the extractor's own limit for a page."""
MAX_RECORD = 32 << 20
"""Longest WARC record that is read, bytes; a longer one is a failure."""
_ROWS_AT_ONCE = 256


def optional(module: str, purpose: str) -> Any:
    """Import a module of the extra ``io``; `MissingExtraError` where it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError("io", purpose) from error


def csv_rows(path: Path) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield where each row stands, and its fields; a string says what is wrong with it.

    The first row names the columns. Fields that are empty are not known.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            with _long_fields():
                named = rows.fieldnames
            if not named:
                raise InputError(f"{path}: empty; the first row names the columns")
            while True:
                where = f"{path.name}:{rows.line_num + 1}"
                try:
                    with _long_fields():
                        row = next(rows)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield where, str(error)
                    continue
                if None in row or None in row.values():
                    yield where, f"expected {len(named)} fields"
                else:
                    yield where, {name: value for name, value in row.items() if value}
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable to its end: {error}") from error


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let fields be long while one row is read: the limit belongs to the process, and so to others."""
    before = csv.field_size_limit(MAX_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def parquet_rows(path: Path) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield where each row stands, and its fields.

    Raises
    ------
    MissingExtraError
        pyarrow is not installed.
    InputError
        The file is no Parquet file, or damaged.
    """
    parquet = optional("pyarrow.parquet", f"{path.name}: reading Parquet")
    arrow = import_module("pyarrow")
    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{path.name}:{number}", row
    except (OSError, arrow.ArrowException) as error:
        raise InputError(f"{path}: not readable as Parquet: {error}") from error


def read_warc(path: Path) -> Iterator[Document | Failure]:
    """Yield the pages of a web archive: responses of status 200 that hold HTML. The address is id and `url`.

    Raises
    ------
    MissingExtraError
        warcio is not installed.
    InputError
        The file is no WARC file, or damaged.
    """
    archive = optional("warcio.archiveiterator", f"{path.name}: reading WARC").ArchiveIterator
    exceptions = import_module("warcio.exceptions")
    try:
        with path.open("rb") as file:
            if file.peek(5)[:5] != b"WARC/" and file.peek(2)[:2] != b"\x1f\x8b":
                raise InputError(f"{path}: not readable as WARC: neither an archive nor a compressed one")
            for record in archive(file):
                if record.rec_type not in ("response", "resource"):
                    continue
                headers = record.http_headers
                kind = (headers or record.rec_headers).get_header("Content-Type") or ""
                status = headers.get_statuscode() if headers else "200"
                if status != "200" or not kind.lower().startswith(("text/html", "application/xhtml")):
                    continue
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                content = record.content_stream().read(MAX_RECORD + 1)
                if not url:
                    yield Failure(id=path.name, error="a record without an address")
                elif len(content) > MAX_RECORD:
                    yield Failure(id=url, error=f"the record is larger than {MAX_RECORD} bytes")
                else:
                    yield Document(id=url, content=content, url=url)
    except (OSError, EOFError, exceptions.ArchiveLoadFailed) as error:
        raise InputError(f"{path}: not readable as WARC: {error}") from error
