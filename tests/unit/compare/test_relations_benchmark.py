"""The benchmark's own measures, held to known answers."""

from __future__ import annotations

import pytest
from benchmarks.relations import rates
from benchmarks.relations_data import adjusted_rand, components


def test_the_adjusted_rand_index_is_that_of_the_books_example() -> None:
    truth = {"a": "1", "b": "1", "c": "2", "d": "2"}
    found = {"a": "1", "b": "1", "c": "2", "d": "3"}
    assert adjusted_rand(truth, found) == pytest.approx(0.5714, abs=1e-4)  # scikit-learn's documentation
    assert adjusted_rand(truth, truth) == 1


def test_clusters_are_connected_components() -> None:
    found = components("abcde", [("a", "b"), ("b", "c"), ("d", "e")])
    assert found["a"] == found["b"] == found["c"] != found["d"] == found["e"]


def test_rates_are_none_where_nothing_was_found_or_is_to_be_found() -> None:
    assert rates({("a", "b"), ("a", "c")}, {("a", "b")}) == (0.5, 1.0, pytest.approx(2 / 3))
    assert rates(set(), {("a", "b")}) == (None, 0.0, None)
    assert rates({("a", "b")}, set()) == (0.0, None, None)
