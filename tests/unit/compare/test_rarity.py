"""Story frequencies, held to a count by hand."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest
from numpy.typing import NDArray

from dupdetect.compare import StoryCounts, find_stories
from dupdetect.compare.rarity import Frequencies
from dupdetect.errors import SettingsError


def document(rng: np.random.Generator, size: int = 80) -> NDArray[np.uint64]:
    return np.unique(rng.integers(0, 2**64, size, dtype=np.uint64))


def test_lightly_edited_copies_are_one_story_and_others_are_their_own() -> None:
    rng = np.random.default_rng(1)
    wire = document(rng)
    copies = [np.unique(np.concatenate((rng.permutation(wire)[:75], document(rng, 5)))) for _ in range(40)]
    others = [document(rng) for _ in range(20)]
    stories = find_stories([*copies, *others])
    assert set(stories[:40].tolist()) == {0}
    assert stories[40:].tolist() == list(range(40, 60))


def test_a_digest_does_not_make_one_story_of_what_it_quotes() -> None:
    rng = np.random.default_rng(2)
    posts = [document(rng) for _ in range(4)]
    assert len(set(find_stories([*posts, np.unique(np.concatenate(posts))]).tolist())) == 5


def test_a_story_counts_once_however_often_it_was_copied() -> None:
    rng = np.random.default_rng(3)
    wire, post = document(rng), document(rng)
    mixed = np.unique(np.concatenate((wire[:10], post)))
    counts = StoryCounts([wire, wire, wire, mixed])
    assert counts.stories == 2
    assert counts.frequencies(wire[:10]).tolist() == [2] * 10
    assert not counts.frequencies(wire[10:]).any()


def test_frequencies_equal_a_count_by_hand() -> None:
    rng = np.random.default_rng(4)
    documents = [rng.integers(0, 50, 20, dtype=np.uint64) for _ in range(30)]
    labels = rng.integers(0, 12, 30)
    stories_by_hash: dict[int, set[int]] = defaultdict(set)
    for hashes, label in zip(documents, labels.tolist(), strict=True):
        for value in hashes.tolist():
            stories_by_hash[value].add(label)
    expected = Counter({value: len(stories) for value, stories in stories_by_hash.items() if len(stories) > 1})
    asked = np.arange(60, dtype=np.uint64)
    assert StoryCounts(documents, labels).frequencies(asked).tolist() == [expected[value] for value in range(60)]


@pytest.mark.parametrize("documents", [[], [np.empty(0, dtype=np.uint64)] * 3])
def test_nothing_to_count_counts_nothing(documents: list[NDArray[np.uint64]]) -> None:
    counts = StoryCounts(documents)
    assert counts.stories == len(documents)
    assert counts.frequencies(np.arange(3, dtype=np.uint64)).tolist() == [0, 0, 0]


def test_story_numbers_of_another_length_are_refused() -> None:
    with pytest.raises(SettingsError, match="2 documents but 3 story numbers"):
        StoryCounts([np.empty(0, dtype=np.uint64)] * 2, np.arange(3))


def test_between_known_shingles_the_rarer_neighbour_decides() -> None:
    text = np.array([50, 11, 60, 12, 70, 13, 80, 12], dtype=np.uint64)
    known, counts = np.array([13, 11, 12], dtype=np.uint64), np.array([9, 40, 3])
    guessed = Frequencies.around(text, known, counts, 500)
    asked = np.array([50, 11, 60, 12, 70, 13, 80, 99], dtype=np.uint64)
    assert guessed.frequencies(asked).tolist() == [40, 40, 3, 3, 3, 9, 3, 0]
    assert guessed.stories == 500


def test_a_shingle_that_stands_twice_is_as_rare_as_its_rarer_place() -> None:
    text = np.array([1, 7, 2, 7], dtype=np.uint64)
    guessed = Frequencies.around(text, np.array([1, 2], dtype=np.uint64), np.array([30, 5]), 500)
    assert guessed.frequencies(text).tolist() == [30, 5, 5, 5]


def test_where_nothing_is_known_no_story_was_counted() -> None:
    text, nothing = np.arange(5, dtype=np.uint64), np.empty(0, dtype=np.uint64)
    guessed = Frequencies.around(text, nothing, np.empty(0, dtype=np.int64), 500)
    assert guessed.stories == 0
    assert not guessed.frequencies(text).any()
