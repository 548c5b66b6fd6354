"""What reading any index in a database does, whatever the database; see `dupdetect.index.store`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from dupdetect.errors import SettingsMismatchError, UnknownIdError
from dupdetect.index import journal, manifest, templates
from dupdetect.index.base import (
    Candidate,
    Candidates,
    Entry,
    Filter,
    IndexInfo,
    Listed,
    Record,
    StoredTemplate,
    Version,
)
from dupdetect.index.connection import Connection
from dupdetect.index.rows import (
    ARTICLE,
    FINGERPRINT,
    row_article,
    row_fingerprint,
)
from dupdetect.index.search import search
from dupdetect.model import Article, Fingerprint
from dupdetect.settings import Settings

__all__ = ["AnyTransactions", "StoredReader", "Transactions"]

_PAGE = 500
"""Documents read at once."""

AnyConnection = TypeVar("AnyConnection", bound=Connection, covariant=True)


class Transactions(Protocol[AnyConnection]):
    """Connections to a database, a thread's at a time, with its errors in our words."""

    def reading(self) -> AbstractContextManager[AnyConnection]:
        """Hold a connection, for a single statement."""

    def snapshot(self) -> AbstractContextManager[AnyConnection]:
        """Hold a connection, for statements that must see one state of the index."""

    def looking(self) -> AbstractContextManager[AnyConnection]:
        """Hold a connection for a look-up: its keys and `Candidates.sequence` are of one state.

        What it then reads of the documents may be of a later one.
        """

    def writing(self) -> AbstractContextManager[AnyConnection]:
        """Hold a connection and the write lock: all is written, or nothing."""

    def copying(self) -> AbstractContextManager[AnyConnection]:
        """Give a connection of one's own for a long read of one state, while others read and write."""

    def close(self) -> None:
        """Release all; any later use raises `IndexClosedError`."""


AnyTransactions = TypeVar("AnyTransactions", bound=Transactions[Connection])
Whole = TypeVar("Whole", bound="StoredReader[Any]")


