"""What an index in PostgreSQL does besides the contract: opening, roles, upkeep, secrets; and what runs on it."""

import json
import re
import subprocess
import sys
import threading
import types
import uuid

import numpy as np
import pytest
from benchmarks.postgres_server import PASSWORD
from tests.conftest import ROOT
from tests.oracles import signature_of_schema_three
from tests.server.serving import FERRY, post, started

from dupdetect.cli import run
from dupdetect.errors import (
    DuplicateIdError,
    ForeignIndexError,
    IndexExistsError,
    IndexNotFoundError,
    IndexUnavailableError,
    SettingsMismatchError,
    StoreError,
)
from dupdetect.index import build_index, copy_index, create_index, open_index, rebuild_index
from dupdetect.index.keys import as_batch
from dupdetect.index.manifest import SCHEMA_VERSION
from dupdetect.index.packing import unpack_row
from dupdetect.index.rows import fingerprint_rows
from dupdetect.model import Article, Block, Document
from dupdetect.settings import Settings
from dupdetect.testing import OTHER, STORY, add, article, claim, fingerprint, fingerprints, found, put

pytestmark = pytest.mark.system


def stories(count, start=0):
    """Return articles of which many have words in common, and some are copies."""
    words = STORY.split() + OTHER.split()
    return [
        article(f"{n}", " ".join(words[(n * 7 + step * (n % 5 + 1)) % len(words)] for step in range(60 + n % 40)))
        for n in range(start, start + count)
    ]


# ------------------------------------------------------------------------------------------ opening


def test_an_index_that_is_not_there_is_named_and_not_made(url, server, schema):
    with pytest.raises(IndexNotFoundError, match=schema):
        open_index(url)
    assert server.execute(f"SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'") == [(0,)]


def test_a_database_that_is_not_there_says_so(server):
    with pytest.raises(IndexUnavailableError, match="nowhere"):
        open_index(server.url().replace("/postgres?", "/nowhere?"))


def test_of_two_who_make_an_index_at_once_one_is_told(url):
    outcomes = []

    def make():
        try:
            create_index(url).close()
            outcomes.append("made")
        except IndexExistsError:
            outcomes.append("told")

    threads = [threading.Thread(target=make) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "told", "told"]


def test_tables_of_someone_else_are_refused_and_untouched(url, server, schema):
    server.execute(f"CREATE SCHEMA {schema} CREATE TABLE manifest (item text) CREATE TABLE documents (item text)")
    with pytest.raises(ForeignIndexError, match="not a dupdetect index"):
        open_index(url)
    with pytest.raises(IndexExistsError):
        create_index(url)
    assert server.execute(f"SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}'") == [(2,)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("value = '99' WHERE name = 'schema_version'", f"knows {SCHEMA_VERSION}: use the version that made it"),
        ("value = '1' WHERE name = 'schema_version'", "rebuild it"),
        ("value = 'x' WHERE name = 'canary'", "does not reproduce"),
        ("value = 'x' WHERE name = 'settings'", "manifest is not readable"),
        ("name = 'x' WHERE name = 'schema_version'", "not a dupdetect index"),
    ],
)
def test_a_manifest_that_this_version_does_not_know_is_refused(server, schema, change, says):
    create_index(server.url(schema)).close()
    server.execute(f"UPDATE {schema}.manifest SET {change}")
    with pytest.raises(ForeignIndexError, match=says):
        open_index(server.url(schema))


def test_an_index_knows_its_settings(url):
    settings = Settings(shingle_words=4, permutations=64, bands=16, rows=4)
    create_index(url, settings, keep_text=False).close()
    with open_index(url, settings=settings) as index:
        assert index.settings == settings
        assert not index.keep_text
    with pytest.raises(SettingsMismatchError):
        open_index(url, settings=Settings())


# ------------------------------------------------------------------------------------------ what it holds


def test_it_finds_what_a_file_finds_with_the_same_numbers_strengths_and_stories(server, schema, tmp_path):
    pieces = stories(120)
    with create_index(tmp_path / "site.db") as file, create_index(server.url(schema)) as index:
        for store in (file, index):
            add(store, *pieces[:80])
            store.remove(["3", "17"])
            for one in pieces[70:]:
                put(store, one)
            assert claim(store, "key", article("claimed", "Nobody has written this, or any of it, before.")).granted
        for one in stories(40, start=60):
            own = fingerprint(one.text)
            assert index.candidates(own, limit=15) == file.candidates(own, limit=15)
            assert index.candidates(own, exclude=[one.id]) == file.candidates(own, exclude=[one.id])
        assert list(index.versions()) == list(file.versions())


