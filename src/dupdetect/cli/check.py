"""``dupdetect check``."""

from __future__ import annotations

from pathlib import Path

import click

from dupdetect.cli.exits import fail_on_option, outcome
from dupdetect.cli.inputs import documents_of, echo_json, format_option, json_option
from dupdetect.cli.wording import describe, relation_word, where
from dupdetect.errors import ExtractionError
from dupdetect.model import CheckResult, ContentFormat, Document, Failure

__all__ = ["check"]


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--index", "index", required=True, help="The index to look in (see `dupdetect index add`).")
@click.option("--id", "id", help="The piece's own id, never matched. [default: the file's name as given]")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Take paths below this folder as ids, as `dupdetect index add FOLDER` does.",
)
@fail_on_option
@click.option("--strict", is_flag=True, help="Exit with 3 if any file was unreadable, even beside duplicates.")
@format_option
@json_option
def check(
    files: tuple[str, ...],
    *,
    index: str,
    id: str | None,
    root: Path | None,
    fail_on: str,
    strict: bool,
    format: ContentFormat | None,
    as_json: bool,
) -> int:
    """Tell whether a piece is in the index already.

    \b
    dupdetect check draft.html --index site.db && publish draft.html
    """
    from dataclasses import replace

    from dupdetect.detector import Detector
    from dupdetect.io import check_json, failure_json

    if id is not None and (len(files) > 1 or root is not None):
        raise click.UsageError("--id names one piece; with several files or --root each goes by its path")
    results: list[CheckResult] = []
    failures: list[Failure] = []
    with Detector(index) as detector:
        for document in documents_of(files, format):
            if isinstance(document, Failure):
                failures.append(document)
                continue
            own = id if root is None else _below(root, document.id)
            piece: Document = document if own is None else replace(document, id=own)
            try:
                results.append(detector.check(piece))
            except ExtractionError as error:
                failures.append(Failure(id=piece.id, error=error.problem))
    if as_json:
        echo_json(
            {
                "results": [check_json(result) for result in results],
                "failures": [failure_json(failure) for failure in failures],
            }
        )
    else:
        for result in results:
            _print(result)
    for failure in failures:
        click.echo(f"{failure.id}: not readable: {failure.error}", err=True)
    relations = (match.verdict.relation for result in results for match in result.matches)
    return outcome(relations, fail_on=fail_on, unreadable=len(failures), strict=strict)


def _below(root: Path, file: str) -> str:
    try:
        return Path(file).resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise click.UsageError(f"{file} does not stand below {root}") from None


def _print(result: CheckResult) -> None:
    if not result.matches:
        click.echo(f"{result.article.id}: nothing like it in the index")
    for match in result.matches:
        click.echo(f"{result.article.id}: {relation_word(match.verdict.relation)} {where(match.article)}")
        for line in describe(match.verdict, result.article):
            click.echo(f"  {line}")
    if result.candidates_left_out:
        click.echo(f"{result.article.id}: {result.candidates_left_out} weaker candidates were not compared", err=True)
