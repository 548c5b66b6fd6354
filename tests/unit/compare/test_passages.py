"""Alignment: what stands in both texts, where, and how the changed places are sorted."""

from __future__ import annotations

import random

import pytest
from tests.unit.compare.texts import FIRST, SECOND, THIRD

from dupdetect.compare import Comparator, compare
from dupdetect.compare.alignment import align
from dupdetect.compare.features import Prepared
from dupdetect.compare.passages import RUNS_PER_TOKEN, common_runs
from dupdetect.model import Passage


def passages(left: str, right: str) -> tuple[Passage, ...]:
    found = compare(left, right).comparison.passages
    assert found is not None
    return found


def prepared(text: str) -> Prepared:
    return Comparator().prepare(text)


def test_a_moved_paragraph_is_found_where_it_stands_now() -> None:
    left, right = "\n\n".join((FIRST, SECOND, THIRD)), "\n\n".join((THIRD, FIRST, SECOND))
    pairs = {(passage.left.of(left)[:20], passage.right.of(right)[:20]) for passage in passages(left, right)}
    assert pairs == {(FIRST[:20], FIRST[:20]), (THIRD[:20], THIRD[:20])}


def test_passages_stand_in_the_left_texts_order() -> None:
    left, right = "\n\n".join((FIRST, SECOND, THIRD)), "\n\n".join((THIRD, SECOND, FIRST))
    starts = [passage.left.start for passage in passages(left, right)]
    assert starts == sorted(starts)
    assert len(starts) == 3


def test_a_small_edit_does_not_break_a_passage_and_is_listed_as_a_change() -> None:
    right = FIRST.replace("dredge", "deepen")
    (passage,) = passages(FIRST, right)
    (change,) = passage.changes
    assert (change.left.of(FIRST), change.right.of(right), change.kind) == ("dredge", "deepen", "wording")


def test_an_added_word_is_a_change_that_is_empty_on_the_other_side() -> None:
    right = FIRST.replace("northern channel", "northern sea channel")
    (passage,) = passages(FIRST, right)
    (change,) = passage.changes
    assert change.left.of(FIRST) == ""
    assert change.right.of(right) == "sea"


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("northern channel", "nonhern chamel", "noise"),
        ("sunrise", "sun- rise", "noise"),
        ("pilots", "fishermen", "wording"),
    ],
)
def test_changed_words_are_noise_where_their_letters_are_nearly_the_same(old: str, new: str, kind: str) -> None:
    (passage,) = passages(FIRST, FIRST.replace(old, new))
    assert [change.kind for change in passage.changes] == [kind]


@pytest.mark.parametrize(
    ("old", "new"),
    [("on 3 May 2014", "on 9 May 2014"), ("for Mr Brown", "for Mrs Palmer"), ("at 7.30", "at 7.31")],
)
def test_other_numbers_and_names_are_facts_however_alike_their_letters(old: str, new: str) -> None:
    left = FIRST.replace("voted", f"voted {old} and in public")
    (passage,) = passages(left, left.replace(old, new))
    assert [change.kind for change in passage.changes] == ["facts"]


def test_german_nouns_are_no_names() -> None:
    left = (
        "Der Rat hat am Abend im Haus am Markt beschlossen, den Hafen vor dem Winter auszubaggern, obwohl die Lotsen "
        "gewarnt hatten, dass der Schlick nach einem Jahr wieder da sei und das Geld in der Schleuse besser läge. Von "
        "der Kanzel las der Pfarrer die Namen der Schiffe vor, die im Sturm auf die Bank gelaufen waren, und die "
        "Frauen auf der Empore zählten leise die Jahre, die Väter und die Söhne mit, bis das Licht in der Kirche "
        "erlosch und der Küster mit der Lampe durch den Gang kam."
    )
    (passage,) = passages(left, left.replace("den Hafen", "die Einfahrt"))
    assert [change.kind for change in passage.changes] == ["wording"]


def test_a_passage_stands_once_where_the_other_text_carries_it_twice() -> None:
    (passage,) = passages(FIRST, "\n\n".join((FIRST, SECOND, FIRST)))
    assert passage.right.start == 0


def test_offsets_refer_to_the_text_as_given() -> None:
    left = f"\n \N{PARTY POPPER} “{FIRST.upper()}”\n{SECOND}"
    (passage,) = passages(left, FIRST)
    assert passage.left.of(left) == FIRST.upper().rstrip(".")
    assert passage.right.of(FIRST) == FIRST.rstrip(".")


def test_unrelated_texts_share_no_passage() -> None:
    assert align(prepared(FIRST), prepared(SECOND)).pieces == ()


def test_one_word_over_and_over_is_aligned_in_bounded_time() -> None:
    left, right = prepared("buffalo " * 20_000), prepared("start " + "buffalo " * 19_000)
    assert align(left, right).right.verbatim.mean() > 0.99


def test_a_text_of_few_words_follows_a_bounded_number_of_runs() -> None:
    chosen = random.Random(1)
    left, right = (prepared(" ".join(chosen.choice("abc") for _ in range(3000))) for _ in range(2))
    runs = common_runs(left, right)
    assert 0 < len(runs) <= RUNS_PER_TOKEN * 6000
    assert min(run.length for run in runs) > 3


def test_a_script_without_spaces_is_aligned_by_its_signs() -> None:
    left = "港湾委員会は夜明け前に埠頭で会合し、北側の水路を浚渫することを決めたが、水先案内人は反対した。"
    right = "昨日の報道によれば、" + left.replace("夜明け前", "日没後")
    (passage,) = passages(left, right)
    assert passage.left.of(left).startswith("港湾委員会")
    assert [change.left.of(left) for change in passage.changes] == ["夜明け前"]
