"""Documents, and the articles in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

__all__ = [
    "Article",
    "Block",
    "BlockKind",
    "ContentFormat",
    "Document",
    "Failure",
    "Published",
]


ContentFormat = Literal["html", "text", "markdown", "fragment", "gutenberg", "editorjs"]
"""What a document's content is; see `Document`."""


class BlockKind(str, Enum):
    """What a block of a page is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    PREFORMATTED = "preformatted"
    TABLE = "table"
    CAPTION = "caption"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A run of text that a page shows as one piece: a paragraph, a heading, a list item.

    Parameters
    ----------
    text : str
        White space collapsed, none at the ends (kept as it is in preformatted blocks).
    kind : BlockKind
    quote_depth : int
        How many block quotes it stands in.
    reason : str, optional
        Why it is *not* part of the article, in words; None for a block of the article.
    """

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    quote_depth: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """When a piece says it was published, no more exact than it says.

    Parameters
    ----------
    moment : datetime.datetime or datetime.date
        An *aware* datetime, or a date where the page gives no time or no time zone. Fields below the precision are 1.
    precision : {'time', 'day', 'month', 'year'}
    """

    moment: dt.datetime | dt.date
    precision: Literal["time", "day", "month", "year"] = "day"

    def __post_init__(self) -> None:
        timed = isinstance(self.moment, dt.datetime)
        if timed != (self.precision == "time") or (isinstance(self.moment, dt.datetime) and self.moment.tzinfo is None):
            raise ValueError(
                f"an aware datetime has precision 'time', a date another: {self.moment!r}, {self.precision!r}"
            )

    @property
    def day(self) -> dt.date:
        """The date, in the time zone the page used."""
        return self.moment.date() if isinstance(self.moment, dt.datetime) else self.moment

    def before(self, other: Published) -> bool:
        """Whether this is certainly earlier than `other`: unequal at the coarser of the two precisions."""
        if isinstance(self.moment, dt.datetime) and isinstance(other.moment, dt.datetime):
            return self.moment < other.moment
        fields = min(_DATE_FIELDS[self.precision], _DATE_FIELDS[other.precision])
        mine = (self.day.year, self.day.month, self.day.day)
        theirs = (other.day.year, other.day.month, other.day.day)
        return mine[:fields] < theirs[:fields]

    def __str__(self) -> str:
        text = self.moment.isoformat()
        return {"time": text, "day": text, "month": text[:7], "year": text[:4]}[self.precision]


_DATE_FIELDS = {"year": 1, "month": 2, "day": 3, "time": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a caller hands in: content as it is, and what the caller knows about it.

    Parameters
    ----------
    id : str
        The post's identity, never its URL or text: a post never matches itself, whatever was renamed.
    content : str or bytes
    format : {'html', 'text', 'markdown', 'fragment', 'gutenberg', 'editorjs'}
        A whole page; plain text; or what an editor wrote, without a page around it: Markdown (with front matter), HTML,
        WordPress' blocks, Editor.js' JSON.
    title, url, canonical_url, published, site, sections, language, noindex
        What the caller knows; each takes precedence over what the content says.
    version : int or str, optional
        Whole numbers, or strings that sort by age such as UTC times in ISO 8601: an index refuses to put an older one
        in a newer one's place.
    """

    id: str
    content: str | bytes
    format: ContentFormat = "html"
    title: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    published: Published | None = None
    site: str | None = None
    sections: tuple[str, ...] = ()
    language: str | None = None
    noindex: bool | None = None
    version: int | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article without the page around it.

    Parameters
    ----------
    blocks : tuple of Block
        All blocks of the page in their order; those with a `Block.reason` are not the article's.
    id : str
        Empty where the caller gave none.
    url, canonical_url : str, optional
        Where it was found; what it declares by ``rel=canonical``.
    title : str, optional
    byline : tuple of str
        Names of the authors.
    published : Published, optional
    sections : tuple of str
        Sections or categories.
    site : str, optional
        Name of the site.
    language : str, optional
        BCP 47 tag as declared.
    noindex : bool
        Whether it asks search engines to leave it out.
    notes : tuple of str
        What a reader should know: several articles on the page, a guessed encoding …
    """

    blocks: tuple[Block, ...]
    id: str = ""
    url: str | None = None
    canonical_url: str | None = None
    title: str | None = None
    byline: tuple[str, ...] = ()
    published: Published | None = None
    sections: tuple[str, ...] = ()
    site: str | None = None
    language: str | None = None
    noindex: bool = False
    notes: tuple[str, ...] = ()
    text: str = field(init=False, repr=False)
    """The article's blocks, a blank line between each two."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "\n\n".join(block.text for block in self.content))

    @property
    def content(self) -> tuple[Block, ...]:
        """The blocks that make up the article."""
        return tuple([block for block in self.blocks if block.reason is None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A document of a batch that could not be read; the batch went on.

    Parameters
    ----------
    id : str
        Id, file name or line of the document.
    error : str
        What happened and what to do.
    """

    id: str
    error: str
