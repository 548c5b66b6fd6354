"""The benchmarks' command line: list, run, write down, plot."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import platform
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any

import benchmarks
from benchmarks.frame import Benchmark, Options, Table, require
from dupdetect.errors import DupdetectError, SettingsError

__all__ = ["discover", "environment", "main", "plot", "write_json"]

RESULTS = Path(__file__).parent / "results"
FORMAT = 1
"""Version of the JSON layout."""


def discover() -> dict[str, Benchmark]:
    """Return the benchmarks of this package by name: every module's ``BENCHMARK``.

    Raises
    ------
    SettingsError
        Two modules give their benchmark one name.
    """
    found: dict[str, Benchmark] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(benchmarks.__path__) if info.name != "__main__"):
        benchmark = getattr(importlib.import_module(f"benchmarks.{module}"), "BENCHMARK", None)
        if benchmark is None:
            continue
        if benchmark.name in found:
            raise SettingsError(f"two benchmarks are named {benchmark.name!r}; one is in benchmarks/{module}.py")
        found[benchmark.name] = benchmark
    return found


def environment(distributions: Iterable[str] = ()) -> dict[str, Any]:
    """Return what a figure depends on besides the code: interpreter, processor, versions, commit, date.

    Parameters
    ----------
    distributions : iterable of str
        Whose versions to note besides numpy's and dupdetect's; None stands for one that is not installed.
    """
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "HEAD"),
        "uncommitted_changes": bool(_git("status", "--porcelain", "--untracked-files=no", "--", "src", "benchmarks")),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "versions": {name: _version(name) for name in sorted({"dupdetect", "numpy", *distributions})},
    }


def _git(*arguments: str) -> str | None:
    """Return what git says, None where there is no git or no repository."""
    try:
        command = ["git", *arguments]
        answer = subprocess.run(
            command, cwd=RESULTS.parent.parent, capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _cpu_model() -> str | None:
    """Return the processor's name: of Linux where `platform` has none."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or None


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def write_json(
    path: Path, results: Sequence[tuple[Benchmark, Sequence[Table]]], *, options: Options, where: Any
) -> None:
    """Write one run: format, environment, options, and every benchmark's tables."""
    document = {
        "format": FORMAT,
        "environment": where,
        "options": {**asdict(options), "data": [item.name for item in options.data]},
        "results": [
            {"benchmark": done.name, "summary": done.summary, "tables": [asdict(table) for table in tables]}
            for done, tables in results
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def plot(path: Path, tables: Iterable[Table]) -> None:
    """Draw the tables that name a column to draw, one panel each.

    Raises
    ------
    MissingExtraError
        Matplotlib is not installed.
    SettingsError
        No table has anything to draw.
    """
    drawn = [table for table in tables if table.bars is not None and table.rows]
    if not drawn:
        raise SettingsError("nothing to plot: no table of this run names a column to draw")
    figure_class = require("matplotlib.figure", purpose="plotting a benchmark").Figure
    height = sum(_height(table) for table in drawn)
    figure = figure_class(figsize=(9, height), layout="constrained")
    panels = figure.subplots(len(drawn), squeeze=False, height_ratios=[_height(table) for table in drawn])
    for axes, table in zip(panels[:, 0], drawn, strict=True):
        (_points if table.against else _bars)(axes, table)
        axes.set_title(table.title, loc="left", fontsize="medium")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


def _height(table: Table) -> float:
    return 3.5 if table.against else 0.35 * len(table.rows) + 1.1


def _bars(axes: Any, table: Table) -> None:
    rows = [row for row in table.rows if isinstance(row.get(table.bars or ""), int | float)]
    bars = axes.barh(range(len(rows)), [row[table.bars or ""] for row in rows], color="#4477aa")
    axes.bar_label(bars, fmt="%.3g", padding=3)
    labels = [
        " · ".join(str(row[name]) for name in table.columns[:2] if isinstance(row.get(name), str)) for row in rows
    ]
    axes.set_yticks(range(len(rows)), labels)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel(table.bars)


def _points(axes: Any, table: Table) -> None:
    across, up = table.against or "", table.bars or ""
    for row in table.rows:
        if isinstance(row.get(across), int | float) and isinstance(row.get(up), int | float):
            axes.scatter(row[across], row[up], color="#4477aa")
            axes.annotate(f"  {row[table.columns[0]]}", (row[across], row[up]), va="center", fontsize="small")
    values = [value for row in table.rows if isinstance(value := row.get(across), int | float)]
    if min(values, default=0) > 0 and max(values) >= 50 * min(values):
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
    axes.margins(x=0.25, y=0.15)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.grid(alpha=0.3)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="List the benchmarks, or run some of them."
    )
    verbs = parser.add_subparsers(dest="verb")
    verbs.add_parser("list", help="list the benchmarks (the default)")
    runs = verbs.add_parser("run", help="run benchmarks, print their tables, write them down as JSON")
    runs.add_argument("names", nargs="+", metavar="NAME", help="a benchmark's name, or 'all'")
    runs.add_argument("--quick", action="store_true", help="small input, few rounds: does it run? No figure to quote")
    runs.add_argument("--rounds", type=int, metavar="N", help="rounds to measure (default: the benchmark's own)")
    runs.add_argument("--data", type=Path, action="append", default=[], metavar="PATH", help="file or folder of texts")
    runs.add_argument(
        "--only", action="append", default=[], metavar="PART", help="a part of a benchmark that has parts"
    )
    runs.add_argument("--json", type=Path, metavar="OUT", help="where to write the run (default: benchmarks/results/)")
    runs.add_argument("--plot", type=Path, metavar="OUT", help="draw the tables; the suffix chooses the format")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code: 0, or 2 with a sentence on stderr."""
    asked = _parser().parse_args(arguments)
    try:
        known = discover()
        if asked.verb != "run":
            width = max(map(len, known), default=0)
            print("\n".join(f"{name:<{width}}  {benchmark.summary}" for name, benchmark in known.items()))
            return 0
        names = list(known) if asked.names == ["all"] else asked.names
        if unknown := [name for name in names if name not in known]:
            raise SettingsError(f"no benchmark named {', '.join(unknown)}; there are {', '.join(known)}")
        parts = {part for name in names for part in known[name].parts}
        if strange := [part for part in asked.only if part not in parts]:
            there = ", ".join(sorted(parts)) or "none"
            raise SettingsError(f"no part named {', '.join(strange)}; the parts of {', '.join(names)}: {there}")
        if missing := [str(path) for path in asked.data if not path.exists()]:
            raise SettingsError(f"no such file or folder: {', '.join(missing)}")
        if asked.plot:
            require("matplotlib.figure", purpose="plotting a benchmark")  # before the run, not after it
        _run([known[name] for name in names], asked)
    except DupdetectError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    return 0


def _run(chosen: Sequence[Benchmark], asked: argparse.Namespace) -> None:
    options = Options(quick=asked.quick, data=tuple(asked.data), rounds=asked.rounds, only=tuple(asked.only))
    where = environment(peer for benchmark in chosen for peer in benchmark.peers)
    results = []
    for benchmark in chosen:
        tables = tuple(benchmark.measure(options))
        for table in tables:
            print(table, end="\n\n", flush=True)
        results.append((benchmark, tables))
    stamp = where["date"].replace(":", "").replace("-", "")[:15]
    path = asked.json or RESULTS / f"{'-'.join(benchmark.name for benchmark in chosen)}-{stamp}.json"
    write_json(path, results, options=options, where=where)
    print(f"written: {path}", file=sys.stderr)
    if asked.plot:
        plot(asked.plot, [table for _, tables in results for table in tables])
        print(f"drawn: {asked.plot}", file=sys.stderr)
