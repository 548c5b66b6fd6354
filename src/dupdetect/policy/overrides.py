"""Editors' decisions, remembered in the index's journal, and for how long each holds."""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import Entry, Index
from dupdetect.model import Decision, Excuse, Match, Override, Relation

__all__ = ["Overrides"]

KIND = "override"
_STILL = 0.8
"""Least estimated Jaccard similarity between a match now and when it was overridden: below, its content has changed a
lot, and the editor decided about another text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Covered:
    """A match that was overridden."""

    id: str
    relation: Relation
    digest: str
    signature: bytes = field(repr=False)


class Overrides:
    """The overrides of an index.

    Parameters
    ----------
    index : Index
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._fingerprinter = Fingerprinter(index.settings)

    def record(self, decision: Decision, override: Override, *, subject: str) -> None:
        """Remember an override of every match that `decision` excused for it; it is durable when this returns.

        Parameters
        ----------
        decision : Decision
        override : Override
        subject : str
            Id of the piece, or the key of its claim while it has no id.
        """
        covered = []
        for one in decision.judged:
            if one.excuse is not Excuse.OVERRIDE:
                continue
            fingerprint = self._fingerprinter.fingerprint(one.match.article.text)
            covered.append(
                {
                    "id": one.match.id,
                    "title": one.match.article.title,
                    "relation": one.match.verdict.relation.value,
                    "score": round(one.match.verdict.score, 4),
                    "digest": fingerprint.digest.hex(),
                    "signature": base64.b64encode(fingerprint.signature.astype("<u4").tobytes()).decode(),
                }
            )
        body = {
            "reason": override.reason,
            "actor": override.actor,
            "title": decision.article.title,
            "digest": decision.result.digest.hex(),
            "would_be": decision.would_be.value,
            "policy": {"name": decision.policy, "version": decision.policy_version},
            "matches": covered,
        }
        entry = Entry(kind=KIND, subject=subject, body=json.dumps(body, ensure_ascii=False), time=time.time())
        self._index.record([entry])

    def covering(self, subjects: Sequence[str]) -> list[_Covered]:
        """Return what was overridden for a piece, under its id or the key of its claim."""
        entries = [entry for subject in subjects if subject for entry in self._index.journal(KIND, subject=subject)]
        return [covered for entry in entries for covered in _covered(entry)]

    def holds(self, covered: Sequence[_Covered], match: Match) -> bool:
        """Whether one of the overrides still covers a match.

        It does while the relation is not a stronger one, and the match's text is still more or less the same.
        """
        order = list(Relation)
        for one in covered:
            weaker = order.index(match.verdict.relation) >= order.index(one.relation)
            alike = one.relation.is_duplicate and match.verdict.is_duplicate
            if one.id == match.id and (weaker or alike) and self._still(one, match):
                return True
        return False

    def _still(self, covered: _Covered, match: Match) -> bool:
        fingerprint = self._fingerprinter.fingerprint(match.article.text)
        if fingerprint.digest.hex() == covered.digest:
            return True
        then = np.frombuffer(covered.signature, dtype="<u4")
        return len(then) == len(fingerprint.signature) and float(np.mean(then == fingerprint.signature)) >= _STILL

    def move(self, claim: str, id: str) -> None:
        """Let what was overridden under a claim's key hold for the id that the piece got."""
        moved = [
            Entry(kind=KIND, subject=id, body=entry.body, time=entry.time)
            for entry in reversed(self._index.journal(KIND, subject=claim))
        ]
        if moved:
            self._index.record(moved)


def _covered(entry: Entry) -> list[_Covered]:
    """Return what an entry covers; one that is not readable covers nothing, so that the match blocks."""
    try:
        return [
            _Covered(
                id=match["id"],
                relation=Relation(match["relation"]),
                digest=match["digest"],
                signature=base64.b64decode(match["signature"]),
            )
            for match in json.loads(entry.body)["matches"]
        ]
    except (ValueError, TypeError, KeyError, binascii.Error):
        return []
