"""Boosted oblivious trees, evaluated by numpy alone.

All nodes of one level of an oblivious tree ask the same question, so a tree of depth six is six comparisons and a
table of 64 values, and a forest is one comparison of two matrices (Kohavi and Li 1995; Prokhorenkova et al. 2018,
arXiv:1706.09516). The weights are JSON: readable, and nothing in them can run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.extract.features import FEATURE_NAMES
from dupdetect.extract.lexicon import LEXICON_NAMES, Lexicon

__all__ = ["Forest", "Model", "load_model"]

MODEL_FILE = "weights.json"
FORMAT = 2
_AT_ONCE = 4096


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forest:
    """Trees over named measures.

    Parameters
    ----------
    measures : ndarray of int64, shape (questions,)
        The measure that each question is about. Trees share questions: each is asked once.
    borders : ndarray of float32, shape (questions, 1)
        A question is answered yes by a value over its border.
    asked : ndarray of int64, shape (trees, depth)
        The questions of each tree.
    leaves : ndarray of float32, shape (trees * 2**depth,)
    bias : float
    """

    measures: NDArray[np.int64]
    borders: NDArray[np.float32]
    asked: NDArray[np.int64]
    leaves: NDArray[np.float32]
    bias: float

    @classmethod
    def from_dict(cls, values: dict[str, Any], names: tuple[str, ...]) -> Forest:
        """Build a forest whose trees name their measures.

        Parameters
        ----------
        values : dict
            ``trees``, each with ``questions`` (pairs of measure and border) and ``leaves``; and ``bias``.
        names : tuple of str
            The measures' names in the order of the matrix.
        """
        trees = values["trees"]
        depth = max(len(tree["questions"]) for tree in trees)
        never = (names[0], float("inf"))  # a tree of fewer levels asks what nothing answers with yes
        numbers: dict[tuple[str, float], int] = {}
        asked = np.empty((len(trees), depth), np.int64)
        leaves = np.zeros((len(trees), 1 << depth), np.float32)
        for row, tree in enumerate(trees):
            questions = [(name, border) for name, border in tree["questions"]]
            for level, question in enumerate(questions + [never] * (depth - len(questions))):
                asked[row, level] = numbers.setdefault(question, len(numbers))
            leaves[row, : len(tree["leaves"])] = tree["leaves"]
        number = {name: index for index, name in enumerate(names)}
        return cls(
            measures=np.array([number[name] for name, _ in numbers]),
            borders=np.array([border for _, border in numbers], np.float32).reshape(-1, 1),
            asked=asked,
            leaves=leaves.ravel(),
            bias=float(values["bias"]),
        )

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return one probability a column of `features`, shape (measures, blocks)."""
        if features.shape[1] > _AT_ONCE:  # bounded memory on pages of any length
            cuts = range(_AT_ONCE, features.shape[1], _AT_ONCE)
            return np.concatenate([self.probabilities(part) for part in np.split(features, cuts, axis=1)])
        trees, depth = self.asked.shape
        answers = (features.take(self.measures, axis=0) > self.borders).view(np.uint8)
        levels = (1 << np.arange(depth)).astype(np.min_scalar_type((1 << depth) - 1))
        leaf = np.einsum("tln,l->tn", answers.take(self.asked.ravel(), axis=0).reshape(trees, depth, -1), levels)
        number = np.add(leaf, (np.arange(trees) << depth)[:, None], dtype=np.intp)
        # Every number is in range; "clip" says so and spares the check of each.
        score: NDArray[np.float64] = self.leaves.take(number, mode="clip").sum(axis=0, dtype=np.float64) + self.bias
        return 1.0 / (1.0 + np.exp(-score))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """What words say, and the trees that are told of it. ``about`` says what made them, from what."""

    lexicon: Lexicon
    forest: Forest
    about: dict[str, Any]


@cache
def load_model() -> Model:
    """Return the model that is part of the package."""
    values = json.loads(resources.files("dupdetect.extract").joinpath(MODEL_FILE).read_text(encoding="utf-8"))
    if values["format"] != FORMAT:
        raise ValueError(f"{MODEL_FILE} has format {values['format']}, this version reads {FORMAT}")
    return Model(
        lexicon=Lexicon.from_dict(values["lexicon"]),
        forest=Forest.from_dict(values["forest"], FEATURE_NAMES + LEXICON_NAMES),
        about=values["about"],
    )
