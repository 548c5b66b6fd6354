"""The command line as a hook sees it: a process, its exit code, its two streams."""

import json
import sqlite3
import subprocess
import sys

import pytest

from dupdetect.index import create_index, open_index
from dupdetect.settings import Settings
from dupdetect.testing import OTHER, STORY


@pytest.fixture
def run(tmp_path):
    def run(*arguments, stdin=b""):
        return subprocess.run(
            [sys.executable, "-m", "dupdetect", *map(str, arguments)],
            cwd=tmp_path,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def texts(tmp_path):
    """`a.txt` and `b.txt` are one story, `c.txt` is another."""
    for name, text in (("a", STORY), ("b", STORY.upper()), ("c", OTHER)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    return tmp_path


def test_nothing_found_is_0(run, texts):
    done = run("compare", "a.txt", "c.txt")
    assert done.returncode == 0
    assert b"DISTINCT" in done.stdout


def test_duplicates_are_1(run, texts):
    done = run("compare", "a.txt", "b.txt", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["relation"] == "IDENTICAL"


def test_fail_on_never_turns_1_into_0(run, texts):
    assert run("compare", "a.txt", "b.txt", "--fail-on", "never").returncode == 0


def test_a_wrong_option_is_2(run, texts):
    done = run("compare", "a.txt", "b.txt", "--nonsense")
    assert done.returncode == 2
    assert b"--nonsense" in done.stderr
    assert done.stdout == b""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", b"empty"),
        (b"   \n\t ", b"empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, b"png image"),
        (b"<html><body><nav><a href='/'>Home</a></nav></body></html>", b"article"),
    ],
)
def test_an_unreadable_document_is_3_and_named(run, tmp_path, content, says):
    (tmp_path / "bad.html").write_bytes(content)
    done = run("extract", "bad.html")
    assert done.returncode == 3, done.stderr
    assert b"bad.html" in done.stderr
    assert says in done.stderr.lower()
    assert b"Traceback" not in done.stderr


def test_a_file_that_is_not_there_is_3_and_named(run):
    done = run("extract", "nowhere.html")
    assert done.returncode == 3
    assert b"nowhere.html" in done.stderr


def test_an_index_that_is_not_there_is_4_and_named(run, texts):
    done = run("check", "a.txt", "--index", "nowhere.db")
    assert done.returncode == 4
    assert b"nowhere.db" in done.stderr


def test_a_foreign_index_is_4_and_untouched(run, texts):
    (texts / "foreign.db").write_bytes(b"no database at all, but long enough to look at")
    done = run("check", "a.txt", "--index", "foreign.db")
    assert done.returncode == 4
    assert b"not a dupdetect index" in done.stderr
    assert (texts / "foreign.db").read_bytes() == b"no database at all, but long enough to look at"


def test_an_index_keeps_its_own_settings_whoever_opens_it(run, texts):
    create_index(texts / "site.db", Settings(shingle_words=2)).close()
    assert run("index", "add", "--index", "site.db", "a.txt").returncode == 0
    assert run("check", "b.txt", "--index", "site.db").returncode == 1


def test_check_finds_what_index_add_remembered_and_index_remove_forgets(run, texts):
    assert run("index", "add", "--index", "site.db", "a.txt", "c.txt").returncode == 0
    found = run("check", "b.txt", "--index", "site.db", "--json")
    assert found.returncode == 1
    (result,) = json.loads(found.stdout)["results"]
    assert [(match["id"], match["relation"]) for match in result["matches"]] == [("a.txt", "IDENTICAL")]
    assert run("index", "remove", "--index", "site.db", "a.txt").returncode == 0
    assert run("check", "b.txt", "--index", "site.db").returncode == 0
    info = json.loads(run("index", "info", "--index", "site.db", "--json").stdout)
    assert info["documents"] == 1
    assert Settings.from_dict(info["settings"]) == Settings()


def test_the_upkeep_of_an_index(run, texts):
    run("index", "add", "--index", "site.db", "a.txt", "c.txt")
    run("index", "remove", "--index", "site.db", "a.txt")
    assert run("index", "compact", "--index", "site.db").returncode == 0
    assert run("index", "verify", "--index", "site.db").returncode == 0
    assert run("index", "backup", "copy.db", "--index", "site.db").returncode == 0
    again = run("index", "backup", "copy.db", "--index", "site.db")
    assert again.returncode == 4
    assert b"copy.db" in again.stderr
    rebuilt = run("index", "rebuild", "--index", "copy.db")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert b"1 documents rebuilt" in rebuilt.stderr
    assert run("check", "a.txt", "--index", "copy.db").returncode == 0
    with sqlite3.connect(texts / "copy.db") as connection:
        connection.execute("DELETE FROM bands")
    connection.close()
    broken = run("index", "verify", "--index", "copy.db")
    assert broken.returncode == 4
    assert broken.stdout


def test_an_index_without_text_cannot_be_checked_against(run, texts):
    create_index(texts / "site.db", keep_text=False).close()
    done = run("check", "a.txt", "--index", "site.db")
    assert done.returncode == 2
    assert b"without text" in done.stderr


def test_a_post_is_no_duplicate_of_itself(run, texts):
    run("index", "add", "--index", "site.db", "a.txt")
    assert run("check", "a.txt", "--index", "site.db").returncode == 0
    assert run("check", "b.txt", "--index", "site.db", "--id", "a.txt").returncode == 0


def test_a_file_of_an_indexed_folder_is_itself_below_its_root(run, texts):
    (texts / "site" / "news").mkdir(parents=True)
    (texts / "a.txt").rename(texts / "site" / "news" / "a.txt")
    run("index", "add", "--index", "site.db", "site")
    assert run("check", "site/news/a.txt", "--index", "site.db").returncode == 1
    assert run("check", "site/news/a.txt", "--index", "site.db", "--root", "site").returncode == 0
    assert run("check", "c.txt", "--index", "site.db", "--root", "site").returncode == 2


def test_an_id_that_is_there_stops_index_add_unless_it_replaces(run, texts):
    run("index", "add", "--index", "site.db", "a.txt")
    again = run("index", "add", "--index", "site.db", "a.txt")
    assert again.returncode == 4
    assert b"a.txt" in again.stderr
    assert run("index", "add", "--index", "site.db", "--replace", "a.txt").returncode == 0
    with open_index(texts / "site.db") as index:
        assert len(index) == 1


def test_standard_input_is_a_file(run, texts):
    run("index", "add", "--index", "site.db", "a.txt")
    assert run("check", "-", "--index", "site.db", stdin=STORY.encode()).returncode == 1


def test_duplicates_weigh_more_than_unreadable_files_unless_strict(run, texts):
    (texts / "bad.html").write_bytes(b"")
    run("index", "add", "--index", "site.db", "a.txt")
    done = run("check", "b.txt", "bad.html", "missing.html", "--index", "site.db")
    assert done.returncode == 1
    assert b"bad.html" in done.stderr
    assert b"missing.html" in done.stderr
    assert run("check", "b.txt", "bad.html", "--index", "site.db", "--strict").returncode == 3
    assert run("check", "bad.html", "--index", "site.db").returncode == 3


def test_in_a_scan_a_bad_page_and_a_repeated_id_are_reported_and_the_rest_goes_on(run, tmp_path):
    lines = [
        {"id": "1", "text": STORY, "title": "One", "published": "2014-11-03", "section": "Main"},
        {"id": "2", "text": STORY, "published": "2014-11-04T10:00:00+01:00"},
        {"id": "2", "text": OTHER},
        {"id": "4", "html": ""},
        {"id": "5"},
        {"id": "6", "text": OTHER, "published": "some day"},
        ["not", "an", "object"],
    ]
    body = "".join(json.dumps(line) + "\n" for line in lines) + "{broken\n"
    (tmp_path / "in.jsonl").write_text(body, encoding="utf-8")
    done = run("scan", "in.jsonl", "--json", "--pairs", "pairs.jsonl", "--clusters", "clusters.jsonl")
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert result["articles"] == 2
    assert [failure["id"] for failure in result["failures"]] == [
        "2", "4", "in.jsonl:5", "in.jsonl:6", "in.jsonl:7", "in.jsonl:8",
    ]  # fmt: skip
    (pair,) = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    assert (pair["a"], pair["b"], pair["relation"]) == ("1", "2", "IDENTICAL")
    assert {"a", "b", "relation", "score", "measures", "passages"} <= pair.keys()
    (cluster,) = [json.loads(line) for line in (tmp_path / "clusters.jsonl").read_text().splitlines()]
    assert (cluster["ids"], cluster["original"]) == (["1", "2"], "1")
    assert cluster["reasons"]


def test_hostile_pages_of_a_scan_are_reported_and_the_rest_goes_on(run, tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    page = f"<html><head><title>Ferry</title></head><body><article><p>{STORY}</p><p>{OTHER}</p></article></body></html>"
    pages = {
        "a.html": page.encode(),
        "b.html": page.replace("Ferry", "Färgen").encode("utf-16"),
        "wrong-charset.html": page.replace("<head>", '<head><meta charset="utf-8">')
        .replace("council", "Räte")
        .encode("cp1252"),
        "deep.html": b"<div>" * 100_000 + page.encode(),
        "huge.html": page.encode() + b"<p>x" * 12_500_000,
        "empty.html": b"",
        "picture.html": b"\x89PNG\r\n\x1a\n" + bytes(4000),
        "menu.html": b"<nav><a href='/'>Home</a></nav>",
    }
    for name, content in pages.items():
        (folder / name).write_bytes(content)
    done = run("scan", "pages", "--json")
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    told = {failure["id"]: failure["error"] for failure in result["failures"]}
    assert sorted(told) == ["deep.html", "empty.html", "huge.html", "menu.html", "picture.html"]
    assert "nest deeper" in told["deep.html"]
    assert "over the limit" in told["huge.html"]
    assert "empty" in told["empty.html"]
    assert "PNG" in told["picture.html"]
    relations = {frozenset((pair["a"], pair["b"])): pair["relation"] for pair in result["pairs"]}
    assert relations[frozenset(("a.html", "b.html"))] == "IDENTICAL"
    assert relations[frozenset(("a.html", "wrong-charset.html"))] == "NEAR"


def test_a_scan_of_nothing_is_an_error_and_not_an_empty_answer(run, tmp_path):
    (tmp_path / "empty").mkdir()
    done = run("scan", "empty")
    assert done.returncode == 3
    assert b"no page in it" in done.stderr
    assert run("scan", "nowhere").returncode == 3


def test_repeats_is_1_when_a_text_stands_twice(run, tmp_path):
    (tmp_path / "twice.txt").write_text(f"{STORY}\n\n{OTHER}\n\n{STORY}", encoding="utf-8")
    done = run("repeats", "twice.txt", "--json")
    assert done.returncode == 1
    (repeat,) = json.loads(done.stdout)["repeats"]
    assert STORY[:40] in repeat["first"]["text"]
    assert STORY[:40] in repeat["second"]["text"]
    (tmp_path / "once.txt").write_text(STORY, encoding="utf-8")
    assert run("repeats", "once.txt").returncode == 0


def test_a_reader_that_stops_reading_is_no_error(tmp_path, texts):
    command = f"{sys.executable} -m dupdetect compare a.txt b.txt --json | head -c 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_a_markdown_post_and_its_page_are_identical(run, tmp_path):
    (tmp_path / "post.md").write_text(f"---\ntitle: Ferry\n---\n{STORY}\n\n{OTHER}\n", encoding="utf-8")
    (tmp_path / "post.json").write_text(
        json.dumps({"blocks": [{"type": "paragraph", "data": {"text": text}} for text in (STORY, OTHER)]})
    )
    done = run("compare", "post.md", "post.json", "--format", "editorjs")
    assert done.returncode == 3  # one format for both
    run("index", "add", "--index", "site.db", "post.md")
    done = run("check", "post.json", "--format", "editorjs", "--index", "site.db")
    assert done.returncode == 1, done.stderr
    assert b"Ferry" in done.stdout


def test_compare_writes_both_side_by_side(run, texts):
    done = run("compare", "a.txt", "b.txt", "--html", "side.html")
    assert done.returncode == 1
    assert "ferry running" in (texts / "side.html").read_text(encoding="utf-8")


def test_lone_surrogates_survive_into_json(run, tmp_path):
    line = json.dumps({"id": "x", "text": f"\ud800 {STORY}"})
    (tmp_path / "in.jsonl").write_text(f"{line}\n{line.replace('x', 'y', 1)}\n", encoding="utf-8")
    done = run("scan", "in.jsonl", "--json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["pairs"]


def test_an_index_is_copied_and_no_other_is_copied_over(run, texts):
    assert run("index", "add", "--index", "site.db", "a.txt").returncode == 0
    done = run("index", "copy", "site.db", "other.db")
    assert done.returncode == 0
    assert b"other.db: a copy of site.db: 1 documents, 0 lines of the journal, 0 templates; digest" in done.stderr
    done = run("index", "copy", "site.db", "other.db")
    assert done.returncode == 4
    assert b"no unfinished copy" in done.stderr
    assert run("index", "copy", "nowhere.db", "third.db").returncode == 4
    assert not (texts / "third.db").exists()
