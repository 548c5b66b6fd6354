"""Inputs of a scan as a stream of batches: small to send to another process, read there.

A source is one or more paths: folders of pages, collections (JSONL, CSV, Parquet, WARC) and single files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from dupdetect.errors import InputError
from dupdetect.io.readers import (
    document_of_line,
    is_collection,
    is_jsonl,
    jsonl_lines,
    line_starts,
    pages_of,
    read_documents,
    read_file,
)
from dupdetect.model import Article, ContentFormat, Document, Failure

__all__ = ["Batch", "Files", "Lines", "PathSource", "Pieces", "PiecesSource", "Source"]

Format = ContentFormat | None


class Batch(Protocol):
    """Consecutive documents of an input."""

    def documents(self) -> Iterable[Document | Article | Failure]:
        """Read them."""


class Source(Protocol):
    """An input that can be read again from its beginning."""

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield the input in batches of at most `size` documents."""

    def digest(self) -> str:
        """Return a digest that changes with the input: 32 hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a JSONL file: where they begin, the number of the first, and how many there are at most.

    `start` is a byte of the file; of a compressed file the lines themselves are here instead.
    """

    path: Path
    first: int
    count: int
    start: int = 0
    lines: tuple[bytes, ...] = ()

    def documents(self) -> Iterator[Document | Failure]:
        """Read the lines that are not blank."""
        lines = iter(self.lines) if self.lines else islice(jsonl_lines(self.path, self.start), self.count)
        for number, line in enumerate(lines, self.first):
            if line.strip():
                yield document_of_line(line, f"{self.path.name}:{number}")


@dataclass(frozen=True, slots=True)
class Files:
    """Single files: path, id and format of each."""

    files: tuple[tuple[str, str, Format], ...]

    def documents(self) -> Iterator[Document | Failure]:
        """Read each file."""
        for path, id, format in self.files:
            try:
                yield read_file(Path(path), id=id, format=format)
            except InputError as error:
                yield Failure(id=id, error=str(error))


@dataclass(frozen=True, slots=True)
class Pieces:
    """Documents that are read already."""

    pieces: tuple[Document | Article | Failure, ...]

    def documents(self) -> Iterator[Document | Article | Failure]:
        """Yield them."""
        return iter(self.pieces)


class PathSource:
    """Documents in files.

    Parameters
    ----------
    paths : sequence of str
        Folders of pages, collections, single files. A single file that is not there is a failure of the batch; a
        collection or folder that is not there raises.
    format : {'html', 'text'}, optional
        What single files hold; by default after their names.
    """

    def __init__(self, paths: Sequence[str], *, format: Format = None) -> None:
        self._paths, self._format = tuple(paths), format

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield the input in batches of at most `size` documents.

        Raises
        ------
        InputError
            A folder holds no page, or a collection is not readable.
        """
        single: list[tuple[str, str, Format]] = []
        for path in self._paths:
            if not (Path(path).is_dir() or is_collection(path)):
                single.append((path, path, self._format))
                if len(single) == size:
                    yield Files(tuple(single))
                    single = []
                continue
            if single:
                yield Files(tuple(single))
                single = []
            yield from _batches(Path(path), size)
        if single:
            yield Files(tuple(single))

    def digest(self) -> str:
        """Return a digest of the paths, and of name, size and time of change of every file behind them."""
        told: list[list[object]] = []
        for path in map(Path, self._paths):
            files = pages_of(path) if path.is_dir() else [path]
            for file in files:
                facts = file.stat() if file.exists() else None
                told.append([str(file), *([] if facts is None else [facts.st_size, facts.st_mtime_ns])])
        text = json.dumps([self._paths, self._format, told])
        return hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _batches(path: Path, size: int) -> Iterator[Batch]:
    if path.is_dir():
        files = ((str(file), file.relative_to(path).as_posix(), None) for file in pages_of(path))
        while some := tuple(islice(files, size)):
            yield Files(some)
    elif path.suffix.lower() == ".gz" and is_jsonl(path):
        lines = jsonl_lines(path)
        first = 1
        while part := tuple(islice(lines, size)):
            yield Lines(path, first, len(part), lines=part)
            first += len(part)
    elif is_jsonl(path):
        # The lines are read where they are worked on: here only their ends are looked for.
        for number, start in enumerate(line_starts(path, size)):
            yield Lines(path, number * size + 1, size, start)
    else:
        documents = read_documents(path)
        while read := tuple(islice(documents, size)):
            yield Pieces(read)


class PiecesSource:
    """Documents in memory, or read once from standard input.

    Parameters
    ----------
    pieces : sequence of Document, Article or Failure
    """

    def __init__(self, pieces: Sequence[Document | Article | Failure]) -> None:
        self._pieces = pieces

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield the pieces in batches of at most `size`."""
        for start in range(0, len(self._pieces), size):
            yield Pieces(tuple(self._pieces[start : start + size]))

    def digest(self) -> str:
        """Return a digest of the pieces."""
        digest = hashlib.blake2b(digest_size=16)
        for piece in self._pieces:
            digest.update(repr(piece).encode("utf-8", "backslashreplace"))
            digest.update(b"\0")
        return digest.hexdigest()
