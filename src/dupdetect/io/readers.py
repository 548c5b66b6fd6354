"""Where documents come from: one file, a folder of pages, a collection (JSONL, CSV, Parquet, WARC), standard input.

A document that cannot be read is a `Failure` in the stream, so that a batch goes on; only an input that is not there at
all raises.
"""

from __future__ import annotations

import codecs
import datetime as dt
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from dupdetect.errors import InputError
from dupdetect.extract import parse_published
from dupdetect.io.tables import csv_rows, parquet_rows, read_warc
from dupdetect.model import ContentFormat, Document, Failure

__all__ = [
    "FIELDS",
    "SUFFIXES",
    "document_of_line",
    "documents_of_rows",
    "is_collection",
    "is_jsonl",
    "jsonl_lines",
    "line_starts",
    "pages_of",
    "read_documents",
    "read_file",
]

SUFFIXES: dict[str, ContentFormat] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
}
"""File name endings of pages and texts, and what is behind them."""

_BLOCK = 1 << 20
"""Bytes in which the ends of lines are looked for at once."""

_JSONL = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_CSV = (".csv",)
_PARQUET = (".parquet", ".pq")
_WARC = (".warc", ".warc.gz")
FIELDS = {"id", "html", "text", "title", "url", "published", "site", "section", "sections"}
"""What a row of a collection may say of its document."""
_TYPES: dict[str, type] = {name: list if name == "sections" else str for name in FIELDS}


def is_jsonl(path: str | Path) -> bool:
    """Whether a path is named like a JSONL file, compressed or not."""
    return str(path).lower().endswith(_JSONL)


def is_collection(path: str | Path) -> bool:
    """Whether a path is named like a file that holds many documents: JSONL, CSV, Parquet or WARC."""
    return str(path).lower().endswith((*_JSONL, *_CSV, *_PARQUET, *_WARC))


def read_file(path: Path, *, id: str | None = None, format: ContentFormat | None = None) -> Document:
    """Read one file.

    Parameters
    ----------
    path : Path
    id : str, optional
        The path as given by default.
    format : ContentFormat, optional
        By default after the file name's ending; HTML where that says nothing.

    Raises
    ------
    InputError
        There is no such file, or it is not readable.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    return Document(
        id=str(path) if id is None else id, content=content, format=format or SUFFIXES.get(path.suffix.lower(), "html")
    )


def read_documents(path: Path) -> Iterator[Document | Failure]:
    """Read a folder of pages, recursively and in name order, or a collection, document by document.

    In a folder a document's id is its path below the folder. A JSONL line is an object with `id`, `html` or `text`, and
    optionally `title`, `url`, `published` (ISO 8601), `site`, `section` (or `sections`, a list); the columns of CSV and
    Parquet are named alike. In a WARC every HTML response is a document, its address is the id.

    Raises
    ------
    InputError
        There is nothing at `path`, it is none of these, or the folder holds no page.
    MissingExtraError
        Parquet or WARC without the extra ``io``.
    """
    name = path.name.lower()
    if path.is_dir():
        yield from _read_folder(path)
    elif not path.exists():
        raise InputError(f"{path}: no such file or folder")
    elif is_jsonl(path):
        for number, line in enumerate(jsonl_lines(path), 1):
            if line.strip():
                yield document_of_line(line, f"{path.name}:{number}")
    elif name.endswith(_CSV):
        yield from documents_of_rows(csv_rows(path))
    elif name.endswith(_PARQUET):
        yield from documents_of_rows(parquet_rows(path))
    elif name.endswith(_WARC):
        yield from read_warc(path)
    else:
        known = ", ".join((_JSONL[0], *_CSV, _PARQUET[0], _WARC[0]))
        raise InputError(f"{path}: expected a folder of pages ({', '.join(SUFFIXES)}) or a file ending in {known}")


def pages_of(folder: Path) -> list[Path]:
    """Return the pages and texts below a folder, in name order; `InputError` if there is none."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        raise InputError(f"{folder}: no page in it (no {', '.join(SUFFIXES)})")
    return paths


