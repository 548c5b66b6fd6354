import os
import sqlite3
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.index_corpus import corpus
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles import signature_of_schema_three

from dupdetect.errors import (
    DuplicateIdError,
    ForeignIndexError,
    IndexCorruptError,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    SettingsError,
)
from dupdetect.fingerprint import Fingerprinter, band_keys
from dupdetect.index import Entry, build_index, create_index, open_index, rebuild_index
from dupdetect.index.keys import as_batch, key_rows, split, unpack
from dupdetect.index.packing import unpack_row
from dupdetect.settings import Settings
from dupdetect.testing import OTHER, STORY, add, article, claim, fingerprint, fingerprints, found, put


@pytest.fixture
def path(tmp_path):
    return tmp_path / "site.db"


def change(path, statement, *values):
    connection = sqlite3.connect(path)
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def test_a_built_index_is_as_one_that_was_filled(path, tmp_path):
    articles = [article(f"{n}", f"{n} {STORY if n % 3 else OTHER}") for n in range(60)] + [article("empty", "")]
    assert build_index(path, ((part, fingerprints(part)) for part in (articles[:40], articles[40:]))) == 61
    with open_index(path) as built, create_index(tmp_path / "filled.db") as filled:
        add(filled, *articles)
        assert built.verify() == ()
        assert list(built.iterate()) == list(filled.iterate())
        for text in (STORY, OTHER, articles[7].text):
            assert found(built, text, limit=100) == found(filled, text, limit=100)
        add(built, article("later"))
        assert list(built.ids())[-1] == "later"


def test_an_empty_index_can_be_built_and_filled(path):
    assert build_index(path, []) == 0
    with open_index(path) as index:
        add(index, article("a"))
        assert found(index, STORY) == ["a"]


@pytest.mark.parametrize(
    ("articles", "settings", "error"),
    [
        ([article("a"), article("a", OTHER)], None, DuplicateIdError),
        ([article("")], None, SettingsError),
        ([article("a")], Settings(shingle_words=5), SettingsError),
    ],
)
def test_what_cannot_be_built_leaves_nothing_behind(path, articles, settings, error):
    with pytest.raises(error):
        build_index(path, [(articles, fingerprints(articles))], settings=settings)
    assert os.listdir(path.parent) == []


def test_a_build_takes_no_place_of_a_file_not_even_of_one_made_meanwhile(path):
    def batches():
        yield [article("a")], fingerprints([article("a")])
        path.write_text("precious")

    with pytest.raises(IndexExistsError):
        build_index(path, batches())
    with pytest.raises(IndexExistsError):
        build_index(path, [])
    assert path.read_text() == "precious"
    assert os.listdir(path.parent) == ["site.db"]


def test_without_text_candidates_are_found_and_the_index_says_that_it_keeps_none(path):
    with create_index(path, keep_text=False) as index:
        add(index, replace(article("a"), site="main"))
    rebuild_index(path)
    with open_index(path) as index:
        assert not index.keep_text
        assert not index.info().keep_text
        assert found(index, STORY) == ["a"]
        assert index.get("a") == replace(article("a"), site="main", blocks=())
        assert index.verify() == ()
    with pytest.raises(SettingsError, match="keeps no text"):
        rebuild_index(path, settings=Settings(shingle_words=4))


def test_a_rebuilt_index_has_everything_as_it_was(path):
    with create_index(path) as index:
        add(index, *(article(f"{n}", f"{n} {STORY}") for n in range(5)))
        index.remove(["1"])
        put(index, article("2", OTHER), versions=["v2"])
        index.claim(article(""), fingerprint(), "key", judged_up_to=99, judge=lambda newer: False)
        add(index, article("last"))
        index.remove(["last"])
        before = (list(index.iterate()), list(index.versions()), index.candidates(fingerprint()))
    assert rebuild_index(path) == 5
    with open_index(path) as index:
        assert (list(index.iterate()), list(index.versions()), index.candidates(fingerprint())) == before
        assert index.info().claims == 1
        assert index.verify() == ()
        seen = before[2].sequence
        add(index, article("new"))
        newest = max(candidate.doc for candidate in index.candidates(fingerprint()).found)
        assert newest == seen + 2  # the number of the one removed last is not given again


def test_a_rebuilt_index_has_its_journal(path):
    with create_index(path) as index:
        index.record([Entry(kind="override", subject="a", body="{}", time=1.0)])
        entries = index.journal("override")
    rebuild_index(path)
    with open_index(path) as index:
        assert index.journal("override") == entries


def test_an_index_is_rebuilt_with_other_settings(path):
    with create_index(path) as index:
        add(index, article("a"), article("b", OTHER))
    settings = Settings(shingle_words=2, permutations=64, bands=16, rows=4)
    rebuild_index(path, settings=settings)
    with open_index(path, settings=settings) as index:
        assert found(index, STORY) == ["a"]
        assert index.verify() == ()


