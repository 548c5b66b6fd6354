"""Copying an index: all that it keeps but claims; interrupted, it goes on; it says what it cannot vouch for."""

import pytest

from dupdetect.errors import IndexExistsError, SettingsError, SettingsMismatchError, StoreError
from dupdetect.index import Entry, copy_index, create_index, open_index
from dupdetect.settings import Settings
from dupdetect.testing import OTHER, STORY, add, article, claim, fingerprints, found, put


def fill(index, count=1203):
    pieces = [article(f"{number}", f"{number} {STORY if number % 2 else OTHER}") for number in range(count)]
    versions = [None if number % 3 else number if number % 2 else f"{number}" for number in range(count)]
    index.add(pieces, fingerprints(pieces), versions=versions)
    index.record([Entry(kind="override", subject="7", body='{"n": 1}', time=1.25)])
    index.record([Entry(kind=kind, subject="é", body="{}", time=2.5) for kind in ("check", "first-fill", "override")])
    assert index.set_template("main", '{"a": "\ud800"}', version=0)
    assert claim(index, "key", article("claimed", "Not yet out there, and like nothing else in here.")).granted


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    with create_index(tmp_path_factory.mktemp("source") / "site.db") as index:
        fill(index)
        yield index


def same(one, other):
    assert list(other.versions()) == list(one.versions())
    assert list(other.iterate()) == list(one.iterate())
    assert other.template("main").body == one.template("main").body
    for kind in ("override", "check", "first-fill"):
        told = [[(entry.subject, entry.body, entry.time) for entry in index.journal(kind)] for index in (one, other)]
        assert told[0] == told[1]
    assert other.verify() == ()


def test_a_copy_holds_all_but_claims(source):
    with create_index(":memory:") as target:
        copied = copy_index(source, target)
        assert (copied.documents, copied.entries, copied.templates) == (1203, 4, 1)
        same(source, target)
        assert source.info().claims == 1
        assert target.info().claims == 0
        assert found(target, f"7 {STORY}", limit=2000) == found(source, f"7 {STORY}", limit=2000)


class CutError(Exception):
    pass


@pytest.mark.parametrize(("stage", "pages"), [("Copying", 0), ("Copying", 1), ("Copying", 2), ("Comparing", 3)])
def test_an_interrupted_copy_goes_on_and_writes_nothing_twice(source, stage, pages):
    written = []

    def cut(what, steps, count):
        for number, step in enumerate(steps):
            if what == stage and number == pages % 3:
                raise CutError
            yield step

    def watch(what, steps, count):
        for step in steps:
            if what == "Copying":
                written.append(len(step))
            yield step

    with create_index(":memory:") as target:
        with pytest.raises(CutError):
            copy_index(source, target, progress=cut)
        assert len(target) == min(500 * pages, 1203)
        copy_index(source, target, progress=watch)
        same(source, target)
        assert sum(written) == 1203 - min(500 * pages, 1203)


def test_an_index_that_holds_something_else_is_left_alone(source, tmp_path):
    with create_index(tmp_path / "mine.db") as target:
        add(target, article("mine"))
        with pytest.raises(IndexExistsError, match="no unfinished copy"):
            copy_index(source, target)
        assert list(target.ids()) == ["mine"]
        target.remove(["mine"])
        copy_index(source, target)
        with pytest.raises(IndexExistsError):  # it is finished, and may have been written to since
            copy_index(source, target)
        with pytest.raises(IndexExistsError):
            copy_index(source, source)


def test_a_copy_of_another_index_is_not_gone_on_with(source, tmp_path):
    with create_index(":memory:") as target, create_index(tmp_path / "other.db") as other:
        add(other, article("other"))
        with pytest.raises(CutError):
            copy_index(other, target, progress=lambda what, steps, count: _cut_off())
        with pytest.raises(IndexExistsError, match="unfinished copy"):
            copy_index(source, target)


def _cut_off():
    raise CutError


def test_other_settings_and_missing_texts_are_refused(source):
    with create_index(":memory:", Settings(shingle_words=4)) as target, pytest.raises(SettingsMismatchError):
        copy_index(source, target)
    with create_index(":memory:", keep_text=False) as target, pytest.raises(SettingsError, match="keeps the texts"):
        copy_index(source, target)


def test_a_source_that_is_written_to_meanwhile_is_copied_by_the_next_call(tmp_path):
    with create_index(tmp_path / "site.db") as source, create_index(tmp_path / "copy.db") as target:
        add(source, *(article(f"{number}", f"{number} {OTHER}") for number in range(600)))

        def write(what, steps, count):
            for number, step in enumerate(steps):
                yield step
                if what == "Copying" and number == 1:
                    source.remove(["3"])
                if what == "Comparing" and number == 0 and len(source) == 599:
                    put(source, article("5", STORY))
                    add(source, article("new"))

        with pytest.raises(StoreError, match="run it again"):
            copy_index(source, target, progress=write)
        copied = copy_index(source, target)
        assert copied.documents == 600
        assert "3" not in target
        assert target.get("5").text == STORY
        assert sorted(target.ids()) == sorted(source.ids())
    with open_index(tmp_path / "copy.db") as target:
        assert target.verify() == ()


def test_a_damaged_copy_is_found_out(source):
    def damage(what, steps, count):
        if what == "Comparing":
            put(target, article("7", "Something that was never in the source, and is longer than two words."))
        return steps

    with create_index(":memory:") as target, pytest.raises(StoreError, match="differs"):
        copy_index(source, target, progress=damage)
