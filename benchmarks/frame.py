"""What every benchmark shares: contestants raced fairly, tables, the environment they ran in.

A benchmark is a module of this package with a `Benchmark` named ``BENCHMARK``; nothing else registers it.
"""

from __future__ import annotations

import gc
import importlib
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dupdetect.errors import MissingExtraError, SettingsError

__all__ = ["Benchmark", "Contestant", "Options", "Table", "Timing", "quartiles", "race", "require", "timing_table"]

Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a run asks of a benchmark.

    Parameters
    ----------
    quick : bool
        A small input and few rounds: shows that it runs, not how fast.
    data : tuple of Path
        Files or folders with texts or pages; a benchmark says which it reads.
    rounds : int, optional
        Rounds to measure; None leaves it to the benchmark.
    only : tuple of str
        Parts of a benchmark to run; all where empty.
    """

    quick: bool = False
    data: tuple[Path, ...] = ()
    rounds: int | None = None
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An answer of a benchmark.

    Parameters
    ----------
    title : str
    columns : tuple of str
    rows : tuple of dict
        Column → cell; None where nothing was measured.
    notes : tuple of str
        What the table does not show.
    bars : str, optional
        The column a plot draws; the first column labels the bars.
    against : str, optional
        The column a plot draws it against, as points instead of bars.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, Cell], ...]
    notes: tuple[str, ...] = ()
    bars: str | None = None
    against: str | None = None

    def __str__(self) -> str:
        lines = [self.columns]
        lines += [tuple(_show(row.get(name)) for name in self.columns) for row in self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.columns))]
        numeric = [any(isinstance(row.get(name), int | float) for row in self.rows) for name in self.columns]
        lines.insert(1, tuple("-" * width for width in widths))
        drawn = (
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(line, widths, numeric, strict=True)
            ).rstrip()
            for line in lines
        )
        return "\n".join([self.title, "", *drawn, *(f"  {note}" for note in self.notes)])


def _show(cell: Cell) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:.3g}" if abs(cell) < 100 else f"{cell:,.0f}"
    return str(cell)


def require(module: str, *, purpose: str, extra: str = "bench") -> Any:
    """Import an optional module for a benchmark.

    Raises
    ------
    MissingExtraError
        It is not installed; the message has the pip line.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(extra, purpose) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """A question and the function that measures the answer.

    Parameters
    ----------
    name : str
    summary : str
        One line for the list.
    measure : callable
        `Options` → tables.
    peers : tuple of str
        Distributions it measures against; their versions go into the environment.
    parts : tuple of str
        What ``--only`` may choose from; empty where it is one whole.
    """

    name: str
    summary: str
    measure: Callable[[Options], Iterable[Table]]
    peers: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One way to do the work.

    Parameters
    ----------
    name : str
    work : callable
        Does all of it once; what it needs beforehand is made beforehand.
    stage : str
        Contestants of one stage are compared with each other; the first of a stage is its measure.
    """

    name: str
    work: Callable[[], object]
    stage: str = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds that a contestant took, a round each: by the wall clock, and of processor time over all its threads."""

    contestant: Contestant
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def race(
    contestants: Sequence[Contestant],
    *,
    rounds: int,
    warmup: int = 1,
    clock: Callable[[], float] = time.perf_counter,
    cpu_clock: Callable[[], float] = time.process_time,
) -> list[Timing]:
    """Run the contestants in turn, round after round, in this process.

    What disturbs the machine for a while disturbs all of them, and a round's times can be compared in pairs. Each
    round starts with another contestant, so none is always first. Warm-up rounds are thrown away. The garbage
    collector rests while a contestant runs, as in `timeit`, and cleans up between two.

    Parameters
    ----------
    contestants : sequence of Contestant
    rounds, warmup : int
        At least 1 and 0.
    clock, cpu_clock : callable
        Seconds.

    Raises
    ------
    SettingsError
        Nobody runs, or no round is measured.
    """
    if not contestants or rounds < 1 or warmup < 0:
        raise SettingsError(f"a race needs contestants and rounds: {len(contestants)} contestants, {rounds} rounds")
    timings = [Timing(contestant=contestant) for contestant in contestants]
    collecting = gc.isenabled()
    try:
        for number in range(-warmup, rounds):
            start = number % len(timings)
            for timing in timings[start:] + timings[:start]:
                gc.collect()
                gc.disable()
                before, cpu_before = clock(), cpu_clock()
                timing.contestant.work()
                wall, cpu = clock() - before, cpu_clock() - cpu_before
                if number >= 0:
                    timing.wall.append(wall)
                    timing.cpu.append(cpu)
    finally:
        (gc.enable if collecting else gc.disable)()
    return timings


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return first quartile, median and third quartile, inclusive method; of one value it is all three."""
    if len(values) == 1:
        return values[0], values[0], values[0]
    first, median, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, median, third


def timing_table(title: str, timings: Sequence[Timing], *, items: int, item: str, notes: Sequence[str] = ()) -> Table:
    """Return a race as a table: microseconds an item, and how many times the first of its stage each took.

    Parameters
    ----------
    items : int
        How many items one run worked through.
    item : str
        What an item is called.
    """
    measure: dict[str, Timing] = {}
    for timing in timings:
        measure.setdefault(timing.contestant.stage, timing)
    unit = f"µs/{item}"
    rows: list[dict[str, Cell]] = []
    for timing in timings:
        first, median, third = (value / items * 1e6 for value in quartiles(timing.wall))
        base = measure[timing.contestant.stage]
        low, ratio, high = quartiles([mine / its for mine, its in zip(timing.wall, base.wall, strict=True)])
        rows.append(
            {
                "contestant": timing.contestant.name,
                "stage": timing.contestant.stage,
                unit: median,
                "q1": first,
                "q3": third,
                "cpu": statistics.median(timing.cpu) / items * 1e6,
                "× first": ratio,
                "× q1": low,
                "× q3": high,
            }
        )
    rounds = len(timings[0].wall)
    told = (
        f"Median and quartiles of {rounds} interleaved rounds over {items:,} {item}s; × is the median paired ratio.",
        "cpu counts all threads: where it exceeds the wall clock, a contestant used more than one core.",
    )
    columns = ("contestant", "stage", unit, "q1", "q3", "cpu", "× first", "× q1", "× q3")
    return Table(title=title, columns=columns, rows=tuple(rows), notes=(*told, *notes), bars=unit)
