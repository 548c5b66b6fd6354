"""Page to article: every figure of extraction, against trafilatura, readability-lxml and newspaper4k.

``python -m benchmarks run extraction --data DIR [--only PART]``. DIR holds annotated pages, or folders of them, as
`benchmarks.extraction_data` reads them: the public article-extraction benchmark as it is cloned, for instance. The
parts ``crossposts`` and ``sites`` want a folder of ``NAME.docs.jsonl.gz`` with pages; give both folders to run all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.extraction_cost import memory_table, quality_against_time, time_tables
from benchmarks.extraction_lanes import lane_tables
from benchmarks.extraction_metadata import metadata_tables
from benchmarks.extraction_peers import PEERS
from benchmarks.extraction_quality import quality_tables
from benchmarks.extraction_sites import crosspost_tables, site_tables
from benchmarks.frame import Benchmark, Options, Table
from dupdetect.errors import SettingsError

__all__ = ["BENCHMARK", "PARTS"]


def _memory_tables(folders: Sequence[Path], *, quick: bool = False) -> Iterator[Table]:
    yield memory_table(folders, quick=quick)


PARTS: dict[str, Callable[..., Iterator[Table]]] = {
    "quality": quality_tables,
    "metadata": metadata_tables,
    "time": time_tables,
    "memory": _memory_tables,
    "lanes": lane_tables,
    "crossposts": crosspost_tables,
    "sites": site_tables,
}
"""Part → its tables."""

_OTHER_TYPE = re.compile(r"^[^,]+ (?!article)\w+")
_OF_SITES = ("crossposts", "sites")


def _measure(options: Options) -> Iterable[Table]:
    if not options.data:
        raise SettingsError("extraction needs annotated pages: pass --data DIR, see benchmarks/extraction_data.py")
    corpora = [folder for folder in options.data if any(folder.glob("*.docs.jsonl.gz"))]
    annotated = [folder for folder in options.data if folder not in corpora]
    found: dict[str, list[Table]] = {}
    for part in options.only or PARTS:
        folders = corpora if part in _OF_SITES else annotated
        if not folders:
            if options.only:
                raise SettingsError(f"the part {part} needs other data: see benchmarks/extraction.py")
            continue
        found[part] = []
        for table in PARTS[part](folders, quick=options.quick):
            found[part].append(table)
            yield table
    articles = (table for table in found.get("quality", []) if not _OTHER_TYPE.search(table.title))
    for table in articles:
        for times in found.get("time", []):
            yield quality_against_time(table, times)


BENCHMARK = Benchmark(
    name="extraction",
    summary="page → article: quality, metadata, time, memory, lanes, cross-posts and site templates, against the peers",
    measure=_measure,
    peers=tuple(PEERS),
    parts=tuple(PARTS),
)
