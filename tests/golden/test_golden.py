"""The quality gate: floors that hold for one corpus, named by its digest."""

from __future__ import annotations

import pytest

from dupdetect.extract import extract
from tests.golden.golden import Case, cases, corpus_digest, f1, fields

# Printed by `python -m tests.golden.golden pin`. A floor goes up with the extractor and never down with it; another
# corpus has another digest, so that changing pages and floors in one go shows in the diff.
DIGEST = "eaa8f9f8eb2497cc"
MEAN_F1 = 0.995
EXACT = 20

CASES = cases()


def test_the_floors_are_those_of_this_corpus() -> None:
    assert corpus_digest() == DIGEST, (
        "pages changed: run `python -m tests.golden.golden pin` and look at what it prints"
    )


def test_text_is_at_least_as_good_as_pinned() -> None:
    found = [(extract(case.source).text, case.text) for case in CASES]
    assert sum(f1(*pair) for pair in found) / len(found) >= MEAN_F1
    assert sum(ours == theirs for ours, theirs in found) >= EXACT


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_page_loses_its_article_or_drowns_it(case: Case) -> None:
    assert f1(extract(case.source).text, case.text) >= 0.9


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_page_says_about_its_article_what_it_should(case: Case) -> None:
    found = fields(extract(case.source))
    assert {name: found[name] for name in case.expected} == case.expected


def test_the_corpus_is_large_and_varied_enough() -> None:
    languages = {str(case.expected.get("language", ""))[:2] for case in CASES}
    assert len(CASES) >= 20
    assert {"zh", "ja", "ko", "ru", "uk", "bg", "el", "ar"} <= languages
