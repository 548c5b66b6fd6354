"""Recent checks, for the built-in page: noted at once, written to the index's journal by a thread of their own."""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dupdetect.errors import StoreError
from dupdetect.index import Entry, Index
from dupdetect.model import Action, Article, Block, BlockKind, Decision

__all__ = ["KIND", "Noted", "Recent"]

log = logging.getLogger("dupdetect.server")

KIND = "check"
_SECONDS = 1.0
_WAITING = 200
"""Checks that may wait to be written; of more than that a second the oldest are not remembered."""
_TEXT_CHARACTERS = 100_000
"""A longer draft is remembered without its text."""


class Recent:
    """The recent checks of an index.

    The last second of them may be lost with the process. Overrides, which may not, are written down by the detector.

    Parameters
    ----------
    index : Index
        To be closed after `close`.
    keep : int
        How many the index keeps; with 0 nothing is noted.
    texts : bool
        Keep the text of a draft that matches something.
    on_loss : callable
        Told how many checks were not remembered, where some were not.
    """

    def __init__(self, index: Index, *, keep: int, texts: bool, on_loss: Callable[[int], object]) -> None:
        self._index = index
        self._keep = keep
        self._texts = texts
        self._waiting: deque[tuple[float, Decision, str]] = deque(maxlen=_WAITING)
        self._stopping = threading.Event()
        self._on_loss = on_loss
        self._thread = threading.Thread(target=self._write_on, name="recent-checks", daemon=True)
        if keep:
            self._thread.start()

    def note(self, decision: Decision, *, key: str) -> None:
        """Remember a check; `key` is its claim's, for a piece without id."""
        if not self._keep:
            return
        if len(self._waiting) == _WAITING:
            self._on_loss(1)
        self._waiting.append((time.time(), decision, key))

    def close(self) -> None:
        """Write down what is left."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def flush(self) -> None:
        """Write down what waits."""
        noted = []
        while self._waiting:
            noted.append(self._waiting.popleft())
        entries = [
            Entry(
                kind=KIND,
                subject=decision.article.id or key,
                body=json.dumps(_body(decision, texts=self._texts), ensure_ascii=False),
                time=at,
            )
            for at, decision, key in noted
        ]
        if not entries:
            return
        try:
            self._index.record(entries, keep=self._keep)
        except StoreError as error:
            self._on_loss(len(entries))
            log.warning("recent checks were not written down", extra={"fields": {"error": str(error)}})

    def _write_on(self) -> None:
        while not self._stopping.wait(_SECONDS):
            self.flush()
        self.flush()

    # ------------------------------------------------------------------------------------------ reading

    def page(self, *, before: int | None = None, limit: int = 50) -> tuple[Noted, ...]:
        """Return checks, the newest first; an unreadable one is left out."""
        return tuple(map(_noted, self._index.journal(KIND, before=before, limit=limit)))

    def one(self, sequence: int) -> Noted | None:
        """Return a check by its number; None where it is not, or not any more."""
        found = self._index.journal(KIND, before=sequence + 1, limit=1)
        return _noted(found[0]) if found and found[0].sequence == sequence else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A check that was remembered.

    Parameters
    ----------
    sequence : int
    time : float
    subject : str
        The piece's id, or its claim's key.
    body : dict
        See `_body`.
    """

    sequence: int
    time: float
    subject: str
    body: dict[str, Any]

    @property
    def article(self) -> Article | None:
        """The draft, where its text was kept."""
        packed = self.body.get("text")
        if packed is None:
            return None
        blocks = json.loads(zlib.decompress(base64.b64decode(packed)))
        return Article(
            id=self.body["id"],
            title=self.body["title"],
            site=self.body["site"],
            sections=tuple(self.body["sections"]),
            url=self.body["url"],
            blocks=tuple(Block(text=text, kind=BlockKind(kind)) for text, kind in blocks),
        )


def _noted(entry: Entry) -> Noted:
    return Noted(sequence=entry.sequence, time=entry.time, subject=entry.subject, body=json.loads(entry.body))


def _body(decision: Decision, *, texts: bool) -> dict[str, Any]:
    article = decision.article
    told = [one for one in decision.judged if one.action is not Action.PASS or one.excuse is not None]
    matches: Sequence[dict[str, Any]] = [
        {
            "id": one.match.id,
            "title": one.match.article.title,
            "site": one.match.article.site,
            "sections": list(one.match.article.sections),
            "status": one.match.status,
            "relation": one.match.verdict.relation.value,
            "action": one.action.value,
            "excuse": one.excuse.value if one.excuse else None,
            "score": round(one.match.verdict.score, 4),
        }
        for one in (told or decision.judged)[:10]
    ]
    body: dict[str, Any] = {
        "decision": decision.outcome,
        "would_be": decision.would_be.value,
        "message": decision.message,
        "id": article.id,
        "title": article.title,
        "site": article.site,
        "sections": list(article.sections),
        "url": article.url,
        "granted": decision.claim is not None,
        "matches": matches,
    }
    if texts and matches and len(article.text) <= _TEXT_CHARACTERS:
        blocks = json.dumps([[block.text, block.kind.value] for block in article.content])
        body["text"] = base64.b64encode(zlib.compress(blocks.encode(), 1)).decode()
    return body