def test_every_character_comes_back_in_ids_titles_and_sites(url):
    odd = "a\x00b\x1a0c\x1asd\x1a\x00é東 ' \" \\ % ? %s"
    whole = Article(id=odd, title=odd, site=odd, sections=(odd,), blocks=(Block(text=STORY),))
    with create_index(url) as index:
        add(index, whole)
        assert index.set_template(odd, "{}", version=0)
        assert index.get(odd) == whole
        assert odd in index
        assert found(index, STORY) == [odd]
        assert index.listing(site=odd)[0].id == odd
        assert index.template_sites() == (odd,)
        assert index.remove([odd]) == 1


def test_an_id_longer_than_an_index_of_postgresql_takes_says_so(url):
    random = "".join(uuid.uuid4().hex for _ in range(300))
    with create_index(url) as index:
        with pytest.raises(StoreError, match="longer than PostgreSQL can index"):
            add(index, article(random))
        assert len(index) == 0


# ------------------------------------------------------------------------------------------ upkeep


def test_an_index_built_at_once_is_as_if_added(server, schema):
    pieces = stories(150)
    batches = [(pieces[:70], fingerprints(pieces[:70])), (pieces[70:], fingerprints(pieces[70:]))]
    assert build_index(server.url(schema), batches) == 150
    with open_index(server.url(schema)) as index, create_index(":memory:") as added:
        add(added, *pieces)
        assert [one for one, _ in index.iterate()] == pieces
        assert index.verify() == ()
        own = fingerprint(pieces[31].text)
        assert index.candidates(own).found[0].id == added.candidates(own).found[0].id
        add(index, article("one more"))
        assert list(index.ids())[-1] == "one more"
    with pytest.raises(IndexExistsError):
        build_index(server.url(schema), batches)


def test_a_build_that_fails_leaves_nothing_behind(server, schema):
    pieces = [article("a"), article("a")]
    with pytest.raises(DuplicateIdError):
        build_index(server.url(schema), [(pieces, fingerprints(pieces))])
    with pytest.raises(IndexNotFoundError):
        open_index(server.url(schema))


def test_verify_finds_missing_foreign_and_changed_keys_and_a_rebuild_mends_them(server, schema):
    url = server.url(schema)
    with create_index(url) as index:
        add(index, article("a"), article("b", OTHER), article("c", f"{STORY} Once more."))
        numbers = [row.doc for row in index.listing()]
        for statement in (
            "DELETE FROM bands WHERE key = (SELECT max(key) FROM bands)",
            "INSERT INTO postings VALUES (7, 1)",
            "INSERT INTO copies VALUES (99, 1)",
            "UPDATE postings SET key = key + 1 WHERE key = (SELECT min(key) FROM postings)",
            "UPDATE documents SET digest = repeat('x', 16)::bytea WHERE id = 'a'",
        ):
            server.execute(f"SET search_path = {schema}; {statement}")
            assert index.verify() != (), statement
            assert rebuild_index(url) == 3
            assert index.verify() == ()
        assert [row.doc for row in index.listing()] == numbers
    other = Settings(shingle_words=4)
    assert rebuild_index(url, settings=other) == 3
    with open_index(url, settings=other) as index:
        assert index.verify() == ()


LONG = " ".join(f"{word}{n}" for n in range(20) for word in STORY.split())


