"""A row's claim on its text, while it is saved and until its transaction has ended.

Django tells what was committed (`transaction.on_commit`), not what was rolled back. But it drops the callbacks of a
transaction, and of a savepoint, that is rolled back: a callback that goes without having been called was one of these.
"""

from __future__ import annotations

import uuid
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import models, transaction

from dupdetect.integrations.django.gate import Answer, claim_of, gate
from dupdetect.model import Document, Override

__all__ = ["publication"]

Row = TypeVar("Row", bound=models.Model)


@contextmanager
def publication(
    instance: Row, describe: Callable[[Row], Document], *, override: Override | None, ttl: float = 120.0
) -> Iterator[Answer]:
    """Ask whether a row may go public, and claim its text if so; the body saves the row.

    The claim ends where the body raises, and where the transaction around it is rolled back, also to a savepoint.

    Parameters
    ----------
    instance : Model
    describe : callable
        Returns the row as a document: without an id before it is saved for the first time, with one afterwards.
    override : Override, optional
    ttl : float
        Seconds until the claim ends by itself.
    """
    document = describe(instance)
    key = claim_of(document.id) if document.id else str(uuid.uuid4())
    answer = gate().ask(document, override=override, claim=key, ttl=ttl)
    claimed = answer.decision is not None and answer.decision.claim is not None
    try:
        yield answer
    except BaseException:
        if claimed:
            gate().release(key)
        raise
    if not claimed:
        return
    using = instance._state.db
    if not document.id:
        if not transaction.get_connection(using).in_atomic_block:  # committed, and remembered, as soon as it was saved
            gate().release(key)
            return
        document = describe(instance)
        gate().settle(document, key, override, ttl=ttl)
    transaction.on_commit(_Committed(claim_of(document.id)), using=using)


class _Committed:
    """Keeps a claim when it is called; releases it when it goes without."""

    def __init__(self, key: str) -> None:
        self._release = weakref.finalize(self, _release, key)
        self._release.atexit = False  # a process that ends leaves it to time

    def __call__(self) -> None:
        self._release.detach()


def _release(key: str) -> None:
    gate().release(key)
