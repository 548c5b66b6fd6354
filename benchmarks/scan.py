"""A scan from JSONL to verified pairs and clusters: growth, stages, memory, recall, and the peers' own pipelines.

``--quick`` scans 300 articles, else 10⁴ and 10⁵; ``--only 1000000`` scans a million, ``--only`` of several sizes shows
how the time of an article grows. ``make bench-million`` scans 10⁴, 10⁵ and 10⁶ and draws them.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.frame import Benchmark, Cell, Options, Table
from benchmarks.scan_data import Planted, generate, jaccard
from benchmarks.scan_peers import PEERS
from dupdetect.io import PathSource
from dupdetect.scan import Findings, scan_source

__all__ = ["BENCHMARK", "measure", "scan_once"]

SIZES = (1_000, 10_000, 100_000, 1_000_000)
USUAL = (10_000, 100_000)
RACED = 100_000
"""Size at which the peers run too, where it is among the sizes."""
RUNS = ((1, False), (2, False), (2, True))
"""Workers, and whether passages are worked out. A million is scanned by the second only."""

Row = dict[str, Cell]


def scan_once(path: Path, *, workers: int, passages: bool) -> dict[str, Any]:
    """Scan a file in this process; return seconds a stage, wall and processor, peak memory, and what was found."""
    stages: dict[str, float] = {}
    begun, cpu = time.perf_counter(), _cpu()

    def progress(what: str, steps: Iterable[int], count: int | None) -> Iterator[int]:
        before = time.perf_counter()
        yield from steps
        stages[what] = time.perf_counter() - before

    with tempfile.TemporaryDirectory() as work:
        findings = scan_source(
            PathSource([str(path)]), Path(work), workers=workers, passages=passages, progress=progress
        )
        pairs = [(one.left, one.right, one.verdict.relation.value) for one in findings.found()]
        wall = time.perf_counter() - begun
        found = {frozenset(ids): relation for ids, relation in _named(findings, pairs)}
        disk = sum(file.stat().st_size for file in Path(work).rglob("*") if file.is_file())
        return {
            "articles": len(findings),
            "wall": wall,
            "cpu": _cpu() - cpu,
            "stages": {**stages, "counting, clusters, results": wall - sum(stages.values())},
            "peak": _peak(workers),
            "disk": disk,
            "compared": findings.compared,
            "clusters": len(findings.clusters),
            "found": [(*sorted(ids), relation) for ids, relation in found.items()],
        }


def _named(findings: Findings, pairs: list[tuple[int, int, str]]) -> Iterator[tuple[tuple[str, str], str]]:
    for start in range(0, len(pairs), 1_000):
        part = pairs[start : start + 1_000]
        left = findings.corpus.articles([pair[0] for pair in part])
        right = findings.corpus.articles([pair[1] for pair in part])
        for one, other, pair in zip(left, right, part, strict=True):
            yield (one.id, other.id), pair[2]


def _cpu() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _peak(workers: int) -> float:
    """Return the peak memory of this process and, as often as there are workers, of the largest of them, bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    own, largest = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return float((own + (workers * largest if workers > 1 else 0)) * unit)