@pytest.mark.parametrize("keep_text", [True, False])
def test_an_index_of_the_schema_before_is_refused_until_it_is_rebuilt(server, schema, keep_text):
    url = server.url(schema)
    with create_index(url, keep_text=keep_text) as index:
        add(index, article("a"), article("b", OTHER), article("empty", ""))
        assert claim(index, "key", article("c", LONG)).granted
        before = list(index.iterate())
    columns = "doc, sampled, signature, sample"
    for doc, sampled, signature, sample in server.execute(f"SELECT {columns} FROM {schema}.documents"):
        values = unpack_row(signature, 128, np.uint32, ascending=False).tolist()
        hashes = unpack_row(sample, sampled, np.uint64, ascending=True).astype("<u8")
        earlier = signature_of_schema_three(values).hex(), hashes.tobytes().hex()
        new = "signature = '\\x{}', sample = '\\x{}'".format(*earlier)
        server.execute(f"UPDATE {schema}.documents SET {new} WHERE doc = {doc}")
    server.execute(f"ALTER TABLE {schema}.documents DROP COLUMN sampled")
    server.execute(f"UPDATE {schema}.manifest SET value = '3' WHERE name = 'schema_version'")
    with pytest.raises(ForeignIndexError, match="schema 3 of an earlier dupdetect.*index rebuild"):
        open_index(url)
    assert rebuild_index(url) == 4
    with open_index(url) as index:
        assert list(index.iterate()) == before
        assert index.verify() == ()
        assert not claim(index, "other", article("d", LONG)).granted


def test_what_was_removed_is_gone_from_the_tables_files_after_compacting(server, schema):
    secret = "Plutonium was delivered to the harbour master in eleven crates marked as dried figs and two as raisins."
    mark = fingerprint_rows(as_batch([fingerprint(secret)], Settings()))[0][-1][:32]
    oid = server.execute("SELECT oid FROM pg_database WHERE datname = 'postgres'")[0][0]

    def stands():
        server.execute("CHECKPOINT")
        files = (path for path in (server.data / "base" / str(oid)).iterdir() if path.is_file())
        return any(mark in path.read_bytes() for path in files)

    with create_index(server.url(schema)) as index:
        add(index, *(article(f"{n}", f"{n} {STORY}") for n in range(50)), article("secret", secret))
        assert stands()
        before = index.info().bytes
        index.remove(["secret", *(f"{n}" for n in range(50))])
        index.compact()
        assert not stands()
        assert index.info().bytes < before


# ------------------------------------------------------------------------------------------ roles and secrets


def snippet():
    """Return the statements of the how-to that make the two roles."""
    text = (ROOT / "docs" / "how-to" / "postgres.md").read_text()
    return re.search(r"```sql\n(.*?)```", text, re.S)[1]


def test_the_role_of_the_how_to_can_check_publish_and_remember_and_nothing_more(server):
    database = "newsroom"
    server.execute(f"CREATE DATABASE {database}")
    for statement in snippet().split(";"):
        if statement.strip():
            server.execute(statement, database=database)
    url = {
        user: f"postgresql://{user}@/{database}?host={server.folder}&port={server.port}"
        for user in ("dupdetect_owner", "dupdetect_app")
    }
    try:
        with pytest.raises(StoreError, match="may not|no index"):
            create_index(url["dupdetect_app"])
        create_index(url["dupdetect_owner"]).close()
        with open_index(url["dupdetect_app"]) as index:
            add(index, article("a"), article("b", OTHER))
            put(index, article("b", OTHER + STORY))
            assert claim(index, "key", article("c", "Nobody has written this, or any of it, before.")).granted
            assert index.release("key")
            assert index.set_template("main", "{}", version=0)
            index.record([])
            assert index.remove(["a"]) == 1
            assert index.verify() == ()
            with pytest.raises(StoreError, match="only the owner"):
                index.compact()
            with pytest.raises(StoreError, match="role may not"), index._database.writing() as connection:
                connection.execute("DROP TABLE documents")
        with pytest.raises(StoreError, match="role may not"):
            rebuild_index(url["dupdetect_app"])
    finally:
        server.execute(f"DROP DATABASE {database} WITH (FORCE)")
        server.execute("DROP ROLE dupdetect_app, dupdetect_owner")


