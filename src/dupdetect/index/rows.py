"""The tables of an index: articles as rows, and the articles again."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from dupdetect.index import stories
from dupdetect.index.connection import Connection
from dupdetect.index.keys import as_batch, key_rows
from dupdetect.index.packing import pack_rows, unpack_row
from dupdetect.model import Article, Block, BlockKind, Fingerprint, FingerprintBatch, Published
from dupdetect.settings import Settings

__all__ = [
    "ARTICLE",
    "COLUMNS",
    "FINGERPRINT",
    "STATE",
    "article_row",
    "delete",
    "document_rows",
    "end_claims",
    "fingerprint_rows",
    "row_article",
    "row_fingerprint",
    "unpacked_text",
    "write_keys",
]

ARTICLE = (
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
"""Columns of an article, in the order of `article_row`."""

FINGERPRINT = ("digest", "tokens", "shingles", "sampled", "signature", "sample")
"""`sampled` is how many hashes the sample holds."""
STATE = ("version", "claim", "expires")
"""The claim is its key, and empty for a document."""
COLUMNS = ("doc", *STATE, *ARTICLE[:-1], *FINGERPRINT, "blocks")
"""Columns of the table of documents. The large ones stand last, so that what is small is read without them."""

_DELETED = 500
"""Documents at a time."""


def article_row(article: Article, *, keep_text: bool = True) -> tuple[Any, ...]:
    """Return an article's values by `ARTICLE`. Of its blocks only the content is kept, compressed."""
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
        _listed(article.sections),
        _listed(article.byline),
        _listed(article.notes),
        _packed(article) if keep_text else None,
    )


def _listed(values: Sequence[str]) -> str | None:
    return json.dumps(values) if values else None


def _packed(article: Article) -> bytes:
    blocks = json.dumps([[block.text, block.kind.value, block.quote_depth] for block in article.content])
    return zlib.compress(blocks.encode())


def row_article(row: Sequence[Any]) -> Article:
    """Return the article of a row by `ARTICLE`; without blocks, if its text was not kept."""
    id, title, url, canonical, site, language, moment, precision, noindex, sections, byline, notes, blocks = row
    published = None
    if moment is not None:
        parse = dt.datetime if precision == "time" else dt.date
        published = Published(moment=parse.fromisoformat(moment), precision=precision)
    return Article(
        id=id,
        title=title,
        url=url,
        canonical_url=canonical,
        site=site,
        language=language,
        published=published,
        noindex=bool(noindex),
        sections=_unlisted(sections),
        byline=_unlisted(byline),
        notes=_unlisted(notes),
        blocks=_unpacked(blocks),
    )


def _unlisted(values: str | None) -> tuple[str, ...]:
    return tuple(json.loads(values)) if values else ()


_KINDS = {kind.value: kind for kind in BlockKind}


def _unpacked(packed: bytes | None) -> tuple[Block, ...]:
    blocks = [] if packed is None else json.loads(zlib.decompress(packed))
    return tuple([Block(text=text, kind=_KINDS[kind], quote_depth=depth) for text, kind, depth in blocks])


def unpacked_text(packed: bytes) -> str:
    """Return the text of an article from its packed blocks."""
    return Article(blocks=_unpacked(packed)).text


def row_fingerprint(row: Sequence[Any], settings: Settings) -> Fingerprint:
    """Return the fingerprint of a row by `FINGERPRINT`."""
    digest, tokens, shingles, sampled, signature, sample = row
    return Fingerprint(
        signature=unpack_row(signature, settings.permutations, np.uint32, ascending=False),
        sample=unpack_row(sample, sampled, np.uint64, ascending=True),
        shingles=shingles,
        tokens=tokens,
        digest=digest,
        settings_identity=settings.identity,
    )


def document_rows(
    articles: Sequence[Article], batch: FingerprintBatch, states: Iterable[tuple[Any, ...]], *, keep_text: bool
) -> list[tuple[Any, ...]]:
    """Return articles as rows of the table of documents, without their numbers; `states` gives their `STATE`."""
    rows = []
    for article, state, fingerprint in zip(articles, states, fingerprint_rows(batch), strict=True):
        *small, blocks = article_row(article, keep_text=keep_text)
        rows.append((*state, *small, *fingerprint, blocks))
    return rows


def fingerprint_rows(batch: FingerprintBatch) -> list[tuple[Any, ...]]:
    """Return the values of each fingerprint by `FINGERPRINT`."""
    count, permutations = batch.signatures.shape
    columns = (
        (digest.tobytes() for digest in batch.digests),
        batch.tokens.tolist(),
        batch.shingles.tolist(),
        np.diff(batch.sample_offsets).tolist(),
        pack_rows(batch.signatures.ravel(), np.arange(count + 1) * permutations, ascending=False),
        pack_rows(batch.sample_hashes, batch.sample_offsets, ascending=True),
    )
    return list(zip(*columns, strict=True))


def write_keys(connection: Connection, batch: FingerprintBatch, settings: Settings, first: int) -> None:
    """Insert the keys of new documents, numbered from `first`, and say which of them are copies."""
    keys = key_rows(batch, np.arange(first, first + len(batch)), settings)
    for table, packed in keys.items():
        connection.insert_keys(table, packed)
    stories.tell_stories(connection, batch, keys["postings"], first)


def delete(connection: Connection, docs: Sequence[int], settings: Settings, *, claimed: bool = False) -> None:
    """Delete documents, or claims, and their keys by number."""
    for start in range(0, len(docs), _DELETED):
        part = docs[start : start + _DELETED]
        found = list(connection.chosen(f"SELECT doc, {', '.join(FINGERPRINT)} FROM documents", part))
        batch = as_batch([row_fingerprint(row[1:], settings) for row in found], settings)
        numbers = np.array([row[0] for row in found], dtype=np.int64)
        for table, rows in key_rows(batch, numbers, settings, claimed=claimed).items():
            connection.delete_keys(table, rows)
        connection.executemany("DELETE FROM documents WHERE doc = ?", ((doc,) for doc in part))
        stories.forget(connection, part)


def end_claims(connection: Connection, keys: Sequence[str], settings: Settings) -> int:
    """Delete claims by key; return how many were there."""
    # The second condition is what lets a database use the index of claims.
    statement = "SELECT doc FROM documents WHERE claim = ? AND claim <> ''"
    docs = [doc for key in keys for (doc,) in connection.execute(statement, (key,)).fetchall()]
    delete(connection, docs, settings, claimed=True)
    return len(docs)
