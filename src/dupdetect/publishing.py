"""From a check to a claim: whether a piece may be published, decided once among all who publish at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, cached_property

from dupdetect.checking import Checker, Look, matches, strongest_first
from dupdetect.errors import DuplicateBlocked, UnknownIdError
from dupdetect.index import Candidate, Filter
from dupdetect.model import Action, Article, Decision, Match, Override
from dupdetect.policy import Overrides, Policy, decide

__all__ = ["Publication", "Publisher"]


class Publication:
    """A piece on its way to the public; see `Detector.publishing`.

    Attributes
    ----------
    decision : Decision
    id : str
        Under which id the piece is remembered; to be set where the CMS gives one only on saving.
    """

    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.id = decision.article.id

    def require(self) -> None:
        """Raise `DuplicateBlocked` unless the piece may be published."""
        if not self.decision.allowed:
            raise DuplicateBlocked(self.decision)


class Publisher:
    """Decides by a policy, remembers overrides, claims texts.

    Parameters
    ----------
    checker : Checker
    policy : Policy
    """

    def __init__(self, checker: Checker, policy: Policy) -> None:
        self.policy = policy
        self.overrides = Overrides(checker.index)
        self._checker = checker

    def decide(
        self,
        article: Article,
        *,
        replaces: Sequence[str],
        exclude: Sequence[str],
        within: Filter | None,
        override: Override | None,
        allow: Callable[[Match], bool],
        claim: str | None,
        ttl: float,
        live: bool,
        limit: int,
    ) -> Decision:
        """Decide whether a piece may be published; see `Detector.decide`."""
        look = self._checker.look(article, limit=limit, exclude=exclude, within=within, claim=claim)
        result = look.result
        standing = _Standing(self._checker, self.policy, article.id if live else "")
        # Read when a match asks for it: of most pieces nothing is overridden.
        covered = cache(lambda: self.overrides.covering([article.id, claim or ""]))

        def decided(matches: tuple[Match, ...]) -> Decision:
            return decide(
                self.policy,
                replace(result, matches=matches),
                replaces=replaces,
                too_short=result.tokens < self._checker.comparator.thresholds.short,
                override=override,
                overridden=lambda match: allow(match) or self.overrides.holds(covered(), match),
                standing=standing.blocked,
            )

        decision = decided(result.matches)
        if claim is not None:
            decision = self._claimed(decision, decided, look, claim, ttl, exclude, within)
        if override is not None and decision.outcome == "overridden":
            self.overrides.record(decision, override, subject=article.id or claim or "")
        return decision

    def _claimed(
        self,
        decision: Decision,
        decided: Callable[[tuple[Match, ...]], Decision],
        look: Look,
        key: str,
        ttl: float,
        exclude: Sequence[str],
        within: Filter | None,
    ) -> Decision:
        """Claim what a decision lets pass; decide again, in the write lock, by what came since the check."""
        index = self._checker.index
        if not decision.allowed:
            index.release(key)  # what was claimed under it before is not what will be published
            return decision
        latest = decision

        def judge(newer: Sequence[tuple[Candidate, Article]]) -> bool:
            nonlocal latest
            admitted = (
                (candidate, other)
                for candidate, other in newer
                if within is None or within.admits(other.site, other.sections, other.published)
            )
            came = matches(decision.article, admitted, look.comparator)
            latest = decided(strongest_first([*decision.result.matches, *came]))
            return latest.allowed

        claim = index.claim(
            decision.article,
            look.fingerprint,
            key,
            judged_up_to=decision.result.sequence,
            judge=judge,
            ttl=ttl,
            exclude=exclude,
        )
        return replace(latest, claim=key, claim_expires=claim.expires) if claim.granted else latest


class _Standing:
    """Whether what blocks a piece now blocked its published version too."""

    def __init__(self, checker: Checker, policy: Policy, id: str) -> None:
        self._comparator = checker.comparator
        self._policy = policy
        self._index = checker.index
        self._id = id

    @cached_property
    def _published(self) -> Article | None:
        """The published version, read when a match asks for it."""
        try:
            return self._index.get(self._id) if self._id else None
        except UnknownIdError:
            return None

    def blocked(self, match: Match) -> bool:
        """Whether the published version matches in a way that blocks."""
        published = self._published
        if published is None:
            return False
        left, right = self._comparator.prepare(published), self._comparator.prepare(match.article)
        verdict = self._comparator.relate(left, right, passages=False)
        return self._policy.for_article(published).action(replace(match, verdict=verdict)) is Action.BLOCK
