"""The nouns: what flows between the layers. Frozen, slotted, keyword-only; no behaviour beyond reading themselves.

Similarities are fractions in [0, 1]; ``None`` means *not measured*. Offsets are half-open code-point offsets into
`Article.text`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "MEASURES",
    "Article",
    "Block",
    "BlockKind",
    "Change",
    "CheckResult",
    "Cluster",
    "Comparison",
    "ContentFormat",
    "Document",
    "Excuse",
    "Failure",
    "Fingerprint",
    "FingerprintBatch",
    "Match",
    "Pair",
    "Passage",
    "Published",
    "Rarity",
    "Reason",
    "Relation",
    "Repeat",
    "ScanResult",
    "Span",
    "Verdict",
]


# ---------------------------------------------------------------------------------------------------- documents


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
    title, url, published, site, sections
        What the caller knows; each takes precedence over what the content says.
    """

    id: str
    content: str | bytes
    format: ContentFormat = "html"
    title: str | None = None
    url: str | None = None
    published: Published | None = None
    site: str | None = None
    sections: tuple[str, ...] = ()


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
        return tuple(block for block in self.blocks if block.reason is None)


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


# ------------------------------------------------------------------------------------------------- fingerprints


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fingerprint:
    """An article in a few hundred bytes.

    Parameters
    ----------
    signature : ndarray of uint32, shape (permutations,)
        MinHash signature, bit for bit datasketch's (scheme ``affine32``). All ones for a text without shingles.
    sample : ndarray of uint64, shape (n,)
        Containment sample: distinct shingle hashes under a threshold, ascending.
    shingles : int
        Shingles in the text, repeats counted.
    tokens : int
        Tokens in the text.
    digest : bytes
        16 bytes; equal digests mean equal normalised tokens.
    settings_identity : str
        `Settings.identity` of the settings it was made with.
    """

    signature: NDArray[np.uint32]
    sample: NDArray[np.uint64]
    shingles: int
    tokens: int
    digest: bytes
    settings_identity: str

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fingerprint):
            return NotImplemented
        return (
            (self.shingles, self.tokens, self.digest, self.settings_identity)
            == (other.shingles, other.tokens, other.digest, other.settings_identity)
            and np.array_equal(self.signature, other.signature)
            and np.array_equal(self.sample, other.sample)
        )

    def __hash__(self) -> int:
        return hash((self.digest, self.settings_identity))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FingerprintBatch:
    """Fingerprints of many articles as arrays; ``batch[i]`` is one of them.

    Parameters
    ----------
    signatures : ndarray of uint32, shape (n, permutations)
    sample_hashes : ndarray of uint64
    sample_offsets : ndarray of int64, shape (n + 1,)
        Document *i* owns ``sample_hashes[sample_offsets[i]:sample_offsets[i + 1]]``.
    shingles, tokens : ndarray of int64, shape (n,)
    digests : ndarray of uint8, shape (n, 16)
    settings_identity : str
    """

    signatures: NDArray[np.uint32]
    sample_hashes: NDArray[np.uint64]
    sample_offsets: NDArray[np.int64]
    shingles: NDArray[np.int64]
    tokens: NDArray[np.int64]
    digests: NDArray[np.uint8]
    settings_identity: str

    def __len__(self) -> int:
        return len(self.signatures)

    def __getitem__(self, index: int) -> Fingerprint:
        if not -len(self) <= index < len(self):
            raise IndexError(f"fingerprint {index} of {len(self)}")
        index %= len(self)
        return Fingerprint(
            signature=self.signatures[index],
            sample=self.sample_hashes[self.sample_offsets[index] : self.sample_offsets[index + 1]],
            shingles=int(self.shingles[index]),
            tokens=int(self.tokens[index]),
            digest=self.digests[index].tobytes(),
            settings_identity=self.settings_identity,
        )


