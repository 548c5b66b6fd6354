"""``dupdetect scan``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dupdetect.cli.exits import fail_on_option, outcome
from dupdetect.cli.inputs import documents_of, echo_json, format_option, json_option, progress
from dupdetect.cli.wording import describe, relation_word, where
from dupdetect.errors import SettingsError
from dupdetect.model import ContentFormat, Relation

if TYPE_CHECKING:
    from dupdetect.index import Index
    from dupdetect.io import Source
    from dupdetect.scan import Findings, Sighting

__all__ = ["scan"]

LISTED = 10_000
"""Pairs that are listed on standard output at most; files hold them all."""

_out = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--report", type=_out, help="Write an HTML report here, one file.")
@click.option("--pairs", type=_out, help="Write the pairs here: JSONL, or Parquet by the name's ending.")
@click.option("--clusters", type=_out, help="Write the clusters here: JSONL, or Parquet by the name's ending.")
@click.option("--baseline", type=_out, help="Hide the pairs in this file, of an earlier --pairs, while texts stay.")
@click.option("--index", "index_path", help="Compare with the articles of this index too.")
@click.option("--add", is_flag=True, help="Add the articles to the index afterwards, in place of those of their ids.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to work with.")
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the work here: an interrupted scan goes on with the same folder. [default: a temporary one]",
)
@click.option("--passages/--no-passages", default=True, help="Work out shared passages, or relations only: faster.")
@fail_on_option
@click.option("--strict", is_flag=True, help="Exit with 3 if any document was unreadable, even beside duplicates.")
@format_option
@json_option
def scan(
    paths: tuple[str, ...],
    *,
    report: Path | None,
    pairs: Path | None,
    clusters: Path | None,
    baseline: Path | None,
    index_path: str | None,
    add: bool,
    workers: int,
    work: Path | None,
    passages: bool,
    fail_on: str,
    strict: bool,
    format: ContentFormat | None,
    as_json: bool,
) -> int:
    """Compare many articles with each other.

    \b
    dupdetect scan pages/ --report report.html --pairs pairs.jsonl --clusters clusters.jsonl
    dupdetect scan site.jsonl.gz --work work/ --workers 2 --pairs pairs.jsonl
    dupdetect scan new/ --index site.db --add

    PATH is a folder of pages, a collection (JSONL, CSV, Parquet, WARC) or a single file. A JSONL line is an object with
    `id`, `html` or `text`, and optionally `title`, `url`, `published` (ISO 8601), `site`, `section`; columns of CSV and
    Parquet are named alike. A document that cannot be read is reported and the rest goes on.
    """
    from dupdetect.index import open_index
    from dupdetect.index import shown as name_of
    from dupdetect.io import CLUSTER_COLUMNS, PAIR_COLUMNS, cluster_json, read_baseline, write_rows
    from dupdetect.scan import scan_source, work_folder

    if add and index_path is None:
        raise SettingsError("--add needs --index, the index to add to")
    accepted = read_baseline(baseline) if baseline is not None else set()
    index = open_index(index_path) if index_path is not None else None
    place = name_of(index_path) if index_path is not None else None
    try:
        with work_folder(work) as folder:
            findings = scan_source(
                _source(paths, format),
                folder,
                settings=index.settings if index is not None else None,
                passages=passages,
                workers=workers,
                progress=progress,
            )
            known: list[Sighting] = []
            if index is not None:
                findings, known = _with_index(findings, index, add=add)
            if baseline is not None:
                findings = findings.hiding(accepted)
                known = [one for one in known if (one.pair.left, one.pair.right, *one.digests) not in accepted]
            if pairs is not None:
                write_rows(pairs, _pair_rows(findings, known, place), PAIR_COLUMNS)
            if clusters is not None:
                write_rows(clusters, map(cluster_json, findings.clusters), CLUSTER_COLUMNS)
            if report is not None:
                from dupdetect.report import write_scan

                write_scan(findings.result(), report)
            shown, counts = _first(findings.pairs(), LISTED)
            counts.update(one.pair.verdict.relation for one in known)
            if as_json:
                _echo(findings, known, place)
            else:
                _print(findings, shown, known, counts)
    finally:
        if index is not None:
            index.close()
    for failure in findings.failures:
        click.echo(f"{failure.id}: not readable: {failure.error}", err=True)
    for note in findings.notes:
        click.echo(f"note: {note}", err=True)
    for what, path in (("Pairs", pairs), ("Clusters", clusters), ("Report", report)):
        if path is not None:
            click.echo(f"{what}: {path}", err=as_json)
    return outcome(counts, fail_on=fail_on, unreadable=len(findings.failures), strict=strict)


def _source(paths: Sequence[str], format: ContentFormat | None) -> Source:
    from dupdetect.io import PathSource, PiecesSource

    if "-" in paths:  # standard input is read once
        return PiecesSource(tuple(documents_of(paths, format)))
    return PathSource(paths, format=format)


def _with_index(findings: Findings, index: Index, *, add: bool) -> tuple[Findings, list[Sighting]]:
    from dupdetect.scan.outside import add_to_index, compare_with_index

    known, left_out = compare_with_index(findings.corpus, index, progress=progress)
    notes = list(findings.notes)
    if left_out:
        notes.append(f"{left_out} candidates in the index were beyond the limit of candidates and not compared")
    if add:
        notes.append(f"{add_to_index(findings.corpus, index)} articles were added to the index, {len(index)} in all")
    return replace(findings, notes=tuple(notes)), known


def _first(sightings: Iterable[Sighting], count: int) -> tuple[list[Sighting], Counter[Relation]]:
    """Return the first so many, and how many of each relation there are in all."""
    shown: list[Sighting] = []
    counts: Counter[Relation] = Counter()
    for one in sightings:
        counts[one.pair.verdict.relation] += 1
        if len(shown) < count:
            shown.append(one)
    return shown, counts


def _pair_rows(findings: Findings, known: Iterable[Sighting], place: str | None) -> Iterator[dict[str, Any]]:
    from dupdetect.io import pair_json

    for one in findings.pairs():
        yield pair_json(one.pair, one.left, one.right, one.digests)
    for one in known:
        yield {**pair_json(one.pair, one.left, one.right, one.digests), "index": place}


def _echo(findings: Findings, known: Sequence[Sighting], place: str | None) -> None:
    from dupdetect.io import scan_json

    told = scan_json(findings.result())
    told["pairs"] += _pair_rows(replace(findings, found=lambda: iter(())), known, place)
    echo_json(told)


def _print(findings: Findings, shown: Sequence[Sighting], known: Sequence[Sighting], counts: Counter[Relation]) -> None:
    order = list(Relation)
    place: Callable[[Sighting], int] = lambda one: order.index(one.pair.verdict.relation)  # noqa: E731
    in_index = {id(one) for one in known}
    for one in sorted([*shown, *known], key=place):
        click.echo(f"{relation_word(one.pair.verdict.relation)} {where(one.left, title=False)}")
        click.echo(f"{'':9} {where(one.right, title=False)}{'  (in the index)' if id(one) in in_index else ''}")
        for line in describe(one.pair.verdict, one.left, passages=0):
            click.echo(f"{'':12} {line}")
    missing = sum(counts.values()) - len(shown) - len(known)
    if missing:
        click.echo(f"… and {missing} more pairs; --pairs FILE writes all of them")
    for article, repeats in findings.repeats():
        words = " and ".join(str(repeat.tokens) for repeat in repeats)
        click.echo(f"{'REPEATS':9} {where(article, title=False)}")
        click.echo(f"{'':12} It carries {words} words twice.")
    for cluster in findings.clusters:
        first = cluster.original or cluster.ids[0]
        click.echo(f"{'CLUSTER':9} {first}{'  (the suggested original)' if cluster.original else ''}")
        for member in cluster.ids:
            if member != first:
                click.echo(f"{'':9} {member}")
        for reason in cluster.reasons:
            click.echo(f"{'':12} {reason}")
    found = ", ".join(f"{counts[relation]} {relation.value}" for relation in order if counts[relation])
    read = f"{len(findings)} articles, {len(findings.failures)} not readable"
    click.echo(f"{read}, {findings.compared} pairs compared: {found or 'nothing found'}")
