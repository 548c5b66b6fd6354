"""What varies from one to the next of many texts that are much alike: a template's places, told from a copy's edits.

Of two texts alone nobody can say whether "patience" in place of "courage" is an edit or what a template has there this
week. Others of the kind can: where a copy was edited, most copies still have what stood there before; where a template
is filled in, many have something else than either of the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare.features import Prepared
from dupdetect.compare.slots import Slot

__all__ = ["EITHER", "FEW", "FILLED", "MOST", "Kin", "kin_of"]

FEW = 4
"""Different texts from which one can see what varies; of three that differ at a place, each might be the edited one."""
MOST = 100
"""Different texts that are looked at: of a hundred it is plain what varies."""
EITHER = 2 / 3
"""Share of the texts around a place that may say there what one of the two says. Where fewer say something else, the
two are versions that were copied: without that 6 of 1,131 duplicates of real blogs were lost, at 2/3 and 1/2 none."""
FILLED = 0.5
"""Share of the places that differ and hold no facts, words that one text has more included, from which those that vary
were filled in: two copies may be edited in one place. Counted among the reworded alone, a copy-edit was lost by it."""


class Kin:
    """Different texts that are much alike, as counts of the shingles that they hold.

    Parameters
    ----------
    texts : sequence of ndarray of uint64
        The shingle hashes of each, each hash once.
    """

    def __init__(self, texts: Sequence[NDArray[np.uint64]]) -> None:
        self._shingles, self._counts = np.unique(np.concatenate(texts), return_counts=True)

    def varying(self, slots: Iterable[Slot], left: Prepared, right: Prepared) -> int:
        """Return at how many places two texts differ in wording that varies among their kin.

        Parameters
        ----------
        slots : iterable of Slot
            Where the two differ.
        left, right : Prepared

        Returns
        -------
        int
            Places where a third of the texts that say the same around it, and more, have something else than both. 0
            unless half of the places are such, facts aside.
        """
        places = [slot for slot in slots if slot.kind != "facts"]
        here, there = self._held(left), self._held(right)
        varying = 0
        for slot in places:
            if slot.i == slot.i_end or slot.j == slot.j_end:
                continue
            around = max(_around(here, left, slot.i, slot.i_end), _around(there, right, slot.j, slot.j_end))
            held = _inside(here, left, slot.i, slot.i_end) + _inside(there, right, slot.j, slot.j_end)
            varying += around >= FEW and held <= EITHER * around
        return varying if varying >= FILLED * len(places) else 0

    def _held(self, text: Prepared) -> NDArray[np.int64]:
        """Return how many texts hold each shingle of a text, shape of its `shingles`."""
        at = self._shingles.searchsorted(text.shingles)
        known = self._shingles.take(at, mode="clip") == text.shingles
        return np.where(known, self._counts.take(at, mode="clip"), 0)


def _around(held: NDArray[np.int64], text: Prepared, start: int, end: int) -> int:
    """Return how many texts have what stands before these tokens, or behind them."""
    before = held[start - text.span] if start >= text.span else 0
    behind = held[end] if end < len(held) else 0
    return int(max(before, behind))


def _inside(held: NDArray[np.int64], text: Prepared, start: int, end: int) -> int:
    """Return how many texts have some of these tokens, with what stands beside them."""
    return int(held[max(0, start - text.span + 1) : end].max(initial=0))


def kin_of(texts: Iterable[NDArray[np.uint64]]) -> Kin | None:
    """Return texts that are much alike as each other's kin; None where there are too few different ones.

    Parameters
    ----------
    texts : iterable of ndarray of uint64
        The shingle hashes of each, ascending, each hash once. Of equal ones one is taken, and `MOST` at most.
    """
    different: dict[bytes, NDArray[np.uint64]] = {}
    for text in texts:
        different.setdefault(text.tobytes(), text)
        if len(different) == MOST:
            break
    return Kin(list(different.values())) if len(different) >= FEW else None
