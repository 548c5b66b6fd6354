"""How verdicts read on a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import click

from dupdetect.model import Article, Relation, Verdict

__all__ = ["describe", "excerpt", "percent", "relation_word", "where"]

_COLOURS = {
    Relation.IDENTICAL: "red",
    Relation.NEAR: "red",
    Relation.CONTAINS: "yellow",
    Relation.CONTAINED: "yellow",
    Relation.OVERLAPS: "cyan",
    Relation.TEMPLATE: "cyan",
}


def percent(fraction: float) -> str:
    """Return a fraction in whole per cent, never rounded up to 100."""
    return f"{min(99, round(100 * fraction)) if fraction < 1 else 100} %"


def relation_word(relation: Relation) -> str:
    """Return the relation's name, coloured by how much it matters."""
    return click.style(f"{relation.value:<9}", fg=_COLOURS.get(relation), bold=relation.is_duplicate)


def excerpt(text: str, length: int = 100) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text[: 2 * length].split())
    return f"“{line[:length].rstrip()}…”" if len(line) > length else f"“{line}”"


def where(article: Article, *, title: bool = True) -> str:
    """Say which article it is: its id, title, sections and date."""
    facts = [f"“{article.title}”"] if title and article.title else []
    facts += article.sections
    if article.published:
        facts.append(str(article.published.day) if article.published.precision == "time" else str(article.published))
    return f"{article.id}  {click.style(', '.join(facts), dim=True)}".rstrip()


def describe(verdict: Verdict, left: Article, *, passages: int = 3) -> Iterator[str]:
    """Yield the reasons of a verdict and its longest passages, a line each."""
    for reason in verdict.reasons:
        yield reason.text
    found = sorted(verdict.comparison.passages or (), key=lambda passage: -passage.tokens)
    for passage in found[:passages]:
        changed = f", {len(passage.changes)} changed places" if passage.changes else ""
        yield f"· {passage.tokens} words{changed}: {excerpt(passage.left.of(left.text))}"
    if len(found) > passages > 0:
        yield f"· and {len(found) - passages} more"
