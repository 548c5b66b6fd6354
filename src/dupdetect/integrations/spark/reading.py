"""Documents to articles: read, extracted and fingerprinted by the functions that a scan uses, a batch at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.sql import functions as F  # noqa: N812
from pyspark.sql.window import Window

from dupdetect.errors import InputError
from dupdetect.integrations.spark.arrays import batch_of, packed, text
from dupdetect.io import read_documents, repeat_json
from dupdetect.io.readers import FIELDS, document_of_line, documents_of_rows
from dupdetect.model import Document, Failure
from dupdetect.scan.records import pack_article
from dupdetect.scan.shards import TWICE, MemoryShard, read_shard
from dupdetect.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["ARTICLES", "Files", "archives_in", "articles_of", "placed"]

ARTICLES = pa.schema(
    [
        ("id", pa.string()),
        ("error", pa.string()),
        ("url", pa.string()),
        ("title", pa.string()),
        ("published", pa.string()),
        ("site", pa.string()),
        ("sections", pa.list_(pa.string())),
        ("language", pa.string()),
        ("tokens", pa.int64()),
        ("repeats", pa.string()),
        ("shingles", pa.int64()),
        ("digest", pa.binary()),
        ("signature", pa.binary()),
        ("sample", pa.binary()),
        ("article", pa.binary()),
    ]
)
"""What is known of each document; all but `id` and `error` are null where `error` says why it gave no article."""

ARTICLE_COLUMNS = (
    "id string, error string, url string, title string, published string, site string, sections array<string>, "
    "language string, tokens bigint, repeats string, shingles bigint, digest binary, signature binary, sample binary, "
    "article binary"
)

_AT_ONCE = 500
"""Documents that are read and fingerprinted together."""
_SHOWN = 60

Reader = Callable[[pa.RecordBatch], Iterable[Document | Failure]]


def articles_of(documents: DataFrame, settings: Settings) -> DataFrame:
    """Read, extract and fingerprint the rows of a DataFrame.

    Parameters
    ----------
    documents : DataFrame
        See `dupdetect.integrations.spark.find_duplicates`.
    settings : Settings

    Returns
    -------
    DataFrame
        Columns of `ARTICLES`, lazily.

    Raises
    ------
    InputError
        A column has another name, or one that is needed is missing.
    """
    names = set(documents.columns)
    if unknown := names - FIELDS:
        raise InputError(
            f"unknown columns {', '.join(sorted(unknown))}; known are {', '.join(sorted(FIELDS))}: select those"
        )
    if "id" not in names or not names & {"html", "text"}:
        raise InputError("the columns `id`, and `html` or `text`, are needed")
    return _read(documents, _of_rows, settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Documents in files.

    Parameters
    ----------
    spark : SparkSession
    paths : tuple of str
        Of Parquet and JSONL whatever Spark reads: files, folders, patterns, URIs. Of WARC files and folders that every
        executor sees under this path.
    format : {'parquet', 'jsonl', 'warc'}
    """

    spark: SparkSession
    paths: tuple[str, ...]
    format: str

    def articles(self, settings: Settings) -> DataFrame:
        """Read, extract and fingerprint them: columns of `ARTICLES`, lazily.

        Raises
        ------
        InputError
            There is nothing at a path, a Parquet table has other columns, or the format is another.
        """
        if self.format == "warc":
            files = archives_in(self.paths)
            rows = self.spark.createDataFrame([(file,) for file in files], "path string")
            return _read(rows.repartition(len(files), "path"), _of_files, settings)
        if self.format not in ("parquet", "jsonl"):
            raise InputError(f"{self.format}: expected parquet, jsonl or warc")
        try:
            if self.format == "parquet":
                return articles_of(self.spark.read.parquet(*self.paths), settings)
            lines = self.spark.read.text(list(self.paths))
        except AnalysisException as error:
            raise InputError(f"{', '.join(self.paths)}: not readable: {error.getCondition()}") from error
        # As bytes: a line that is no UTF-8 is a failure of its own, not of the batch.
        line = F.col("value").cast("binary").alias("line")
        return _read(lines.select(line, F.col("_metadata.file_name").alias("file")), _of_lines, settings)


