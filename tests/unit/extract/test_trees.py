"""The forest, against an evaluation that asks one question at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dupdetect.extract.trees import Forest, load_model

NAMES = ("a", "b", "c", "d")


def _slowly(values: dict[str, Any], column: NDArray[np.float32]) -> float:
    score = values["bias"]
    for tree in values["trees"]:
        leaf = 0
        for level, (name, border) in enumerate(tree["questions"]):
            leaf += (column[NAMES.index(name)] > np.float32(border)) << level
        score += tree["leaves"][leaf]
    return 1 / (1 + math.exp(-score))


def _forest(rng: np.random.Generator, depths: list[int]) -> dict[str, Any]:
    return {
        "bias": float(rng.normal()),
        "trees": [
            {
                "questions": [(str(rng.choice(NAMES)), float(rng.integers(-2, 3))) for _ in range(depth)],
                "leaves": rng.normal(size=1 << depth).tolist(),
            }
            for depth in depths
        ],
    }


@pytest.mark.parametrize("depths", [[1], [3, 1, 2], [6] * 20, [9, 2]])
def test_a_forest_answers_as_its_trees_do_one_by_one(depths: list[int]) -> None:
    rng = np.random.default_rng(len(depths))
    values = _forest(rng, depths)
    columns = rng.integers(-3, 4, size=(len(NAMES), 50)).astype(np.float32)  # whole numbers: some lie on a border
    slow = [_slowly(values, column) for column in columns.T]
    assert Forest.from_dict(values, NAMES).probabilities(columns) == pytest.approx(slow, abs=1e-6)


def test_a_long_page_is_answered_in_parts_as_it_would_be_in_one() -> None:
    values = _forest(np.random.default_rng(1), [4, 4])
    forest = Forest.from_dict(values, NAMES)
    columns = np.random.default_rng(2).normal(size=(len(NAMES), 9_000)).astype(np.float32)
    assert np.array_equal(forest.probabilities(columns)[-100:], forest.probabilities(columns[:, -100:]))


def test_the_package_s_model_says_what_made_it() -> None:
    assert load_model().about
