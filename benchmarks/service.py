"""The service under load: checks a second, with claims and without, how long the slowest wait, whether memory grows.

Two worker processes, eight connections, and the client, all on one machine's cores: what a newsroom's busiest minute
asks of the machine that also runs its CMS.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.frame import Benchmark, Options, Table
from benchmarks.index_corpus import words_of
from benchmarks.service_cost import cost
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import build_index
from dupdetect.model import Article, Block, FingerprintBatch

__all__ = ["BENCHMARK"]

WORKERS, CONNECTIONS = 2, 8
PACED = (("checks, paced", False, 150), ("checks with claims, paced", True, 75))
"""Loads of so many requests a second, whether answered or not: waiting where the service is not at its limit."""
WORDS = 480
"""About 3.5 kB; with the markup of a post 4 kB."""
FAMILY = 6
"""Articles that share a passage: a check meets five or six of them, none of them a duplicate."""
SHARED = 140
PARAGRAPH = 60
CHUNK = 3_000
QUERIES = 3_000
PARTS = ("load", "cost")
THREADS = (1, 2, 4)
"""Of a worker, for the part that compares them; the default is the last."""


# ------------------------------------------------------------------------------------------------------ the corpus


class _Corpus:
    """Articles in families, and posts that are new members of them."""

    def __init__(self, articles: int) -> None:
        self.families = articles // FAMILY
        self._vocabulary, self._shares = words_of(np.random.default_rng(7))

    def _ranks(self, draw: np.random.Generator, size: int) -> NDArray[np.int64]:
        return np.searchsorted(self._shares, draw.random((size, WORDS)))

    def _passage(self, family: int) -> NDArray[np.int64]:
        return np.searchsorted(self._shares, np.random.default_rng([11, family]).random(SHARED))

    def articles(self) -> Iterator[list[Article]]:
        """Yield the articles of the index in chunks."""
        draw = np.random.default_rng(20141103)
        for start in range(0, self.families * FAMILY, CHUNK):
            ranks = self._ranks(draw, min(CHUNK, self.families * FAMILY - start))
            for row in range(len(ranks)):
                begin = int(draw.integers(0, WORDS - SHARED))
                ranks[row, begin : begin + SHARED] = self._passage((start + row) // FAMILY)
            yield [self._article(start + row, ranks[row]) for row in range(len(ranks))]

    def _article(self, number: int, ranks: NDArray[np.int64]) -> Article:
        blocks = tuple(Block(text=" ".join(part)) for part in self._paragraphs(ranks))
        return Article(id=f"wp:1:{number}", title=f"Story {number}", site="Main Blog", blocks=blocks)

    def _paragraphs(self, ranks: NDArray[np.int64]) -> list[list[str]]:
        words = self._vocabulary[ranks]
        return [list(words[at : at + PARAGRAPH]) for at in range(0, WORDS, PARAGRAPH)]

    def posts(self, count: int) -> list[str]:
        """Return new posts as the HTML of an editor."""
        draw = np.random.default_rng(5)
        ranks = self._ranks(draw, count)
        for row in range(count):
            begin = int(draw.integers(0, WORDS - SHARED))
            ranks[row, begin : begin + SHARED] = self._passage(int(draw.integers(0, self.families)))
        return [
            "\n".join(
                f'<p class="wp-block-paragraph"><strong>{part[0]}</strong> {" ".join(part[1:-1])} '
                f'<a href="/tag/{part[-1]}">{part[-1]}</a>.</p>'
                for part in self._paragraphs(row)
            )
            for row in ranks
        ]


def _batches(corpus: _Corpus) -> Iterator[tuple[Sequence[Article], FingerprintBatch]]:
    fingerprinter = Fingerprinter()
    for articles in corpus.articles():
        yield articles, fingerprinter.fingerprint_batch([one.text for one in articles])


# ------------------------------------------------------------------------------------------------------ the client


@dataclass(slots=True)
class _Load:
    """What came of a load: seconds of each answer, how many of each status and decision, candidates of each check."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    candidates: list[int] = field(default_factory=list)
    aligned: list[int] = field(default_factory=list)