def test_an_index_of_another_kernel_is_refused_until_it_is_rebuilt(path):
    with create_index(path) as index:
        add(index, article("a"))
    change(path, "UPDATE manifest SET value = 'x' WHERE name = 'canary'")
    change(path, "UPDATE documents SET signature = zeroblob(400)")
    with pytest.raises(ForeignIndexError, match="rebuild"):
        open_index(path)
    rebuild_index(path)
    with open_index(path) as index:
        assert index.verify() == ()


def test_an_index_in_use_is_not_rebuilt_and_goes_on(path):
    with create_index(path) as index:
        add(index, article("a"))
        with pytest.raises(IndexLockedError, match="in use elsewhere"):
            rebuild_index(path)
        add(index, article("b"))
    with open_index(path) as index:
        assert list(index.ids()) == ["a", "b"]


def test_a_rebuild_that_fails_leaves_the_index_as_it_was(path, monkeypatch):
    with create_index(path) as index:
        add(index, article("a"))

    def fail(*arguments, **named):
        raise RuntimeError("power")

    with monkeypatch.context() as patch:
        patch.setattr("dupdetect.index.sqlite_tables.SQLiteConnection.insert_keys", fail)
        with pytest.raises(RuntimeError, match="power"):
            rebuild_index(path)
    assert os.listdir(path.parent) == ["site.db"]
    with open_index(path) as index:
        add(index, article("b"))
        assert index.verify() == ()
        assert path.with_name("site.db-wal").exists()


def test_nobody_opens_the_file_that_a_rebuild_replaced(path, monkeypatch):
    create_index(path).close()
    read = sqlite3.connect

    def slow(*arguments, **named):
        connection = read(*arguments, **named)
        path.rename(path.with_name("old.db"))
        path.write_bytes(path.with_name("old.db").read_bytes())
        return connection

    monkeypatch.setattr("dupdetect.index.database.sqlite3.connect", slow)
    with pytest.raises(IndexLockedError, match="rebuilt while it was being opened"):
        open_index(path)


def test_what_is_not_there_is_not_rebuilt(path):
    with pytest.raises(IndexNotFoundError):
        rebuild_index(path)


texts = st.lists(st.sampled_from(["", "one", STORY, OTHER, STORY + OTHER]) | st.text(max_size=60), max_size=6)


@given(texts, st.data())
def test_a_part_of_a_batch_is_the_batch_of_the_part(texts, data):
    fingerprinter = Fingerprinter()
    start = data.draw(st.integers(0, len(texts)))
    stop = data.draw(st.integers(start, len(texts)))
    whole, part = fingerprinter.fingerprint_batch(texts), fingerprinter.fingerprint_batch(texts[start:stop])
    cut = split(whole, start, stop)
    assert [cut[i] for i in range(len(cut))] == [part[i] for i in range(len(part))]
    joined = as_batch([whole[i] for i in range(len(whole))], fingerprinter.settings)
    assert [joined[i] for i in range(len(joined))] == [whole[i] for i in range(len(whole))]


@given(texts)
def test_key_rows_are_the_distinct_cut_keys_of_each_document(texts):
    batch = Fingerprinter().fingerprint_batch(texts)
    rows = key_rows(batch, np.arange(7, 7 + len(texts)), Settings())

    def signed(number):
        number &= 2**32 - 1
        return number - 2**32 if number >= 2**31 else number

    bands, postings = set(), set()
    for place in range(len(texts)):
        one = batch[place]
        keys = [int(key) for key in band_keys(one.signature[None], Settings())[0] if key]
        bands |= {(signed(key), place + 7) for key in keys}
        if one.tokens:
            bands.add((int.from_bytes(one.digest[:4], "little", signed=True), place + 7))
        postings |= {(signed(int(key)), place + 7) for key in one.sample}
    assert list(unpack(rows["bands"])) == sorted(bands)
    assert list(unpack(rows["postings"])) == sorted(postings)


def test_a_claim_of_a_post_that_is_there_meets_others_but_never_itself(path):
    with create_index(path) as index:
        add(index, article("a"))
        assert claim(index, "key", article("a")).granted
        assert not claim(index, "other", article("b")).granted


def as_schema_one(path):
    """Make of an index what the version then wrote: raw signatures, no templates, copies or journal."""
    with open_index(path) as index:
        prints = {article.id: one for article, one in index.iterate()}
    as_schema_two(path)
    for table in ("journal", "templates", "copies"):
        change(path, f"DROP TABLE {table}")
    for id, one in prints.items():
        change(path, "UPDATE documents SET signature = ? WHERE id = ?", one.signature.astype("<u4").tobytes(), id)
    change(path, "PRAGMA user_version = 1")


@pytest.mark.parametrize("keep_text", [True, False])
def test_an_index_of_the_first_schema_is_refused_until_it_is_rebuilt(path, keep_text):
    with create_index(path, keep_text=keep_text) as index:
        add(index, article("a"), article("b", OTHER))
        before = list(index.iterate())
    as_schema_one(path)
    with pytest.raises(ForeignIndexError, match="schema 1 of an earlier dupdetect.*index rebuild"):
        open_index(path)
    assert rebuild_index(path) == 2
    with open_index(path) as index:
        assert list(index.iterate()) == before
        assert index.verify() == ()
        assert index.set_template("main", "{}", version=0)


