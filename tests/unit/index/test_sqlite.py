import json
import multiprocessing
import os
import sqlite3
import threading

import pytest

from dupdetect.errors import (
    ForeignIndexError,
    IndexClosedError,
    IndexCorruptError,
    IndexExistsError,
    IndexLockedError,
    IndexNotFoundError,
    SettingsMismatchError,
    StoreError,
)
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import Filter, create_index, open_index
from dupdetect.settings import Settings
from dupdetect.testing import OTHER, STORY, add, article, claim, fingerprint, found, put


@pytest.fixture
def path(tmp_path):
    return tmp_path / "site.db"


def bytes_of(path):
    return path.read_bytes()


def test_an_index_that_is_not_there_is_named_and_not_made(path):
    with pytest.raises(IndexNotFoundError, match=r"site\.db"):
        open_index(path)
    assert not path.exists()


def test_a_new_index_does_not_take_the_place_of_a_file(path):
    path.write_text("precious")
    with pytest.raises(IndexExistsError, match="already"):
        create_index(path)
    assert path.read_text() == "precious"
    assert os.listdir(path.parent) == ["site.db"]


def test_a_new_index_in_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(StoreError, match="cannot create|unable to open"):
        create_index(tmp_path / "nowhere" / "site.db")


def test_a_foreign_file_is_refused_and_untouched(path):
    path.write_bytes(b"GIF89a" + bytes(5000))
    before = bytes_of(path)
    with pytest.raises(ForeignIndexError, match="not a dupdetect index"):
        open_index(path)
    assert bytes_of(path) == before


def test_an_empty_file_is_refused_and_untouched(path):
    path.touch()
    with pytest.raises(ForeignIndexError, match="not a dupdetect index"):
        open_index(path)
    assert bytes_of(path) == b""


def test_a_database_of_someone_else_is_refused_and_untouched(path):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE documents (id)")
    connection.close()
    before = bytes_of(path)
    with pytest.raises(ForeignIndexError, match="not a dupdetect index"):
        open_index(path)
    assert bytes_of(path) == before


def test_an_index_knows_its_settings(path):
    settings = Settings(shingle_words=4, permutations=64, bands=16, rows=4)
    create_index(path, settings).close()
    with open_index(path) as index:
        assert index.settings == settings
    with open_index(path, settings=settings) as index:
        assert index.settings == settings


def test_other_settings_are_refused_and_the_differing_fields_named(path):
    create_index(path, Settings(shingle_words=4)).close()
    with pytest.raises(SettingsMismatchError, match="shingle_words: index has 4, asked for 3") as caught:
        open_index(path, settings=Settings())
    assert caught.value.fields == {"shingle_words": (4, 3)}


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("PRAGMA user_version = 99", "schema 99"),
        ("UPDATE manifest SET value = 'x' WHERE name = 'canary'", "does not reproduce"),
        ("UPDATE manifest SET value = '{}' WHERE name = 'settings'", "manifest is not readable"),
        ("UPDATE manifest SET value = 'no json' WHERE name = 'settings'", "manifest is not readable"),
        ("DELETE FROM manifest", "manifest is not readable"),
    ],
)
def test_a_newer_schema_a_changed_kernel_and_a_tampered_manifest_are_refused(path, statement, message):
    create_index(path).close()
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    with pytest.raises(ForeignIndexError, match=message):
        open_index(path)


def test_an_older_tokenizer_is_refused(path):
    create_index(path).close()
    connection = sqlite3.connect(path)
    settings = json.loads(connection.execute("SELECT value FROM manifest WHERE name = 'settings'").fetchone()[0])
    settings["text_version"] = 999
    connection.execute("UPDATE manifest SET value = ? WHERE name = 'settings'", (json.dumps(settings),))
    connection.commit()
    connection.close()
    with pytest.raises(ForeignIndexError, match="rebuild"):
        open_index(path)


