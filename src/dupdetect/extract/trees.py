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

__all__ = ["Forest", "Model", "load_model"]

MODEL_FILE = "weights.json"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forest:
    """Trees over named columns.

    Parameters
    ----------
    columns : ndarray of int64, shape (trees * 8,)
        The column that each question looks at; questions of a tree are padded to eight.
    borders : ndarray of float32, shape (trees * 8, 1)
        A question is answered yes by a value over its border; padding asks for infinity.
    leaves : ndarray of float32, shape (trees * leaves,)
    width : int
        Leaves a tree.
    bias : float
    """

    columns: NDArray[np.int64]
    borders: NDArray[np.float32]
    leaves: NDArray[np.float32]
    width: int
    bias: float

    @classmethod
    def from_dict(cls, values: dict[str, Any], names: tuple[str, ...]) -> Forest:
        """Build a forest whose trees name their columns.

        Parameters
        ----------
        values : dict
            ``trees``, each with ``questions`` (pairs of column name and border) and ``leaves``; and ``bias``.
        names : tuple of str
            The columns' names in the order of the matrix.
        """
        number = {name: index for index, name in enumerate(names)}
        trees = values["trees"]
        columns = np.zeros((len(trees), 8), np.int64)
        borders = np.full((len(trees), 8), np.inf, np.float32)
        width = max(len(tree["leaves"]) for tree in trees)
        leaves = np.zeros((len(trees), width), np.float32)
        for row, tree in enumerate(trees):
            for level, (name, border) in enumerate(tree["questions"]):
                columns[row, level], borders[row, level] = number[name], border
            leaves[row, : len(tree["leaves"])] = tree["leaves"]
        return cls(
            columns=columns.ravel(),
            borders=borders.reshape(-1, 1),
            leaves=leaves.ravel(),
            width=width,
            bias=float(values["bias"]),
        )

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return one probability a column of `features`, shape (measures, blocks)."""
        answers = features[self.columns] > self.borders
        trees = len(self.columns) // 8
        leaf = np.packbits(answers.reshape(trees, 8, -1), axis=1, bitorder="little")[:, 0, :].astype(np.int64)
        leaf += np.arange(trees)[:, None] * self.width
        score = self.leaves[leaf].sum(axis=0, dtype=np.float64) + self.bias
        return 1.0 / (1.0 + np.exp(-score))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """The two passes. ``about`` says what made them, from what."""

    first: Forest
    second: Forest
    about: dict[str, Any]


@cache
def load_model() -> Model:
    """Return the model that is part of the package."""
    from dupdetect.extract.features import CORE_NAMES, FEATURE_NAMES

    values = json.loads(resources.files("dupdetect.extract").joinpath(MODEL_FILE).read_text(encoding="utf-8"))
    if values["format"] != FORMAT:
        raise ValueError(f"{MODEL_FILE} has format {values['format']}, this version reads {FORMAT}")
    return Model(
        first=Forest.from_dict(values["first"], FEATURE_NAMES),
        second=Forest.from_dict(values["second"], FEATURE_NAMES + CORE_NAMES),
        about=values["about"],
    )