def _read_folder(folder: Path) -> Iterator[Document | Failure]:
    for path in pages_of(folder):
        id = path.relative_to(folder).as_posix()
        try:
            yield read_file(path, id=id)
        except InputError as error:
            yield Failure(id=id, error=str(error))


def document_of_line(line: bytes, where: str) -> Document | Failure:
    """Read a line of a JSONL file; `where` is the id of a failure."""
    try:
        # The codec utf-8-sig is written in Python and takes as long as half of the JSON.
        return _document(json.loads(line.removeprefix(codecs.BOM_UTF8).decode()))
    except (ValueError, RecursionError, InputError) as error:
        return Failure(id=where, error=f"not a document: {error}")


def documents_of_rows(rows: Iterable[tuple[str, dict[str, Any] | str]]) -> Iterator[Document | Failure]:
    """Read rows of a table: where each stands (the id of a failure), and its fields or what is wrong with it."""
    for where, row in rows:
        try:
            if isinstance(row, str):
                raise InputError(row)
            known = {name: _plain(value) for name, value in row.items() if value is not None}
            yield _document(known)
        except InputError as error:
            yield Failure(id=where, error=f"not a document: {error}")


def _plain(value: Any) -> Any:
    """Return dates as JSON has them."""
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value


def line_starts(path: Path, step: int) -> Iterator[int]:
    """Yield the byte at which every `step`-th line of a file begins; `InputError` if it is not readable."""
    try:
        with path.open("rb") as file:
            place = lines = 0
            waiting: int | None = 0  # begins a line, if another byte comes
            while block := file.read(_BLOCK):
                if waiting is not None:
                    yield waiting
                    waiting = None
                ends = np.flatnonzero(np.frombuffer(block, dtype=np.uint8) == ord("\n")) + place + 1
                place += len(block)
                for start in ends[step - lines % step - 1 :: step].tolist():
                    if start < place:
                        yield start
                    else:
                        waiting = start
                lines += len(ends)
    except OSError as error:
        raise _unreadable(path, error) from error


def jsonl_lines(path: Path, start: int = 0) -> Iterator[bytes]:
    """Yield the lines of a file, compressed or not, blank ones included; `InputError` if it is not readable.

    Parameters
    ----------
    path : Path
    start : int
        Byte to begin at, of a file that is not compressed.
    """
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path, "rb") as compressed:
                yield from compressed
        else:
            with path.open("rb") as plain:
                plain.seek(start)
                yield from plain
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"{path}: not readable to its end: {error}")


def _document(fields: Any) -> Document:
    if not isinstance(fields, dict):
        raise InputError("expected a JSON object")
    if unknown := fields.keys() - FIELDS:
        raise InputError(f"unknown fields {', '.join(sorted(unknown))}; known are {', '.join(sorted(FIELDS))}")
    if ("html" in fields) == ("text" in fields):
        raise InputError("exactly one of `html` and `text` is needed")
    odd = [name for name, value in fields.items() if value is not None and not isinstance(value, _TYPES[name])]
    if odd:
        told = (f"`{name}` must be {'a list of text' if _TYPES[name] is list else 'text'}" for name in sorted(odd))
        raise InputError("; ".join(told))
    if not fields.get("id"):
        raise InputError("`id` is missing or empty")
    sections = fields.get("sections") or ([fields["section"]] if fields.get("section") else [])
    if not all(isinstance(section, str) for section in sections):
        raise InputError("`sections` must be a list of text")
    published = None
    if fields.get("published"):
        published = parse_published(fields["published"])
        if published is None:
            raise InputError(f"`published` is no date that can be read: {fields['published']!r}")
    return Document(
        id=fields["id"],
        content=fields["html"] if "html" in fields else fields["text"],
        format="html" if "html" in fields else "text",
        title=fields.get("title"),
        url=fields.get("url"),
        published=published,
        site=fields.get("site"),
        sections=tuple(sections),
    )