class StoredReader(ABC, Generic[AnyTransactions]):
    """The reading half of an index in a database.

    Parameters
    ----------
    location : str
        As it is shown in messages.
    database : Transactions
    stored : dict of str
        The index's manifest.
    settings : Settings, optional
        What it must have been built with.
    check : bool
        Whether to hold its fingerprints to those of this version.

    Raises
    ------
    ForeignIndexError, SettingsMismatchError
    """

    def __init__(
        self,
        location: str,
        database: AnyTransactions,
        stored: dict[str, str],
        *,
        settings: Settings | None,
        check: bool,
    ) -> None:
        self.location = location
        self._database = database
        self._stored = stored
        self._settings, self._keep_text = manifest.settings_of(location, stored)
        if check:
            manifest.check_canary(location, stored, self._settings)
        if settings is not None and settings != self._settings:
            raise SettingsMismatchError(location, self._settings.differences(settings))

    def close(self) -> None:
        """Release it; any later call but `close` raises `IndexClosedError`."""
        self._database.close()

    def __enter__(self: Whole) -> Whole:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------ reading

    @property
    def settings(self) -> Settings:
        """The settings it was built with."""
        return self._settings

    @property
    def keep_text(self) -> bool:
        """Whether it keeps the articles' text."""
        return self._keep_text

    def get(self, id: str) -> Article:
        """Return an article, its content blocks only; `UnknownIdError` if there is none with this id."""
        with self._database.reading() as connection:
            statement = f"SELECT {', '.join(ARTICLE)} FROM documents WHERE id = ? AND claim = ''"
            row = connection.execute(statement, (id,)).fetchone()
        if row is None:
            raise UnknownIdError(f"{self.location}: no document {id!r}")
        return row_article(row)

    def fetch(self, candidate: Candidate) -> Article:
        """Return a candidate's article; `UnknownIdError` if it was removed or replaced meanwhile."""
        for _, article in self.fetch_batch([candidate]):
            return article
        raise UnknownIdError(f"{self.location}: {candidate.id!r} was removed or replaced since it was found")

    def fetch_batch(self, candidates: Sequence[Candidate]) -> list[tuple[Candidate, Article]]:
        """Return candidates with their articles, but those that were removed or replaced meanwhile."""
        with self._database.reading() as connection:
            select = f"SELECT doc, {', '.join(ARTICLE)} FROM documents"
            rows = list(connection.chosen(select, [candidate.doc for candidate in candidates]))
        there = {doc: row_article(row) for doc, *row in rows}
        return [(candidate, there[candidate.doc]) for candidate in candidates if candidate.doc in there]

    def ids(self) -> Iterator[str]:
        """Yield every id in the order of adding, a page at a time: the index may change meanwhile."""
        return (id for (id,) in self._pages("id"))

    def versions(self) -> Iterator[tuple[str, Version | None, bytes]]:
        """Yield id, version and digest of every article in the order of adding."""
        return self._pages("id, version, digest")

    def listing(self, *, after: int = 0, limit: int = 500, site: str | None = None) -> tuple[Listed, ...]:
        """Return a page of documents in the order of their writing."""
        condition, values = ("", ()) if site is None else ("AND site = ?", (site,))
        return self._listed(f"doc > ? AND claim = '' {condition} ORDER BY doc LIMIT ?", (after, *values, limit))

    def listed(self, id: str) -> Listed:
        """Return number, version and digest of a document; `UnknownIdError` if there is none."""
        found = self._listed("id = ? AND claim = ''", (id,))
        if not found:
            raise UnknownIdError(f"{self.location}: no document {id!r}")
        return found[0]

    def _listed(self, condition: str, values: Sequence[Any]) -> tuple[Listed, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT doc, id, version, digest FROM documents WHERE {condition}", values)
            return tuple(
                Listed(doc=doc, id=id, version=version, digest=digest) for doc, id, version, digest in rows.fetchall()
            )

    def records(self, *, after: int = 0, limit: int = 500) -> tuple[Record, ...]:
        """Return a page of documents with all that is kept of them, in the order of their writing."""
        columns = ", ".join(("doc", "version", *ARTICLE, *FINGERPRINT))
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {columns} FROM documents WHERE doc > ? AND claim = '' ORDER BY doc LIMIT ?", (after, limit)
            ).fetchall()
        end = 2 + len(ARTICLE)
        return tuple(
            Record(
                doc=row[0],
                version=row[1],
                article=row_article(row[2:end]),
                fingerprint=row_fingerprint(row[end:], self._settings),
            )
            for row in rows
        )

    def iterate(self) -> Iterator[tuple[Article, Fingerprint]]:
        """Yield every article and its fingerprint in the order of adding, a page at a time."""
        after = 0
        while page := self.records(after=after, limit=_PAGE):
            for record in page:
                yield record.article, record.fingerprint
            after = page[-1].doc

    def _pages(self, columns: str) -> Iterator[Any]:
        last = 0
        while True:
            with self._database.reading() as connection:
                page = connection.execute(
                    f"SELECT doc, {columns} FROM documents WHERE doc > ? AND claim = '' ORDER BY doc LIMIT {_PAGE}",
                    (last,),
                ).fetchall()
            if not page:
                return
            for row in page:
                yield row[1:]
            last = page[-1][0]

    def __len__(self) -> int:
        with self._database.reading() as connection:
            return _count(connection, "claim = ''")

    def __contains__(self, id: object) -> bool:
        with self._database.reading() as connection:
            statement = "SELECT 1 FROM documents WHERE id = ? AND claim = ''"
            return connection.execute(statement, (id,)).fetchone() is not None

    def info(self) -> IndexInfo:
        """Return facts about the index."""
        with self._database.snapshot() as connection:
            return IndexInfo(
                location=self.location,
                documents=_count(connection, "claim = ''"),
                claims=_count(connection, "claim <> ''"),
                bytes=self._bytes(),
                schema_version=manifest.SCHEMA_VERSION,
                created_by=self._stored["created_by"],
                settings=self._settings,
                keep_text=self._keep_text,
            )

    @abstractmethod
    def _bytes(self) -> int:
        """Return the room that it takes."""

    def candidates(
        self,
        fingerprint: Fingerprint,
        *,
        limit: int = 40,
        exclude: Sequence[str] = (),
        within: Filter | None = None,
        claim: str | None = None,
    ) -> Candidates:
        """Return what shares the digest, a band or some of the sample, strongest first."""
        self._check_settings(fingerprint.settings_identity)
        with self._database.looking() as connection:
            return search(
                connection, fingerprint, self._settings, limit=limit, exclude=exclude, within=within, claim=claim
            )

    def journal(
        self, kind: str, *, subject: str | None = None, before: int | None = None, limit: int = 100
    ) -> tuple[Entry, ...]:
        """Return entries of a kind, the newest first."""
        with self._database.reading() as connection:
            return journal.entries(connection, kind, subject=subject, before=before, limit=limit)

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of entries in the journal, sorted."""
        with self._database.reading() as connection:
            return journal.kinds(connection)

    def template_sites(self) -> tuple[str, ...]:
        """Return the sites whose template is kept, sorted."""
        with self._database.reading() as connection:
            return templates.sites(connection)

    def template(self, site: str) -> StoredTemplate:
        """Return what is kept of a site's template."""
        with self._database.reading() as connection:
            return templates.read(connection, site)

    def _check_settings(self, identity: str) -> None:
        if identity != self._settings.identity:
            raise SettingsMismatchError(self.location, {"fingerprint settings": (self._settings.identity, identity)})


def _count(connection: Connection, condition: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM documents WHERE {condition}").fetchone()[0])
