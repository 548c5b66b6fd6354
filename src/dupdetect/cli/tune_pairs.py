"""``dupdetect tune pairs``: how good the verdicts are on a user's labelled pairs, and whether other thresholds help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dupdetect.cli.exits import Exit
from dupdetect.cli.inputs import document_of, documents_of, echo_json, json_option
from dupdetect.errors import ExtractionError, InputError
from dupdetect.model import Article, Document, Failure, Relation

if TYPE_CHECKING:
    from dupdetect.compare.tuning import Estimate, Labelled, Quality, Suggestion

__all__ = ["pairs"]

SHOWN = 20
"""Pairs that are listed for people where label and verdict differ, and lines that were not readable; JSON has all."""
_YES = {"yes": True, "true": True, "1": True, "duplicate": True}
_NO = {"no": False, "false": False, "0": False, "different": False}
_NAMES = {relation.value: relation for relation in Relation}


@click.command()
@click.argument("labelled", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--articles",
    metavar="PATH",
    multiple=True,
    help="A folder or collection that the pairs' ids are of; what many of its articles share weighs less.",
)
@click.option("--seed", default=0, show_default=True, help="Of the bootstrap's draws.")
@json_option
def pairs(labelled: Path, *, articles: tuple[str, ...], seed: int, as_json: bool) -> int:
    """Show how often the verdicts on labelled pairs are right, and which thresholds would do better.

    \b
    dupdetect tune pairs labels.csv
    dupdetect tune pairs labels.csv --articles content/

    LABELLED is a CSV file with the columns left, right and label. Left and right are ids of --articles, or files beside
    the CSV file; columns left_text and right_text hold texts themselves. The label is a relation (NEAR, CONTAINS, ...:
    of the left to the right), or yes or no: are the two duplicates?

    Intervals hold 90 %; pairs that share a document count as one witness. A threshold is only suggested where it is
    better on pairs that it was not chosen by; with few labels none is.
    """
    from dupdetect.compare import Thresholds
    from dupdetect.compare.tuning import quality, suggestions

    known, unread = _articles(articles)
    examples, stories, unusable = _judged(labelled, known)
    for failures in (unread, unusable):
        for failure in failures[:SHOWN]:
            click.echo(f"{failure.id}: {failure.error}", err=True)
        if len(failures) > SHOWN:
            click.echo(f"… and {len(failures) - SHOWN} more that could not be read; --json lists all", err=True)
    if not examples:
        raise InputError(f"{labelled}: no labelled pair could be read")
    thresholds = Thresholds()
    rows = quality(examples, thresholds, seed=seed)
    tried = suggestions(examples, thresholds, seed=seed)
    differing = list(_differing(examples, thresholds))
    if as_json:
        echo_json(
            {
                "pairs": len(examples),
                "unreadable": [asdict(failure) for failure in (*unread, *unusable)],
                "stories": stories,
                "quality": [asdict(row) for row in rows],
                "thresholds": [asdict(one) for one in tried],
                "differing": differing,
            }
        )
    else:
        _print(len(examples), stories, rows, tried, differing)
    return Exit.UNREADABLE if unusable else Exit.NOTHING_FOUND


def _articles(paths: tuple[str, ...]) -> tuple[dict[str, Article], list[Failure]]:
    from dupdetect.extract import read

    known: dict[str, Article] = {}
    failures = []
    for document in documents_of(paths, None):
        try:
            if isinstance(document, Failure):
                failures.append(document)
            else:
                known[document.id] = read(document)
        except ExtractionError as error:
            failures.append(Failure(id=document.id, error=error.problem))
    return known, failures


def _judged(path: Path, known: Mapping[str, Article]) -> tuple[list[Labelled], int | None, list[Failure]]:
    """Read and weigh the pairs; return them, the stories that rarity was counted over, and what was not readable."""
    from dupdetect.compare import Comparator, StoryCounts
    from dupdetect.compare.tuning import Labelled

    bare = Comparator()
    rarity = StoryCounts([bare.prepare(article).distinct for article in known.values()]) if known else None
    comparator = Comparator(rarity=rarity)
    found, failures = [], []
    for where, row in _rows(path):
        try:
            label = _label(row)
            left, right = (comparator.prepare(_side(row, side, path, known, where)) for side in ("left", "right"))
        except (InputError, ExtractionError) as error:
            failures.append(Failure(id=where, error=str(error)))
            continue
        ids = [row.get(side) or row[f"{side}_text"] for side in ("left", "right")]
        found.append(Labelled(left=ids[0], right=ids[1], evidence=comparator.evidence(left, right), label=label))
    return found, None if rarity is None else rarity.stories, failures


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    from dupdetect.io.tables import csv_rows

    for where, row in csv_rows(path):
        if isinstance(row, str):
            raise InputError(f"{where}: {row}")
        yield where, row


def _label(row: Mapping[str, str]) -> Relation | bool:
    label = row.get("label", "").strip()
    for names, key in ((_NAMES, label.upper()), (_YES, label.lower()), (_NO, label.lower())):
        if key in names:
            return names[key]
    raise InputError(f"the label {label!r} is neither a relation ({', '.join(_NAMES)}) nor yes or no")


def _side(row: Mapping[str, str], side: str, path: Path, known: Mapping[str, Article], where: str) -> Article:
    from dupdetect.extract import read

    text, name = row.get(f"{side}_text"), row.get(side)
    if text is not None:
        return read(Document(id=name or f"{where}:{side}", content=text, format="text"))
    if name is None:
        raise InputError(f"neither {side} nor {side}_text is given")
    if name in known:
        return known[name]
    return read(document_of(str(path.parent / name), id=name))


def _differing(examples: list[Labelled], thresholds: Any) -> Iterator[dict[str, Any]]:
    from dupdetect.compare.verdict import decide

    for pair in examples:
        said, reasons = decide(pair.evidence, thresholds)
        right = said is pair.label if isinstance(pair.label, Relation) else said.is_duplicate == pair.label
        if not right:
            label = pair.label.value if isinstance(pair.label, Relation) else "yes" if pair.label else "no"
            yield {
                "left": pair.left,
                "right": pair.right,
                "label": label,
                "said": said.value,
                "rule": reasons[0].rule,
                "because": reasons[0].text,
            }


def _print(
    count: int,
    stories: int | None,
    rows: tuple[Quality, ...],
    tried: tuple[Suggestion, ...],
    differing: list[dict[str, Any]],
) -> None:
    weighed = "each judged alone" if stories is None else f"rarity counted over {stories} stories"
    click.echo(f"{count} labelled pairs, {weighed}")
    click.echo(f"\n{'':12}{'labelled':>8}  {'said':>6}  {'precision':<20}{'recall'}")
    for row in rows:
        line = f"{row.of:12}{row.labelled:8}  {row.said:6}  {_told(row.precision):<20}{_told(row.recall)}"
        click.echo(line.rstrip())
    if differing:
        click.echo(
            f"\nLabel and verdict differ in {len(differing)}"
            + (f", the first {SHOWN}:" if len(differing) > SHOWN else ":")
        )
    for one in differing[:SHOWN]:
        click.echo(f"  {one['label']} but {one['said']}: {_short(one['left'])} | {_short(one['right'])}")
        click.echo(f"    {one['because']}")
    worth = [one for one in tried if one.worth]
    click.echo()
    if not tried:
        click.echo("Too few labels to try other thresholds: it takes 20 unrelated duplicates and 20 unrelated others.")
    elif not worth:
        click.echo(f"{len(tried)} thresholds tried: none that the labels speak for. Keep the defaults.")
    for better in worth:
        click.echo(
            f"{better.threshold}: {better.best:g} instead of {better.present:g} "
            f"(best values {better.low:g} to {better.high:g}); "
            f"F1 of {better.of} {better.gain:+.3f} on pairs that it was not chosen by"
        )


def _told(share: Estimate) -> str:
    if share.value is None or share.low is None or share.high is None:
        return "–"
    return f"{share.value:.3f} ({share.low:.2f}–{share.high:.2f})"


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= 60 else line[:59] + "…"
