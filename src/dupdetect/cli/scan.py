"""``dupdetect scan``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal

import click

from dupdetect.cli.exits import fail_on_option, outcome
from dupdetect.cli.inputs import documents_of, echo_json, format_option, json_option, progress
from dupdetect.cli.wording import describe, relation_word, where
from dupdetect.model import Relation, ScanResult

__all__ = ["scan"]

_out = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--report", type=_out, help="Write an HTML report here, one file.")
@click.option("--pairs", type=_out, help="Write the pairs here, JSONL.")
@click.option("--clusters", type=_out, help="Write the clusters here, JSONL.")
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
    fail_on: str,
    strict: bool,
    format: Literal["html", "text"] | None,
    as_json: bool,
) -> int:
    """Compare many articles with each other.

    \b
    dupdetect scan pages/ --report report.html --pairs pairs.jsonl --clusters clusters.jsonl

    PATH is a folder of pages, a JSONL file or a single file. A JSONL line is an object with `id`, `html` or `text`,
    and optionally `title`, `url`, `published` (ISO 8601), `site`, `section`. A document that cannot be read is reported
    and the rest goes on.
    """
    from dupdetect.detector import Detector
    from dupdetect.io import scan_json, write_clusters, write_pairs

    with Detector() as detector:
        result = detector.scan(progress("Reading pages", documents_of(paths, format)), progress=progress)
    if pairs is not None:
        write_pairs(result, pairs)
    if clusters is not None:
        write_clusters(result, clusters)
    if report is not None:
        from dupdetect.report import write_scan

        write_scan(result, report)
    if as_json:
        echo_json(scan_json(result))
    else:
        _print(result)
    for failure in result.failures:
        click.echo(f"{failure.id}: not readable: {failure.error}", err=True)
    for note in result.notes:
        click.echo(f"note: {note}", err=True)
    for what, path in (("Pairs", pairs), ("Clusters", clusters), ("Report", report)):
        if path is not None:
            click.echo(f"{what}: {path}", err=as_json)
    relations = (pair.verdict.relation for pair in result.pairs)
    return outcome(relations, fail_on=fail_on, unreadable=len(result.failures), strict=strict)


def _print(result: ScanResult) -> None:
    articles = {article.id: article for article in result.articles}
    order = list(Relation)
    for pair in sorted(result.pairs, key=lambda pair: order.index(pair.verdict.relation)):
        left, right = articles[pair.left], articles[pair.right]
        click.echo(f"{relation_word(pair.verdict.relation)} {where(left, title=False)}")
        click.echo(f"{'':9} {where(right, title=False)}")
        for line in describe(pair.verdict, left, passages=0):
            click.echo(f"{'':12} {line}")
    for id, repeats in result.repeats.items():
        words = " and ".join(str(repeat.tokens) for repeat in repeats)
        click.echo(f"{'REPEATS':9} {where(articles[id], title=False)}")
        click.echo(f"{'':12} It carries {words} words twice.")
    for cluster in result.clusters:
        first = cluster.original or cluster.ids[0]
        click.echo(f"{'CLUSTER':9} {first}{'  (the suggested original)' if cluster.original else ''}")
        for id in cluster.ids:
            if id != first:
                click.echo(f"{'':9} {id}")
        for reason in cluster.reasons:
            click.echo(f"{'':12} {reason}")
    counts = Counter(pair.verdict.relation for pair in result.pairs)
    found = ", ".join(f"{counts[relation]} {relation.value}" for relation in order if counts[relation])
    read = f"{len(result.articles)} articles, {len(result.failures)} not readable"
    click.echo(f"{read}, {result.compared} pairs compared: {found or 'nothing found'}")