def test_a_truncated_index_is_called_damaged(path):
    with create_index(path) as index:
        add(index, *(article(f"{n}", f"{n} {STORY}") for n in range(300)))
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(size // 2)

    def read_all():
        with open_index(path) as index:
            for id in list(index.ids()):
                index.get(id)

    with pytest.raises(IndexCorruptError, match="damaged"):
        read_all()


def test_a_file_that_another_process_writes_is_waited_for_and_then_reported(path):
    create_index(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_index(path, busy_timeout=0.05) as index:
        with pytest.raises(IndexLockedError, match=r"over 0\.05 s"):
            add(index, article("a"))
        assert len(index) == 0  # readers go on
        other.execute("ROLLBACK")
        add(index, article("a"))
        assert len(index) == 1
    other.close()


def test_threads_share_an_index(path):
    failures = []

    def work(worker):
        try:
            for n in range(20):
                add(index, article(f"{worker}:{n}", f"{worker} {n} {STORY}"))
                assert f"{worker}:{n}" in found(index, f"{worker} {n} {STORY}", limit=500)
        except Exception as error:
            failures.append(error)

    with create_index(path) as index:
        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(index) == 120


def _in_child(index, answers):
    try:
        add(index, article("child"))
        answers.put(sorted(index.ids()))
        index.close()
    except StoreError as error:
        answers.put(type(error).__name__)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_opens_the_file_anew_and_the_parent_goes_on(path):
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    with create_index(path) as index:
        add(index, article("parent"))
        child = context.Process(target=_in_child, args=(index, answers))
        child.start()
        assert answers.get(timeout=30) == ["child", "parent"]
        child.join()
        add(index, article("later"))
        assert sorted(index.ids()) == ["child", "later", "parent"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_an_in_memory_index_says_that_it_does_not_outlive_a_fork():
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    with create_index(":memory:") as index:
        child = context.Process(target=_in_child, args=(index, answers))
        child.start()
        assert answers.get(timeout=30) == IndexClosedError.__name__
        child.join()


def test_of_a_key_that_everyone_has_the_oldest_articles_are_followed_and_the_key_is_counted(path, monkeypatch):
    monkeypatch.setattr("dupdetect.index.search.HOT_KEY", 3)
    with create_index(path) as index:
        add(index, *(article(f"{n}", f"{STORY} {n}") for n in range(6)))
        result = index.candidates(Fingerprinter().fingerprint(STORY + " 99 other words"))
        assert result.hot_keys > 0
        assert {"0", "1", "2"} <= {candidate.id for candidate in result.found}


def test_removing_leaves_no_orphan_in_any_table(path):
    with create_index(path) as index:
        add(index, article("a"), article("b"))
        index.remove(["a", "b"])
    connection = sqlite3.connect(path)
    counts = [connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("documents", "bands", "postings")]
    connection.close()
    assert counts == [0, 0, 0]


def test_no_everyday_statement_reads_all_documents(path):
    with create_index(path) as index:
        add(index, article("a"), article("b", OTHER))
        statements = []
        with index._database.reading() as connection:
            connection.set_trace_callback(statements.append)
        assert claim(index, "key", article("c", "Something else, of some length, to be claimed.")).granted
        index.release("key")
        put(index, article("a"), versions=[3], claims=["key"])
        index.candidates(fingerprint(), within=Filter(sites=("main",)))
        index.get("a")
        index.remove(["b"])
        assert "a" in index
        assert len(index) == index.info().documents == 1
        connection.set_trace_callback(None)
        asked = [one for one in statements if one.split()[0] in ("SELECT", "DELETE", "UPDATE")]
        assert len(asked) > 10
        for statement in asked:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
            assert not [step for step in plan if step.startswith("SCAN documents") and "INDEX" not in step], statement


def test_a_thread_reads_while_another_one_holds_the_write_lock(tmp_path):
    with create_index(tmp_path / "site.db") as index:
        add(index, article("a"))
        seen = []

        def judge(newer):
            reader = threading.Thread(target=lambda: seen.append(index.get("a").id), daemon=True)
            reader.start()
            reader.join(30)
            return True

        one = article("b")
        own = fingerprint(one.text)
        assert index.claim(one, own, "key", judged_up_to=0, judge=judge).granted
        assert seen == ["a"]
