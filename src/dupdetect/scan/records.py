"""Articles and verdicts for the work folder: exact, compact, and read by no one else."""

from __future__ import annotations

import datetime as dt
import json
from itertools import accumulate
from typing import Any

from dupdetect.model import (
    MEASURES,
    Article,
    Block,
    BlockKind,
    Change,
    Comparison,
    Passage,
    Published,
    Reason,
    Relation,
    Repeat,
    Span,
    Verdict,
)

__all__ = [
    "pack_article",
    "pack_repeats",
    "pack_verdict",
    "unpack_article",
    "unpack_header",
    "unpack_repeats",
    "unpack_text",
    "unpack_verdict",
]

Row = list[Any]


_ENCODE = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def dump(value: Any) -> bytes:
    """Return JSON in UTF-8, lone surrogates kept."""
    return _ENCODE(value).encode("utf-8", "surrogatepass")


def load(data: bytes) -> Any:
    """Read what `dump` wrote."""
    return json.loads(data.decode("utf-8", "surrogatepass"))


def pack_article(article: Article) -> bytes:
    """Return an article as bytes, without blocks that are not its own: a line of JSON, then the text as it is.

    To put a long text into JSON takes ten times as long as to encode it, and most readers ask for nothing else.
    """
    published = article.published
    when = None if published is None else (published.moment.isoformat(), published.precision)
    content = article.content
    head = (
        article.id,
        article.url,
        article.canonical_url,
        article.title,
        article.byline,
        when,
        article.sections,
        article.site,
        article.language,
        article.noindex,
        article.notes,
        [(len(block.text), block.kind.value, block.quote_depth) for block in content],
    )
    return dump(head) + b"\n" + article.text.encode("utf-8", "surrogatepass")


def unpack_text(data: bytes) -> str:
    """Return the text of the article that `pack_article` wrote."""
    return data[data.index(b"\n") + 1 :].decode("utf-8", "surrogatepass")


def unpack_article(data: bytes) -> Article:
    """Return the article that `pack_article` wrote."""
    known, blocks = _unpack_head(data)
    text = unpack_text(data)
    starts = accumulate((size + 2 for size, _, _ in blocks), initial=0)  # a blank line between each two
    return Article(
        blocks=tuple(
            Block(text=text[start : start + size], kind=BlockKind(kind), quote_depth=depth)
            for start, (size, kind, depth) in zip(starts, blocks, strict=False)
        ),
        **known,
    )


def unpack_header(data: bytes) -> Article:
    """Return the article that `pack_article` wrote, without its text."""
    known, _ = _unpack_head(data)
    return Article(blocks=(), **known)


def _unpack_head(data: bytes) -> tuple[dict[str, Any], list[Row]]:
    """Return what is known of an article, and size, kind and quotation depth of each block."""
    id, url, canonical, title, byline, when, sections, site, language, noindex, notes, blocks = load(
        data[: data.index(b"\n")]
    )
    published = None
    if when is not None:
        read = dt.datetime.fromisoformat if when[1] == "time" else dt.date.fromisoformat
        published = Published(moment=read(when[0]), precision=when[1])
    known = {
        "id": id,
        "url": url,
        "canonical_url": canonical,
        "title": title,
        "byline": tuple(byline),
        "published": published,
        "sections": tuple(sections),
        "site": site,
        "language": language,
        "noindex": noindex,
        "notes": tuple(notes),
    }
    return known, blocks


_FIGURES = ("tokens_left", "tokens_right", *MEASURES)


def pack_verdict(verdict: Verdict) -> Row:
    """Return a verdict as a JSON array."""
    measured = verdict.comparison
    passages = measured.passages
    return [
        verdict.relation.value,
        verdict.score,
        [[reason.rule, reason.text] for reason in verdict.reasons],
        [getattr(measured, name) for name in _FIGURES],
        None if passages is None else [_pack_passage(passage) for passage in passages],
        pack_repeats(measured.repeats_left),
        pack_repeats(measured.repeats_right),
    ]


def unpack_verdict(row: Row) -> Verdict:
    """Return the verdict that `pack_verdict` wrote."""
    relation, score, reasons, measures, passages, repeats_left, repeats_right = row
    return Verdict(
        relation=Relation(relation),
        score=score,
        reasons=tuple(Reason(rule=rule, text=text) for rule, text in reasons),
        comparison=Comparison(
            **dict(zip(_FIGURES, measures, strict=True)),
            passages=None if passages is None else tuple(map(_unpack_passage, passages)),
            repeats_left=unpack_repeats(repeats_left),
            repeats_right=unpack_repeats(repeats_right),
        ),
    )


def _ends(left: Span, right: Span) -> Row:
    return [left.start, left.end, right.start, right.end]


def _spans(ends: Row) -> tuple[Span, Span]:
    return Span(start=ends[0], end=ends[1]), Span(start=ends[2], end=ends[3])


def _pack_passage(passage: Passage) -> Row:
    changes = [[*_ends(change.left, change.right), change.kind] for change in passage.changes]
    return [*_ends(passage.left, passage.right), passage.tokens, passage.similarity, changes]


def _unpack_passage(row: Row) -> Passage:
    left, right = _spans(row)
    changes = []
    for change in row[6]:
        here, there = _spans(change)
        changes.append(Change(left=here, right=there, kind=change[4]))
    return Passage(left=left, right=right, tokens=row[4], similarity=row[5], changes=tuple(changes))


def pack_repeats(repeats: tuple[Repeat, ...]) -> Row:
    """Return repeats as a JSON array."""
    return [[*_ends(repeat.first, repeat.second), repeat.tokens, repeat.similarity] for repeat in repeats]


def unpack_repeats(rows: Row) -> tuple[Repeat, ...]:
    """Return the repeats that `pack_repeats` wrote."""
    found = []
    for row in rows:
        first, second = _spans(row)
        found.append(Repeat(first=first, second=second, tokens=row[4], similarity=row[5]))
    return tuple(found)
