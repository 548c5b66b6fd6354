"""What any index can do, whatever it is stored in. `dupdetect.testing.index_contract` holds every store to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol

from dupdetect.model import Article, Fingerprint, FingerprintBatch, Published
from dupdetect.settings import Settings

__all__ = [
    "Candidate",
    "Candidates",
    "Claim",
    "Entry",
    "Filter",
    "Index",
    "IndexInfo",
    "Judge",
    "Listed",
    "Record",
    "StoredTemplate",
    "Version",
]

Version = int | str
"""Version of a document: whole numbers, or strings that sort by age such as UTC times in ISO 8601."""


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
    doc : int
        Its number in the index, for `Index.fetch`; a replaced document gets a new one.
    status : {'published', 'claimed'}
        Claimed: someone is about to publish it.
    """

    id: str
    strength: float
    shared_bands: int
    shared_sample: int
    doc: int
    status: Literal["published", "claimed"] = "published"


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
        Keys of the query that very many articles share; they were followed to the oldest of these only.
    sequence : int
        The state of the index that was searched: what came later has a larger `Candidate.doc`.
    stories : tuple of int
        In how many stories of the index each hash of the query's sample stands, in the sample's order, claims and the
        query's own document included. Of hot keys among the oldest articles only; of hashes over the share that the
        sample of every text keeps (``2**64 / sample_rate``) among short articles only.
    stories_counted : int
        How many stories the index holds, counted up to 500; 0 where nothing was found.
    """

    found: tuple[Candidate, ...]
    left_out: int = 0
    hot_keys: int = 0
    sequence: int = 0
    stories: tuple[int, ...] = ()
    stories_counted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which articles are candidates.

    Parameters
    ----------
    sites, sections : tuple of str
        Of one of these sites; in one of these sections. Empty: of any.
    since, until : Published, optional
        Not certainly published before `since` or after `until`. An article without a date is never left out for it.
    """

    sites: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    since: Published | None = None
    until: Published | None = None

    def admits(self, site: str | None, sections: Sequence[str], published: Published | None) -> bool:
        """Whether an article of these properties is let through."""
        if self.sites and site not in self.sites:
            return False
        if self.sections and not set(self.sections) & set(sections):
            return False
        if published is None:
            return True
        too_early = self.since is not None and published.before(self.since)
        too_late = self.until is not None and self.until.before(published)
        return not too_early and not too_late


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Answer of `Index.claim`.

    Parameters
    ----------
    key : str
    granted : bool
        Whether the claim stands now.
    expires : float
        When it ends, in seconds since 1970 UTC; 0 if it was not granted.
    newer : Candidates
        What came after the state that had been judged, and was judged in the write lock.
    """

    key: str
    granted: bool
    expires: float
    newer: Candidates


Judge = Callable[[Sequence[tuple[Candidate, Article]]], bool]
"""Whether a claim may be granted beside these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of an index's journal: something that was decided or checked, beside the articles.

    Parameters
    ----------
    kind : str
        ``override``: an editor's decision, kept for ever. ``check``: a recent check, forgotten with its subject.
    subject : str
        Id of the piece that it is about.
    body : str
        JSON.
    time : float
        Seconds since 1970 UTC.
    sequence : int
        Its number, given by the index; larger is later. 0 for a new entry.
    """

    kind: str
    subject: str
    body: str
    time: float
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTemplate:
    """What recurs on the pages of a site, as an index keeps it.

    Parameters
    ----------
    body : str
        What `Index.set_template` was given; empty if there is none.
    version : int
        Which writing of it; 0 if there was none.
    """

    body: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A document in a listing of an index, to be held against what is published.

    Parameters
    ----------
    doc : int
        Its number; the next page of a listing begins after it.
    id : str
    version : int or str, optional
    digest : bytes
        16 bytes; equal digests mean equal normalised tokens.
    """

    doc: int
    id: str
    version: Version | None
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A document with all that an index keeps of it.

    Parameters
    ----------
    doc : int
        Its number; the next page of records begins after it.
    article : Article
    fingerprint : Fingerprint
    version : int or str, optional
    """

    doc: int
    article: Article
    fingerprint: Fingerprint
    version: Version | None


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
    claims : int
        Claims, those that have ended and were not cleared away included.
    keep_text : bool
        Whether it keeps the articles' text; without it nothing can be compared.
    """

    location: str
    documents: int
    bytes: int
    schema_version: int
    created_by: str
    settings: Settings
    claims: int = 0
    keep_text: bool = True


