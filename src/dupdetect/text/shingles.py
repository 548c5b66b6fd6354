"""Shingles: every run of a few neighbouring tokens as one 64-bit hash (Broder 1997, doi:10.1109/SEQUEN.1997.666900)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dupdetect.kernels import finalize
from dupdetect.settings import Settings
from dupdetect.text.letters import encode
from dupdetect.text.tokens import SIGN, Tokens, find_tokens, tokenize_batch

__all__ = ["Shingles", "Words", "distinct_shingles", "fresh", "shingle", "shingle_batch", "words_of"]

_CHUNK = 1 << 17
"""Bytes of text a chunk: its arrays stay in the second-level cache (``python -m benchmarks run signature``)."""

_PLACE = (0x9FB21C651E98DF25, 0xD6E8FEB86659FD93)
"""Seeds of the odd multiplier of each place in a shingle, so that the order of tokens counts."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shingles:
    """Tokens and shingles of many texts, ragged: text *i* owns ``[offsets[i]:offsets[i + 1]]`` of each array.

    Parameters
    ----------
    hashes : ndarray of uint64
        Shingle hashes in reading order, repeats included.
    offsets : ndarray of int64, shape (n + 1,)
    token_hashes : ndarray of uint64
    token_offsets : ndarray of int64, shape (n + 1,)
    """

    hashes: NDArray[np.uint64]
    offsets: NDArray[np.int64]
    token_hashes: NDArray[np.uint64]
    token_offsets: NDArray[np.int64]


class Words(NamedTuple):
    """The tokens of one text, each with its place, and its shingles in reading order."""

    tokens: Tokens
    shingles: NDArray[np.uint64]

    def as_batch(self) -> Shingles:
        """Return them as `shingle_batch` gives those of one text."""
        tokens = self.tokens.hashes
        return Shingles(
            hashes=self.shingles,
            offsets=np.array([0, len(self.shingles)], dtype=np.int64),
            token_hashes=tokens,
            token_offsets=np.array([0, len(tokens)], dtype=np.int64),
        )


def shingle(tokens: Tokens, settings: Settings) -> NDArray[np.uint64]:
    """Return the hash of the shingle that starts at each token, shape (m,), m ≤ len(tokens), repeats included.

    A shingle spans ``settings.shingle_words`` tokens, or ``settings.shingle_signs`` where it starts with a sign of a
    script written without spaces; one that would run over the end is left out.
    """
    signs = tokens.kinds == SIGN
    bounds = np.array([0, len(tokens)], dtype=np.int64)
    hashes, _ = _shingle(tokens.hashes, signs if signs.any() else None, bounds, settings)
    return hashes


def shingle_batch(texts: Sequence[str], settings: Settings) -> Iterator[tuple[slice, Shingles]]:
    """Tokenise and shingle many texts in chunks that fit the cache.

    Yields
    ------
    chunk : slice
        Which of `texts`.
    shingles : Shingles
        Theirs; equal to `tokenize` and `shingle` of each.
    """
    chunk: list[bytes] = []
    start = size = 0
    for number, text in enumerate(texts):
        encoded = encode(text)
        if chunk and size + len(encoded) > _CHUNK:
            yield slice(start, number), _shingle_chunk(chunk, settings)
            chunk, start, size = [], number, 0
        chunk.append(encoded)
        size += len(encoded) + 1
    if chunk:
        yield slice(start, len(texts)), _shingle_chunk(chunk, settings)


def distinct_shingles(texts: Sequence[str], settings: Settings) -> Iterator[NDArray[np.uint64]]:
    """Yield the shingle hashes of each text, ascending, each once."""
    for _, chunk in shingle_batch(texts, settings):
        bounds = chunk.offsets.tolist()
        for start, end in pairwise(bounds):
            own = np.sort(chunk.hashes[start:end])
            yield own[fresh(own)]


def fresh(ordered: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return which of ascending values are not the one before again."""
    new = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return new


def words_of(texts: Sequence[str], settings: Settings) -> Iterator[Words]:
    """Yield the tokens and the shingles of each text: what `tokenize` and `shingle` give, many texts at a time."""
    start = size = 0
    for number, text in enumerate(texts):
        if start < number and size + len(text) > _CHUNK:
            yield from _words_of_chunk(texts[start:number], settings)
            start, size = number, 0
        size += len(text) + 1
    yield from _words_of_chunk(texts[start:], settings)


def _words_of_chunk(texts: Sequence[str], settings: Settings) -> Iterator[Words]:
    found = tokenize_batch(texts)
    if len(found) < 2:
        yield from (Words(tokens, shingle(tokens, settings)) for tokens in found)
        return
    offsets = np.cumsum([0, *map(len, found)])
    signs = np.concatenate([tokens.kinds for tokens in found]) == SIGN
    hashes = np.concatenate([tokens.hashes for tokens in found])
    hashes, offsets = _shingle(hashes, signs if signs.any() else None, offsets, settings)
    for tokens, (start, end) in zip(found, pairwise(offsets.tolist()), strict=True):
        yield Words(tokens, hashes[start:end])


def _shingle_chunk(texts: Sequence[bytes], settings: Settings) -> Shingles:
    tokens = find_tokens(texts)
    hashes, offsets = _shingle(tokens.hashes, tokens.signs, tokens.offsets, settings)
    return Shingles(hashes=hashes, offsets=offsets, token_hashes=tokens.hashes, token_offsets=tokens.offsets)


def _shingle(
    hashes: NDArray[np.uint64], signs: NDArray[np.bool_] | None, offsets: NDArray[np.int64], settings: Settings
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Shingle the tokens of many texts; return the hashes and each text's place among them."""
    mixed = _combine(hashes, settings.shingle_words)
    fits = _fits(offsets, settings.shingle_words)
    if signs is not None:
        mixed = np.where(signs, _combine(hashes, settings.shingle_signs), mixed)
        fits = np.where(signs, _fits(offsets, settings.shingle_signs), fits)
    left_out = np.searchsorted(np.flatnonzero(~fits), offsets)
    return finalize(mixed[fits]), offsets - left_out


def _fits(offsets: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    """Return from which tokens a shingle of `size` does not run over the end of its text."""
    fits = np.ones(int(offsets[-1]), dtype=np.bool_)
    for back in range(1, size):
        fits[np.maximum(offsets[1:] - back, offsets[:-1])[offsets[1:] > offsets[:-1]]] = False
    return fits


_MULTIPLIERS = [np.uint64(_PLACE[0] * pow(_PLACE[1], place, 2**64) % 2**64) for place in range(16)]


def _combine(hashes: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    total = hashes * _MULTIPLIERS[0]
    for place in range(1, min(size, len(hashes))):
        total[:-place] += hashes[place:] * _MULTIPLIERS[place]
    return total
