"""Text to verified pairs of Jaccard similarity .7 and more: fingerprint, candidates by banding, shingle sets compared.

Each as its own documentation does it: word-3 shingles, 128 permutations, the library's LSH, the sets of candidates
compared. The first is dupdetect's fingerprint and join with the same verification.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.frame import require
from benchmarks.signature import shingles_as_bytes, shingles_as_text
from dupdetect.fingerprint import Fingerprinter
from dupdetect.scan import candidate_pairs
from dupdetect.settings import Settings
from dupdetect.text.shingles import distinct_shingles

__all__ = ["PEERS"]

SAME = 0.7
_AT_ONCE = 1_000


def _read(path: Path) -> list[str]:
    with path.open(encoding="ascii") as lines:
        return [str(json.loads(line)["text"]) for line in lines]


def _timed(path: Path, work: Callable[[list[str]], int]) -> dict[str, Any]:
    texts = _read(path)
    wall, cpu = time.perf_counter(), time.process_time()
    pairs = work(texts)
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "pairs": pairs}


def _alike(pairs: Iterable[tuple[int, int]], sets: Callable[[int], set[Any]]) -> int:
    """Count the pairs whose sets have Jaccard similarity `SAME`; each set is made once."""
    made: dict[int, set[Any]] = {}
    count = 0
    for pair in pairs:
        one, other = (made[n] if n in made else made.setdefault(n, sets(n)) for n in pair)
        shared = len(one & other)
        count += shared >= SAME * (len(one) + len(other) - shared)
    return count


def dupdetect(path: Path) -> dict[str, Any]:
    """Fingerprint, join by sorting, compare shingle sets as sorted arrays."""

    def work(texts: list[str]) -> int:
        settings = Settings()
        batch = Fingerprinter(settings).fingerprint_batch(texts)
        found = candidate_pairs(batch, settings)
        places = np.unique(np.concatenate([found.left, found.right]))
        sets = dict(zip(places.tolist(), distinct_shingles([texts[n] for n in places.tolist()], settings), strict=True))
        count = 0
        for left, right in zip(found.left.tolist(), found.right.tolist(), strict=True):
            one, other = sorted((sets[left], sets[right]), key=len)
            if not len(one):
                continue
            shared = np.count_nonzero(other.take(np.searchsorted(other, one), mode="clip") == one)
            count += bool(shared >= SAME * (len(one) + len(other) - shared))
        return count

    return _timed(path, work)


def datasketch(path: Path) -> dict[str, Any]:
    """`MinHash.bulk`, `MinHashLSH` with threshold .7, sets compared."""
    library = require("datasketch", purpose="the benchmark 'scan'")

    def work(texts: list[str]) -> int:
        lsh = library.MinHashLSH(threshold=SAME, num_perm=128)
        hashes = []
        for start in range(0, len(texts), _AT_ONCE):
            shingled = list(map(shingles_as_bytes, texts[start : start + _AT_ONCE]))
            hashes += library.MinHash.bulk(shingled, num_perm=128, seed=1, scheme="affine32")
        found = set()
        for number, one in enumerate(hashes):
            found |= {(other, number) for other in lsh.query(one)}
            lsh.insert(number, one)
        return _alike(sorted(found), lambda n: set(shingles_as_bytes(texts[n])))

    return _timed(path, work)


def rensa(path: Path) -> dict[str, Any]:
    """`RMinHash` and `RMinHashLSH` with threshold .7 and 16 bands, sets compared."""
    library = require("rensa", purpose="the benchmark 'scan'")

    def work(texts: list[str]) -> int:
        lsh = library.RMinHashLSH(threshold=SAME, num_perm=128, num_bands=16)
        found = set()
        for number, text in enumerate(texts):
            one = library.RMinHash(num_perm=128, seed=42)
            one.update(shingles_as_text(text))
            found |= {(other, number) for other in lsh.query(one)}
            lsh.insert(number, one)
        return _alike(sorted(found), lambda n: set(shingles_as_text(texts[n])))

    return _timed(path, work)


PEERS = {"dupdetect, Jaccard only": dupdetect, "rensa": rensa, "datasketch": datasketch}
