"""The one place that asks: every road to the public goes through a gate."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from dupdetect.detector import Detector
from dupdetect.errors import DupdetectError, ExtractionError, IndexExistsError, IndexNotFoundError
from dupdetect.index import Index, create_index, open_index
from dupdetect.integrations.django.conf import Options, options
from dupdetect.model import Decision, Document, Override

__all__ = ["Answer", "Gate", "gate"]

logger = logging.getLogger("dupdetect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether a piece may go public.

    Parameters
    ----------
    allowed : bool
    message : str
        For the editor; empty where there is nothing to say.
    decision : Decision, optional
        None where nothing was decided: the index could not be used, or the piece has no words.
    """

    allowed: bool
    message: str = ""
    decision: Decision | None = None


class Gate:
    """Asks the index of a Django project.

    Parameters
    ----------
    options : Options
    """

    def __init__(self, options: Options) -> None:
        self.options = options
        self.policy = options.read_policy()
        self._lock = threading.RLock()  # a claim's end may come in the middle of anything, when garbage is collected
        self._detector: Detector | None = None

    @property
    def detector(self) -> Detector:
        """The detector, opened when it is first asked; safe to share between threads and after a fork."""
        with self._lock:
            if self._detector is None:
                self._detector = Detector(self._index(), policy=self.policy)
            return self._detector

    def _index(self) -> Index:
        open_it = partial(open_index, self.options.index, busy_timeout=self.options.busy_timeout)
        try:
            return open_it()
        except IndexNotFoundError:
            with suppress(IndexExistsError):  # another process was faster
                create_index(self.options.index).close()
            return open_it()

    def identity(self, kind: str, pk: object) -> str:
        """Return a document's id; empty where the piece has no key yet."""
        return "" if pk is None else f"{self.options.source}:{kind}:{pk}"

    def ask(
        self, document: Document, *, override: Override | None = None, claim: str | None = None, ttl: float = 120.0
    ) -> Answer:
        """Decide about a document, and claim its text where a key is given; never raises for what it may find.

        An index that cannot be used follows the policy's ``fail``, and is called unavailable, never a duplicate. A
        piece without words passes.
        """
        try:
            decision = self.detector.decide(document, override=override, claim=claim, ttl=ttl)
        except ExtractionError:
            return Answer(allowed=True)
        except Exception as error:  # whatever it is, the roads that cannot ask anyone must go on
            known = isinstance(error, DupdetectError)
            logger.warning("not checked: %s: %s", document.id or document.title, error, exc_info=not known)
            if self.policy.fail == "closed":
                return Answer(
                    allowed=False,
                    message="The duplicate check is unavailable, and nothing may be published without it.",
                )
            return Answer(allowed=True, message="Published unchecked: the duplicate check is unavailable.")
        message = decision.message
        if decision.judged and (url := decision.judged[0].match.article.url) and message:
            message = f"{message} See {url}"
        return Answer(allowed=decision.allowed, message=message, decision=decision)

    def settle(self, document: Document, claim: str, override: Override | None, *, ttl: float = 120.0) -> None:
        """Put a claim that was made before the piece had an id under the id that it has now.

        The claim's own key first, so that it carries the id and no longer matches; then the key that belongs to the id.
        """
        self.ask(document, override=override, claim=claim, ttl=ttl)
        self.ask(document, override=override, claim=claim_of(document.id), ttl=ttl)
        self.release(claim)

    def remember(self, document: Document) -> None:
        """Put a published document into the index; its claim becomes it."""

        def write() -> None:
            for failure in self.detector.replace([document], claims=[claim_of(document.id)]):
                logger.info("not indexed: %s: %s", failure.id, failure.error)
                self.detector.remove([document.id])

        self._quietly(write, document.id)

    def forget(self, id: str) -> None:
        """Take what is no longer public out of the index."""
        self._quietly(lambda: (self.detector.remove([id]), self.detector.release(claim_of(id))), id)

    def release(self, claim: str) -> None:
        """End a claim whose piece does not go public."""
        try:
            self.detector.release(claim)
        except Exception:
            logger.exception("not released, it ends by itself: %s", claim)

    def _quietly(self, action: Callable[[], Any], id: str) -> None:
        """Do what must not stop a publication that happened already; `reconcile_duplicates` makes up for a failure."""
        try:
            action()
        except Exception:
            logger.exception("the index does not know what is published: %s; run reconcile_duplicates", id)

    def close(self) -> None:
        """Release the index."""
        with self._lock:
            if self._detector is not None:
                self._detector.close()
                self._detector = None


def claim_of(id: str) -> str:
    """Return the key of the claim that belongs to an id: others cannot know that it is one."""
    return f"claim:{id}"


class _Gates:
    """The gate of this process."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # as in a gate
        self._gate: Gate | None = None

    def __call__(self) -> Gate:
        with self._lock:
            wanted = options()
            if self._gate is None or self._gate.options != wanted:
                if self._gate is not None:
                    self._gate.close()
                self._gate = Gate(wanted)
            return self._gate


gate = _Gates()
"""Return the gate of this process; `ImproperlyConfigured` if the settings do not name an index."""