def as_schema_three(path):
    """Make of an index what the version then wrote: signatures packed otherwise, samples not at all."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT doc, sampled, signature, sample FROM documents").fetchall()
        for doc, sampled, signature, sample in rows:
            values = unpack_row(signature, 128, np.uint32, ascending=False).tolist()
            hashes = unpack_row(sample, sampled, np.uint64, ascending=True).astype("<u8")
            update = "UPDATE documents SET signature = ?, sample = ? WHERE doc = ?"
            connection.execute(update, (signature_of_schema_three(values), hashes.tobytes(), doc))
        connection.execute("ALTER TABLE documents DROP COLUMN sampled")
        connection.execute("PRAGMA user_version = 3")
        connection.commit()


@pytest.mark.parametrize("keep_text", [True, False])
def test_an_index_of_the_schema_before_is_refused_until_it_is_rebuilt(path, keep_text):
    settings = Settings(sample_floor=8)
    both, long = f"{STORY} {OTHER}", " ".join(f"{word}{n}" for n in range(40) for word in STORY.split())
    texts = {"a": STORY, "b": OTHER, "c": long, "empty": "", "short": "Two words"}
    articles = [article(*one) for one in texts.items()]
    with create_index(path, settings, keep_text=keep_text) as index:
        index.add(articles, Fingerprinter(settings).fingerprint_batch([one.text for one in articles]))
        claimed = Fingerprinter(settings).fingerprint(both)
        assert index.claim(article("d", both), claimed, "key", judged_up_to=0, judge=lambda newer: True).granted
        index.record([Entry(kind="override", subject="a", body="{}", time=1.0)])
        before = list(index.iterate()), index.candidates(claimed), index.journal("override")
    as_schema_three(path)
    with pytest.raises(ForeignIndexError, match="schema 3 of an earlier dupdetect.*index rebuild"):
        open_index(path)
    assert rebuild_index(path) == 6
    with open_index(path) as index:
        assert (list(index.iterate()), index.candidates(claimed), index.journal("override")) == before
        assert index.verify() == ()


def test_a_damaged_signature_of_the_schema_before_is_called_damaged(path):
    with create_index(path, keep_text=False) as index:
        add(index, article("a"))
    as_schema_three(path)
    change(path, "UPDATE documents SET signature = substr(signature, 1, 390)")
    with pytest.raises(IndexCorruptError, match="damaged"):
        rebuild_index(path)


def as_schema_two(path):
    """Make of an index what the version then wrote: the keys of claims among those of documents."""
    as_schema_three(path)
    for table in ("bands", "postings"):
        change(path, f"INSERT INTO {table} SELECT * FROM claimed_{table}")
        change(path, f"DROP TABLE claimed_{table}")
    change(path, "PRAGMA user_version = 2")


def test_claims_that_stood_among_the_documents_keys_are_found_after_a_rebuild(path):
    with create_index(path) as index:
        add(index, article("a", OTHER))
        assert claim(index, "key", article("b")).granted
    as_schema_two(path)
    with pytest.raises(ForeignIndexError, match="schema 2 of an earlier dupdetect.*index rebuild"):
        open_index(path)
    assert rebuild_index(path) == 2
    with open_index(path) as index:
        assert index.verify() == ()
        assert not claim(index, "other", article("c")).granted
        assert index.release("key")
        assert index.verify() == ()


def test_a_claim_leaves_the_keys_of_documents_alone(path):
    def keys():
        with closing(sqlite3.connect(path)) as connection:
            return [
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("bands", "postings", "claimed_bands", "claimed_postings")
            ]

    with create_index(path) as index:
        add(index, article("a", OTHER))
        before = keys()
        assert claim(index, "key", article("b")).granted
        assert keys()[:2] == before[:2]
        assert all(keys()[2:])
        put(index, article("b"), claims=["key"])
        assert keys()[2:] == [0, 0]
        assert index.verify() == ()


def test_an_index_of_a_later_schema_is_left_alone(path):
    create_index(path).close()
    change(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    for attempt in (open_index, rebuild_index):
        with pytest.raises(ForeignIndexError, match="a later one"):
            attempt(path)
    assert path.read_bytes() == before


def test_templates_survive_a_rebuild(path):
    with create_index(path) as index:
        index.set_template("main", "one", version=0)
    rebuild_index(path)
    with open_index(path) as index:
        assert (index.template("main").body, index.template("main").version) == ("one", 1)


def test_an_article_of_250_words_takes_two_and_a_half_kilobytes_its_text_not_counted(path):
    settings = Settings()
    (planted,) = corpus(2000)
    prints = Fingerprinter(settings).fingerprint_batch([one.text for one in planted.articles])
    build_index(path, [(planted.articles, prints)], settings=settings, keep_text=False)
    assert path.stat().st_size <= 2000 * 2500