def test_no_verb_error_or_fact_shows_the_password(server, schema, tmp_path, capfd):
    url = server.url(schema, tcp=True)
    (tmp_path / "a.txt").write_text(STORY)
    told = ""
    for command in (
        ["index", "add", "--index", url, str(tmp_path / "a.txt")],
        ["index", "add", "--index", url, str(tmp_path / "a.txt")],
        ["index", "info", "--index", url],
        ["index", "info", "--index", url, "--json"],
        ["index", "verify", "--index", url],
        ["index", "compact", "--index", url],
        ["index", "backup", "--index", url, str(tmp_path / "copy.db")],
        ["index", "rebuild", "--index", url],
        ["index", "copy", url, str(tmp_path / "copy.db")],
        ["index", "copy", url, url],
        ["check", str(tmp_path / "a.txt"), "--index", url],
        ["scan", str(tmp_path), "--index", url, "--json"],
        ["tune", "bands", "--index", url],
        ["index", "remove", "--index", url, "a.txt"],
        ["index", "info", "--index", url.replace("127.0.0.1", "127.0.0.1:1,127.0.0.1")],
        ["index", "info", "--index", server.url(schema, tcp=True, user="nobody")],
        ["index", "info", "--index", url.replace("127.0.0.1", "[127.0.0.1")],
    ):
        run(command)
        told += "".join(capfd.readouterr())
    assert "new index" in told
    assert "pg_dump" in told
    for secret in (PASSWORD, "s3cr", "s3cr%2Ft"):
        assert secret not in told
    with open_index(url) as index:
        assert "s3cr" not in repr(index) + repr(vars(index)) + index.location


# ------------------------------------------------------------------------------------------ what runs on it


def test_a_copy_to_postgresql_and_back_is_the_same_index(server, schema, tmp_path):
    pieces = stories(60)
    with create_index(tmp_path / "one.db") as one, create_index(server.url(schema)) as two:
        one.add(pieces, fingerprints(pieces), versions=[None if n % 3 else n if n % 2 else f"{n}" for n in range(60)])
        assert one.set_template("main", '{"a": "\ud800"}', version=0)
        there = copy_index(one, two)
        with create_index(tmp_path / "three.db") as three:
            assert copy_index(two, three) == there
            assert list(three.versions()) == list(one.versions())
            assert list(three.iterate()) == list(one.iterate())


def test_the_service_runs_on_it(server, schema, tmp_path):
    with started(tmp_path / "service", "--workers", "2", index=server.url(schema, tcp=True)) as client:
        assert client.get("/readyz").status == 200
        mine = client.decide(post("wp:1:1"), claim={"key": "mine"})
        assert mine["decision"] == "pass"
        assert mine["claim"]["granted"]
        other = client.decide(post("wp:1:2"), claim={"key": "other"})
        assert other["decision"] == "block"
        assert client.put("wp:1:1", {"format": "text", "content": FERRY}, claim="mine").status == 201
        assert client.decide(post("wp:1:2"))["matches"][0]["id"] == "wp:1:1"
        assert client.get("/v1/info").status == 200
        assert client.delete("wp:1:1").status == 204
        assert client.decide(post("wp:1:2"))["decision"] == "pass"
    assert "s3cr" not in client.log.read_text() + json.dumps(mine)
    with open_index(server.url(schema)) as index:
        assert index.verify() == ()


def test_a_django_projects_settings_take_it(server, schema, monkeypatch):
    pytest.importorskip("django", reason="needs Django: pip install 'dupdetect[django]'")
    from dupdetect.integrations.django import conf
    from dupdetect.integrations.django.gate import Gate, claim_of

    told = {"INDEX": server.url(schema, tcp=True), "SOURCE": "blog"}
    monkeypatch.setattr(conf, "settings", types.SimpleNamespace(DUPDETECT=told))
    options = conf.options()
    assert "s3cr" not in repr(options)
    gate, other = Gate(options), Gate(options)
    mine = Document(id=gate.identity("post", 1), content=FERRY, format="text")
    copy = Document(id=gate.identity("post", 2), content=FERRY, format="text")
    try:
        assert gate.ask(mine, claim=claim_of(mine.id)).allowed
        assert not other.ask(copy, claim=claim_of(copy.id)).allowed
        gate.remember(mine)
        assert other.ask(copy).decision.judged[0].match.id == "blog:post:1"
        gate.forget(mine.id)
        assert other.ask(copy).allowed
    finally:
        gate.close()
        other.close()


def test_a_django_row_that_is_rolled_back_gives_its_text_free(server, schema):
    pytest.importorskip("django", reason="needs Django: pip install 'dupdetect[django]'")
    script = ROOT / "tests" / "system" / "postgres" / "django_rows.py"
    command = [sys.executable, script, server.folder, str(server.port), server.url(schema)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "public True claims 1",
        "rolled back, claims 0",
        "to a savepoint, claims 0",
        "public True with a number of its own True",
        "remembered True",
    ]
