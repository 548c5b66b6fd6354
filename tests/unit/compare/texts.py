"""Texts that the tests of comparison share."""

from __future__ import annotations

import random

FIRST = (
    "The harbour board met on the quay before sunrise and voted to dredge the northern channel, although the pilots "
    "had warned that the mud would settle again within a year and that the money were better spent on the old lock."
)
SECOND = (
    "Nobody on the island remembers who planted the walnut avenue, but every autumn the schoolchildren gather what "
    "falls and sell it by the sack to a confectioner who drives over the causeway in a van without number plates."
)
THIRD = (
    "When the ferry company announced its winter timetable the bakers complained loudest, because flour arrives with "
    "the early boat and bread that waits for the noon crossing is sold to nobody but the gulls behind the market."
)

WORDS = [
    first + last
    for first in ("ka", "lo", "mi", "su", "te", "ra", "po")
    for last in ("lan", "tor", "mis", "ker", "dun", "fel")
]


def prose(seed: int, words: int = 200) -> str:
    """Text that shares words with other seeds, but no sequence of them."""
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) for _ in range(words)) + "."
