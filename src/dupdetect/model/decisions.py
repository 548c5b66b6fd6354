"""What follows from a check for a piece that is about to be published."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from dupdetect.model.documents import Article
from dupdetect.model.judgements import Excuse
from dupdetect.model.results import CheckResult, Match

__all__ = ["Action", "Decision", "JudgedMatch", "Outcome", "Override"]

Outcome = Literal["pass", "warn", "block", "overridden"]


class Action(str, Enum):
    """What a policy wants to be done about a match; the strongest first."""

    BLOCK = "block"
    WARN = "warn"
    PASS = "pass"  # noqa: S105  # no password

    @property
    def strength(self) -> int:
        """0 for pass, 1 for warn, 2 for block."""
        return {"pass": 0, "warn": 1, "block": 2}[self.value]

    def at_most(self, other: Action) -> Action:
        """Return the weaker of the two."""
        return min(self, other, key=lambda action: action.strength)


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """An editor's word that a piece shall be published beside what it matches.

    Parameters
    ----------
    reason : str
        Why; not empty.
    actor : str
        Who; not empty. That this person may do so is for the caller to see to.
    """

    reason: str
    actor: str

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.actor.strip():
            raise ValueError("an override needs a reason and an actor, neither of them empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedMatch:
    """A match, and what the policy wants to be done about it.

    Parameters
    ----------
    match : Match
    action : Action
        What is left to be done, the excuse considered.
    excuse : Excuse, optional
        What weakened the action, None where nothing did.
    """

    match: Match
    action: Action
    excuse: Excuse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether a piece may be published, and why.

    Parameters
    ----------
    outcome : {'pass', 'warn', 'block', 'overridden'}
        Overridden: it would be blocked or warned of, but an editor decided otherwise.
    would_be : Action
        The same without overrides.
    message : str
        For the editor, one sentence; empty where nothing is to be said.
    judged : tuple of JudgedMatch
        Every match, the strongest action first.
    result : CheckResult
    claim : str, optional
        Key of the claim that is held for the piece now; None where none is.
    claim_expires : float
        When the claim ends, in seconds since 1970 UTC; 0 without one.
    policy : str
        Name of the policy.
    policy_version : int
    too_short : bool
        Whether the piece is too short to be told from others: it passes, unless the very same words are there.
    """

    outcome: Outcome
    would_be: Action
    message: str
    judged: tuple[JudgedMatch, ...]
    result: CheckResult
    claim: str | None = None
    claim_expires: float = 0.0
    policy: str = "default"
    policy_version: int = 0
    too_short: bool = False

    @property
    def article(self) -> Article:
        """The piece."""
        return self.result.article

    @property
    def allowed(self) -> bool:
        """Whether it may be published: everything but ``'block'``."""
        return self.outcome != "block"
