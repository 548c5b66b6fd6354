"""``dupdetect compare``."""

from __future__ import annotations

from pathlib import Path

import click

from dupdetect.cli.exits import fail_on_option, outcome
from dupdetect.cli.inputs import document_of, echo_json, format_option, json_option
from dupdetect.cli.wording import describe, relation_word, where
from dupdetect.model import ContentFormat

__all__ = ["compare"]


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--html", "html", type=click.Path(dir_okay=False, path_type=Path), help="Write both side by side here.")
@fail_on_option
@format_option
@json_option
def compare(a: str, b: str, *, html: Path | None, fail_on: str, format: ContentFormat | None, as_json: bool) -> int:
    """Say how A relates to B, and why.

    \b
    IDENTICAL   the same words               OVERLAPS   shared passages, a quote
    NEAR        the same piece, edited       TEMPLATE   same skeleton, other facts
    CONTAINS    A holds B, and more          DISTINCT   different pieces
    CONTAINED   A stands inside B            UNDECIDED  too little text to tell
    """
    from dupdetect.compare import compare as compare_articles
    from dupdetect.extract import read
    from dupdetect.io import verdict_json, write_text

    left, right = (read(document_of(file, format=format)) for file in (a, b))
    verdict = compare_articles(left, right)
    if html is not None:
        from dupdetect.report import render_comparison

        write_text(html, render_comparison(left, right, verdict))
    if as_json:
        echo_json({"a": left.id, "b": right.id, **verdict_json(verdict, left.text, right.text)})
    else:
        click.echo(f"{relation_word(verdict.relation)} {where(left)}")
        click.echo(f"{'':9} {where(right)}")
        for line in describe(verdict, left):
            click.echo(f"  {line}")
        for name, value in verdict.comparison.measures().items():
            click.echo(f"  {name:<24}{value:.3f}")
        if html is not None:
            click.echo(f"Side by side: {html}", err=True)
    return outcome([verdict.relation], fail_on=fail_on, unreadable=0, strict=False)
