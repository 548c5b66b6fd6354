"""What one text carries twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.compare.texts import FIRST, SECOND, THIRD

from dupdetect.compare import find_repeats

SEED = Path(__file__).parents[4] / "shared" / "seed" / "bullpen-crosspost.txt"


def test_the_seed_page_gives_its_two_copies_as_one_repeat() -> None:
    if not SEED.exists():
        pytest.skip("the seed text stands beside the repository and is not here")
    text = SEED.read_text(encoding="utf-8")
    (repeat,) = find_repeats(text)
    assert repeat.first.of(text).startswith("ISIS and Al-Qaeda Takeover Base")
    assert repeat.first.of(text) == repeat.second.of(text)
    assert repeat.second.of(text).endswith("gaining ground in Syria")


def test_a_repeat_is_found_through_small_edits() -> None:
    text = f"{FIRST}\n\n{SECOND}\n\nThe second desk writes:\n\n{FIRST.replace('dredge', 'deepen')}\n\n{SECOND}"
    (repeat,) = find_repeats(text)
    assert repeat.similarity == pytest.approx(1, abs=0.05)
    assert repeat.second.of(text).startswith("The harbour board")


def test_a_text_that_stands_three_times_gives_two_repeats() -> None:
    text = f"{FIRST} {SECOND}\n\nOnce more: {FIRST} {SECOND}\n\nAnd again: {FIRST} {SECOND}"
    assert len(find_repeats(text)) == 2


def test_two_copies_of_a_text_said_over_and_over_do_not_run_into_each_other() -> None:
    for repeat in find_repeats("tra la la " * 200):
        assert repeat.first.end <= repeat.second.start


@pytest.mark.parametrize("text", ["", "word", f"{FIRST}\n\n{SECOND}\n\n{THIRD}", f"{FIRST} {FIRST[:80]}"])
def test_a_text_without_a_second_copy_has_no_repeat(text: str) -> None:
    assert find_repeats(text) == ()


@pytest.mark.parametrize(("words", "repeats"), [(40, 1), (39, 0)])
def test_a_repeat_is_a_paragraph_long_and_one_of_just_that_length_is_found(words: int, repeats: int) -> None:
    chosen = [f"word{n}" for n in range(words)]
    assert len(find_repeats(" ".join([*chosen, "and", "once", "more", *chosen]))) == repeats
