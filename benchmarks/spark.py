"""A run on Spark, stage by stage: processor time, bytes shuffled and bytes written an article, at several sizes."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.frame import Benchmark, Cell, Options, Table, require
from benchmarks.scan_data import generate

__all__ = ["BENCHMARK"]

SIZES = (10_000, 100_000)
_STAGES = {  # tables between the stages → what they are part of
    "read": "read",
    "articles": "place",
    "met": "meet",
    "rated": "candidates",
    "candidates": "candidates",
    "same-story": "stories",
    "stories": "stories",
    "frequencies": "stories",
    "ends": "tell",
    "verified": "verify",
    "duplicates": "components",
    "members": "components",
    "clustered": "cluster",
    "pairs": "cluster",
    "clusters": "cluster",
}


def _processor_seconds() -> float:
    """Return the processor time of all processes below this one, ended ones included: Java, and Python below it."""
    parents, own = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(stat.parent.name)] = int(fields[1])
        own[int(stat.parent.name)] = sum(map(int, fields[11:15]))
    below, last = {os.getpid()}, 0
    while len(below) > last:
        last = len(below)
        below |= {process for process, parent in parents.items() if parent in below}
    return sum(own[process] for process in below - {os.getpid()}) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _session(folder: Path) -> Iterator[Any]:
    sql = require("pyspark.sql", purpose="measuring a run on Spark", extra="spark")
    (folder / "events").mkdir()
    os.environ["PYSPARK_PYTHON"] = sys.executable  # else the first python3 there is
    session = (
        sql.SparkSession.builder.master("local[2]")
        .appName("dupdetect's benchmark")
        .config("spark.driver.memory", "3g")
        .config("spark.eventLog.enabled", "true")
        .config("spark.eventLog.compress", "false")
        .config("spark.eventLog.rolling.enabled", "false")
        .config("spark.eventLog.dir", (folder / "events").as_uri())
        .config("spark.local.dir", str(folder))
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield session
    finally:
        session.stop()


def _shuffled(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """Return the bytes that each table's jobs wrote to shuffles and spilled to disk, from Spark's own log of events."""
    table_of: dict[int, str] = {}
    written: Counter[str] = Counter()
    spilled: Counter[str] = Counter()
    for log in (path for path in (folder / "events").rglob("*") if path.is_file()):
        with log.open(encoding="utf-8") as lines:
            for line in lines:
                event = json.loads(line)
                if event["Event"] == "SparkListenerJobStart":
                    told = (event.get("Properties") or {}).get("spark.job.description") or ""
                    for stage in event["Stage IDs"]:
                        table_of.setdefault(stage, told.removeprefix("dupdetect: "))
                elif event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
                    table, metrics = table_of.get(event["Stage ID"], ""), event["Task Metrics"]
                    written[table] += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
                    spilled[table] += metrics["Disk Bytes Spilled"]
    return written, spilled


def _run(size: int) -> Table:
    with tempfile.TemporaryDirectory(prefix="dupdetect-bench-") as work:
        folder = Path(work)
        lines = folder / "articles.jsonl"
        generate(size, lines)
        took: defaultdict[str, float] = defaultdict(float)
        with _session(folder) as session:
            from dupdetect.integrations.spark import Files, find_duplicates
            from dupdetect.integrations.spark.folder import Folder

            result = Folder.result

            def timed(self: Folder, name: str, frame: Any) -> Any:
                before = _processor_seconds()
                table = result(self, name, frame)
                took[name.removeprefix("_work/")] += _processor_seconds() - before
                return table

            session.range(100).mapInArrow(lambda batches: batches, "id bigint").count()  # Java and Python are up
            documents = Files(spark=session, paths=(str(lines),), format="jsonl")
            with mock.patch.object(Folder, "result", timed):
                summary = find_duplicates(documents, str(folder / "out"), keep_work=True).summary
        written, spilled = _shuffled(folder)
        return _table(size, took, written, spilled, folder / "out", summary)


def _table(
    size: int,
    took: defaultdict[str, float],
    written: Counter[str],
    spilled: Counter[str],
    out: Path,
    summary: dict[str, Any],
) -> Table:
    stages: dict[str, Counter[str]] = {stage: Counter() for stage in _STAGES.values()}
    rounds = sum(name.startswith("duplicates/") for name in took)
    for name, seconds in took.items():
        stage = stages[_STAGES[name.partition("/")[0]]]
        stage["cpu"] += round(seconds * 1e6)
        stage["shuffled"] += written[name]
        stage["spilled"] += spilled[name]
        path = out / name if (out / name).exists() else out / "_work" / name
        stage["disk"] += sum(file.stat().st_size for file in path.glob("*.parquet"))
    rows: list[dict[str, Cell]] = [
        {
            "stage": stage,
            "µs CPU/article": counted["cpu"] / size,
            "shuffled bytes/article": counted["shuffled"] / size,
            "table bytes/article": counted["disk"] / size,
            "spilled MB": counted["spilled"] / 1e6,
        }
        for stage, counted in stages.items()
    ]
    sums = {name: sum(float(row[name] or 0) for row in rows) for name in rows[0] if name != "stage"}
    rows.append({"stage": "all", **sums})
    told = ", ".join(f"{value} {name}" for name, value in summary.items() if not isinstance(value, dict))
    return Table(
        title=f"A run on Spark of {size} articles of 250 words, local[2]",
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=(
            told,
            f"components of duplicates took {rounds} rounds",
            "processor time is that of Java and of Python below it",
            "one machine: no network, no wait for another executor, no lost one",
        ),
    )


def _measure(options: Options) -> list[Table]:
    sizes = (500,) if options.quick else tuple(sorted(map(int, options.only))) or SIZES
    return [_run(size) for size in sizes]


BENCHMARK = Benchmark(
    name="spark",
    summary="a run on Spark: processor time and bytes shuffled an article, stage by stage; --only SIZE",
    measure=_measure,
    peers=("pyspark", "pyarrow"),
    parts=("10000", "30000", "100000", "1000000"),
)
