"""A run, stage by stage: read → place → meet → count stories → verify → cluster. Each leaves a table in its folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from dupdetect.compare import Thresholds
from dupdetect.errors import SettingsError
from dupdetect.integrations.spark.candidates import candidates_of
from dupdetect.integrations.spark.clustering import clustered, members_of
from dupdetect.integrations.spark.folder import Folder
from dupdetect.integrations.spark.reading import Files, articles_of, placed
from dupdetect.integrations.spark.stories import count_stories, frequencies_for
from dupdetect.integrations.spark.verifying import PAIRS, Judging, verified
from dupdetect.settings import Settings

__all__ = ["Duplicates", "find_duplicates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """What a run found. The DataFrames are tables in its folder.

    Parameters
    ----------
    articles : DataFrame
        A row a document: `id`, `place` (its number in the order of ids), `error` (why it gave no article, else null),
        what is known of it, and its fingerprint.
    pairs : DataFrame
        Reported pairs: ids `a` and `b`, places `left` and `right`, `relation` of a to b, `is_duplicate`, `score`,
        `a_digest`, `b_digest`, and as JSON `reasons`, `measures` and `passages`.
    clusters : DataFrame
        `ids`, `representative`, `original`, `reasons`, `weakest`.
    frequencies : DataFrame
        Shingles that stand in several stories, and in how many.
    summary : dict
        Counts: documents, articles, failures, compared, what was capped, relations, clusters.
    """

    articles: DataFrame
    pairs: DataFrame
    clusters: DataFrame
    frequencies: DataFrame
    summary: dict[str, Any]


def find_duplicates(
    documents: DataFrame | Files,
    output: str,
    *,
    settings: Settings | None = None,
    thresholds: Thresholds | None = None,
    passages: bool = False,
    against: Sequence[str] = (),
    frequencies: str | None = None,
    resume: bool = False,
    keep_work: bool = False,
) -> Duplicates:
    """Find the pairs and clusters among many documents; with `against`, among new ones and those of earlier runs.

    The pairs, relations, measures and clusters are those that `dupdetect.scan` finds among the same documents in the
    order of their ids, given the same story frequencies.

    Parameters
    ----------
    documents : DataFrame or Files
        Columns `id`, `html` or `text` (both may be there: of each row one is null), and as far as known `title`,
        `url`, `published` (text in ISO 8601, date or timestamp), `site`, `section` or `sections` (a list).
    output : str
        A new folder, on any file system that Spark writes to: ``articles``, ``pairs``, ``clusters`` and
        ``frequencies`` are Parquet tables in it, ``summary.json`` is written last.
    settings : Settings, optional
    thresholds : Thresholds, optional
    passages : bool
        Whether to work out passages, repeats and what only readers need of each reported pair.
    against : sequence of str
        Folders of earlier runs, of the same settings; the first is a full run. The new documents are compared with
        theirs and among themselves, weighed by the first one's frequencies; clusters are those with a new document,
        and take the place of earlier clusters that they share a member with.
    frequencies : str, optional
        Folder of a run whose frequencies weigh the words; by default they are counted, or are those of `against`.
    resume : bool
        Go on behind the finished stages of an interrupted run in `output`: of the same documents, which is not checked.
    keep_work : bool
        Leave the tables between the stages.

    Raises
    ------
    SettingsError
        `output` holds something else, or an earlier run had other settings.
    InputError
        A column has another name, or one that is needed is missing; there is no file; a folder of `against` or
        `frequencies` holds no finished run.
    """
    settings, thresholds = settings or Settings(), thresholds or Thresholds()
    if isinstance(documents, Files):
        spark, articles = documents.spark, documents.articles(settings)
    else:
        spark, articles = documents.sparkSession, articles_of(documents, settings)
    before = [_earlier(spark, path, settings) for path in against]
    counted = frequencies or (against[0] if against else None)
    identity = {
        "settings": settings.to_dict(),
        "thresholds": asdict(thresholds),
        "passages": passages,
        "against": list(against),
        "frequencies": counted,
    }
    folder = Folder.begin(spark, output, identity, resume=resume)
    partitions = int(str(spark.conf.get("spark.sql.shuffle.partitions")))

    earlier = [one.table("articles").where("error is null") for one, _ in before]
    known = reduce(DataFrame.unionByName, earlier) if earlier else None
    since = _after(known)
    read = folder.keep("read", articles)
    everything = folder.result("articles", placed(read, since, known))
    new = everything.where("error is null")
    every = new if known is None else known.unionByName(new)
    candidates = candidates_of(every, folder, settings, since=since)

    if counted is None:
        table, stories = count_stories(every, candidates, folder, settings, count=every.count(), partitions=partitions)
    else:
        snapshot, told = _earlier(spark, counted, settings)
        table, stories = folder.result("frequencies", snapshot.table("frequencies")), told["stories"]
    judging = Judging(settings=settings, thresholds=thresholds, stories=stories, passages=passages)
    places = candidates.pairs.select(F.explode(F.array("left", "right")).alias("place")).distinct()
    ends = folder.keep("ends", frequencies_for(places, every, table, settings, partitions=partitions))
    found = folder.keep("verified", verified(candidates.pairs, ends, judging, partitions=partitions))

    reported = [found, *(one.table("pairs").select(*found.columns) for one, _ in before)]
    duplicates = reduce(DataFrame.unionByName, reported).where("is_duplicate")
    members = members_of(duplicates.select("left", "right"), folder, since=since)
    if before:  # members of earlier runs need not be candidates of this one
        ends = folder.keep(
            "member-ends", frequencies_for(members.select("place"), every, table, settings, partitions=partitions)
        )
    clusters = clustered(members, duplicates, candidates.pairs, ends, folder, judging, partitions=partitions)
    late = clusters.pairs.where(F.col("right") >= since)
    first = found.join(late.select("left", "right"), ["left", "right"], "left_anti").select(*PAIRS.names)
    pairs = folder.result("pairs", first.union(late))
    stars = folder.result("clusters", clusters.clusters)
    summary = {
        "documents": everything.count(),
        "articles": new.count(),
        "failures": everything.where("error is not null").count(),
        "earlier articles": 0 if known is None else known.count(),
        "compared": candidates.count + clusters.compared,
        "candidates beyond the limit": candidates.left_out,
        "hot keys": candidates.hot_keys,
        "relations": _counts(pairs, "relation"),
        "clusters": stars.count(),
        "largest component": _largest(members),
        "stories": stories,
    }
    folder.finish(summary, keep_work=keep_work)
    return Duplicates(articles=everything, pairs=pairs, clusters=stars, frequencies=table, summary=summary)


def _earlier(spark: Any, path: str, settings: Settings) -> tuple[Folder, dict[str, Any]]:
    """Open an earlier run; return it and its summary."""
    folder, begun, summary = Folder.finished(spark, path)
    if odd := settings.differences(Settings.from_dict(begun["settings"])):
        raise SettingsError(f"{path}: a run of other settings: they differ in {', '.join(sorted(odd))}")
    return folder, summary


def _after(known: DataFrame | None) -> int:
    """Return the first place behind all known ones, a partition's first."""
    last = None if known is None else known.agg(F.max("place")).first()
    return 0 if last is None or last[0] is None else ((last[0] >> 33) + 1) << 33


def _counts(frame: DataFrame, column: str) -> dict[str, int]:
    """Return how often each of a column's few values stands there."""
    return {row[0]: row[1] for row in frame.groupBy(column).count().orderBy(column).collect()}


def _largest(members: DataFrame) -> int:
    row = members.groupBy("component").count().agg(F.max("count")).first()
    return 0 if row is None else row[0] or 0
