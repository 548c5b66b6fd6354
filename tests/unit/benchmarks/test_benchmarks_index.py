"""The haystack of the benchmark of candidates reads as what it was made from."""

from itertools import pairwise

from benchmarks.index_haystack import texts_like

GIVEN = ["one two three two one four two three", "five two three five"]


def test_every_pair_of_neighbours_stands_in_the_given_texts():
    running = " ".join(GIVEN).split()
    known = set(pairwise([*running, running[0]]))
    texts = [text for chunk in texts_like(GIVEN, 30, words=40) for text in chunk]
    assert len(texts) == 30
    assert {pair for text in texts for pair in pairwise(text.split())} == known


def test_the_same_seed_gives_the_same_texts_whatever_comes_after():
    first = next(texts_like(GIVEN, 2000, words=12))
    assert first == next(texts_like(GIVEN, 4000, words=12))
    assert first != next(texts_like(GIVEN, 2000, words=12, seed=7))
