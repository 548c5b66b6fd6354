"""Candidate pairs of a scan: documents that share a band, a part of the containment sample, or all their words.

A join by sorting: the keys of all documents are one array, equal keys are neighbours in it. One band, or one part of
the sample, is joined at a time, and its pairs are kept; what each pair shares is then added up over all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dupdetect.fingerprint.sample import sampled_share
from dupdetect.index.keys import split
from dupdetect.model import FingerprintBatch
from dupdetect.scan.shards import PARTS, Corpus, MemoryShard, columns_of
from dupdetect.scan.work import Arrays, Kept, compute_only
from dupdetect.settings import Settings

__all__ = [
    "HOT_HASH",
    "HOT_KEY",
    "LIMIT",
    "SHIFTS",
    "SMALL",
    "CandidatePairs",
    "candidate_pairs",
    "join",
    "join_parts",
    "pairs_within",
    "rated",
]

MIN_SHARED_SAMPLE = 2
"""Sample hashes that two documents must share, if they share no band: one alone is chance or idiom …"""

MIN_SHARED_SHARE = 0.25
"""… unless it is this share of the hashes that the two samples could share: a short text's one or two. That finds as
many excerpts as one shared hash does, at a fiftieth of its candidates (``python -m benchmarks run relations``)."""

HOT_KEY = 200
"""A key that more documents share is followed from each document to its next neighbour only, and counted."""

HOT_HASH = 24
"""The same for sample hashes, in scans of more than `SMALL` documents: what so many share is mostly idiom, the number
of such pairs grows with the square of the scan, and copies meet by their bands (``python -m benchmarks run scan``).
"""

SMALL = 20_000
"""Documents up to which nothing is left to estimates."""

_SHARD = 1 << 12
"""Documents of a batch whose samples are put in order at once, in the cache."""

LIMIT = 24
"""A pair is kept if it is among the strongest so many of either of its documents. That makes 26 to 36 candidates a
document in labelled sets, and loses no pair that their labels relate; nor does 16 (``python -m benchmarks run
relations``)."""

_AT_ONCE = 1 << 22
"""Pairs, or sample hashes, that are sorted at once: some 100 MB."""

_FEW = 1 << 18
"""Keys whose counts fit the cache. More of them are sorted at once: to count them costs as much. The sample is cut into
parts of so many, as far as shards keep them apart; that took 40 % off the join of 100,000 articles."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio: the sample's hashes are small, their multiples are everywhere (Knuth, TAOCP 3, 6.4)."""

SHIFTS = _SAMPLE, _BAND, _TWIN = 0, 20, 40
"""Where the counts of shared hashes, bands and digests stand in one 64-bit sum."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CandidatePairs:
    """Pairs of documents worth comparing.

    Parameters
    ----------
    left, right : ndarray of int64, shape (n,)
        Places of the documents in the scan, ``left < right``, ordered by both.
    strength : ndarray of float64, shape (n,)
        Rough similarity in [0, 1], as `dupdetect.index.Candidate.strength`.
    hot_keys : int
        Keys that so many documents share that they say nothing; they were not followed.
    left_out : int
        Pairs beyond the limit of candidates a document.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    strength: NDArray[np.float64]
    hot_keys: int
    left_out: int


def candidate_pairs(
    batch: FingerprintBatch, settings: Settings, *, hot_key: int = HOT_KEY, limit: int = LIMIT
) -> CandidatePairs:
    """Return the candidate pairs of a batch.

    Parameters
    ----------
    batch : FingerprintBatch
    settings : Settings
        Those of the batch.
    hot_key : int
        See `HOT_KEY`.
    limit : int
        See `LIMIT`.
    """
    parts = (split(batch, start, min(start + _SHARD, len(batch))) for start in range(0, len(batch), _SHARD))
    corpus = Corpus([MemoryShard([], columns_of(part, settings)) for part in parts])
    return join(corpus, settings, hot_key=hot_key, limit=limit)


def join(
    corpus: Corpus,
    settings: Settings,
    *,
    hot_key: int = HOT_KEY,
    limit: int = LIMIT,
    kept: Kept = compute_only,
    steps: Callable[[str, Iterable[int], int], Iterable[int]] = lambda what, steps, count: steps,
) -> CandidatePairs:
    """Return the candidate pairs of a corpus.

    Parameters
    ----------
    corpus : Corpus
    settings : Settings
        Those of its fingerprints.
    hot_key, limit : int
        See `HOT_KEY` and `LIMIT`.
    kept : Kept
        Keeps what is done already.
    steps : callable
        A progress hook, see `dupdetect.scan.Progress`.
    """
    done = kept("candidates", lambda: _join(corpus, settings, hot_key, limit, kept, steps))
    hot_keys, left_out = done["counts"].tolist()
    return CandidatePairs(
        left=done["left"], right=done["right"], strength=done["strength"], hot_keys=hot_keys, left_out=left_out
    )


