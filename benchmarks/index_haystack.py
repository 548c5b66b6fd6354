"""Any number of texts that read like given ones: a random walk over their words.

Independent Zipf words share next to no shingles of three; real texts share idioms, and an index must live with them.
Each step draws a random occurrence of the present word and takes the word after it (Shannon 1948, section 3), so pairs
of words are as frequent as in the given texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

__all__ = ["texts_like"]

CHUNK = 2_000


def texts_like(given: Sequence[str], count: int, *, words: int = 250, seed: int = 20141103) -> Iterator[list[str]]:
    """Yield `count` texts in chunks of 2,000, with `words` words on average.

    Parameters
    ----------
    given : sequence of str
        Texts to be alike; a few thousand at least.
    count : int
    words : int
        Mean length; lengths are log-normal, a third of them under two thirds of it.
    seed : int
        Same seed, same texts.
    """
    running = " ".join(given).split()
    number = {word: place for place, word in enumerate(dict.fromkeys(running))}
    at = np.fromiter((number[word] for word in running), dtype=np.int64, count=len(running))
    places = np.argsort(at, kind="stable")  # occurrences of each word, one after the other
    starts = np.searchsorted(at[places], np.arange(len(number)))
    sizes = np.diff(np.append(starts, len(at)))
    after = np.roll(at, -1)[places]
    draw = np.random.default_rng(seed)
    spoken = np.array(list(number), dtype=object)
    for first in range(0, count, CHUNK):
        size = min(CHUNK, count - first)
        lengths = np.sort(draw.lognormal(np.log(words) - 0.18, 0.6, size).astype(np.int64).clip(10, 20 * words))
        walk = np.empty((int(lengths.max()), size), dtype=np.int64)
        walk[0] = at[draw.integers(0, len(at), size)]
        for step in range(1, len(walk)):
            alive = int(np.searchsorted(lengths, step, side="right"))  # the others have ended
            now = walk[step - 1, alive:]
            walk[step, alive:] = after[starts[now] + (draw.random(size - alive) * sizes[now]).astype(np.int64)]
        texts = [" ".join(spoken[walk[:length, column]]) for column, length in enumerate(lengths.tolist())]
        yield [texts[place] for place in draw.permutation(size)]
