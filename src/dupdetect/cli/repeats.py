"""``dupdetect repeats``."""

from __future__ import annotations

import click

from dupdetect.cli.exits import Exit
from dupdetect.cli.inputs import document_of, echo_json, format_option, json_option
from dupdetect.cli.wording import excerpt, percent
from dupdetect.model import ContentFormat

__all__ = ["repeats"]


@click.command()
@click.argument("file")
@format_option
@json_option
def repeats(file: str, *, format: ContentFormat | None, as_json: bool) -> int:
    """Find what FILE carries twice.

    A double paste, two posts on one page. Exit code 1 if it does.
    """
    from dupdetect.compare import find_repeats
    from dupdetect.extract import read
    from dupdetect.io import repeat_json

    article = read(document_of(file, format=format))
    found = find_repeats(article)
    if as_json:
        echo_json({"id": article.id, "repeats": [repeat_json(repeat, article.text) for repeat in found]})
    elif not found:
        click.echo(f"{article.id}: nothing stands in it twice")
    for repeat in () if as_json else found:
        click.echo(
            f"{article.id}: {repeat.tokens} words stand twice, at characters {repeat.first.start}–{repeat.first.end} "
            f"and {repeat.second.start}–{repeat.second.end}, {percent(repeat.similarity)} alike"
        )
        click.echo(f"  {excerpt(repeat.first.of(article.text))}")
    return Exit.DUPLICATES if found else Exit.NOTHING_FOUND
