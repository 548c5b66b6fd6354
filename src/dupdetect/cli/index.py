"""``dupdetect index``: build, add, remove, info, copy, and its upkeep."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from dupdetect.cli.exits import Exit
from dupdetect.cli.inputs import documents_of, echo_json, format_option, json_option, opened, progress
from dupdetect.model import ContentFormat

__all__ = ["index"]

_BATCH = 500
"""Documents a transaction: other processes wait no longer than one takes."""

index_option = click.option("--index", "path", required=True, help="The index: a file, or a PostgreSQL URL.")


@click.group()
def index() -> None:
    """Keep what is published, for `check` to find."""


@index.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@index_option
@click.option("--replace", "replacing", is_flag=True, help="Replace documents whose ids are there already.")
@format_option
def add(paths: tuple[str, ...], *, path: str, replacing: bool, format: ContentFormat | None) -> int:
    """Add the articles in PATH: files, folders of pages, JSONL files. Makes the index if there is none.

    A document's id is its path below the folder, the file's name as given, or `id` in JSONL. Unreadable documents are
    listed and the rest is added (exit code 3). An id that is there already stops it (exit code 4) unless --replace.
    """
    from itertools import islice

    from dupdetect.detector import Detector
    from dupdetect.index import shown

    store, new = opened(path)
    if new:
        click.echo(f"{shown(path)}: new index", err=True)
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
        f"{shown(path)}: {added - replaced} added, {replaced} replaced, {failures} not readable, {now} in all", err=True
    )
    return Exit.UNREADABLE if failures else Exit.NOTHING_FOUND


@index.command()
@click.argument("work", type=click.Path(file_okay=False, path_type=Path))
@index_option
@click.option("--text/--no-text", "keep_text", default=True, help="Keep the texts, or only what finds candidates.")
def build(work: Path, *, path: str, keep_text: bool) -> int:
    """Make a new index of a finished scan's articles, without reading or fingerprinting them again.

    \b
    dupdetect scan pages/ --work work/
    dupdetect index build work/ --index site.db

    WORK is the folder that `dupdetect scan --work` left.
    """
    from dupdetect.index import shown
    from dupdetect.scan.outside import build_from_scan

    count = build_from_scan(work, path, keep_text=keep_text, progress=progress)
    click.echo(f"{shown(path)}: new index, {count} articles", err=True)
    return Exit.NOTHING_FOUND


@index.command()
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@index_option
def remove(ids: tuple[str, ...], *, path: str) -> int:
    """Remove documents by their ids. One that is not there is no error."""
    from dupdetect.index import open_index, shown

    with open_index(path) as store:
        removed = store.remove(ids)
        now = len(store)
    click.echo(f"{shown(path)}: {removed} removed, {len(ids) - removed} not there, {now} in all", err=True)
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


@index.command()
@index_option
def verify(*, path: str) -> int:
    """Look whether an index is sound: every page, key and fingerprint of it. Exit code 4 if it is not."""
    from dupdetect.index import open_index, shown

    with open_index(path) as store:
        problems = store.verify()
    for problem in problems:
        click.echo(problem)
    click.echo(f"{shown(path)}: {len(problems) or 'no'} problem{'' if len(problems) == 1 else 's'}", err=True)
    return Exit.UNUSABLE_INDEX if problems else Exit.NOTHING_FOUND


@index.command()
@index_option
def compact(*, path: str) -> int:
    """Give back unused room. What was removed is gone from the index's files after it."""
    from dupdetect.index import open_index, shown

    with open_index(path) as store:
        before = store.info().bytes
        store.compact()
        after = store.info().bytes
    click.echo(f"{shown(path)}: {before:,} bytes before, {after:,} now", err=True)
    return Exit.NOTHING_FOUND


@index.command()
@index_option
@click.argument("copy", type=click.Path(dir_okay=False, path_type=Path))
def backup(copy: Path, *, path: str) -> int:
    """Copy an index to the new file COPY while others use it."""
    from dupdetect.index import open_index, shown

    with open_index(path) as store:
        store.backup(copy)
    click.echo(f"{copy}: a copy of {shown(path)}", err=True)
    return Exit.NOTHING_FOUND


@index.command("copy")
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="DST")
def copy_(source: str, target: str) -> int:
    """Copy the index SRC to DST, whatever each is kept in: documents, fingerprints, versions, decisions, templates.

    \b
    dupdetect index copy site.db postgresql://desk@db.example/news

    Makes DST if it is not there. Interrupted, the same command goes on where it was. At the end both are held against
    each other. Claims are not copied: they end within minutes.
    """
    from dupdetect.errors import IndexNotFoundError
    from dupdetect.index import copy_index, create_index, open_index, shown

    with open_index(source) as store:
        try:
            there = open_index(target)
        except IndexNotFoundError:
            there = create_index(target, store.settings, keep_text=store.keep_text)
        with there:
            copied = copy_index(store, there, progress=progress)
    click.echo(
        f"{shown(target)}: a copy of {shown(source)}: {copied.documents} documents, {copied.entries} lines of the "
        f"journal, {copied.templates} templates; digest {copied.digest} on both sides; claims are not copied",
        err=True,
    )
    return Exit.NOTHING_FOUND


@index.command()
@index_option
def rebuild(*, path: str) -> int:
    """Make an index anew from the texts it keeps, as an upgrade may ask. Nobody else may use it meanwhile."""
    from dupdetect.index import rebuild_index, shown

    click.echo(f"{shown(path)}: {rebuild_index(path)} documents rebuilt", err=True)
    return Exit.NOTHING_FOUND
