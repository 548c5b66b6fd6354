"""What differs inside a passage: each gap between two runs, aligned token by token, and sorted.

What remains is *noise* (the same letters but for a few: scanning errors, hyphenation, spelling), other *facts*
(numbers and names that each side has and the other has not), or other *wording*.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel

from dupdetect.compare.facts import NAME
from dupdetect.compare.features import Prepared
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
        self.left, self.right = _Tokens(left), _Tokens(right)

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
        for block in self._blocks(i, i_end, j, j_end):
            if i < block.i or j < block.j:
                slots.append(self._slot(i, block.i, j, block.j))
            runs.append(block)
            i, j = block.i + block.length, block.j + block.length
        if i < i_end or j < j_end:
            slots.append(self._slot(i, i_end, j, j_end))

    def _blocks(self, i: int, i_end: int, j: int, j_end: int) -> list[Run]:
        """Return the equal tokens between two runs, none where the two sides have little in common."""
        if i_end - i + j_end - j <= 2:
            return []
        here, there = self.left.tokens[i:i_end], self.right.tokens[j:j_end]
        if set(here).isdisjoint(there):
            return []
        steps = Indel.editops(here, there)
        if 1 - len(steps) / (len(here) + len(there)) < SLOT_ALIGNED:
            return []
        return [Run(i + block.a, j + block.b, block.size) for block in steps.as_matching_blocks() if block.size]

    def _slot(self, i: int, i_end: int, j: int, j_end: int) -> Slot:
        if i == i_end or j == j_end:
            return Slot(i, i_end, j, j_end, "wording", 0.0)
        left, right = self.left, self.right
        numbers = 0
        if left.numbers.find(1, i, i_end) >= 0 and right.numbers.find(1, j, j_end) >= 0:
            numbers = _others(left, left.numbers, i, i_end, right, right.numbers, j, j_end)
        if not numbers:
            similarity = Indel.normalized_similarity(left.letters(i, i_end), right.letters(j, j_end))
            if similarity >= SAME_LETTERS:
                return Slot(i, i_end, j, j_end, "noise", similarity)
        names = 0
        if left.names.find(NAME, i, i_end) >= 0 or right.names.find(NAME, j, j_end) >= 0:
            names = _others(left, left.names, i, i_end, right, right.names, j, j_end)
        if numbers or names:
            return Slot(i, i_end, j, j_end, "facts", 0.0, numbers + names)
        return Slot(i, i_end, j, j_end, "wording", 0.0)


class _Tokens:
    """The tokens of a text, flags as bytes: slots are short, and slicing bytes costs a tenth of slicing an array."""

    def __init__(self, text: Prepared) -> None:
        self.text, self.tokens, self.starts, self.ends = text.text, text.tokens, text.starts, text.ends
        self.numbers, self.names = text.numbers.tobytes(), text.names.tobytes()

    def letters(self, start: int, end: int) -> str:
        """Return what stands between two tokens, letters and digits only: hyphenation and spacing say nothing."""
        between = self.text[self.starts[start] : self.ends[end - 1]]
        return (between if between.isalnum() else _NO_LETTER.sub("", between)).casefold()


def _others(
    left: _Tokens, flags_left: bytes, i: int, i_end: int, right: _Tokens, flags_right: bytes, j: int, j_end: int
) -> int:
    """Return how many flagged tokens each side has and the other has not: of the side that has fewer."""
    ours = {token for token, flag in zip(left.tokens[i:i_end], flags_left[i:i_end], strict=True) if flag}
    theirs = {token for token, flag in zip(right.tokens[j:j_end], flags_right[j:j_end], strict=True) if flag}
    return min(len(ours - theirs), len(theirs - ours))
