"""What labelled pairs say of thresholds: on pairs made so that the answer is known."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.unit.compare.texts import prose

from dupdetect.compare import Comparator, Thresholds
from dupdetect.compare.tuning import MIN_GROUPS, Labelled, quality, suggestions
from dupdetect.model import Relation


def pair(number: int, *, kept: float, label: Relation | bool, shared: str | None = None) -> Labelled:
    """A text of 200 words and one that holds so much of it and nothing else."""
    comparator = Comparator()
    words = prose(number).split()
    texts = (" ".join(words), " ".join(words[: round(kept * len(words))]))
    evidence = comparator.evidence(*map(comparator.prepare, texts))
    return Labelled(left=shared or f"left {number}", right=f"right {number}", evidence=evidence, label=label)


def unrelated(number: int, label: Relation | bool) -> Labelled:
    comparator = Comparator()
    evidence = comparator.evidence(comparator.prepare(prose(number)), comparator.prepare(prose(number + 5000)))
    return Labelled(left=f"one {number}", right=f"other {number}", evidence=evidence, label=label)


def user(*, says_near_from: float, pairs: int = 60) -> list[Labelled]:
    """Labels of somebody for whom a text is the same from another share on."""
    kept = [0.3 + 0.65 * number / pairs for number in range(pairs)]
    return [
        pair(number, kept=share, label=Relation.NEAR if share >= says_near_from else Relation.CONTAINS)
        for number, share in enumerate(kept)
    ]


def test_labels_that_agree_give_full_marks_with_an_interval_that_doubts_them() -> None:
    rows = {row.of: row for row in quality(user(says_near_from=0.6), Thresholds())}
    assert set(rows) == {"duplicate", "NEAR", "CONTAINS"}
    near = rows["NEAR"]
    assert near.precision.value == near.recall.value == 1.0
    assert near.recall.low is not None
    assert 0.85 < near.recall.low < 1.0
    assert near.recall.high == pytest.approx(1.0)


def test_pairs_that_share_a_document_are_one_witness() -> None:
    apart = [pair(number, kept=0.9, label=True) for number in range(30)]
    together = [pair(number, kept=0.9, label=True, shared="one") for number in range(30)]
    (many,), (one,) = (quality(each, Thresholds()) for each in (apart, together))
    assert many.recall.low is not None
    assert one.recall.low is not None
    assert one.recall.low < 0.5 < many.recall.low


def test_yes_and_no_tell_of_duplicates_and_of_no_relation() -> None:
    pairs = [*(pair(number, kept=0.9, label=True) for number in range(3)), unrelated(1, False)]
    assert [row.of for row in quality(pairs, Thresholds())] == ["duplicate"]


def test_somebody_for_whom_near_begins_later_is_told_so() -> None:
    worth = {one.threshold: one for one in suggestions(user(says_near_from=0.7, pairs=120), Thresholds()) if one.worth}
    assert set(worth) == {"near_longer"}
    near = worth["near_longer"]
    assert 0.66 <= near.best <= 0.72
    assert near.low <= near.best <= near.high
    assert near.gain > 0.02


def test_where_the_labels_agree_nothing_is_suggested() -> None:
    tried = suggestions(user(says_near_from=0.6), Thresholds())
    assert tried
    assert not any(one.worth for one in tried)
    assert all(one.best == one.present for one in tried)


@pytest.mark.parametrize("count", [0, 1, MIN_GROUPS - 1])
def test_few_labels_try_nothing(count: int) -> None:
    labels: Sequence[Labelled] = [unrelated(number, False) for number in range(50)]
    assert suggestions([*labels, *(pair(n, kept=0.9, label=True) for n in range(count))], Thresholds()) == ()


def test_the_same_seed_gives_the_same_answer() -> None:
    pairs = user(says_near_from=0.65)
    assert suggestions(pairs, Thresholds(), seed=3) == suggestions(pairs, Thresholds(), seed=3)
    assert quality(pairs, Thresholds(), seed=3) == quality(pairs, Thresholds(), seed=3)
