"""Plain text in, article out: paragraphs at blank lines, quoted lines by their marks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dupdetect.errors import ExtractionError, NoArticleError
from dupdetect.extract.decode import decode
from dupdetect.extract.limits import DEFAULT_LIMITS, Limits
from dupdetect.model import Article, Block, BlockKind, Published

__all__ = ["read_text"]

_QUOTED = re.compile(r"^(?:> ?)+")


def read_text(
    text: str | bytes,
    *,
    id: str = "",
    url: str | None = None,
    title: str | None = None,
    published: Published | None = None,
    site: str | None = None,
    sections: tuple[str, ...] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> Article:
    """Return plain text as an article. Every paragraph is the article's: nothing is judged.

    Lines that start with ``>`` are quoted, as mail and Usenet mark them.

    Parameters
    ----------
    text : str or bytes
        Bytes are UTF-8, else of an encoding that is guessed and named in ``notes``.
    id, url, title, published, site, sections
        What the caller knows.
    limits : Limits

    Raises
    ------
    ExtractionError
        `EmptyDocumentError`, `NotTextError`, `DocumentTooLargeError`.
    """
    try:
        content, notes = decode(text, limits=limits)
        blocks = tuple(_paragraphs(content))
        if not blocks:
            raise NoArticleError("the text has no words")
    except ExtractionError as error:
        raise (error.of(id) if id else error) from None
    return Article(
        blocks=blocks,
        id=id,
        url=url,
        title=title,
        published=published,
        site=site,
        sections=sections,
        notes=notes,
    )


def _paragraphs(content: str) -> Iterator[Block]:
    """Yield runs of lines of one quotation depth between blank lines."""
    lines: list[str] = []
    depth = 0
    for line in (*content.splitlines(), ""):
        marks = _QUOTED.match(line)
        now = marks[0].count(">") if marks else 0
        words = _collapsed(line[marks.end() :] if marks else line)
        if lines and (not words or now != depth):
            kind = BlockKind.QUOTE if depth else BlockKind.PARAGRAPH
            yield Block(text=" ".join(lines), kind=kind, quote_depth=depth)
            lines = []
        if words:
            lines.append(words)
            depth = now


def _collapsed(line: str) -> str:
    """Return a line with its white space collapsed."""
    if line.isascii() and "  " not in line and "\t" not in line and "\x1f" not in line:
        return line.strip(" ")  # splitting a long line only to join it again is most of the time of reading it
    return " ".join(line.split())
