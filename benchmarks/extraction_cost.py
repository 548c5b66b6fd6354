"""What extraction costs: time a page against the peers, and memory over ten thousand pages."""

from __future__ import annotations

import gc
import gzip
import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from benchmarks.extraction_data import load
from benchmarks.extraction_peers import OURS, answer, text_extractors
from benchmarks.extraction_texts import decoded
from benchmarks.frame import Cell, Table
from dupdetect.errors import ExtractionError, InputError
from dupdetect.extract import extract

__all__ = ["memory_table", "quality_against_time", "time_tables"]

SAMPLE = 400
"""Pages that are timed."""


def time_tables(folders: Sequence[Path], *, quick: bool = False) -> Iterator[Table]:
    """Yield milliseconds a page, from str, every contestant on every page in turn."""
    pages = [decoded(page) for folder in folders for page in load(folder)]
    pages = pages[:: max(1, len(pages) // (20 if quick else SAMPLE))]
    contestants = text_extractors()
    wall: dict[str, list[float]] = {name: [] for name in contestants}
    cpu: dict[str, list[float]] = {name: [] for name in contestants}
    names = list(contestants)
    for html in pages[:3]:  # what is loaded lazily is loaded here
        for name in names:
            answer(contestants[name], html)
    for number, html in enumerate(pages):
        start = number % len(names)
        for name in names[start:] + names[:start]:
            before, cpu_before = time.perf_counter(), time.process_time()
            answer(contestants[name], html)
            cpu[name].append(time.process_time() - cpu_before)
            wall[name].append(time.perf_counter() - before)
    rows = tuple(_time_row(name, wall[name], cpu) for name in names)
    notes = (
        f"{len(pages)} pages of {statistics.fmean(map(len, pages)) / 1000:,.0f} thousand characters on average, in one",
        "process, in turn. × dupdetect: median of the pages' paired ratios of cpu time, × mean: ratio of the sums.",
        "Where wall exceeds cpu, the machine did something else besides. Not shown: decoding, which all need.",
    )
    columns = ("extractor", "median ms", "mean ms", "median cpu ms", "mean cpu ms", "× dupdetect", "× mean")
    yield Table(title="Time a page, from str", columns=columns, rows=rows, notes=notes, bars="median cpu ms")


def _time_row(name: str, wall: Sequence[float], cpu: Mapping[str, Sequence[float]]) -> dict[str, Cell]:
    ratios = [theirs / max(mine, 1e-9) for theirs, mine in zip(cpu[name], cpu[OURS], strict=True)]
    return {
        "extractor": name,
        "median ms": statistics.median(wall) * 1e3,
        "mean ms": statistics.fmean(wall) * 1e3,
        "median cpu ms": statistics.median(cpu[name]) * 1e3,
        "mean cpu ms": statistics.fmean(cpu[name]) * 1e3,
        "× dupdetect": statistics.median(ratios),
        "× mean": sum(cpu[name]) / sum(cpu[OURS]),
    }


def quality_against_time(quality: Table, times: Table) -> Table:
    """Return a table of two others: quality over time, to plot."""
    column = "F1" if any(row.get("F1") is not None for row in quality.rows) else "segment F1"
    took = {row["extractor"]: row["median cpu ms"] for row in times.rows}
    rows = tuple(
        {"extractor": row["extractor"], "median cpu ms": took.get(row["extractor"]), column: row[column]}
        for row in quality.rows
    )
    columns = ("extractor", "median cpu ms", column)
    return Table(
        title=f"{quality.title}: quality against time", columns=columns, rows=rows, bars=column, against="median cpu ms"
    )


# ------------------------------------------------------------------------------------------------------ memory


def memory_table(folders: Sequence[Path], *, quick: bool = False) -> Table:
    """Return the resident memory of a process of its own after 1,000 and after 10,000 pages."""
    marks = (20, 200) if quick else (1000, 2000, 5000, 10_000)
    command = [sys.executable, "-m", "benchmarks.extraction_cost", *map(str, marks), *map(str, folders)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    rows = tuple(
        {"pages": mark, "RSS MB": told[str(mark)], "more MB": told[str(mark)] - told[str(marks[0])]} for mark in marks
    )
    notes = (
        "Of a process that reads page after page from disk, extracts and forgets; if there are fewer, they come",
        f"round again. After {marks[-1]:,} pages at most 20 MB more than after {marks[0]:,} are wanted.",
    )
    return Table(title="Memory", columns=("pages", "RSS MB", "more MB"), rows=rows, notes=notes, bars="RSS MB")


def _resident() -> float:
    """Return resident memory in MB, of Linux."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise InputError("/proc/self/status has no VmRSS: resident memory is measured on Linux only")


def _read_on(marks: Sequence[int], folders: Sequence[Path]) -> dict[int, float]:
    """Read pages until the last mark; return the resident memory at each."""
    found: dict[int, float] = {}
    pages = [path for folder in folders for path in sorted(folder.rglob("*.html.gz"))]
    if not pages:
        raise InputError(f"no page in {', '.join(map(str, folders))}: *.html.gz is looked for")
    for done, path in enumerate(itertools.islice(itertools.cycle(pages), marks[-1]), 1):
        with suppress(ExtractionError):
            extract(gzip.decompress(path.read_bytes()))
        if done in marks:
            gc.collect()  # what waits for its turn to be freed is not kept
            found[done] = round(_resident(), 1)
    return found


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    print(json.dumps(_read_on(numbers, [Path(word) for word in sys.argv[1:] if not word.isdigit()])))