def join_parts(corpus: Corpus, settings: Settings, *, hot_key: int = HOT_KEY) -> list[tuple[str, Callable[[], Arrays]]]:
    """Return what is joined, independent of each other: the name of each part, and what finds its pairs."""
    hot_hash = hot_key if len(corpus) <= SMALL else min(hot_key, HOT_HASH)
    hashes = int(corpus.sample_sizes.sum())
    parts = max(min(_parts_of(hashes, _FEW), PARTS), _parts_of(hashes, _AT_ONCE))
    works: list[tuple[str, Callable[[], Arrays]]] = [("join/digests", partial(_twins, corpus, hot_key))]
    works += [(f"join/band-{n}", partial(_band, corpus, n, hot_key)) for n in range(settings.bands)]
    works += [(f"join/sample-{n}-of-{parts}", partial(_sample, corpus, n, parts, hot_hash)) for n in range(parts)]
    return works


def _parts_of(count: int, most: int) -> int:
    """Return a power of two of parts, none of which has more than `most` of so many if they are alike."""
    return 1 << (count // most).bit_length()


def _join(
    corpus: Corpus,
    settings: Settings,
    hot_key: int,
    limit: int,
    kept: Kept,
    steps: Callable[[str, Iterable[int], int], Iterable[int]],
) -> Arrays:
    count = len(corpus)
    shares = sampled_share(corpus.column("shingles"), settings)
    distinct = corpus.sample_sizes / shares
    works = join_parts(corpus, settings, hot_key=hot_key)
    found = [kept(*works[number]) for number in steps("Joining fingerprints", range(len(works)), len(works))]
    # Most pairs share a single hash, and it is worth nothing unless one of the two can have few: these are told first.
    few = float(shares.min(initial=1.0)) * distinct <= 1 / MIN_SHARED_SHARE
    lefts, rights, strengths = [], [], []
    for pairs, shared in _merged(found, count):
        left, right = pairs >> 32, pairs & 0xFFFFFFFF
        maybe = (shared != 1 << _SAMPLE) | few[left] | few[right]
        left, right, shared = left[maybe], right[maybe], shared[maybe]
        worth, strength = rated(
            shared, (shares[left], shares[right]), (distinct[left], distinct[right]), settings=settings
        )
        lefts.append(left[worth])
        rights.append(right[worth])
        strengths.append(strength[worth])
    left, right = (np.concatenate([np.empty(0, dtype=np.int64), *each]) for each in (lefts, rights))
    strength = np.concatenate([np.empty(0), *strengths])
    chosen = _strongest(left, right, strength, limit)
    hot = sum(int(one["hot"][0]) for one in found)
    return {
        "left": left[chosen],
        "right": right[chosen],
        "strength": strength[chosen],
        "counts": np.array([hot, len(left) - int(chosen.sum())], dtype=np.int64),
    }


def rated(
    shared: NDArray[np.int64],
    shares: tuple[NDArray[np.float64], NDArray[np.float64]],
    distinct: tuple[NDArray[np.float64], NDArray[np.float64]],
    *,
    settings: Settings,
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which pairs are worth comparing, and their strength.

    Parameters
    ----------
    shared : ndarray of int64, shape (n,)
        Shared hashes, bands and digests of each pair, at their `SHIFTS`.
    shares, distinct : pair of ndarray of float64, shape (n,)
        Of the left and the right text: which share of its hashes its sample keeps, how many hashes it has.
    settings : Settings
    """
    by_sample = shared & ((1 << _BAND) - 1)
    by_band = (shared >> _BAND) & ((1 << (_TWIN - _BAND)) - 1)
    equal = shared >> _TWIN > 0
    # Both samples hold what lies under the lower of their thresholds: so much of the smaller text is comparable.
    contained = by_sample / np.maximum(1, np.minimum(*shares) * np.minimum(*distinct))
    enough = (by_sample >= MIN_SHARED_SAMPLE) | (contained >= MIN_SHARED_SHARE)
    suggested = np.maximum((by_band / settings.bands) ** (1 / settings.rows), contained)
    return equal | (by_band > 0) | enough, np.where(equal, 1.0, np.minimum(1.0, suggested))


def _twins(corpus: Corpus, hot_key: int) -> Arrays:
    told = np.flatnonzero(corpus.column("tokens") > 0)
    return _shared(corpus.digest_keys[told], told, _TWIN, hot_key)


def _band(corpus: Corpus, number: int, hot_key: int) -> Arrays:
    keys = corpus.band(number)
    owners = np.flatnonzero(keys)
    return _shared(keys[owners], owners, _BAND, hot_key)


def _sample(corpus: Corpus, part: int, parts: int, hot_key: int) -> Arrays:
    return _shared(*corpus.sample(part, parts), _SAMPLE, hot_key)


def _shared(keys: NDArray[np.uint64], owners: NDArray[np.int64], shift: int, hot_key: int) -> Arrays:
    """Return the pairs that share keys, coded ``left << 32 | right`` and ascending, and how many, shifted.

    Keys are cut by as many bits as the owners' numbers need: 44 bits and more are left in scans of a million documents,
    and two of a hundred million hashes that fall together make one more candidate, no verdict.
    """
    if len(keys) <= _FEW:
        maybe = _several(keys)
        keys, owners = keys[maybe], owners[maybe]
    bits = max(1, int(owners.max(initial=0)).bit_length())
    mask = np.uint64((1 << bits) - 1)
    packed = (keys & ~mask) | owners.astype(np.uint64)
    packed.sort()
    groups = packed >> np.uint64(bits)
    same = groups[1:] == groups[:-1]
    several = np.zeros(len(packed), dtype=np.bool_)
    several[1:] |= same
    several[:-1] |= same
    groups, owners = groups[several], (packed[several] & mask).astype(np.int64)
    starts = np.flatnonzero(np.concatenate(([True], groups[1:] != groups[:-1]))[: len(groups)])
    ends = np.append(starts[1:], len(groups))
    sizes = ends - starts
    hot = sizes > hot_key
    codes = [np.empty(0, dtype=np.int64)]
    counts = [np.empty(0, dtype=np.int64)]
    emitted = np.cumsum(np.where(hot, sizes - 1, sizes * (sizes - 1) // 2))
    first = 0
    while first < len(starts):
        before = int(emitted[first - 1]) if first else 0
        last = max(first + 1, int(np.searchsorted(emitted, before + _AT_ONCE, side="right")))
        part = slice(first, last)
        code = np.concatenate(list(pairs_within(owners, starts[part], ends[part], hot[part])))
        code.sort()
        edges = np.flatnonzero(np.concatenate(([True], code[1:] != code[:-1]))[: len(code)])
        codes.append(code[edges])
        counts.append(np.diff(np.append(edges, len(code))))
        first = last
    pairs, times = _summed(codes, counts)
    return {"pairs": pairs, "times": times << shift, "hot": np.array([int(hot.sum())], dtype=np.int64)}


def _several(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the places of all keys that stand there more than once, and of some others.

    Most keys stand alone. To count them in four slots each costs less than sorting them.
    """
    bits = np.uint64(min(32, len(keys).bit_length() + 2))
    slots = (keys * _SPREAD >> (np.uint64(64) - bits)).astype(np.intp)
    return np.flatnonzero(np.bincount(slots).take(slots) > 1)


def pairs_within(
    owners: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], hot: NDArray[np.bool_]
) -> Iterator[NDArray[np.int64]]:
    """Yield the pairs inside each group: each with each, or each with the next in hot ones."""
    sizes = ends - starts
    at = np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))
    last = np.repeat(ends, sizes)
    followed = np.repeat(~hot, sizes)
    step = 1
    while len(at):
        more = at + step < last
        if step > 1:
            more &= followed
        at, last, followed = at[more], last[more], followed[more]
        one, other = owners[at], owners[at + step]
        apart = one != other  # a cut key may hold a document twice
        yield (one[apart] << 32) | other[apart]
        step += 1


