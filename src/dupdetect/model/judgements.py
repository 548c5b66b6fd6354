"""How two texts relate.

Similarities are fractions in [0, 1]; ``None`` means *not measured*. Offsets are half-open code-point offsets into
`Article.text`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

__all__ = [
    "MEASURES",
    "Change",
    "Comparison",
    "Excuse",
    "Passage",
    "Reason",
    "Relation",
    "Repeat",
    "Span",
    "Verdict",
]


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
    """Why a piece that matches another may stand beside it."""

    CANONICAL = "canonical"
    """It names the other's address, or the one that the other names, as its canonical one."""
    NOINDEX = "noindex"
    """It asks search engines to leave it out."""
    REPLACES = "replaces"
    """It is a working copy that will take the other's place."""
    OVERRIDE = "override"
    """An editor decided, with a reason, that both shall stand."""
    SHORT = "short"
    """It has too few words to be told from others: two pieces may well say "More soon."."""
    STANDING = "standing"
    """The published version of it matched in the same way already: a warning is left of what would block."""


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
    "section_ratio",
    "days_apart",
    "same_canonical",
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
    section_ratio : float, optional
        Sections that both stand in, over all that either does; None where one names none.
    days_apart : float, optional
        Days between the two publications (not a fraction); None where one is not dated to the day.
    same_canonical : float, optional
        1 where one names the other's address as canonical, or both name the same one; 0 where what they name differs;
        None where neither names any but its own.
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
    section_ratio: float | None = None
    days_apart: float | None = None
    same_canonical: float | None = None
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