class Rarity(Protocol):
    """In how many stories a shingle stands. A story counts once however often it was copied."""

    @property
    def stories(self) -> int:
        """How many stories there are."""

    def frequencies(self, shingles: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return for each shingle hash the number of stories it stands in; 0 where it is unknown."""


# ---------------------------------------------------------------------------------------------------- judgements


class Relation(str, Enum):
    """How the left of two pieces relates to the right; the strongest relation first."""

    IDENTICAL = "IDENTICAL"
    """The same words in the same order."""
    NEAR = "NEAR"
    """The same piece, edited."""
    CONTAINS = "CONTAINS"
    """The left holds the right, and more."""
    CONTAINED = "CONTAINED"
    """The left stands inside the right."""
    OVERLAPS = "OVERLAPS"
    """Different pieces that share passages: a quote, a wire paragraph."""
    TEMPLATE = "TEMPLATE"
    """The same skeleton with other facts."""
    DISTINCT = "DISTINCT"
    """Different pieces."""
    UNDECIDED = "UNDECIDED"
    """Too little text to tell."""

    @property
    def is_duplicate(self) -> bool:
        """Whether the two are one piece: IDENTICAL or NEAR."""
        return self in (Relation.IDENTICAL, Relation.NEAR)

    @property
    def mirrored(self) -> Relation:
        """The relation with left and right changed over."""
        mirror = {Relation.CONTAINS: Relation.CONTAINED, Relation.CONTAINED: Relation.CONTAINS}
        return mirror.get(self, self)


class Excuse(str, Enum):
    """Why a piece that matches another may stand beside it: what it declares of itself."""

    CANONICAL = "canonical"
    """It names the other's address, or the one that the other names, as its canonical one."""
    NOINDEX = "noindex"
    """It asks search engines to leave it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A half-open range of code points, ``text[start:end]``."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """Return the spanned part of `text`."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A place inside a passage where the two texts differ. An empty span: the words are only on the other side.

    Parameters
    ----------
    left, right : Span
        Where it stands in the left and the right text.
    kind : {'wording', 'facts', 'noise'}
        Other words; other numbers, names or dates; the same words with spelling or scanning errors.
    """

    left: Span
    right: Span
    kind: Literal["wording", "facts", "noise"] = "wording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A stretch that stands in both texts, small edits included.

    Parameters
    ----------
    left, right : Span
        Where it stands in the left and the right text.
    tokens : int
        Tokens that the two sides share, letter for letter.
    similarity : float
        Share of the passage's tokens, both sides counted, that is shared.
    changes : tuple of Change
        Where the two sides differ, in the left text's order.
    """

    left: Span
    right: Span
    tokens: int
    similarity: float
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A passage that one text carries twice: `first` and `second` are where it stands."""

    first: Span
    second: Span
    tokens: int
    similarity: float


MEASURES = (
    "jaccard",
    "containment_left",
    "containment_right",
    "rare_containment_left",
    "rare_containment_right",
    "coverage_left",
    "coverage_right",
    "token_ratio",
    "title_ratio",
    "fact_changes",
    "shared_rarity",
)
"""Names of the measures of a `Comparison`, None where not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was measured between two texts, left and right. Every measure is a fraction in [0, 1] unless said.

    Parameters
    ----------
    tokens_left, tokens_right : int
        Tokens in each text.
    jaccard : float, optional
        Shingle sets: intersection over union.
    containment_left, containment_right : float, optional
        Share of the left (right) text's shingles that stand in the other one.
    rare_containment_left, rare_containment_right : float, optional
        The same, each shingle weighted by its rarity in the corpus.
    coverage_left, coverage_right : float, optional
        Share of the left (right) text's tokens that aligned passages cover, noise credited by its similarity, common
        stock left out.
    token_ratio : float, optional
        Indel similarity of the two token sequences, order kept.
    title_ratio : float, optional
        Indel similarity of the two titles.
    fact_changes : float, optional
        Other numbers, names and dates in aligned places, per 100 aligned tokens (not a fraction).
    shared_rarity : float, optional
        Mean rarity weight of the shared shingles.
    passages : tuple of Passage, optional
        Aligned passages, in the left text's order.
    repeats_left, repeats_right : tuple of Repeat
        Passages that one text carries twice.
    """

    tokens_left: int
    tokens_right: int
    jaccard: float | None = None
    containment_left: float | None = None
    containment_right: float | None = None
    rare_containment_left: float | None = None
    rare_containment_right: float | None = None
    coverage_left: float | None = None
    coverage_right: float | None = None
    token_ratio: float | None = None
    title_ratio: float | None = None
    fact_changes: float | None = None
    shared_rarity: float | None = None
    passages: tuple[Passage, ...] | None = None
    repeats_left: tuple[Repeat, ...] = ()
    repeats_right: tuple[Repeat, ...] = ()

    def measures(self) -> dict[str, float]:
        """Return what was measured, by name, rounded to four places."""
        measured = ((name, getattr(self, name)) for name in MEASURES)
        return {name: round(value, 4) for name, value in measured if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A rule that fired.

    Parameters
    ----------
    rule : str
        Stable name, for machines.
    text : str
        The same for an editor: "87 % of this post stands word for word in …".
    """

    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How two pieces relate, and why.

    Parameters
    ----------
    relation : Relation
        Of the left to the right.
    score : float
        How alike, in [0, 1]: for ordering, no probability.
    reasons : tuple of Reason
        The rules that fired, the deciding one first.
    comparison : Comparison
    """

    relation: Relation
    score: float
    reasons: tuple[Reason, ...]
    comparison: Comparison

    @property
    def is_duplicate(self) -> bool:
        """Whether the two are one piece: IDENTICAL or NEAR."""
        return self.relation.is_duplicate


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An indexed article that a checked one relates to; the checked one is the left of `verdict`."""

    article: Article
    verdict: Verdict

    @property
    def id(self) -> str:
        """Id of the indexed article."""
        return self.article.id


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """Answer to: is this piece already out there?

    Parameters
    ----------
    article : Article
        The piece that was checked.
    matches : tuple of Match
        Strongest relation first; DISTINCT ones are left out.
    candidates : int
        Indexed articles that were compared.
    candidates_left_out : int
        Candidates beyond the limit, not compared: 0 unless the limit was reached.
    """

    article: Article
    matches: tuple[Match, ...]
    candidates: int
    candidates_left_out: int = 0

    @property
    def best(self) -> Match | None:
        """The strongest match, None where there is none."""
        return self.matches[0] if self.matches else None

    @property
    def is_duplicate(self) -> bool:
        """Whether any match is IDENTICAL or NEAR."""
        return any(match.verdict.is_duplicate for match in self.matches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two articles of a scan and their relation, left to right."""

    left: str
    right: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Articles that are one piece: each a verified duplicate, IDENTICAL or NEAR, of the representative.

    Parameters
    ----------
    ids : tuple of str
        In the scan's order.
    representative : str
        The member that all others were compared with; it need not be the original.
    original : str, optional
        The member suggested as original; None where nothing speaks for one.
    reasons : tuple of str
        What speaks for the original, in words.
    weakest : float
        Score of the weakest pair of representative and member.
    """

    ids: tuple[str, ...]
    representative: str
    original: str | None
    reasons: tuple[str, ...]
    weakest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What a scan found.

    Parameters
    ----------
    articles : tuple of Article
        In the input's order.
    pairs : tuple of Pair
        Every verified pair but the DISTINCT ones, in the input's order.
    clusters : tuple of Cluster
    repeats : dict
        Article id → passages it carries twice; only articles that do.
    failures : tuple of Failure
        Documents that could not be read.
    compared : int
        Candidate pairs that were verified.
    notes : tuple of str
        What was capped or skipped, in words; empty where nothing was.
    """

    articles: tuple[Article, ...]
    pairs: tuple[Pair, ...]
    clusters: tuple[Cluster, ...]
    repeats: dict[str, tuple[Repeat, ...]]
    failures: tuple[Failure, ...]
    compared: int
    notes: tuple[str, ...] = ()
