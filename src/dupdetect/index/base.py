"""What any index can do, whatever it is stored in. `dupdetect.testing.index_contract` holds every store to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from dupdetect.model import Article, Fingerprint, FingerprintBatch
from dupdetect.settings import Settings

__all__ = ["Candidate", "Candidates", "Index", "IndexInfo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An indexed article that may relate to a query: worth comparing, no verdict.

    Parameters
    ----------
    id : str
    strength : float
        Rough similarity in [0, 1] for ranking: the larger of the Jaccard similarity that the shared bands suggest and
        the containment that the shared sample suggests.
    shared_bands, shared_sample : int
        How many band keys and how many sample hashes both have.
    """

    id: str
    strength: float
    shared_bands: int
    shared_sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Answer of `Index.candidates`.

    Parameters
    ----------
    found : tuple of Candidate
        Strongest first.
    left_out : int
        Candidates beyond the limit.
    hot_keys : int
        Keys of the query that so many articles share that they say nothing; they were not followed.
    """

    found: tuple[Candidate, ...]
    left_out: int = 0
    hot_keys: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexInfo:
    """Facts about an index.

    Parameters
    ----------
    location : str
    documents : int
    bytes : int
        Size on disk, or in memory for an in-memory index.
    schema_version : int
    created_by : str
        The dupdetect version that made it.
    settings : Settings
    """

    location: str
    documents: int
    bytes: int
    schema_version: int
    created_by: str
    settings: Settings


class Index(Protocol):
    """Articles and their fingerprints, found again by id or by likeness."""

    @property
    def settings(self) -> Settings:
        """The settings it was built with."""

    def add(self, articles: Sequence[Article], fingerprints: FingerprintBatch) -> None:
        """Add articles, all or none.

        Raises
        ------
        DuplicateIdError
            One of the ids is there already, or twice in `articles`.
        SettingsMismatchError
            The fingerprints were made with other settings.
        """

    def replace(self, articles: Sequence[Article], fingerprints: FingerprintBatch) -> None:
        """Add articles, in place of those with the same ids."""

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles; return how many were there."""

    def get(self, id: str) -> Article:
        """Return an article.

        Raises
        ------
        UnknownIdError
            There is none with this id.
        """

    def ids(self) -> Iterator[str]:
        """Yield the id of every article, in the order of their adding."""

    def candidates(self, fingerprint: Fingerprint, *, limit: int = 40, exclude: Sequence[str] = ()) -> Candidates:
        """Return the articles that may relate to a fingerprint's text.

        Parameters
        ----------
        limit : int
            At most so many, the strongest; the rest is counted.
        exclude : sequence of str
            Ids to leave out: the post's own.
        """

    def info(self) -> IndexInfo:
        """Return facts about the index."""

    def close(self) -> None:
        """Release it; any later call but `close` raises `IndexClosedError`."""

    def __len__(self) -> int: ...

    def __contains__(self, id: object) -> bool: ...

    def __enter__(self) -> Index: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
