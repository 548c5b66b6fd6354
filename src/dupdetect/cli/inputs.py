"""What the verbs have in common: files and standard input, progress on a terminal, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from dupdetect.errors import InputError
from dupdetect.io import is_collection, read_documents, read_file
from dupdetect.model import ContentFormat, Document, Failure

if TYPE_CHECKING:
    from dupdetect.index import Index

__all__ = ["document_of", "documents_of", "echo_json", "format_option", "json_option", "opened", "progress"]

Step = TypeVar("Step")

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON instead of text for people.")
format_option = click.option(
    "--format",
    "format",
    type=click.Choice(get_args(ContentFormat)),
    help="What the files hold. [default: after their names; for standard input html if it holds tags]",
)


def document_of(file: str, *, id: str | None = None, format: ContentFormat | None = None) -> Document:
    """Read one file, or standard input for ``-``; `InputError` if there is none."""
    if file != "-":
        return read_file(Path(file), id=id, format=format)
    content: bytes = sys.stdin.buffer.read()
    guess: ContentFormat = "html" if b"<" in content and b">" in content else "text"
    return Document(id=id or "-", content=content, format=format or guess)


def documents_of(paths: Iterable[str], format: ContentFormat | None) -> Iterator[Document | Failure]:
    """Read files, folders of pages and collections, one after the other; a file that is not there is a failure."""
    for path in paths:
        if path == "-" or not (Path(path).is_dir() or is_collection(path)):
            try:
                yield document_of(path, format=format)
            except InputError as error:
                yield Failure(id=path, error=str(error))
        else:
            yield from read_documents(Path(path))


def opened(location: str) -> tuple[Index, bool]:
    """Open an index, or make it where there is none; return also whether it is new."""
    from dupdetect.errors import IndexExistsError, IndexNotFoundError
    from dupdetect.index import create_index, open_index

    try:
        return open_index(location), False
    except IndexNotFoundError:
        try:
            return create_index(location), True
        except IndexExistsError:  # another was quicker
            return open_index(location), False


def echo_json(value: Any, *, indent: int | None = 2) -> None:
    """Write JSON on standard output; lone surrogates stay escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    click.echo(text.encode("utf-8", "backslashreplace"))


def progress(what: str, steps: Iterable[Step], count: int | None = None) -> Iterator[Step]:
    """Yield `steps` and show a bar with the time left meanwhile, on terminals only and on standard error."""
    if not sys.stderr.isatty():
        yield from steps
        return
    with click.progressbar(steps, length=count, label=what, file=sys.stderr, show_pos=True) as bar:
        yield from bar
