"""The documents of a scan in shards: arrays of fingerprints, and the articles, in memory or in files.

A *place* is the number of an article in the whole scan, in the input's order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare.features import prepare
from dupdetect.compare.repeats import MIN_REPEAT, repeats
from dupdetect.errors import ExtractionError
from dupdetect.extract import read
from dupdetect.fingerprint import Fingerprinter, band_keys
from dupdetect.model import Article, Document, Failure, FingerprintBatch, Repeat
from dupdetect.scan.columns import Columns, write_columns
from dupdetect.scan.records import (
    pack_article,
    pack_repeats,
    unpack_article,
    unpack_header,
    unpack_repeats,
    unpack_text,
)
from dupdetect.settings import Settings
from dupdetect.text import Shingles, shingle_batch

__all__ = [
    "PARTS",
    "TWICE",
    "Corpus",
    "FileShard",
    "MemoryShard",
    "Shard",
    "Unread",
    "columns_of",
    "drop_repeated_ids",
    "read_shard",
    "write_shard",
]

PARTS = 128
"""Parts of a shard's samples that stand each for itself, by the lowest bits of the hashes: the join reads one after the
other (a power of two)."""

TWICE = "an earlier document has this id; ids must be unique"

Piece = TypeVar("Piece")


@dataclass(frozen=True, slots=True)
class Unread:
    """A document of a shard that gave no article: its number in the input of the shard, and why."""

    ordinal: int
    id: str
    error: str


class Shard(Protocol):
    """Consecutive documents of the input. Rows are those that gave an article."""

    def column(self, name: str) -> NDArray[Any]:
        """Return an array.

        `signatures` (n, k), `bands` (bands, n), `sample_hashes` and `sample_offsets`, the same in `PARTS` by value as
        `part_hashes`, `part_rows` and `part_offsets`, `tokens`, `shingles`, `digests` (n, 16); of files also
        `ordinals`, the number in the shard's input, and `id_keys`.
        """

    def part(self, name: str, start: int, end: int) -> NDArray[Any]:
        """Return a part of an array, along its first axis."""

    def articles(self, rows: Sequence[int]) -> list[Article]:
        """Return the articles of these rows."""

    def texts(self, rows: Sequence[int]) -> list[str]:
        """Return the texts of these rows' articles."""

    def headers(self, rows: Sequence[int]) -> list[Article]:
        """Return the articles of these rows without their texts."""

    def repeats(self) -> dict[int, tuple[Repeat, ...]]:
        """Return the rows whose texts carry passages twice."""

    def unread(self) -> list[Unread]:
        """Return the documents without an article."""


def columns_of(batch: FingerprintBatch, settings: Settings) -> dict[str, NDArray[Any]]:
    """Return the arrays that the stages use of a batch."""
    rows = np.repeat(np.arange(len(batch.tokens), dtype=np.uint32), np.diff(batch.sample_offsets))
    parts = (batch.sample_hashes & np.uint64(PARTS - 1)).astype(np.uint8)
    order = np.argsort(parts, kind="stable")  # NumPy sorts bytes by counting
    return {
        "signatures": batch.signatures,
        "bands": np.ascontiguousarray(band_keys(batch.signatures, settings).T),
        "sample_hashes": batch.sample_hashes,
        "sample_offsets": batch.sample_offsets,
        "part_hashes": batch.sample_hashes[order],
        "part_rows": rows[order],
        "part_offsets": np.cumsum(np.concatenate([[0], np.bincount(parts, minlength=PARTS)])),
        "tokens": batch.tokens,
        "shingles": batch.shingles,
        "digests": batch.digests,
    }


class MemoryShard:
    """Articles in memory, each of another id.

    Parameters
    ----------
    articles : sequence of Article
        May be empty where only `columns` are asked for.
    columns : dict
        See `Shard.column`.
    twice : dict, optional
        Row → its repeats.
    """

    def __init__(
        self,
        articles: Sequence[Article],
        columns: dict[str, NDArray[Any]],
        twice: dict[int, tuple[Repeat, ...]] | None = None,
    ) -> None:
        self._articles, self._columns, self._twice = articles, columns, twice or {}

    @classmethod
    def of(cls, articles: Sequence[Article], settings: Settings) -> MemoryShard:
        """Fingerprint articles, and look for what they carry twice."""
        chunks = [chunk for _, chunk in shingle_batch([article.text for article in articles], settings)]
        batch = Fingerprinter(settings).fingerprint_shingles(chunks)
        twice = {}
        for row in _may_repeat(chunks, settings).tolist():
            if found := repeats(prepare(articles[row], settings)):
                twice[row] = found
        return cls(articles, columns_of(batch, settings), twice)

    def column(self, name: str) -> NDArray[Any]:
        """Return an array; see `Shard.column`."""
        return self._columns[name]

    def part(self, name: str, start: int, end: int) -> NDArray[Any]:
        """Return a part of an array; see `Shard.part`."""
        return self._columns[name][start:end]

    def articles(self, rows: Sequence[int]) -> list[Article]:
        """Return the articles of these rows."""
        return [self._articles[row] for row in rows]

    def texts(self, rows: Sequence[int]) -> list[str]:
        """Return the texts of these rows' articles."""
        return [self._articles[row].text for row in rows]

    def headers(self, rows: Sequence[int]) -> list[Article]:
        """Return the articles of these rows without their texts."""
        return [replace(self._articles[row], blocks=()) for row in rows]

    def repeats(self) -> dict[int, tuple[Repeat, ...]]:
        """Return the rows whose texts carry passages twice."""
        return self._twice

    def unread(self) -> list[Unread]:
        """Return the documents without an article."""
        return []


