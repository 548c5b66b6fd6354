"""What an editor wrote, before a template was put around it: HTML fragments, Gutenberg, Editor.js, Markdown.

There is no boilerplate to judge: every block is the article's. Markdown may open with front matter in YAML (``---``),
TOML (``+++``) or Pelican's ``Key: value`` lines, which is read as data.
"""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dupdetect.errors import ExtractionError, MissingExtraError, NoArticleError
from dupdetect.extract.blocks import kinds
from dupdetect.extract.dates import parse_published
from dupdetect.extract.decode import decode
from dupdetect.extract.flatten import read_page
from dupdetect.extract.front_matter import front_matter
from dupdetect.extract.limits import DEFAULT_LIMITS, Limits
from dupdetect.model import Article, Block, Document

__all__ = ["read_content"]


def read_content(document: Document, *, limits: Limits = DEFAULT_LIMITS) -> Article:
    """Return an editor's content as an article; what the caller knows takes precedence over front matter.

    Parameters
    ----------
    document : Document
        Of format ``fragment``, ``gutenberg``, ``editorjs`` or ``markdown``.
    limits : Limits

    Raises
    ------
    ExtractionError
        The content is empty, binary, too large, or not of its format.
    MissingExtraError
        Markdown needs the extra ``markdown``.
    """
    try:
        text, notes = decode(document.content, limits=limits)
        said: Mapping[str, Any] = {}
        if document.format == "markdown":
            said, body = front_matter(text)
            markup = _markdown(body)
        elif document.format == "editorjs":
            markup = _editorjs(text)
        else:
            markup = text
        page = read_page(markup, limits)
        if not page.texts:
            raise NoArticleError("the content has no words")
    except ExtractionError as error:
        raise (error.of(document.id) if document.id else error) from None
    kind, quotes = kinds(page)
    article = Article(
        id=document.id,
        url=document.url,
        title=document.title,
        published=document.published,
        site=document.site,
        sections=document.sections,
        notes=notes,
        blocks=tuple(
            Block(text=text, kind=kind[number], quote_depth=quotes[number]) for number, text in enumerate(page.texts)
        ),
    )
    return _with(article, said) if said else article


# ------------------------------------------------------------------------------------------------------- Markdown


def _markdown(text: str) -> str:
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise MissingExtraError("markdown", "Markdown") from None
    return str(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))


def _with(article: Article, said: Mapping[str, Any]) -> Article:
    """Return the article with what its front matter says and the caller did not."""
    dated = _first(said, "date", "published", "publishdate", "pubdate")
    return replace(
        article,
        title=article.title or _text(said.get("title")),
        byline=_list(_first(said, "authors", "author")),
        published=article.published or (parse_published(_moment(dated)) if dated is not None else None),
        sections=article.sections or _list(_first(said, "section", "sections", "category", "categories")),
        canonical_url=_text(_first(said, "canonical_url", "canonicalurl", "canonical")),
        language=_text(_first(said, "lang", "language")),
        noindex=said.get("noindex") in (True, "true", "True", "yes"),
    )


def _first(said: Mapping[str, Any], *names: str) -> Any:
    return next((said[name] for name in names if said.get(name) not in (None, "", [])), None)


def _text(value: Any) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None


def _list(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, list):
        return tuple(text for one in value[:50] if (text := _text(one)))
    return ()


def _moment(value: Any) -> str:
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else str(value)


# ------------------------------------------------------------------------------------------------------ Editor.js


def _editorjs(text: str) -> str:
    """Return Editor.js' output as markup. A tool that is not known here gives its texts as paragraphs.

    https://editorjs.io/saving-data/: ``{"blocks": [{"type": …, "data": {…}}]}``; texts hold inline HTML.
    """
    try:
        saved = json.loads(text)
        saved_blocks = saved["blocks"]
        return "\n".join(_editorjs_block(str(block["type"]), block["data"]) for block in saved_blocks)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ExtractionError(f"not what Editor.js saves ({type(error).__name__}: {error}); expected blocks") from None


def _editorjs_block(kind: str, data: Mapping[str, Any]) -> str:
    if kind == "header":
        return f"<h2>{_inline(data)}</h2>"
    if kind in ("list", "nestedlist", "checklist"):
        return f"<ul>{''.join(map(_editorjs_item, data['items']))}</ul>"
    if kind == "quote":
        return f"<blockquote><p>{_inline(data)}</p><p>{data.get('caption', '')}</p></blockquote>"
    if kind == "code":
        return f"<pre>{html.escape(str(data['code']))}</pre>"
    if kind == "table":
        rows = ("".join(f"<td>{cell}</td>" for cell in row) for row in data["content"])
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    if kind in ("image", "embed", "video", "attaches"):
        return f"<figure><figcaption>{data.get('caption', '')}</figcaption></figure>"
    if kind == "raw":
        return str(data["html"])
    return "".join(f"<p>{value}</p>" for name, value in data.items() if name in ("text", "title", "message"))


def _inline(data: Mapping[str, Any]) -> str:
    return str(data["text"])


def _editorjs_item(item: Any) -> str:
    if isinstance(item, str):
        return f"<li>{item}</li>"
    below = "".join(map(_editorjs_item, item.get("items") or []))
    return f"<li>{item.get('content') or item.get('text') or ''}{f'<ul>{below}</ul>' if below else ''}</li>"
