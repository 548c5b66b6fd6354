"""`dupdetect scan` with baselines, an index, a work folder, several workers."""

import json

import pytest
from click.testing import CliRunner
from tests.unit.scan.corpora import related_texts

from dupdetect.cli import cli, run
from dupdetect.errors import InputError, SettingsError
from dupdetect.index import create_index, open_index

TEXTS = dict(related_texts())


@pytest.fixture
def call(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        done = CliRunner().invoke(cli, ["scan", *map(str, arguments)], standalone_mode=False)
        if done.exception is not None:
            raise done.exception
        return done.return_value, done.stdout, done.stderr

    return call


def write(path, texts):
    path.write_text("".join(json.dumps({"id": id, "text": text}) + "\n" for id, text in texts.items()))
    return path


def pairs_in(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_accepted_pairs_are_hidden_while_both_texts_stay_as_they_are(call, tmp_path):
    source = write(tmp_path / "in.jsonl", TEXTS)
    code, _, _ = call(source, "--pairs", "old.jsonl")
    accepted = pairs_in(tmp_path / "old.jsonl")
    assert code == 1
    assert accepted
    code, out, err = call(source, "--pairs", "new.jsonl", "--baseline", "old.jsonl")
    assert (code, pairs_in(tmp_path / "new.jsonl")) == (0, [])
    assert "CLUSTER" not in out
    assert f"{len(accepted)} accepted pairs" in err
    changed = next(pair for pair in accepted if pair["relation"] == "NEAR")
    write(source, {**TEXTS, changed["a"]: TEXTS[changed["a"]] + " a late addition of some words"})
    code, _, _ = call(source, "--pairs", "new.jsonl", "--baseline", "old.jsonl")
    shown = pairs_in(tmp_path / "new.jsonl")
    assert code == 1
    assert {pair["a"] == changed["a"] or pair["b"] == changed["a"] for pair in shown} == {True}
    assert (changed["a"], changed["b"]) in {(pair["a"], pair["b"]) for pair in shown}


def test_new_pages_are_compared_with_an_index_and_added_to_it(call, tmp_path):
    create_index(tmp_path / "site.db").close()
    first = write(tmp_path / "first.jsonl", {id: text for id, text in TEXTS.items() if id.startswith("story")})
    new = write(tmp_path / "new.jsonl", {id: text for id, text in TEXTS.items() if id.startswith(("copy", "edited"))})
    code, out, err = call(first, "--index", "site.db", "--add")
    assert "(in the index)" not in out
    assert "12 articles were added" in err
    code, out, _ = call(new, "--index", "site.db", "--pairs", "pairs.jsonl", "--json")
    assert code == 1
    listed = pairs_in(tmp_path / "pairs.jsonl")
    known = {(pair["a"], pair["b"], pair["relation"]) for pair in listed if "index" in pair}
    assert ("copy-4", "story-4", "IDENTICAL") in known
    assert ("edited-3", "story-3", "NEAR") in known
    assert [pair for pair in json.loads(out)["pairs"] if "index" in pair] == [
        pair for pair in listed if "index" in pair
    ]
    with open_index(tmp_path / "site.db") as index:
        assert len(index) == 12
    call(first, "--index", "site.db", "--add", "--pairs", "again.jsonl")  # again: no article is its own duplicate
    assert [pair for pair in pairs_in(tmp_path / "again.jsonl") if pair["a"] == pair["b"]] == []
    code, _, _ = call(new, "--index", "site.db", "--baseline", "pairs.jsonl")
    assert code == 0


def test_add_without_an_index_is_refused(call, tmp_path):
    with pytest.raises(SettingsError, match="--add needs --index"):
        call(write(tmp_path / "in.jsonl", TEXTS), "--add")


def test_a_work_folder_stays_and_its_scan_is_not_repeated(call, tmp_path):
    source = write(tmp_path / "in.jsonl", TEXTS)
    first = call(source, "--work", "work", "--workers", 2)
    assert (tmp_path / "work" / "manifest.json").exists()
    assert call(source, "--work", "work") == first
    assert call(source) == first
    with pytest.raises(SettingsError, match="differs in passages"):
        call(source, "--work", "work", "--no-passages")


def test_without_a_work_folder_nothing_is_left_behind(call, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    call(write(tmp_path / "in.jsonl", TEXTS))
    assert list((tmp_path / "temporary").iterdir()) == []


def test_pairs_beyond_the_list_are_counted_and_all_are_written(call, tmp_path, monkeypatch):
    source = write(tmp_path / "in.jsonl", TEXTS)
    _, whole, _ = call(source, "--pairs", "pairs.jsonl")
    monkeypatch.setattr("dupdetect.cli.scan.LISTED", 2)
    code, out, _ = call(source)
    assert code == 1
    assert f"… and {len(pairs_in(tmp_path / 'pairs.jsonl')) - 2} more pairs" in out
    assert out.splitlines()[-1] == whole.splitlines()[-2]


def test_too_much_to_hold_is_said_and_no_bug(call, tmp_path, monkeypatch):
    source = write(tmp_path / "in.jsonl", TEXTS)
    monkeypatch.setattr("dupdetect.scan.findings.HELD", 3)
    with pytest.raises(SettingsError, match="too many to hold"):
        call(source, "--json")
    assert call(source)[0] == 1
    with pytest.raises(InputError, match="no such file"):
        call(source, "--baseline", "none.jsonl")
    assert run(["scan", str(source), "--json"]) == 2


def test_an_index_is_built_of_a_finished_scan_without_fingerprinting_again(call, tmp_path, monkeypatch, capsys):
    texts = {**TEXTS, "empty": ""}
    source = write(tmp_path / "in.jsonl", texts)
    call(source, "--work", "work")
    assert run(["index", "add", str(source), "--index", "added.db"]) == 3  # one is empty

    def refuse(*_):
        raise AssertionError("fingerprinted again")

    with monkeypatch.context() as patched:
        patched.setattr("dupdetect.fingerprint.Fingerprinter.fingerprint_shingles", refuse)
        patched.setattr("dupdetect.index.manifest.canary", lambda settings: "none")
        assert run(["index", "build", "work", "--index", "thin.db", "--no-text"]) == 0
    assert run(["index", "build", "work", "--index", "site.db"]) == 0
    assert f"{len(texts) - 1} articles" in capsys.readouterr().err
    with open_index("site.db") as built, open_index("added.db") as added:
        assert list(built.iterate()) == list(added.iterate())
        assert built.verify() == ()
    assert run(["index", "build", "work", "--index", "site.db"]) == 4  # there is one already


def test_no_index_is_built_of_an_unfinished_scan_or_another_folder(call, tmp_path, capsys):
    source = write(tmp_path / "in.jsonl", TEXTS)
    call(source, "--work", "work")
    (tmp_path / "work" / "manifest.json").unlink()
    for folder in ("work", "nowhere"):
        assert run(["index", "build", folder, "--index", "site.db"]) == 2
        assert "holds no finished scan" in capsys.readouterr().err
    assert not (tmp_path / "site.db").exists()


def test_no_index_is_built_of_a_scan_by_other_text_rules(call, tmp_path, monkeypatch, capsys):
    call(write(tmp_path / "in.jsonl", TEXTS), "--work", "work")
    monkeypatch.setattr("dupdetect.scan.outside.TEXT_VERSION", 99)
    assert run(["index", "build", "work", "--index", "site.db"]) == 2
    assert "scan anew" in capsys.readouterr().err
