"""What the modules of an index ask of a database: portable SQL, and the few things that each database does its own way.

Statements mark values with ``?``. Tables and columns are the same in every database; `dupdetect.index.rows` names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Connection", "Cursor", "LookUp"]


class Cursor(Protocol):
    """What a statement answers."""

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class LookUp(NamedTuple):
    """What one look at the keys finds: largest number of a document, time, and the rows of each table."""

    sequence: int
    now: float
    rows: dict[str, NDArray[np.int64]]


class Connection(Protocol):
    """A connection to the tables of an index."""

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Cursor:
        """Run a statement."""

    def executemany(self, statement: str, values: Iterable[Sequence[Any]], /) -> object:
        """Run a statement once for each sequence of values."""

    def state(self) -> tuple[int, float]:
        """Return the largest number of a document, and the time by the clock that all who share the index go by."""

    def pages(self, statement: str, size: int) -> Iterator[list[Any]]:
        """Yield the rows of a statement, `size` at a time in memory; in a transaction."""

    def chosen(self, select: str, values: Sequence[Any], *, column: Literal["doc", "id"] = "doc") -> Iterator[Any]:
        """Yield the rows of `select`, which ends before its WHERE, where `column` is one of `values`; in any order."""

    def look_up(self, keys: Mapping[str, Sequence[int]], caps: Mapping[str, int], *, after: int) -> LookUp:
        """Return what `state` and `follow` return for these tables, of one state of the index.

        Parameters
        ----------
        keys : Mapping of str to sequence of int
            The keys to look for in each table, ascending, each once.
        caps : Mapping of str to int
        after : int
        """

    def follow(self, table: str, keys: Sequence[int], *, cap: int, after: int) -> NDArray[np.int64]:
        """Return the rows, ``key << 32 | doc`` ascending, of the documents above `after` that have one of `keys`.

        Of each key the first ``cap + 1`` only. The keys are ascending, each once.
        """

    def insert_documents(self, rows: Sequence[tuple[Any, ...]], docs: Sequence[int] | None = None) -> int:
        """Insert rows of `dupdetect.index.rows.document_rows` within a write transaction; return the first's number.

        Numbers are by default consecutive, and larger than any that was ever given. `DuplicateIdError` if an id is
        there, or twice among them.
        """

    def insert_keys(self, table: str, rows: NDArray[np.int64]) -> None:
        """Insert rows of `dupdetect.index.keys.key_rows`, in their order: neighbours go to one page."""

    def delete_keys(self, table: str, rows: NDArray[np.int64]) -> None:
        """Delete rows of `dupdetect.index.keys.key_rows`."""

    def number_from(self, last: int) -> None:
        """Give later documents numbers above `last`."""

    def problems(self) -> Iterator[str]:
        """Yield what the database itself finds wrong with the tables."""
