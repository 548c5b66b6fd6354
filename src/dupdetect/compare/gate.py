"""The cheap look before a comparison: a text as its weighted shingle set, which costs a tenth of preparing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare.features import rarity_weights
from dupdetect.model import Rarity

__all__ = ["Bag"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bag:
    """The shingle set of a text, as `Prepared` has it too.

    Parameters
    ----------
    distinct : ndarray of uint64
        Ascending, each once.
    weights : ndarray of float64, shape of `distinct`
        Rarity weight of each.
    weight : float
        Their sum.
    """

    distinct: NDArray[np.uint64]
    weights: NDArray[np.float64]
    weight: float

    @classmethod
    def of(cls, distinct: NDArray[np.uint64], rarity: Rarity | None) -> Bag:
        """Weigh a shingle set."""
        weights = rarity_weights(distinct, rarity)
        return cls(distinct=distinct, weights=weights, weight=float(weights.sum()))

    @classmethod
    def of_each(cls, distinct: Sequence[NDArray[np.uint64]], rarity: Rarity | None) -> list[Bag]:
        """Weigh many shingle sets, all at once."""
        if not distinct:
            return []
        weights = np.split(
            rarity_weights(np.concatenate(distinct), rarity), np.cumsum([len(one) for one in distinct[:-1]], dtype=int)
        )
        return [
            cls(distinct=one, weights=own, weight=float(own.sum())) for one, own in zip(distinct, weights, strict=True)
        ]
