"""The benchmark's own measures, held to known answers."""

from __future__ import annotations

import pytest
from benchmarks.relations import judge, rates, reliability
from benchmarks.relations_data import Corpus, adjusted_rand, components
from tests.unit.compare.texts import prose

from dupdetect.model import Article, Block


def test_the_adjusted_rand_index_is_that_of_the_books_example() -> None:
    truth = {"a": "1", "b": "1", "c": "2", "d": "2"}
    found = {"a": "1", "b": "1", "c": "2", "d": "3"}
    assert adjusted_rand(truth, found) == pytest.approx(0.5714, abs=1e-4)  # scikit-learn's documentation
    assert adjusted_rand(truth, truth) == 1


def test_clusters_are_connected_components() -> None:
    found = components("abcde", [("a", "b"), ("b", "c"), ("d", "e")])
    assert found["a"] == found["b"] == found["c"] != found["d"] == found["e"]


def test_rates_are_none_where_nothing_was_found_or_is_to_be_found() -> None:
    precision, recall, f1 = rates({("a", "b"), ("a", "c")}, {("a", "b")})
    assert (precision, recall) == (0.5, 1.0)
    assert f1 == pytest.approx(2 / 3)
    assert rates(set(), {("a", "b")}) == (None, 0.0, None)
    assert rates({("a", "b")}, set()) == (0.0, None, None)


def test_the_share_of_duplicates_is_counted_in_bands_of_the_score() -> None:
    texts = {"a": prose(1), "b": prose(1), "c": f"{prose(2)} {prose(1, 60)}", "d": prose(3)}
    articles = tuple(Article(id=id, blocks=(Block(text=text),)) for id, text in texts.items())
    corpus = Corpus(name="four", articles=articles, labels={("a", "b"): "identical"}, similarity={})
    (row,) = reliability([judge(corpus, "texts")]).rows
    assert row["0.95–1"] == "1.00 of 1"
    assert row["pairs"] == sum(int(str(cell).split()[-1]) for name, cell in row.items() if "–" in name and cell)
    assert row["set"] == "four (texts)"
