"""What every index in a database does, whatever the database: one row a document, keys in two tables.

Band keys and sample hashes stand in tables keyed ``(key, doc)``, so that a look-up is one range of a B-tree. A claim is
a row of the same tables, so that it is found as documents are.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import numpy as np

from dupdetect.errors import DuplicateIdError, SettingsError, StaleVersionError
from dupdetect.index import journal, templates, upkeep
from dupdetect.index.base import Claim, Entry, Judge, Version
from dupdetect.index.connection import Connection
from dupdetect.index.keys import as_batch, key_rows, split
from dupdetect.index.reading import AnyTransactions, StoredReader
from dupdetect.index.rows import (
    delete,
    document_rows,
    end_claims,
    write_keys,
)
from dupdetect.index.search import search
from dupdetect.model import Article, Fingerprint, FingerprintBatch

__all__ = ["StoredIndex"]

_LOCK_SECONDS = 0.03
"""How long a chunk of a bulk load aims to hold the write lock; 0.1 is the longest that is wanted."""

_LARGEST_CHUNK = 4096


class StoredIndex(StoredReader[AnyTransactions]):
    """An index in a database; each kind of database derives its own. Parameters as of `StoredReader`."""

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
        # All that can be worked out before the write lock is: others wait for it.
        batch = as_batch([fingerprint], self._settings)
        keys = key_rows(batch, np.zeros(1, dtype=np.int64), self._settings, claimed=True)
        (row,) = document_rows([article], batch, [()], keep_text=self._keep_text)
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
                keys=tuple(keys.values()),
            )
            if newer.found and not judge(self.fetch_batch(newer.found)):
                return Claim(key=key, granted=False, expires=0.0, newer=newer)
            # Always a new row, with a new number: a renewed claim is news to whoever searched while it had ended.
            end_claims(connection, [key], self._settings)
            first = connection.insert_documents([(None, key, now + ttl, *row)])
            for table, rows in keys.items():  # a claim is a story of its own until it is a document
                connection.insert_keys(table, rows + first)
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

    # ------------------------------------------------------------------------------------------ templates

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


def _there(connection: Connection, ids: Sequence[str]) -> dict[str, tuple[int, Version | None]]:
    """Return number and version of those of `ids` that are there, in the order of `ids`."""
    select = "SELECT id, claim, doc, version FROM documents"
    found = {id: (doc, version) for id, claim, doc, version in connection.chosen(select, ids, column="id") if not claim}
    return {id: found[id] for id in ids if id in found}
