"""What differs inside a passage: each gap between two runs, aligned token by token, and sorted.

What remains is *noise* (the same letters but for a few: scanning errors, hyphenation, spelling), other *facts*
(numbers and names that each side has and the other has not), or other *wording*.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel

from dupdetect.compare.features import NAME, Prepared
from dupdetect.compare.passages import Run

__all__ = ["Slot", "fill"]

SAME_LETTERS = 0.7
"""Indel similarity of letters from which two sides of a slot are the same words with noise."""
SLOT_ALIGNED = 0.4
"""Indel similarity of tokens from which a slot is aligned inside; below, it is one change as a whole."""
_NO_LETTER = re.compile(r"[\W_]+")


class Slot(NamedTuple):
    """Tokens ``left[i:i_end]`` and ``right[j:j_end]`` that face each other and differ; one side may be empty.

    `facts` counts the numbers and names that each side has and the other has not.
    """

    i: int
    i_end: int
    j: int
    j_end: int
    kind: Literal["wording", "facts", "noise"]
    similarity: float
    facts: int = 0


def fill(chains: Sequence[Sequence[Run]], left: Prepared, right: Prepared) -> list[tuple[list[Run], list[Slot]]]:
    """Fill the gaps of each chain: equal tokens inside them become runs, the rest slots.

    Returns
    -------
    list of (runs, slots)
        For each chain, both in its order.
    """
    slotter = _Slotter(left, right)
    return [slotter.fill(runs) for runs in chains]


class _Slotter:
    def __init__(self, left: Prepared, right: Prepared) -> None:
        self.left, self.right = left, right
        # As bytes: slots are short, and slicing bytes costs a tenth of slicing an array.
        self.numbers_left, self.numbers_right = left.numbers.tobytes(), right.numbers.tobytes()
        self.names_left, self.names_right = left.names.tobytes(), right.names.tobytes()

    def fill(self, runs: Sequence[Run]) -> tuple[list[Run], list[Slot]]:
        whole: list[Run] = []
        slots: list[Slot] = []
        for run in runs:
            if whole:
                last = whole[-1]
                self._gap(last.i + last.length, run.i, last.j + last.length, run.j, whole, slots)
            whole.append(run)
        return whole, slots

    def _gap(self, i: int, i_end: int, j: int, j_end: int, runs: list[Run], slots: list[Slot]) -> None:
        """Align what stands between two runs."""
        if i == i_end or j == j_end:
            if i < i_end or j < j_end:
                slots.append(Slot(i, i_end, j, j_end, "wording", 0.0))
            return
        here, there = self.left.hashes[i:i_end].tolist(), self.right.hashes[j:j_end].tolist()
        blocks = []
        if len(here) + len(there) > 2 and Indel.normalized_similarity(here, there) >= SLOT_ALIGNED:
            blocks = [Run(i + b.a, j + b.b, b.size) for b in Indel.editops(here, there).as_matching_blocks() if b.size]
        for block in blocks:
            if i < block.i or j < block.j:
                slots.append(self._slot(i, block.i, j, block.j))
            runs.append(block)
            i, j = block.i + block.length, block.j + block.length
        if i < i_end or j < j_end:
            slots.append(self._slot(i, i_end, j, j_end))

    def _slot(self, i: int, i_end: int, j: int, j_end: int) -> Slot:
        if i == i_end or j == j_end:
            return Slot(i, i_end, j, j_end, "wording", 0.0)
        here, there = self.left.hashes[i:i_end].tolist(), self.right.hashes[j:j_end].tolist()
        numbers = _others(here, self.numbers_left[i:i_end], there, self.numbers_right[j:j_end])
        similarity = Indel.normalized_similarity(_letters(self.left, i, i_end), _letters(self.right, j, j_end))
        if similarity >= SAME_LETTERS and not numbers:
            return Slot(i, i_end, j, j_end, "noise", similarity)
        names = 0
        names_left, names_right = self.names_left[i:i_end], self.names_right[j:j_end]
        if NAME in names_left or NAME in names_right:
            names = _others(here, names_left, there, names_right)
        if numbers or names:
            return Slot(i, i_end, j, j_end, "facts", 0.0, numbers + names)
        return Slot(i, i_end, j, j_end, "wording", 0.0)


def _letters(text: Prepared, start: int, end: int) -> str:
    """Return what stands between two tokens, letters and digits only: hyphenation and spacing say nothing."""
    return _NO_LETTER.sub("", text.text[text.starts[start] : text.ends[end - 1]]).casefold()


def _others(here: list[int], flags_here: bytes, there: list[int], flags_there: bytes) -> int:
    """Return how many flagged tokens each side has and the other has not: of the side that has fewer."""
    if not any(flags_here) or not any(flags_there):
        return 0
    ours = {token for token, flag in zip(here, flags_here, strict=True) if flag}
    theirs = {token for token, flag in zip(there, flags_there, strict=True) if flag}
    return min(len(ours - theirs), len(theirs - ours))
