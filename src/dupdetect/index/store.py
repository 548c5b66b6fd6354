"""What every index in a database does, whatever the database: one row a document, keys in two tables.

Band keys and sample hashes stand in tables keyed ``(key, doc)``, so that a look-up is one range of a B-tree. A claim is
a row of the same tables, so that it is found as documents are.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from dupdetect.errors import (
    DuplicateIdError,
    SettingsError,
    SettingsMismatchError,
    StaleVersionError,
    UnknownIdError,
)
from dupdetect.index import journal, manifest, templates, upkeep
from dupdetect.index.base import (
    Candidate,
    Candidates,
    Claim,
    Entry,
    Filter,
    IndexInfo,
    Judge,
    Listed,
    Record,
    StoredTemplate,
    Version,
)
from dupdetect.index.connection import Connection
from dupdetect.index.keys import as_batch, split
from dupdetect.index.rows import (
    ARTICLE,
    FINGERPRINT,
    delete,
    document_rows,
    end_claims,
    row_article,
    row_fingerprint,
    write_keys,
)
from dupdetect.index.search import search
from dupdetect.model import Article, Fingerprint, FingerprintBatch
from dupdetect.settings import Settings

__all__ = ["StoredIndex", "Transactions"]

_PAGE = 500
"""Documents read at once."""

_LOCK_SECONDS = 0.03
"""How long a chunk of a bulk load aims to hold the write lock; 0.1 is the longest that is wanted."""

_LARGEST_CHUNK = 4096

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


class StoredIndex(ABC, Generic[AnyTransactions]):
    """An index in a database; each kind of database derives its own.

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

    def __enter__(self) -> StoredIndex[AnyTransactions]:
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
        return self._article("id = ? AND claim = ''", id, f"no document {id!r}")

    def fetch(self, candidate: Candidate) -> Article:
        """Return a candidate's article; `UnknownIdError` if it was removed or replaced meanwhile."""
        return self._article("doc = ?", candidate.doc, f"{candidate.id!r} was removed or replaced since it was found")

    def _article(self, condition: str, value: str | int, missing: str) -> Article:
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {', '.join(ARTICLE)} FROM documents WHERE {condition}", (value,)
            ).fetchone()
        if row is None:
            raise UnknownIdError(f"{self.location}: {missing}")
        return row_article(row)

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

    # ------------------------------------------------------------------------------------------ writing

    def add(
        self,
        articles: Sequence[Article],
        fingerprints: FingerprintBatch,
        *,
        versions: Sequence[Version | None] | None = None,
        claims: Sequence[str] = (),
    ) -> None:
        """Add articles, all or none; `DuplicateIdError` if one is there."""
        self._write(articles, fingerprints, replace=False, versions=versions, claims=claims)

    def replace(
        self,
        articles: Sequence[Article],
        fingerprints: FingerprintBatch,
        *,
        versions: Sequence[Version | None] | None = None,
        claims: Sequence[str] = (),
    ) -> None:
        """Add articles in place of those with the same ids; `StaleVersionError` if one there is newer."""
        self._write(articles, fingerprints, replace=True, versions=versions, claims=claims)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove articles; return how many were there."""
        with self._database.writing() as connection:
            there = _there(connection, ids)
            delete(connection, [doc for doc, _ in there.values()], self._settings)
            journal.forget(connection, "check", ids)
        return len(there)

    def bulk_load(self, batches: Iterable[tuple[Sequence[Article], FingerprintBatch]], *, replace: bool = False) -> int:
        """Add very many articles, in chunks that hold the write lock for some 30 ms; return how many."""
        size, loaded = 16, 0
        with self._loading() as held:
            for articles, batch in batches:
                start = 0
                while start < len(articles):
                    stop = min(start + size, len(articles))
                    seconds = self._write(articles[start:stop], split(batch, start, stop), replace=replace)
                    loaded += stop - start
                    size = max(
                        1, min(2 * size, int((stop - start) * _LOCK_SECONDS / max(seconds, 1e-6)), _LARGEST_CHUNK)
                    )
                    start = stop
                    held(seconds)
        return loaded

    def _loading(self) -> AbstractContextManager[Callable[[float], object]]:
        """Give a function to be told for how long each chunk of a bulk load held the write lock."""
        return nullcontext(lambda seconds: None)

    def _write(
        self,
        articles: Sequence[Article],
        fingerprints: FingerprintBatch,
        *,
        replace: bool,
        versions: Sequence[Version | None] | None = None,
        claims: Sequence[str] = (),
    ) -> float:
        """Write articles in one transaction; return for how many seconds it held the write lock."""
        self._check_settings(fingerprints.settings_identity)
        versions = [None] * len(articles) if versions is None else versions
        if not len(articles) == len(fingerprints) == len(versions):
            raise SettingsError(
                f"{len(articles)} articles with {len(fingerprints)} fingerprints and {len(versions)} versions: "
                "one each is needed"
            )
        ids = [article.id for article in articles]
        twice = [id for id, count in Counter(ids).items() if count > 1]
        if twice:
            raise DuplicateIdError(f"{self.location}: id {twice[0]!r} stands twice among the documents to add")
        if "" in ids:
            raise SettingsError("an article needs an id to be indexed")
        states = [(version, "", None) for version in versions]
        rows = document_rows(articles, fingerprints, states, keep_text=self._keep_text)
        with self._database.writing() as connection:
            start = time.monotonic()
            there = _there(connection, ids)
            if there and not replace:
                raise DuplicateIdError(
                    f"{self.location}: there is a document {next(iter(there))!r} already; "
                    "replace it, or give another id"
                )
            for id, version in zip(ids, versions, strict=True):
                self._check_version(id, there.get(id, (0, None))[1], version)
            delete(connection, [doc for doc, _ in there.values()], self._settings)
            end_claims(connection, claims, self._settings)
            write_keys(connection, fingerprints, self._settings, connection.insert_documents(rows))
        return time.monotonic() - start

    def _check_version(self, id: str, there: Version | None, new: Version | None) -> None:
        if there is None or new is None:
            return
        if isinstance(there, str) != isinstance(new, str):
            raise SettingsError(
                f"{id!r}: version {new!r} cannot be compared with {there!r}: numbers or strings, not both"
            )
        if there > new:  # type: ignore[operator]  # of one kind, see above
            raise StaleVersionError(f"{self.location}: {id!r} is there in version {there!r}, newer than {new!r}")

    def _check_settings(self, identity: str) -> None:
        if identity != self._settings.identity:
            raise SettingsMismatchError(self.location, {"fingerprint settings": (self._settings.identity, identity)})

    # ------------------------------------------------------------------------------------------ claims

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
        """Claim a text, unless `judge` objects to what came since it was checked; see `Index.claim`."""
        self._check_settings(fingerprint.settings_identity)
        if not key:
            raise SettingsError("a claim needs a key; take a UUID")
        if not ttl > 0:
            raise SettingsError(f"ttl must be more than 0 seconds, not {ttl!r}")
        batch = as_batch([fingerprint], self._settings)
        with self._database.writing() as connection:
            _, now = connection.state()
            ended = connection.execute("SELECT claim FROM documents WHERE claim <> '' AND expires <= ?", (now,))
            end_claims(connection, [one for (one,) in ended.fetchall()], self._settings)
            newer = search(
                connection,
                fingerprint,
                self._settings,
                limit=None,
                after=judged_up_to,
                exclude=(article.id, *exclude),
                claim=key,
            )
            if newer.found and not judge([(candidate, self.fetch(candidate)) for candidate in newer.found]):
                return Claim(key=key, granted=False, expires=0.0, newer=newer)
            # Always a new row, with a new number: a renewed claim is news to whoever searched while it had ended.
            end_claims(connection, [key], self._settings)
            rows = document_rows([article], batch, [(None, key, now + ttl)], keep_text=self._keep_text)
            write_keys(connection, batch, self._settings, connection.insert_documents(rows))
        return Claim(key=key, granted=True, expires=now + ttl, newer=newer)

    def release(self, key: str) -> bool:
        """End a claim; return whether it was there."""
        with self._database.writing() as connection:
            return end_claims(connection, [key], self._settings) > 0

    # ------------------------------------------------------------------------------------------ journal

    def record(self, entries: Sequence[Entry], *, keep: int | None = None) -> None:
        """Append entries to the journal; of each of their kinds keep only the last `keep`."""
        with self._database.writing() as connection:
            journal.append(connection, entries, keep=keep)

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

    # ------------------------------------------------------------------------------------------ templates

    def template_sites(self) -> tuple[str, ...]:
        """Return the sites whose template is kept, sorted."""
        with self._database.reading() as connection:
            return templates.sites(connection)

    def template(self, site: str) -> StoredTemplate:
        """Return what is kept of a site's template."""
        with self._database.reading() as connection:
            return templates.read(connection, site)

    def set_template(self, site: str, body: str, *, version: int) -> bool:
        """Keep a site's template in place of the one of this version; return whether it was the latest."""
        with self._database.writing() as connection:
            return templates.write(connection, site, body, version=version)

    # ------------------------------------------------------------------------------------------ upkeep

    def verify(self) -> tuple[str, ...]:
        """Return what is wrong with the index, in words; empty if nothing is. Reads all of it."""
        with self._database.copying() as connection:
            return upkeep.verify(connection, self._settings, keep_text=self._keep_text)

    @abstractmethod
    def compact(self) -> None:
        """Give back unused room; what was removed is gone from the disk's files after it."""

    @abstractmethod
    def backup(self, path: str | Path) -> None:
        """Copy the index to a new file while others use it."""


def _count(connection: Connection, condition: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM documents WHERE {condition}").fetchone()[0])


def _there(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, Version | None]]:
    """Return number and version of those of `ids` that are there, in the order of `ids`."""
    select = "SELECT id, claim, doc, version FROM documents"
    found = {id: (doc, version) for id, claim, doc, version in connection.chosen(select, ids, column="id") if not claim}
    return {id: found[id] for id in ids if id in found}
