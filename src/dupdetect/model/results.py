"""What a check and a scan found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dupdetect.model.documents import Article, Failure
from dupdetect.model.judgements import Repeat, Verdict

__all__ = [
    "CheckResult",
    "Cluster",
    "Match",
    "Pair",
    "ScanResult",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An indexed article that a checked one relates to.

    Parameters
    ----------
    article : Article
        The indexed one.
    verdict : Verdict
        The checked one is its left.
    status : {'published', 'claimed'}
        Claimed: someone is about to publish it.
    """

    article: Article
    verdict: Verdict
    status: Literal["published", "claimed"] = "published"

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
    tokens : int
        Tokens in the piece.
    digest : bytes
        16 bytes; equal digests mean equal normalised tokens.
    sequence : int
        The state of the index that was searched; see `Index.claim`.
    """

    article: Article
    matches: tuple[Match, ...]
    candidates: int
    candidates_left_out: int = 0
    tokens: int = 0
    digest: bytes = b""
    sequence: int = 0

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
