"""The cheap look before a comparison: a text as its weighted shingle set, which costs a tenth of preparing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.model import Rarity

__all__ = ["COMMON_FROM", "RARE", "Bag", "bags_of"]

COMMON_FROM = 4
"""A shingle in more stories than this weighs ``COMMON_FROM / stories``, others 1.

Weights 1 / (df − 1) and min(1, 4 / df) did equally well in the feasibility study; log-idf is too flat."""

RARE = 0.5
"""Rarity weight from which a token or shingle counts as rare: it stands in at most eight stories."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bag:
    """The shingle set of a text.

    Parameters
    ----------
    distinct : ndarray of uint64
        All shingles of the text, ascending, each once.
    weights : ndarray of float64, shape of `distinct`
        Rarity weight of each, in (0, 1]; all 1 without frequencies.
    weight : float
        Their sum.
    """

    distinct: NDArray[np.uint64]
    weights: NDArray[np.float64]
    weight: float


def bags_of(distinct: Sequence[NDArray[np.uint64]], rarity: Rarity | None) -> list[Bag]:
    """Weigh shingle sets, each ascending, all at once."""
    if not distinct:
        return []
    weights = _rarity_weights(np.concatenate(distinct), rarity)
    bags = []
    end = 0
    for one in distinct:
        start, end = end, end + len(one)
        own = weights[start:end]
        bags.append(Bag(distinct=one, weights=own, weight=float(own.sum())))
    return bags


def _rarity_weights(shingles: NDArray[np.uint64], rarity: Rarity | None) -> NDArray[np.float64]:
    """Return the weight of each shingle: 1 where few stories hold it, ``COMMON_FROM / stories`` where many do."""
    if rarity is None:
        return np.ones(len(shingles))
    return COMMON_FROM / np.maximum(rarity.frequencies(shingles), COMMON_FROM).astype(np.float64)