class Index(Protocol):
    """Articles and their fingerprints, found again by id or by likeness."""

    @property
    def settings(self) -> Settings:
        """The settings it was built with."""

    @property
    def keep_text(self) -> bool:
        """Whether it keeps the articles' text."""

    def add(
        self,
        articles: Sequence[Article],
        fingerprints: FingerprintBatch,
        *,
        versions: Sequence[Version | None] | None = None,
        claims: Sequence[str] = (),
    ) -> None:
        """Add articles, all or none.

        Parameters
        ----------
        versions : sequence of int, str or None, optional
            Version of each, for `replace` to refuse older ones.
        claims : sequence of str
            Keys of claims that these articles fulfil: they end in the same transaction.

        Raises
        ------
        DuplicateIdError
            One of the ids is there already, or twice in `articles`.
        SettingsMismatchError
            The fingerprints were made with other settings.
        """

    def replace(
        self,
        articles: Sequence[Article],
        fingerprints: FingerprintBatch,
        *,
        versions: Sequence[Version | None] | None = None,
        claims: Sequence[str] = (),
    ) -> None:
        """Add articles, in place of those with the same ids, all or none; parameters as for `add`.

        Raises
        ------
        StaleVersionError
            The index has a newer version of one of them. Where either has none, nothing is refused.
        DuplicateIdError, SettingsMismatchError
        """

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles; return how many were there."""

    def bulk_load(self, batches: Iterable[tuple[Sequence[Article], FingerprintBatch]], *, replace: bool = False) -> int:
        """Add very many articles, in chunks that let other processes write in between; return how many.

        An error leaves the chunks before it added.
        """

    def get(self, id: str) -> Article:
        """Return an article.

        Raises
        ------
        UnknownIdError
            There is none with this id.
        """

    def fetch(self, candidate: Candidate) -> Article:
        """Return the article of a candidate, also of a claimed one.

        Raises
        ------
        UnknownIdError
            It was removed or replaced meanwhile.
        """

    def fetch_batch(self, candidates: Sequence[Candidate]) -> list[tuple[Candidate, Article]]:
        """Return candidates with their articles, in their order, but those that were removed or replaced meanwhile."""

    def ids(self) -> Iterator[str]:
        """Yield the id of every article, in the order of their adding."""

    def versions(self) -> Iterator[tuple[str, Version | None, bytes]]:
        """Yield id, version and digest of every article, to be compared with what is published."""

    def listing(self, *, after: int = 0, limit: int = 500, site: str | None = None) -> tuple[Listed, ...]:
        """Return a page of documents in the order of their writing.

        Parameters
        ----------
        after : int
            Number of the last one of the page before.
        limit : int
        site : str, optional
            Only of this site.
        """

    def listed(self, id: str) -> Listed:
        """Return number, version and digest of a document; `UnknownIdError` if there is none with this id."""

    def records(self, *, after: int = 0, limit: int = 500) -> tuple[Record, ...]:
        """Return a page of documents with all that is kept of them, in the order of their writing.

        Parameters
        ----------
        after : int
            Number of the last one of the page before.
        limit : int
        """

    def iterate(self) -> Iterator[tuple[Article, Fingerprint]]:
        """Yield every article and its fingerprint, in the order of their adding."""

    def candidates(
        self,
        fingerprint: Fingerprint,
        *,
        limit: int = 40,
        exclude: Sequence[str] = (),
        within: Filter | None = None,
        claim: str | None = None,
    ) -> Candidates:
        """Return the articles and claims that may relate to a fingerprint's text.

        Parameters
        ----------
        limit : int
            At most so many, the strongest; the rest is counted.
        exclude : sequence of str
            Ids to leave out: the post's own.
        within : Filter, optional
            Leave out others.
        claim : str, optional
            Key of the caller's own claim, to be left out.
        """

    def claim(
        self,
        article: Article,
        fingerprint: Fingerprint,
        key: str,
        *,
        judged_up_to: int,
        judge: Judge,
        ttl: float = 120.0,
        exclude: Sequence[str] = (),
    ) -> Claim:
        """Claim a text that is about to be published, unless `judge` objects to what came since it was checked.

        One write transaction: of simultaneous claims of one text, whose judges each object to the other, one is
        granted. A claim is a candidate for others until it ends, is released, or becomes a document (``claims=`` of
        `add` and `replace`). A claim under a key that is there takes its place.

        Parameters
        ----------
        article : Article
            Its own id, if it has one yet, is left out of what is judged, as is an earlier claim under this key.
        key : str
            Chosen by the caller, unguessable by others: a UUID.
        judged_up_to : int
            `Candidates.sequence` of the check that let it pass.
        judge : callable
            Given the candidates that came later, with their articles. It runs in the write lock: it must be quick and
            must not write.
        ttl : float
            Seconds until the claim ends by itself, more than 0.
        exclude : sequence of str
            More ids to leave out.
        """

    def release(self, key: str) -> bool:
        """End a claim; return whether it was there."""

    def record(self, entries: Sequence[Entry], *, keep: int | None = None) -> None:
        """Append entries to the journal, all or none; of each of their kinds keep only the last `keep`."""

    def journal(
        self, kind: str, *, subject: str | None = None, before: int | None = None, limit: int = 100
    ) -> tuple[Entry, ...]:
        """Return entries of a kind, the newest first.

        Parameters
        ----------
        subject : str, optional
            Only of this piece.
        before : int, optional
            Only entries of a smaller number: the next page after an `Entry.sequence`.
        """

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of entries in the journal, sorted."""

    def template_sites(self) -> tuple[str, ...]:
        """Return the sites whose template is kept, sorted."""

    def template(self, site: str) -> StoredTemplate:
        """Return what is kept of a site's template."""

    def set_template(self, site: str, body: str, *, version: int) -> bool:
        """Keep a site's template in place of the one of this version; an empty one to forget it.

        Parameters
        ----------
        site : str
        body : str
            JSON, for instance `dupdetect.extract.SiteTemplate.to_json`; the index does not look into it.
        version : int
            `StoredTemplate.version` of what this was made from.

        Returns
        -------
        bool
            False, and nothing is written, if someone else wrote since: read it again.

        Raises
        ------
        SettingsError
            It is larger than a megabyte.
        """

    def verify(self) -> tuple[str, ...]:
        """Return what is wrong with the index, in words; empty if nothing is."""

    def compact(self) -> None:
        """Give back unused room; what was removed is gone from the disk's files after it."""

    def backup(self, path: str | Path) -> None:
        """Copy the index to a new file while others use it.

        Raises
        ------
        IndexExistsError
            There is a file at `path`.
        StoreError
            It is backed up by its database's own means; the message says by which.
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