def _drive(port: int, bodies: Sequence[bytes], seconds: float, load: _Load, place: int, rate: float | None) -> None:
    """Send requests over one connection, each when the one before is answered, or its turn at `rate` of all has come.

    At a rate, seconds count from when a request was due: one that waits for the answer before it has waited too.
    """
    begun = time.perf_counter()
    end = begun + seconds
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = connection.makefile("rb")
        number = place
        while (start := time.perf_counter()) < end:
            if rate is not None:
                due = begun + (sent * CONNECTIONS + place) / rate
                time.sleep(max(0.0, due - start))
                start = due
                sent += 1
            body = bodies[number % len(bodies)]
            number += CONNECTIONS
            connection.sendall(
                b"POST /v1/check HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
                b"content-length: %d\r\n\r\n%b" % (len(body), body)
            )
            status = reader.readline().split()[1].decode()
            length = 0
            while (line := reader.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            answer = reader.read(length)
            load.seconds.append(time.perf_counter() - start)
            if status == "200" and number % 50 == place:
                told = json.loads(answer)
                load.candidates.append(told["candidates"])
                load.aligned.append(sum(match["passages"] is not None for match in told["matches"]))
            load.answers[status if status != "200" else _decision(answer)] += 1


def _decision(answer: bytes) -> str:
    found = re.search(rb'"decision":"(\w+)"', answer[:3000])
    return found[1].decode() if found else "?"


def _under_load(port: int, bodies: Sequence[bytes], seconds: float, rate: float | None = None) -> _Load:
    load = _Load()
    threads = [
        threading.Thread(target=_drive, args=(port, bodies, seconds, load, place, rate)) for place in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return load


def _bodies(posts: Sequence[str], *, claims: bool) -> list[bytes]:
    return [
        json.dumps(
            {
                "document": {
                    "id": f"wp:2:{n}",
                    "site": "The Bullpen",
                    "format": "fragment",
                    "content": post,
                    "title": f"Post {n}",
                },
                "claim": {"key": f"{n}-claim", "ttl_s": 2} if claims else None,
                "deadline_ms": 10_000,
            }
        ).encode()
        for n, post in enumerate(posts)
    ]


# ----------------------------------------------------------------------------------------------------- the service


class _Service:
    """The service as a user starts it."""

    def __init__(self, index: Path, threads: int) -> None:
        command = [sys.executable, "-m", "dupdetect", "serve", "--index", str(index), "--port", "0"]
        command += ["--threads", str(threads)]
        self._log = index.with_suffix(".log")
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [*command, "--workers", str(WORKERS)], stderr=log, start_new_session=True, env={**os.environ}
            )
        self.port = self._wait_for_port()
        for _ in range(600):
            if self._log.read_text().count("startup complete") == WORKERS:
                return
            time.sleep(0.05)
        raise RuntimeError(f"the service did not start: {self._log.read_text()}")

    def _wait_for_port(self) -> int:
        for _ in range(600):
            if found := re.search(r"at http://[^/]*:(\d+)/", self._log.read_text()):
                return int(found[1])
            time.sleep(0.05)
        raise RuntimeError(f"the service did not start: {self._log.read_text()}")

    def workers(self) -> list[int]:
        """Return the worker processes' ids."""
        found = {int(pid) for pid in re.findall(r'"pid": (\d+), "message": "Started server', self._log.read_text())}
        return sorted(found)

    def memory(self) -> float:
        """Return MB of resident memory of all workers."""
        return sum(_status(pid, "VmRSS") for pid in self.workers()) / 1e3

    def cpu(self) -> float:
        """Return processor seconds of all workers."""
        ticks = 0
        for pid in self.workers():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """End it as a supervisor does."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)


def _status(pid: int, name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) if found else 0


# --------------------------------------------------------------------------------------------------------- measure


def _row(
    name: str, service: _Service, load: _Load, wall: float, cpu: float, own: float
) -> dict[str, str | int | float | None]:
    milliseconds = np.array(load.seconds) * 1e3
    failed = sum(count for answer, count in load.answers.items() if answer.isdigit())
    return {
        "load": name,
        "checks/s": len(load.seconds) / wall,
        "p50 ms": float(np.percentile(milliseconds, 50)),
        "p99 ms": float(np.percentile(milliseconds, 99)),
        "longest ms": float(milliseconds.max()),
        "errors": failed,
        "cpu ms/check": cpu / len(load.seconds) * 1e3,
        "client ms/check": own / len(load.seconds) * 1e3,
        "candidates": float(np.mean(load.candidates)) if load.candidates else None,
        "aligned": float(np.mean(load.aligned)) if load.aligned else None,
        "answers": ", ".join(f"{answer} {count}" for answer, count in load.answers.most_common()),
        "memory MB": service.memory(),
    }


def _measure(options: Options) -> Iterator[Table]:
    articles, seconds = (3_000, 2.0) if options.quick else (100_000, 60.0)
    minutes = options.rounds or 1
    corpus = _Corpus(articles)
    posts = corpus.posts(200 if options.quick else QUERIES)
    with tempfile.TemporaryDirectory(prefix="dupdetect-") as folder:
        index = Path(folder, "site.db")
        build_index(index, _batches(corpus))
        for part in options.only or PARTS:
            if part == "cost":
                yield cost(index, posts, rounds=2 if options.quick else 9)
            for threads in THREADS if part == "threads" else THREADS[-1:] if part == "load" else ():
                yield _load(index, corpus, posts, minutes=minutes, seconds=seconds, threads=threads)


def _load(index: Path, corpus: _Corpus, posts: Sequence[str], *, minutes: int, seconds: float, threads: int) -> Table:
    rows = []
    service = _Service(index, threads)
    try:
        _under_load(service.port, _bodies(posts, claims=False), 1.0)  # warm
        loads: list[tuple[str, bool, int | None]] = [(f"checks, minute {n + 1}", False, None) for n in range(minutes)]
        loads += [("checks with claims", True, None), *PACED]
        for name, claims, rate in loads:
            start, cpu, own = time.perf_counter(), service.cpu(), time.process_time()
            load = _under_load(service.port, _bodies(posts, claims=claims), seconds, rate)
            wall = time.perf_counter() - start
            rows.append(_row(name, service, load, wall, service.cpu() - cpu, time.process_time() - own))
    finally:
        service.stop()
    return Table(
        title=(
            f"{WORKERS} workers of {threads} threads, {CONNECTIONS} connections, {corpus.families * FAMILY:,} "
            "articles, posts of 4 kB"
        ),
        columns=tuple(rows[0]),
        rows=tuple(rows),
        notes=(
            f"Each load lasts {seconds:g} s; --rounds N lets N of them with checks only follow each other (memory).",
            "Closed loop: each connection sends its next request when it has the answer. Paced: "
            f"{' or '.join(str(rate) for _, _, rate in PACED)} requests a",
            "second, answered or not; times count from when one was due. cpu: of the workers together; the client",
            f"takes its own from the same {os.cpu_count()} cores.",
        ),
        bars="checks/s",
    )


BENCHMARK = Benchmark(
    name="service",
    summary="the HTTP service: checks a second, p99, memory",
    measure=_measure,
    parts=(*PARTS, "threads"),
)
