"""How verdicts read on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click

from dupdetect.model import Article, Relation, Verdict

__all__ = ["describe", "describe_answer", "excerpt", "percent", "relation_word", "where"]

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


def describe_answer(answer: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a decision (`dupdetect.io.decision_json`): its matches, their reasons and passages."""
    path = answer.get("path") or answer["id"]
    if not answer["matches"]:
        yield f"{path}: nothing like it is out there"
    for match in answer["matches"]:
        told = _place(match)
        accepted = (
            f"  ({match['excuse']}: it may stand beside it)" if match["excuse"] and match["action"] == "pass" else ""
        )
        yield f"{path}: {relation_word(Relation(match['relation']))} {told}{accepted}"
        for reason in match["reasons"]:
            yield f"  {reason['text']}"
        yield from _passages(match.get("passages") or [])
    if answer.get("too_short"):
        yield f"{path}: too short to be told from others; only the very same words would be found"
    if answer["candidates_left_out"]:
        yield f"{path}: {answer['candidates_left_out']} weaker candidates were not compared"


def _place(match: dict[str, Any]) -> str:
    facts = [f"“{match['title']}”"] if match["title"] else []
    facts += match["sections"]
    if match["published"]:
        facts.append(str(match["published"])[:10])
    if match["status"] == "claimed":
        facts.append("about to be published")
    return f"{match['id'] or 'a piece without an id'}  {click.style(', '.join(facts), dim=True)}".rstrip()


def _passages(found: Sequence[dict[str, Any]], shown: int = 3) -> Iterator[str]:
    for passage in sorted(found, key=lambda passage: -int(passage["tokens"]))[:shown]:
        changed = "" if passage["text_left"] == passage["text_right"] else ", edited"
        yield f"  · {passage['tokens']} words{changed}: {excerpt(passage['text_left'])}"
    if len(found) > shown:
        yield f"  · and {len(found) - shown} more"