def archives_in(paths: Sequence[str]) -> list[str]:
    """Return the web archives behind paths; `InputError` where there is none."""
    found: list[str] = []
    for path in (Path(one.removeprefix("file://")) for one in paths):
        inside = sorted(one for one in path.rglob("*") if one.name.endswith((".warc", ".warc.gz")))
        if not inside and not path.is_file():
            raise InputError(f"{path}: no web archive there (.warc, .warc.gz)")
        found += map(str, inside or [path])
    return found


def _of_rows(batch: pa.RecordBatch) -> Iterator[Document | Failure]:
    yield from documents_of_rows((str(row["id"] or "a row without an id"), row) for row in batch.to_pylist())


def _of_lines(batch: pa.RecordBatch) -> Iterator[Document | Failure]:
    for line, file in zip(batch["line"].to_pylist(), batch["file"].to_pylist(), strict=True):
        if line.strip():
            yield document_of_line(line, f"{file}: {line[:_SHOWN].decode('utf-8', 'backslashreplace')} …")


def _of_files(batch: pa.RecordBatch) -> Iterator[Document | Failure]:
    for path in batch["path"].to_pylist():
        try:
            yield from read_documents(Path(path))
        except InputError as error:  # one damaged archive of thousands is a failure, the pages before it count
            yield Failure(id=path, error=str(error))


def _read(rows: DataFrame, reader: Reader, settings: Settings) -> DataFrame:
    return rows.mapInArrow(partial(_articles, reader, settings), ARTICLE_COLUMNS)  # type: ignore[arg-type]


def _articles(reader: Reader, settings: Settings, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    pieces = (piece for batch in batches for piece in reader(batch))
    while part := list(islice(pieces, _AT_ONCE)):
        yield _batch(part, settings)


def _batch(pieces: Sequence[Document | Failure], settings: Settings) -> pa.RecordBatch:
    articles, _, unread = read_shard(pieces)
    shard = MemoryShard.of(articles, settings)
    sample, ends = shard.column("sample_hashes"), shard.column("sample_offsets")
    twice = shard.repeats()
    rows: list[tuple[object, ...]] = []
    for row, article in enumerate(articles):
        repeats = [repeat_json(one, article.text) for one in twice.get(row, ())]
        rows.append(
            (
                text(article.id),
                None,
                text(article.url),
                text(article.title),
                str(article.published) if article.published else None,
                text(article.site),
                [text(section) for section in article.sections],
                text(article.language),
                int(shard.column("tokens")[row]),
                json.dumps(repeats) if repeats else None,
                int(shard.column("shingles")[row]),
                shard.column("digests")[row].tobytes(),
                packed(shard.column("signatures")[row]),
                packed(sample[ends[row] : ends[row + 1]]),
                pack_article(article),
            )
        )
    nothing = (None,) * (len(ARTICLES) - 2)
    rows += [(text(one.id), text(one.error), *nothing) for one in unread]
    return batch_of(rows, ARTICLES)


def placed(articles: DataFrame, first: int, known: DataFrame | None) -> DataFrame:
    """Give the documents numbers in the order of their ids, and let each id stand for one article.

    Of several with one id the readable one whose bytes sort first stays: a DataFrame has no order to go by.

    Parameters
    ----------
    articles : DataFrame
        What was read, from a table: it is gone through twice.
    first : int
        The lowest number.
    known : DataFrame, optional
        Column `id` of articles of earlier runs.

    Returns
    -------
    DataFrame
        The same with `place`, ascending in every partition; places of two partitions do not lie between each other.
    """
    # Spark samples the ids and gives each partition a range of them; the window needs no other order.
    ranged = articles.repartitionByRange("id")
    same_id = Window.partitionBy("id").orderBy(F.col("error").isNotNull(), "article")
    again = F.col("error").isNull() & (F.row_number().over(same_id) > 1)
    named = ranged.withColumn("error", F.when(again, F.lit(TWICE)).otherwise(F.col("error")))
    if known is not None:
        before = known.select("id").distinct().withColumn("known", F.lit(True))
        taken = F.col("known").isNotNull() & F.col("error").isNull()
        named = (
            named.join(before, "id", "left")
            .withColumn("error", F.when(taken, F.lit(TWICE)).otherwise(F.col("error")))
            .drop("known")
            .repartitionByRange("id")
            .sortWithinPartitions("id", "article")
        )
    return named.select((F.monotonically_increasing_id() + F.lit(first)).alias("place"), *ARTICLES.names)
