"""Everything dupdetect raises on purpose, as one tree.

A caller treats each branch differently: a hook that cannot read *this document* goes on with the next, one whose
*arguments* are wrong is fixed by its programmer, one whose *index* is unusable holds or lets pass by policy.

::

    DupdetectError
    ├─ ExtractionError               this document
    │  ├─ EmptyDocumentError         nothing in it
    │  ├─ NotTextError               binary: an image, an archive, a PDF
    │  ├─ DocumentTooLargeError      over the size limit
    │  ├─ DocumentTooDeepError       elements nested over the limit
    │  └─ NoArticleError             markup, but no article text in it
    ├─ InputError                    this line or file of an input: not readable, not the promised format
    │  └─ DuplicateInputIdError      two documents of one input carry one id
    ├─ ScanError                     this scan: a worker ended early, or its work folder is damaged
    ├─ SettingsError(ValueError)     your arguments
    ├─ StoreError                    this index
    │  ├─ IndexNotFoundError
    │  ├─ IndexExistsError
    │  ├─ ForeignIndexError          a file, but not an index of ours (or of a newer schema)
    │  ├─ SettingsMismatchError      built with other settings; ``.fields`` names them
    │  ├─ IndexLockedError           another process holds it longer than the busy time
    │  ├─ IndexUnavailableError      its database server cannot be reached, or the connection was lost
    │  ├─ IndexCorruptError
    │  ├─ IndexClosedError           used after ``close``, or an in-memory index used across a fork
    │  ├─ DuplicateIdError           ``add`` of an id that is there (``replace`` is another verb)
    │  ├─ UnknownIdError             no such document
    │  └─ StaleVersionError          the index has a newer version of the document
    ├─ ServiceError                  the service: unreachable, too slow, refusing
    ├─ DuplicateBlocked              an answer: the policy blocks this piece
    └─ MissingExtraError(ImportError)  an optional dependency; the message has the pip line
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dupdetect.model import Decision

__all__ = [
    "DocumentTooDeepError",
    "DocumentTooLargeError",
    "DupdetectError",
    "DuplicateBlocked",
    "DuplicateIdError",
    "DuplicateInputIdError",
    "EmptyDocumentError",
    "ExtractionError",
    "ForeignIndexError",
    "IndexClosedError",
    "IndexCorruptError",
    "IndexExistsError",
    "IndexLockedError",
    "IndexNotFoundError",
    "IndexUnavailableError",
    "InputError",
    "MissingExtraError",
    "NoArticleError",
    "NotTextError",
    "ScanError",
    "ServiceError",
    "SettingsError",
    "SettingsMismatchError",
    "StaleVersionError",
    "StoreError",
    "UnknownIdError",
]


class DupdetectError(Exception):
    """Root of every error that dupdetect raises on purpose."""


class ExtractionError(DupdetectError):
    """This document cannot be read as an article.

    Parameters
    ----------
    problem : str
        What happened and what to do, one sentence.
    document : str, optional
        Id or file name of the document, once a caller knows it.
    """

    def __init__(self, problem: str, *, document: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.document = document

    def __str__(self) -> str:
        return f"{self.document}: {self.problem}" if self.document else self.problem

    def of(self, document: str) -> ExtractionError:
        """Return the same error, naming the document it is about."""
        return type(self)(self.problem, document=document)


class EmptyDocumentError(ExtractionError):
    """The document holds nothing but white space."""


class NotTextError(ExtractionError):
    """The document is binary."""


class DocumentTooLargeError(ExtractionError):
    """The document is over the size limit."""


class DocumentTooDeepError(ExtractionError):
    """The document nests elements deeper than the limit."""


class NoArticleError(ExtractionError):
    """The document is markup without any article text."""


class InputError(DupdetectError):
    """A line or file of an input is not readable or not of the promised format."""


class DuplicateInputIdError(InputError):
    """Two documents of one input carry the same id."""


class ScanError(DupdetectError):
    """A scan cannot go on: a worker process ended before its work was done, or the work folder is damaged."""


class SettingsError(DupdetectError, ValueError):
    """An argument is out of its range, or two arguments contradict each other."""


class StoreError(DupdetectError):
    """This index cannot do what was asked."""


class IndexNotFoundError(StoreError):
    """There is no index at this path."""


class IndexExistsError(StoreError):
    """There is an index at this path already."""


class ForeignIndexError(StoreError):
    """The file is no dupdetect index, or one of a schema this version does not know."""


class SettingsMismatchError(StoreError):
    """The index was built with other settings than the ones asked for.

    Parameters
    ----------
    where : str
        The index.
    fields : Mapping[str, tuple[Any, Any]]
        Name of each differing field → (in the index, asked for).
    """

    def __init__(self, where: str, fields: Mapping[str, tuple[Any, Any]]) -> None:
        listed = "; ".join(f"{name}: index has {have!r}, asked for {want!r}" for name, (have, want) in fields.items())
        super().__init__(
            f"{where}: built with other settings ({listed}). "
            "Open it without settings to use its own, or build a new index."
        )
        self.where = where
        self.fields = dict(fields)

    def __reduce__(self) -> tuple[Any, ...]:
        # A worker's error crosses a process border by its constructor's arguments, not by its message.
        return type(self), (self.where, self.fields)


class IndexLockedError(StoreError):
    """Another process holds the index longer than the busy time."""


class IndexUnavailableError(StoreError):
    """The index's database server cannot be reached, or the connection to it was lost; the message says what of it."""


class IndexCorruptError(StoreError):
    """The index file is damaged."""


class IndexClosedError(StoreError):
    """The index was closed, or belongs to the process this one was forked from."""


class DuplicateIdError(StoreError):
    """The id is in the index already."""


class UnknownIdError(StoreError):
    """The id is not in the index."""


class StaleVersionError(StoreError):
    """The index has a newer version of the document: the one to be written is out of date."""


class ServiceError(DupdetectError):
    """The service cannot be reached, or refuses."""


class DuplicateBlocked(DupdetectError):  # noqa: N818  # no error of the program: an answer
    """The policy blocks this piece.

    Parameters
    ----------
    decision : Decision
        Says why.
    """

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.message)
        self.decision = decision

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.decision,)


class MissingExtraError(DupdetectError, ImportError):
    """An optional dependency is not installed.

    Parameters
    ----------
    extra : str
        Name of the extra in ``pip install 'dupdetect[extra]'``.
    purpose : str
        What needs it.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the extra {extra!r}: pip install 'dupdetect[{extra}]'")
        self.extra = extra
        self.purpose = purpose

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.extra, self.purpose)
