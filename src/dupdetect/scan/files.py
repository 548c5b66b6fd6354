"""A scan from files: every stage leaves its finished parts in a work folder, several processes share the work."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

from dupdetect.compare import Thresholds
from dupdetect.io.sources import Batch, Source
from dupdetect.model import Cluster, Failure
from dupdetect.scan.findings import Findings
from dupdetect.scan.frequencies import count_stories, shingle_parts
from dupdetect.scan.join import join, join_parts
from dupdetect.scan.pool import Workers
from dupdetect.scan.records import pack_verdict, unpack_verdict
from dupdetect.scan.shards import Corpus, FileShard, drop_repeated_ids, write_shard
from dupdetect.scan.stages import SHARD, Progress, chunk_ends, chunk_numbers, clusters_of, notes_of, silent, with_later
from dupdetect.scan.verify import Found, Judge, read_found, write_found
from dupdetect.scan.work import Arrays, WorkFolder
from dupdetect.settings import Settings

__all__ = ["corpus_of", "scan_source", "work_folder"]


@contextmanager
def work_folder(path: Path | None) -> Iterator[Path]:
    """Give the folder to work in: `path`, which stays, or a temporary one."""
    if path is not None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="dupdetect-scan-") as folder:
        yield Path(folder)


def scan_source(
    source: Source,
    work: Path,
    *,
    settings: Settings | None = None,
    thresholds: Thresholds | None = None,
    passages: bool = True,
    workers: int = 1,
    shard: int = SHARD,
    progress: Progress = silent,
) -> Findings:
    """Find the pairs, clusters and repeats among documents in files, with bounded memory.

    Parameters
    ----------
    source : Source
        What `dupdetect.io.open_source` returned.
    work : Path
        Where the stages leave what they did. A scan that was interrupted goes on with the same folder, and gives the
        same result. The findings are read from it: it must stay as long as they are used.
    settings : Settings, optional
    thresholds : Thresholds, optional
    passages : bool
        Whether to work out the passages, repeats and token ratio of each reported pair: for readers.
    workers : int
        Processes; see `dupdetect.scan.pool.Workers`.
    shard : int
        Documents a shard; the result does not depend on it.
    progress : Progress, optional

    Raises
    ------
    SettingsError
        `work` holds a scan of other settings or another input, or other files.
    InputError
        The source is not readable.
    ScanError
        A worker ended before its work was done, or a file in `work` is damaged.
    """
    settings, thresholds = settings or Settings(), thresholds or Thresholds()
    folder = WorkFolder.begin(
        work,
        {
            "settings": settings.to_dict(),
            "thresholds": asdict(thresholds),
            "passages": passages,
            "documents a shard": shard,
            "input": source.digest(),
        },
    )
    with Workers(workers) as team:
        _read(folder, source, settings, team, shard, progress)
        corpus, failures = corpus_of(folder)
        if not folder.finished("candidates"):
            _ahead(folder, _Joining(work, settings), team, progress)
        pairs = join(corpus, settings, kept=folder.keep)
        if not folder.finished("frequencies"):
            _ahead(folder, _Shingling(work, settings), team, progress)
        rarity = count_stories(corpus, pairs, settings, kept=folder.keep)
        chunks = [number for number in chunk_numbers(pairs) if not folder.finished(_verified(number))]
        steps = team.run(_Verifying(work, settings, thresholds, passages), chunks)
        for _ in progress("Comparing pairs", steps, len(chunks)):
            pass
    found = partial(_found, work, len(chunk_numbers(pairs)))
    if folder.noted("clusters.json") is None:
        judge = Judge(corpus, settings, thresholds, rarity, passages=passages)
        clusters, more = clusters_of(corpus, pairs, found(), judge)
        folder.note(
            "clusters.json",
            {
                "clusters": [asdict(one) for one in clusters],
                "reported": [[one.left, one.right, pack_verdict(one.verdict)] for one in more.reported],
                "compared": more.compared,
            },
        )
    told = folder.noted("clusters.json")
    late = [Found(left, right, unpack_verdict(row)) for left, right, row in told["reported"]]
    findings = Findings(
        corpus=corpus,
        found=lambda: with_later(found(), late),
        clusters=tuple(
            Cluster(**{**one, "ids": tuple(one["ids"]), "reasons": tuple(one["reasons"])}) for one in told["clusters"]
        ),
        failures=failures,
        compared=len(pairs.left) + told["compared"],
        notes=tuple(notes_of(pairs, len(corpus))),
    )
    if folder.manifest is None:
        folder.finish({"articles": len(corpus), "failures": len(failures), "compared": findings.compared})
    return findings


def _shard_name(number: int) -> str:
    return f"read/{number:06}"


def _verified(number: int) -> str:
    return f"verified/{number:06}"


@dataclass(frozen=True, slots=True)
class _Reading:
    """Read, extract and fingerprint a shard."""

    work: Path
    settings: Settings

    def start(self) -> Callable[[tuple[int, Batch]], int]:
        folder = WorkFolder(self.work)

        def read(task: tuple[int, Batch]) -> int:
            number, batch = task
            with folder.making(_shard_name(number)) as draft:
                if draft is not None:
                    write_shard(draft, batch.documents(), self.settings)
            return number

        return read


Part = tuple[str, Callable[[], Arrays]]


@dataclass(frozen=True, slots=True)
class _Joining:
    """Join one band, or one part of the samples."""

    work: Path
    settings: Settings
    what: ClassVar[str] = "Joining fingerprints"

    def parts(self, folder: WorkFolder) -> list[Part]:
        return join_parts(corpus_of(folder)[0], self.settings)

    def start(self) -> Callable[[int], int]:
        return _keeper(WorkFolder(self.work), self)


@dataclass(frozen=True, slots=True)
class _Shingling:
    """Read the shingles of some candidates again, to be counted."""

    work: Path
    settings: Settings
    what: ClassVar[str] = "Counting stories"

    def parts(self, folder: WorkFolder) -> list[Part]:
        corpus, _ = corpus_of(folder)
        return shingle_parts(corpus, join(corpus, self.settings, kept=folder.keep), self.settings)

    def start(self) -> Callable[[int], int]:
        return _keeper(WorkFolder(self.work), self)


def _keeper(folder: WorkFolder, job: _Joining | _Shingling) -> Callable[[int], int]:
    parts = job.parts(folder)

    def keep(number: int) -> int:
        folder.keep(*parts[number])
        return number

    return keep


def _ahead(folder: WorkFolder, job: _Joining | _Shingling, team: Workers, progress: Progress) -> None:
    """Make the parts of a stage that are not there, in several processes: the stage then finds them made."""
    missing = [number for number, (name, _) in enumerate(job.parts(folder)) if not folder.finished(name)]
    for _ in progress(job.what, team.run(job, missing), len(missing)):
        pass


@dataclass(frozen=True, slots=True)
class _Verifying:
    """Verify a chunk of candidate pairs."""

    work: Path
    settings: Settings
    thresholds: Thresholds
    passages: bool

    def start(self) -> Callable[[int], int]:
        folder = WorkFolder(self.work)
        corpus, _ = corpus_of(folder)
        # What is kept already is only looked up here.
        pairs = join(corpus, self.settings, kept=folder.keep)
        rarity = count_stories(corpus, pairs, self.settings, kept=folder.keep)
        judge = Judge(corpus, self.settings, self.thresholds, rarity, passages=self.passages)

        def verify(number: int) -> int:
            with folder.making(_verified(number)) as draft:
                if draft is not None:
                    write_found(draft / "pairs.jsonl", judge.pairs(*chunk_ends(pairs, number)))
            return number

        return verify


def _read(
    folder: WorkFolder, source: Source, settings: Settings, team: Workers, shard: int, progress: Progress
) -> None:
    if folder.noted("read.json") is not None:
        return
    shards = 0

    def tasks() -> Iterator[tuple[int, Batch]]:
        nonlocal shards
        for number, batch in enumerate(source.batches(shard)):
            shards = number + 1
            if not folder.finished(_shard_name(number)):
                yield number, batch

    steps = team.run(_Reading(folder.path, settings), tasks())
    for _ in progress("Reading", steps, None):
        pass
    folder.note("read.json", {"shards": shards})


def corpus_of(folder: WorkFolder) -> tuple[Corpus, tuple[Failure, ...]]:
    """Return the articles of a scan whose input was read, and what could not be read."""
    shards = [FileShard(folder.path / _shard_name(number)) for number in range(folder.noted("read.json")["shards"])]
    return drop_repeated_ids(shards)


def _found(work: Path, chunks: int) -> Iterator[Found]:
    for number in range(chunks):
        yield from read_found(work / _verified(number) / "pairs.jsonl")
