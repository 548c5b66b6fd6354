"""The quality gate: floors that hold for one corpus, named by its digest."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from dupdetect.extract import extract
from tests.golden import golden
from tests.golden.golden import Case, Floor, cases, corpus_digest, f1, fields, floors, measured

CASES = cases()


def test_the_floors_are_those_of_this_corpus() -> None:
    assert corpus_digest() == floors()[-1].digest, "pages changed: `python -m tests.golden.golden pin --because …`"


def test_no_floor_ever_fell_without_a_reason() -> None:
    pinned = floors()
    assert [after for before, after in itertools.pairwise(pinned) if after.falls_silently_from(before)] == []


def test_pages_are_read_at_least_as_well_as_pinned() -> None:
    now, floor = measured(), floors()[-1]
    assert now.mean_f1 >= floor.mean_f1
    assert now.exact >= floor.exact


@pytest.fixture
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Floors of their own to pin."""
    path = tmp_path / "floors.jsonl"
    monkeypatch.setattr(golden, "FLOORS", path)
    monkeypatch.setattr(golden, "measured", lambda because="": Floor(digest="d", mean_f1=0.9, exact=5, because=because))
    return path


@pytest.mark.parametrize(
    "before", [{"digest": "d", "mean_f1": 0.95}, {"digest": "d", "exact": 6}, {"digest": "e"}], ids=str
)
def test_pinning_refuses_to_lower_a_floor_or_to_change_pages_without_a_reason(
    pinned: Path, before: dict[str, object]
) -> None:
    line = json.dumps({"mean_f1": 0.5, "exact": 1, **before}) + "\n"
    pinned.write_text(line)
    assert golden.pin().startswith("refused")
    assert pinned.read_text() == line
    assert golden.pin("the truth of two pages was wrong").startswith("pinned")
    assert [floor.because for floor in floors()] == ["", "the truth of two pages was wrong"]


def test_pinning_raises_a_floor_as_it_is_and_adds_nothing_twice(pinned: Path) -> None:
    pinned.write_text('{"digest": "d", "mean_f1": 0.8, "exact": 5}\n')
    assert golden.pin().startswith("pinned")
    assert golden.pin().startswith("nothing")
    assert len(floors()) == 2


def test_a_page_becomes_a_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case = next(case for case in CASES if case.name == "ghost-casper")
    (tmp_path / "page.html").write_bytes(case.source)
    monkeypatch.setattr(golden, "PAGES", tmp_path / "pages")
    golden.main(["add", "mine", str(tmp_path / "page.html")])
    made = json.loads((tmp_path / "pages" / "mine" / "expected.json").read_text(encoding="utf-8"))
    assert made["title"] == case.expected["title"]
    assert (tmp_path / "pages" / "mine" / "source.html").read_bytes() == case.source
    assert (tmp_path / "pages" / "mine" / "expected.txt").read_text(encoding="utf-8").strip() == extract(
        case.source
    ).text


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
