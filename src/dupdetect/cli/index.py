"""``dupdetect index``: add, remove, info."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

import click

from dupdetect.cli.exits import Exit
from dupdetect.cli.inputs import documents_of, echo_json, format_option, json_option, progress

__all__ = ["index"]

_BATCH = 500
"""Documents a transaction: other processes wait no longer than one takes."""

index_option = click.option("--index", "path", required=True, help="The index, one file.")


@click.group()
def index() -> None:
    """Keep what is published, for `check` to find."""


@index.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@index_option
@click.option("--replace", "replacing", is_flag=True, help="Replace documents whose ids are there already.")
@format_option
def add(paths: tuple[str, ...], *, path: str, replacing: bool, format: Literal["html", "text"] | None) -> int:
    """Add the articles in PATH: files, folders of pages, JSONL files. Makes the index if there is none.

    A document's id is its path below the folder, the file's name as given, or `id` in JSONL. Unreadable documents are
    listed and the rest is added (exit code 3). An id that is there already stops it (exit code 4) unless --replace.
    """
    from itertools import islice

    from dupdetect.detector import Detector
    from dupdetect.errors import IndexNotFoundError
    from dupdetect.index import create_index, open_index

    try:
        store = open_index(path)
    except IndexNotFoundError:
        store = create_index(path)
        click.echo(f"{path}: new index", err=True)
    failures = 0
    added = 0
    with Detector(store) as detector:
        before = len(store)
        documents = progress("Adding", documents_of(paths, format))
        while batch := list(islice(documents, _BATCH)):
            failed = detector.replace(batch) if replacing else detector.add(batch)
            for failure in failed:
                click.echo(f"{failure.id}: not readable: {failure.error}", err=True)
            failures += len(failed)
            added += len(batch) - len(failed)
        now = len(store)
    replaced = before + added - now
    click.echo(
        f"{path}: {added - replaced} added, {replaced} replaced, {failures} not readable, {now} in all", err=True
    )
    return Exit.UNREADABLE if failures else Exit.NOTHING_FOUND


@index.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@index_option
def remove(ids: tuple[str, ...], *, path: str) -> int:
    """Remove documents by their ids. One that is not there is no error."""
    from dupdetect.index import open_index

    with open_index(path) as store:
        removed = store.remove(ids)
        now = len(store)
    click.echo(f"{path}: {removed} removed, {len(ids) - removed} not there, {now} in all", err=True)
    return Exit.NOTHING_FOUND


@index.command()
@index_option
@json_option
def info(*, path: str, as_json: bool) -> int:
    """Show how many documents an index holds, its size and settings."""
    from dupdetect.index import open_index

    with open_index(path) as store:
        facts = asdict(store.info())
    if as_json:
        echo_json(facts)
        return Exit.NOTHING_FOUND
    settings = facts.pop("settings")
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' '):<16}{value}")
    for name, value in settings.items():
        click.echo(f"  {name.replace('_', ' '):<16}{value}")
    return Exit.NOTHING_FOUND
