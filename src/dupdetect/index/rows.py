"""Articles as rows: what a store keeps of an article, and the article again."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from typing import Any

from dupdetect.model import Article, Block, BlockKind, Published

__all__ = ["COLUMNS", "article_row", "row_article"]

COLUMNS = (
    "id",
    "title",
    "url",
    "canonical_url",
    "site",
    "language",
    "published",
    "published_precision",
    "noindex",
    "sections",
    "byline",
    "notes",
    "blocks",
)
"""Columns of an article's row, in the order of `article_row`."""


def article_row(article: Article) -> tuple[Any, ...]:
    """Return an article's values by `COLUMNS`. Of its blocks only the content is kept, compressed."""
    blocks = json.dumps([[block.text, block.kind.value, block.quote_depth] for block in article.content])
    published = article.published
    return (
        article.id,
        article.title,
        article.url,
        article.canonical_url,
        article.site,
        article.language,
        published.moment.isoformat() if published else None,
        published.precision if published else None,
        int(article.noindex),
        json.dumps(article.sections),
        json.dumps(article.byline),
        json.dumps(article.notes),
        zlib.compress(blocks.encode()),
    )


def row_article(row: tuple[Any, ...]) -> Article:
    """Return the article of a row by `COLUMNS`."""
    values = dict(zip(COLUMNS, row, strict=True))
    published = None
    if values["published"] is not None:
        parse = dt.datetime if values["published_precision"] == "time" else dt.date
        published = Published(moment=parse.fromisoformat(values["published"]), precision=values["published_precision"])
    blocks = json.loads(zlib.decompress(values["blocks"]))
    return Article(
        id=values["id"],
        title=values["title"],
        url=values["url"],
        canonical_url=values["canonical_url"],
        site=values["site"],
        language=values["language"],
        published=published,
        noindex=bool(values["noindex"]),
        sections=tuple(json.loads(values["sections"])),
        byline=tuple(json.loads(values["byline"])),
        notes=tuple(json.loads(values["notes"])),
        blocks=tuple(Block(text=text, kind=BlockKind(kind), quote_depth=depth) for text, kind, depth in blocks),
    )
