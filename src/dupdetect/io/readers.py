"""Where documents come from: one file, a folder of pages, a JSONL file, standard input.

A document that cannot be read is a `Failure` in the stream, so that a batch goes on; only an input that is not there at
all raises.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from dupdetect.errors import InputError
from dupdetect.extract import parse_published
from dupdetect.model import Document, Failure

__all__ = ["SUFFIXES", "is_jsonl", "read_documents", "read_file"]

SUFFIXES: dict[str, Literal["html", "text"]] = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
}
"""File name endings of pages and texts, and what is behind them."""

_JSONL = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_FIELDS = {"id", "html", "text", "title", "url", "published", "site", "section", "sections"}


def is_jsonl(path: str | Path) -> bool:
    """Whether a path is named like a JSONL file, compressed or not."""
    return str(path).lower().endswith(_JSONL)


def read_file(path: Path, *, id: str | None = None, format: Literal["html", "text"] | None = None) -> Document:
    """Read one file.

    Parameters
    ----------
    path : Path
    id : str, optional
        The path as given by default.
    format : {'html', 'text'}, optional
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
    """Read a folder of pages, recursively and in name order, or a JSONL file, line by line.

    In a folder a document's id is its path below the folder. A JSONL line is an object with `id`, `html` or `text`, and
    optionally `title`, `url`, `published` (ISO 8601), `site`, `section` (or `sections`, a list).

    Raises
    ------
    InputError
        There is nothing at `path`, it is neither of the two, or the folder holds no page.
    """
    if path.is_dir():
        yield from _read_folder(path)
    elif not path.exists():
        raise InputError(f"{path}: no such file or folder")
    elif is_jsonl(path):
        yield from _read_jsonl(path)
    else:
        raise InputError(f"{path}: expected a folder of pages ({', '.join(SUFFIXES)}) or a file ending in {_JSONL[0]}")


def _read_folder(folder: Path) -> Iterator[Document | Failure]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        raise InputError(f"{folder}: no page in it (no {', '.join(SUFFIXES)})")
    for path in paths:
        id = path.relative_to(folder).as_posix()
        try:
            yield read_file(path, id=id)
        except InputError as error:
            yield Failure(id=id, error=str(error))


def _read_jsonl(path: Path) -> Iterator[Document | Failure]:
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            try:
                yield _document(json.loads(line.decode("utf-8-sig")))
            except (ValueError, RecursionError, InputError) as error:
                yield Failure(id=f"{path.name}:{number}", error=f"not a document: {error}")


def _lines(path: Path) -> Iterator[bytes]:
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path, "rb") as compressed:
                yield from compressed
        else:
            with path.open("rb") as plain:
                yield from plain
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: not readable to its end: {error}") from error


def _document(fields: Any) -> Document:
    if not isinstance(fields, dict):
        raise InputError("expected a JSON object")
    if unknown := fields.keys() - _FIELDS:
        raise InputError(f"unknown fields {', '.join(sorted(unknown))}; known are {', '.join(sorted(_FIELDS))}")
    if ("html" in fields) == ("text" in fields):
        raise InputError("exactly one of `html` and `text` is needed")
    odd = [n for n in _FIELDS - {"sections"} if not isinstance(fields.get(n, ""), str | None)]
    if odd:
        raise InputError(f"{', '.join(sorted(odd))} must be text")
    if not fields.get("id"):
        raise InputError("`id` is missing or empty")
    sections = fields.get("sections") or ([fields["section"]] if fields.get("section") else [])
    if not isinstance(sections, list) or not all(isinstance(section, str) for section in sections):
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