def _summed(
    codes: list[NDArray[np.int64]], values: list[NDArray[np.int64]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct codes, ascending, and the sum of each one's values."""
    filled = [(code, value) for code, value in zip(codes, values, strict=True) if len(code)]
    if len(filled) < 2:
        return filled[0] if filled else (codes[0], values[0])
    code, value = np.concatenate([c for c, _ in filled]), np.concatenate([v for _, v in filled])
    order = np.argsort(code)
    code, value = code[order], value[order]
    edges = np.flatnonzero(np.concatenate(([True], code[1:] != code[:-1])))
    return code[edges], np.add.reduceat(value, edges)


def _merged(found: list[Arrays], count: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Add up over all keys what each pair shares, a range of left documents at a time."""
    total = sum(len(one["pairs"]) for one in found)
    ranges = total // _AT_ONCE + 1
    bounds = [(count * number // ranges) << 32 for number in range(ranges)] + [count << 32]
    for low, high in pairwise(bounds):
        codes, values = [], []
        for one in found:
            start, end = np.searchsorted(one["pairs"], [low, high])
            codes.append(np.asarray(one["pairs"][start:end]))
            values.append(np.asarray(one["times"][start:end]))
        yield _summed(codes, values)


def _strongest(
    left: NDArray[np.int64], right: NDArray[np.int64], strength: NDArray[np.float64], limit: int
) -> NDArray[np.bool_]:
    """Return which pairs are among the strongest `limit` of either document."""
    ends = np.concatenate([left, right])
    if not len(ends) or int(np.bincount(ends).max()) <= limit:
        return np.ones(len(left), dtype=np.bool_)
    pair = np.concatenate([np.arange(len(left))] * 2)
    order = np.lexsort((pair, -strength[pair], ends))
    sorted_ends = ends[order]
    starts = np.flatnonzero(np.concatenate(([True], sorted_ends[1:] != sorted_ends[:-1]))[: len(ends)])
    rank = np.arange(len(ends)) - np.repeat(starts, np.diff(np.append(starts, len(ends))))
    kept = np.zeros(len(left), dtype=np.bool_)
    kept[pair[order[rank < limit]]] = True
    return kept
