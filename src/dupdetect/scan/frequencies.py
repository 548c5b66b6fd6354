"""In how many stories the shingles of a scan stand, at any size: counted by parts of their range, kept in files.

Up to `SMALL` documents the counts are those of `dupdetect.compare.StoryCounts`: over all documents, stories found from
their shingles. Beyond, two things are less than exact, on purpose: only documents of candidate pairs are counted, since
what matters is what related documents share; and what is one story is judged from signatures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare.rarity import SAME_STORY, Frequencies, components, count_common, one_story
from dupdetect.scan.join import SMALL, CandidatePairs
from dupdetect.scan.shards import Corpus
from dupdetect.scan.work import Arrays, Kept, compute_only
from dupdetect.settings import Settings
from dupdetect.text.shingles import distinct_shingles

__all__ = ["count_stories", "same_story", "shingle_parts"]

_AT_ONCE = 1 << 23
"""Shingles that are sorted at once: some 250 MB."""
_READ_AT_ONCE = 2_000


def count_stories(
    corpus: Corpus,
    pairs: CandidatePairs,
    settings: Settings,
    *,
    kept: Kept = compute_only,
    exact_up_to: int = SMALL,
) -> Frequencies:
    """Count in how many stories each shingle stands.

    Parameters
    ----------
    corpus : Corpus
    pairs : CandidatePairs
        Of the corpus.
    settings : Settings
    kept : Kept
        Keeps what is done already.
    exact_up_to : int
        Documents up to which all are counted, and stories found from shingles.
    """
    small = len(corpus) <= exact_up_to
    done = kept("frequencies", lambda: (_count_all if small else _count_candidates)(corpus, pairs, settings, kept))
    return Frequencies(done["shingles"], done["counts"], int(done["stories"][0]))


def _read(corpus: Corpus, places: NDArray[np.int64], settings: Settings) -> Iterator[list[NDArray[np.uint64]]]:
    for start in range(0, len(places), _READ_AT_ONCE):
        yield list(distinct_shingles(corpus.texts(places[start : start + _READ_AT_ONCE]), settings))


def _count_all(corpus: Corpus, pairs: CandidatePairs, settings: Settings, kept: Kept) -> Arrays:
    distinct = [one for part in _read(corpus, np.arange(len(corpus)), settings) for one in part]
    stories = _exact_stories(distinct, pairs)
    hashes = np.concatenate([np.empty(0, dtype=np.uint64), *distinct])
    return _table([count_common(hashes, np.repeat(stories, [len(one) for one in distinct]))], stories)


def _exact_stories(distinct: Sequence[NDArray[np.uint64]], pairs: CandidatePairs) -> NDArray[np.int64]:
    """Give each document its story as `dupdetect.compare.find_stories` does, which looks for the pairs anew.

    Two texts that hold half of each other's shingles are a candidate pair: of samples of thirty they share ten and
    more. Only of texts of a few words, which tell nothing here, some are counted apart.
    """
    same = [
        (left, right)
        for left, right in zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)
        if one_story(distinct[left], distinct[right])
    ]
    edges = np.array(same, dtype=np.int64).reshape(-1, 2)
    return components(len(distinct), edges[:, 0], edges[:, 1])


def shingle_parts(
    corpus: Corpus, pairs: CandidatePairs, settings: Settings, *, exact_up_to: int = SMALL
) -> list[tuple[str, Callable[[], Arrays]]]:
    """Return what is read to count stories in a large scan, independent of each other; nothing in a small one."""
    if len(corpus) <= exact_up_to:
        return []
    places = _places(pairs)
    return [
        (f"shingles/{first:09}", partial(_chunk, corpus, places[first : first + _READ_AT_ONCE], settings))
        for first in range(0, len(places), _READ_AT_ONCE)
    ]


def _places(pairs: CandidatePairs) -> NDArray[np.int64]:
    return np.unique(np.concatenate([pairs.left, pairs.right]))


def _count_candidates(corpus: Corpus, pairs: CandidatePairs, settings: Settings, kept: Kept) -> Arrays:
    places = _places(pairs)
    stories = _stories(corpus, pairs, places)
    chunks = range(0, len(places), _READ_AT_ONCE)
    read = [kept(name, work) for name, work in shingle_parts(corpus, pairs, settings, exact_up_to=0)]
    parts = 1 << (sum(len(one["hashes"]) for one in read) // _AT_ONCE).bit_length()
    counted = []
    for part in range(parts):
        hashes, owners = [np.empty(0, dtype=np.uint64)], [np.empty(0, dtype=np.int64)]
        for first, one in zip(chunks, read, strict=True):
            of = np.repeat(stories[first : first + len(one["sizes"])], one["sizes"])
            chosen = (one["hashes"] & np.uint64(parts - 1)) == part
            hashes.append(one["hashes"][chosen])
            owners.append(of[chosen])
        counted.append(count_common(np.concatenate(hashes), np.concatenate(owners)))
    return _table(counted, stories)


def _chunk(corpus: Corpus, places: NDArray[np.int64], settings: Settings) -> Arrays:
    read = [one for part in _read(corpus, places, settings) for one in part]
    return {
        "hashes": np.concatenate([np.empty(0, dtype=np.uint64), *read]),
        "sizes": np.array([len(one) for one in read], dtype=np.int64),
    }


def _table(parts: Sequence[tuple[NDArray[np.uint64], NDArray[np.int64]]], stories: NDArray[np.int64]) -> Arrays:
    hashes, counts = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(hashes)
    number = np.array([len(np.unique(stories))], dtype=np.int64)
    return {"shingles": hashes[order], "counts": counts[order], "stories": number}


def _stories(corpus: Corpus, pairs: CandidatePairs, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give each of `places` the number of its story, from the signatures of candidate pairs."""
    left, right = np.searchsorted(places, pairs.left), np.searchsorted(places, pairs.right)
    sizes = corpus.column("shingles")[places]
    same = np.zeros(len(left), dtype=np.bool_)
    step = 1 << 16
    for start in range(0, len(left), step):
        part = slice(start, start + step)
        one, other = corpus.signatures(places[left[part]]), corpus.signatures(places[right[part]])
        same[part] = same_story(one, other, sizes[left[part]], sizes[right[part]])
    return components(len(places), left[same], right[same])


def same_story(
    one: NDArray[np.uint32], other: NDArray[np.uint32], a: NDArray[np.int64], b: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Tell from signatures, shape (n, permutations), and numbers of shingles which pairs are one story."""
    jaccard = (one == other).mean(axis=1)
    shared = jaccard / (1 + jaccard) * (a + b)
    return np.asarray(shared >= SAME_STORY * np.maximum(a, b))