def _may_repeat(chunks: Iterable[Shingles], settings: Settings) -> NDArray[np.int64]:
    """Return the texts that hold enough shingles twice for a repeat: of nearly all texts nothing more is asked.

    The equal tokens of a repeat's first copy lie under shingles that stand elsewhere too; each covers at most so many
    tokens as a shingle has, and of places that hold a shingle twice at most half are its first.
    """
    least = -(-MIN_REPEAT // max(settings.shingle_words, settings.shingle_signs)) / 2
    found, first = [np.empty(0, dtype=np.int64)], 0
    for chunk in chunks:
        texts = len(chunk.offsets) - 1
        bits = texts.bit_length()
        owners = np.repeat(np.arange(texts, dtype=np.uint32), np.diff(chunk.offsets))
        # Owner before hash, in half the bits, which sort twice as fast: cut hashes only make more texts suspicious.
        packed = owners << np.uint32(32 - bits)
        packed |= (chunk.hashes >> np.uint64(32 + bits)).astype(np.uint32)
        packed.sort()
        again = packed[1:][packed[1:] == packed[:-1]] >> np.uint32(32 - bits)
        found.append(first + np.flatnonzero(np.bincount(again, minlength=texts) >= least))
        first += texts
    return np.concatenate(found)


# ------------------------------------------------------------------------------------------------------- in files


def read_shard(documents: Iterable[Document | Article | Failure]) -> tuple[list[Article], list[int], list[Unread]]:
    """Read every document; return the articles, the number of each in the input, and what gave none."""
    articles: list[Article] = []
    ordinals: list[int] = []
    unread: list[Unread] = []
    for ordinal, piece in enumerate(documents):
        if isinstance(piece, Failure):
            unread.append(Unread(ordinal, piece.id, piece.error))
            continue
        try:
            articles.append(piece if isinstance(piece, Article) else read(piece))
            ordinals.append(ordinal)
        except ExtractionError as error:
            unread.append(Unread(ordinal, piece.id, error.problem))
    return articles, ordinals, unread


def write_shard(folder: Path, documents: Iterable[Document | Article | Failure], settings: Settings) -> None:
    """Read and fingerprint documents, and write a shard's files into an empty folder."""
    articles, ordinals, unread = read_shard(documents)
    shard = MemoryShard.of(articles, settings)
    ends = [0]
    with (folder / "articles.bin").open("wb") as out:
        for article in articles:
            ends.append(ends[-1] + out.write(pack_article(article)))
    id_keys = [hashlib.blake2b(_raw(article.id), digest_size=8).digest() for article in articles]
    columns = {
        **shard._columns,
        "article_offsets": np.array(ends, dtype=np.int64),
        "ordinals": np.array(ordinals, dtype=np.int64),
        "id_keys": np.frombuffer(b"".join(id_keys), dtype="<u8").astype(np.uint64),
    }
    write_columns(folder / "columns.bin", columns)
    told = {
        "unread": [[one.ordinal, one.id, one.error] for one in unread],
        "repeats": {row: pack_repeats(found) for row, found in shard.repeats().items()},
    }
    (folder / "told.json").write_text(json.dumps(told), encoding="ascii")


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


class FileShard:
    """A shard that `write_shard` wrote. Holds no file open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._columns = Columns(folder / "columns.bin")

    def column(self, name: str) -> NDArray[Any]:
        """Return an array; see `Shard.column`."""
        return self._columns.read(name)

    def part(self, name: str, start: int, end: int) -> NDArray[Any]:
        """Return a part of an array; see `Shard.part`."""
        return self._columns.read(name, start, end)

    def _told(self) -> dict[str, Any]:
        return dict(json.loads((self._folder / "told.json").read_text(encoding="ascii")))

    def articles(self, rows: Sequence[int]) -> list[Article]:
        """Return the articles of these rows."""
        return list(map(unpack_article, self._packed(rows)))

    def texts(self, rows: Sequence[int]) -> list[str]:
        """Return the texts of these rows' articles."""
        return list(map(unpack_text, self._packed(rows)))

    def _packed(self, rows: Sequence[int]) -> Iterator[bytes]:
        offsets = self.column("article_offsets")
        starts, sizes = offsets[rows].tolist(), np.diff(offsets)[rows].tolist()
        with (self._folder / "articles.bin").open("rb") as file:
            for start, size in zip(starts, sizes, strict=True):
                file.seek(start)
                yield file.read(size)

    def headers(self, rows: Sequence[int]) -> list[Article]:
        """Return the articles of these rows without their texts."""
        return list(map(unpack_header, self._packed(rows)))

    def repeats(self) -> dict[int, tuple[Repeat, ...]]:
        """Return the rows whose texts carry passages twice."""
        return {int(row): unpack_repeats(found) for row, found in self._told()["repeats"].items()}

    def unread(self) -> list[Unread]:
        """Return the documents without an article."""
        return [Unread(*row) for row in self._told()["unread"]]


# ---------------------------------------------------------------------------------------------------- all of them


class Corpus:
    """All articles of a scan, by their places.

    Parameters
    ----------
    shards : sequence of Shard
        In the input's order.
    dropped : mapping of int to rows, optional
        Rows of a shard that are no articles of the scan: their ids came before.
    """

    def __init__(self, shards: Sequence[Shard], dropped: dict[int, NDArray[np.int64]] | None = None) -> None:
        self.shards = shards
        self._rows: list[NDArray[np.int64]] = []
        self._dropped = dropped or {}
        for number, shard in enumerate(shards):
            rows = np.arange(len(shard.column("tokens")))
            if number in self._dropped:
                rows = np.delete(rows, self._dropped[number])
            self._rows.append(rows)
        self._starts = np.concatenate([[0], np.cumsum([len(rows) for rows in self._rows])]).astype(np.int64)
        self._bounds: list[NDArray[Any]] = []
        self.column_cache: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return int(self._starts[-1])

    def column(self, name: str) -> NDArray[Any]:
        """Return a column of all articles: one value or row each."""
        if name not in self.column_cache:
            parts = [shard.column(name)[rows] for shard, rows in zip(self.shards, self._rows, strict=True)]
            self.column_cache[name] = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
        return self.column_cache[name]

    @property
    def digest_keys(self) -> NDArray[np.uint64]:
        """The first eight bytes of each article's digest."""
        digests = self.column("digests")
        return np.ascontiguousarray(digests).view(np.uint64)[:, 0] if len(digests) else np.empty(0, dtype=np.uint64)

    def band(self, number: int) -> NDArray[np.uint64]:
        """Return each article's key in one band; 0 where it has none."""
        parts = [
            shard.part("bands", number, number + 1)[0][rows]
            for shard, rows in zip(self.shards, self._rows, strict=True)
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.uint64)

    @property
    def sample_sizes(self) -> NDArray[np.int64]:
        """Hashes in each article's sample."""
        parts = [
            np.diff(shard.column("sample_offsets"))[rows] for shard, rows in zip(self.shards, self._rows, strict=True)
        ]
        return np.concatenate([np.empty(0, dtype=np.int64), *parts])

    def sample(self, part: int, parts: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Return one of `parts` (a power of two) parts of the sample hashes, by value, and the places they are of."""
        finer = max(1, parts // PARTS)
        first, last = part * PARTS // parts, max(part * PARTS // parts + 1, (part + 1) * PARTS // parts)
        hashes, owners = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.int64)]
        if not self._bounds:
            self._bounds = [shard.column("part_offsets") for shard in self.shards]
        for number, (shard, bounds) in enumerate(zip(self.shards, self._bounds, strict=True)):
            own, of = (shard.part(name, int(bounds[first]), int(bounds[last])) for name in ("part_hashes", "part_rows"))
            if finer > 1:
                chosen = own // np.uint64(PARTS) & np.uint64(finer - 1) == np.uint64(part % finer)
                own, of = own[chosen], of[chosen]
            if number in self._dropped:
                kept = ~np.isin(of, self._dropped[number])
                own, of = own[kept], np.searchsorted(self._rows[number], of[kept])
            hashes.append(own)
            owners.append(of.astype(np.int64) + self._starts[number])
        return np.concatenate(hashes), np.concatenate(owners)

    def _by_shard(self, places: NDArray[np.int64]) -> Iterator[tuple[Shard, NDArray[np.int64], NDArray[np.int64]]]:
        """Yield for each shard that holds some of `places`: it, their rows in it, and which of `places` they are."""
        order = np.argsort(places, kind="stable")
        cuts = np.searchsorted(places[order], self._starts)
        for number, shard in enumerate(self.shards):
            which = order[cuts[number] : cuts[number + 1]]
            if len(which):
                yield shard, self._rows[number][places[which] - self._starts[number]], which

    def signatures(self, places: NDArray[np.int64]) -> NDArray[np.uint32]:
        """Return the signatures of articles, shape (len(places), permutations)."""
        width = self.shards[0].column("signatures").shape[1] if self.shards else 0
        found = np.empty((len(places), width), dtype=np.uint32)
        for shard, rows, which in self._by_shard(places):
            found[which] = shard.column("signatures")[rows]
        return found

    def articles(self, places: Sequence[int] | NDArray[np.int64]) -> list[Article]:
        """Return the articles at these places, in the order asked for."""
        return self._gathered(places, lambda shard, rows: shard.articles(rows))

    def texts(self, places: Sequence[int] | NDArray[np.int64]) -> list[str]:
        """Return the articles' texts at these places, in the order asked for: much less work than the articles."""
        return self._gathered(places, lambda shard, rows: shard.texts(rows))

    def headers(self, places: Sequence[int] | NDArray[np.int64]) -> list[Article]:
        """Return the articles at these places without their texts, in the order asked for."""
        return self._gathered(places, lambda shard, rows: shard.headers(rows))

    def _gathered(
        self, places: Sequence[int] | NDArray[np.int64], read: Callable[[Shard, list[int]], list[Piece]]
    ) -> list[Piece]:
        found: dict[int, Piece] = {}
        for shard, rows, which in self._by_shard(np.asarray(places, dtype=np.int64)):
            found.update(zip(which.tolist(), read(shard, rows.tolist()), strict=True))
        return [found[number] for number in range(len(found))]

    def numbers(self) -> range:
        """Return the numbers of the batches that `batch` gives."""
        return range(len(self.shards))

    def batch(self, number: int, settings: Settings) -> tuple[list[Article], FingerprintBatch]:
        """Return the articles and fingerprints of one shard."""
        shard, rows = self.shards[number], self._rows[number]
        offsets = shard.column("sample_offsets")
        sizes = np.diff(offsets)
        chosen = np.zeros(len(sizes), dtype=np.bool_)
        chosen[rows] = True
        batch = FingerprintBatch(
            signatures=np.asarray(shard.column("signatures"))[rows],
            sample_hashes=np.asarray(shard.column("sample_hashes"))[np.repeat(chosen, sizes)],
            sample_offsets=np.concatenate([[0], np.cumsum(sizes[rows])]).astype(np.int64),
            shingles=np.asarray(shard.column("shingles"))[rows],
            tokens=np.asarray(shard.column("tokens"))[rows],
            digests=np.asarray(shard.column("digests"))[rows],
            settings_identity=settings.identity,
        )
        return shard.articles(rows.tolist()), batch

    def repeats(self) -> Iterator[tuple[int, tuple[Repeat, ...]]]:
        """Yield the articles that carry passages twice: place and repeats, in order."""
        for number, shard in enumerate(self.shards):
            place_of = {row: place for place, row in enumerate(self._rows[number].tolist(), int(self._starts[number]))}
            for row, found in sorted(shard.repeats().items()):
                if row in place_of:
                    yield place_of[row], found


def drop_repeated_ids(shards: Sequence[Shard]) -> tuple[Corpus, tuple[Failure, ...]]:
    """Return the corpus of shards from files, of each id the first article only, and all failures in order."""
    keys = [shard.column("id_keys") for shard in shards]
    every = np.concatenate([np.empty(0, dtype=np.uint64), *keys])
    values, counts = np.unique(every, return_counts=True)
    suspects = values[counts > 1]
    seen: set[str] = set()
    dropped: dict[int, NDArray[np.int64]] = {}
    failures: list[Failure] = []
    for number, shard in enumerate(shards):
        told: list[tuple[int, Failure]] = []
        rows = np.flatnonzero(np.isin(keys[number], suspects)).tolist()
        ordinals = shard.column("ordinals")[rows].tolist()
        again = []
        for row, ordinal, article in zip(rows, ordinals, shard.headers(rows), strict=True):
            if article.id in seen:
                again.append(row)
                told.append((ordinal, Failure(id=article.id, error=TWICE)))
            else:
                seen.add(article.id)
        told += [(one.ordinal, Failure(id=one.id, error=one.error)) for one in shard.unread()]
        failures += [failure for _, failure in sorted(told, key=lambda pair: pair[0])]
        if again:
            dropped[number] = np.array(again, dtype=np.int64)
    return Corpus(shards, dropped), tuple(failures)
