"""``dupdetect extract``."""

from __future__ import annotations

from pathlib import Path

import click

from dupdetect.cli.exits import Exit
from dupdetect.cli.inputs import document_of, echo_json, format_option, json_option
from dupdetect.model import ContentFormat

__all__ = ["extract"]


@click.command()
@click.argument("file")
@click.option("--explain", is_flag=True, help="Show the page block by block, kept or dropped and why.")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the page's blocks here, kept and dropped."
)
@format_option
@json_option
def extract(file: str, *, explain: bool, html: Path | None, format: ContentFormat | None, as_json: bool) -> int:
    """Show the article in FILE, without the page.

    \b
    dupdetect extract page.html                  title, byline, date, sections and text
    dupdetect extract page.html --explain        what was dropped, and why
    dupdetect extract page.html --html page-explained.html
    curl -s https://example.org/post | dupdetect extract - --json
    """
    from dupdetect.extract import read
    from dupdetect.io import article_json

    article = read(document_of(file, format=format))
    if html is not None:
        from dupdetect.io import write_text
        from dupdetect.report import render_extraction

        write_text(html, render_extraction(article))
    if as_json:
        echo_json(article_json(article, blocks=explain))
        return Exit.NOTHING_FOUND
    facts = {
        "title": article.title,
        "byline": ", ".join(article.byline),
        "published": article.published,
        "sections": ", ".join(article.sections),
        "site": article.site,
        "canonical": article.canonical_url,
        "language": article.language,
        "notes": "; ".join(article.notes),
    }
    for name, value in facts.items():
        if value:
            click.echo(f"{click.style(name, bold=True)}: {value}")
    click.echo()
    if not explain:
        click.echo(article.text)
        return Exit.NOTHING_FOUND
    for block in article.blocks:
        verdict = click.style("kept   ", fg="green") if block.reason is None else click.style("dropped", fg="red")
        click.echo(f"{verdict} {block.kind.value:<12} {block.text}")
        if block.reason is not None:
            click.echo(f"        because {block.reason}")
    return Exit.NOTHING_FOUND