def apart(work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """Return what `work` returns in a new process: its peak memory is its own."""
    context = multiprocessing.get_context("spawn")
    answers = context.SimpleQueue()
    process = context.Process(target=_answer, args=(answers, work, arguments, named))
    process.start()
    answer = answers.get()
    process.join()
    if isinstance(answer, Exception):
        raise answer
    return answer


def _answer(answers: Any, work: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    try:
        answers.put(work(*arguments, **named))
    except Exception as error:
        answers.put(error)


def measure(options: Options) -> Iterator[Table]:
    """Generate, scan and count, one size after another; every scan in a process of its own."""
    sizes = (300,) if options.quick else tuple(sorted(map(int, options.only))) or USUAL
    growth: list[Row] = []
    stages: list[Row] = []
    quality: list[Row] = []
    race: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            path = Path(folder) / f"{size}.jsonl"
            planted = generate(size, path)
            runs = RUNS[:1] if options.quick else RUNS if size <= RACED else RUNS[1:2]
            for workers, passages in runs:
                done = apart(scan_once, path, workers=workers, passages=passages)
                growth.append(_growth_row(done, workers, passages, growth))
                stages += _stage_rows(done, workers, passages)
                if (workers, passages) == runs[0]:
                    quality.append(_quality_row(done, planted, path))
                    own = done
            if options.quick or size == RACED:
                race += _race_rows(path, own)
            path.unlink()
    yield Table(
        title="Growth",
        columns=GROWTH,
        rows=tuple(growth),
        notes=(
            "From JSONL to verified pairs and clusters. Peak: of the process and, for each worker, of the largest.",
            "Growth: processor time of an article over that of the smallest size; it says more than the clock where",
            "others use the machine too.",
        ),
        bars="cpu µs/article",
        against="articles",
    )
    yield Table(title="Stages", columns=("articles", "workers", "passages", "stage", "µs/article"), rows=tuple(stages))
    yield Table(
        title="Recall and precision",
        columns=("articles", "compared", "reported", "copies J ≥ .7", "excerpts ≥ 1/3", "precision"),
        rows=tuple(quality),
        notes=(
            "Recall of planted pairs. Precision: reported pairs that were planted, or share 3 % of their shingles.",
        ),
    )
    if race:
        yield Table(
            title="The peers' own pipelines",
            columns=("articles", "contestant", "cpu µs/article", "seconds", "pairs J ≥ .7", "× dupdetect"),
            rows=tuple(race),
            notes=(
                "Text to pairs of Jaccard ≥ .7, verified on the shingle sets; a process each, processor time compared.",
                "dupdetect's scan also reads and writes its work folder, finds excerpts, relations and clusters.",
            ),
        )


GROWTH = (
    "run",
    "articles",
    "µs/article",
    "cpu µs/article",
    "growth",
    "seconds",
    "peak MB",
    "disk KB/article",
)


def _growth_row(done: dict[str, Any], workers: int, passages: bool, earlier: list[Row]) -> Row:
    count = done["articles"]
    name = f"{workers} worker{'s' * (workers > 1)}{', passages' * passages}"
    each = done["cpu"] / count * 1e6
    first = next((row["cpu µs/article"] for row in earlier if row["run"] == name), each)
    return {
        "run": name,
        "articles": count,
        "µs/article": done["wall"] / count * 1e6,
        "cpu µs/article": each,
        "growth": each / float(first or each),
        "seconds": done["wall"],
        "peak MB": done["peak"] / 1e6,
        "disk KB/article": done["disk"] / count / 1e3,
    }


def _stage_rows(done: dict[str, Any], workers: int, passages: bool) -> Iterator[Row]:
    for stage, seconds in done["stages"].items():
        yield {
            "articles": done["articles"],
            "workers": workers,
            "passages": "yes" if passages else "no",
            "stage": stage,
            "µs/article": seconds / done["articles"] * 1e6,
        }


def _quality_row(done: dict[str, Any], planted: list[Planted], path: Path) -> Row:
    found = {(a, b) for a, b, _ in done["found"]}
    copies = [one for one in planted if one.kind == "copy" and one.share >= 0.7]
    excerpts = [one for one in planted if one.kind == "excerpt" and one.share >= 1 / 3]
    known = {tuple(sorted((one.source, one.copy))) for one in planted}
    unknown = {id for pair in found - known for id in pair}
    texts = _texts(path, unknown)
    wrong = [(a, b) for a, b in found - known if jaccard(texts[a], texts[b]) < 0.03]

    def recall(pairs: list[Planted]) -> float | None:
        return sum(tuple(sorted((p.source, p.copy))) in found for p in pairs) / len(pairs) if pairs else None

    return {
        "articles": done["articles"],
        "compared": done["compared"],
        "reported": len(found),
        "copies J ≥ .7": recall(copies),
        "excerpts ≥ 1/3": recall(excerpts),
        "precision": 1 - len(wrong) / len(found) if found else None,
    }


def _texts(path: Path, ids: set[str]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    with path.open(encoding="ascii") as lines:
        for line in lines:
            row = json.loads(line)
            if row["id"] in ids:
                texts[row["id"]] = row["text"].split()
    return texts


def _race_rows(path: Path, own: dict[str, Any]) -> Iterator[Row]:
    base: float | None = None
    for name, pipeline in PEERS.items():
        done = apart(pipeline, path)
        base = base or done["cpu"]
        yield {
            "articles": own["articles"],
            "contestant": name,
            "cpu µs/article": done["cpu"] / own["articles"] * 1e6,
            "seconds": done["wall"],
            "pairs J ≥ .7": done["pairs"],
            "× dupdetect": done["cpu"] / base,
        }
    yield {
        "articles": own["articles"],
        "contestant": "dupdetect scan, relations and clusters",
        "cpu µs/article": own["cpu"] / own["articles"] * 1e6,
        "seconds": own["wall"],
        "pairs J ≥ .7": None,
        "× dupdetect": own["cpu"] / base if base else None,
    }


BENCHMARK = Benchmark(
    name="scan",
    summary="JSONL to verified pairs and clusters: growth, stages, memory, recall; rensa's and datasketch's pipelines",
    measure=measure,
    peers=("datasketch", "rensa"),
    parts=tuple(map(str, SIZES)),
)
