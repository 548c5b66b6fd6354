"""A scan from files is the scan in memory, whatever the shards and workers, and whenever it was interrupted."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
from tests.unit.scan.corpora import articles_of, related_texts, slow_scan

from dupdetect.errors import InputError, ScanError, SettingsError
from dupdetect.io import PathSource, PiecesSource
from dupdetect.model import Document, Failure, Relation
from dupdetect.scan import scan_articles, scan_source, stages
from dupdetect.scan.work import FORMAT
from dupdetect.settings import Settings

TEXTS = related_texts()


@pytest.fixture(scope="module")
def expected():
    return slow_scan(articles_of(TEXTS))


@pytest.fixture
def jsonl(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps({"id": id, "text": text}) + "\n" for id, text in TEXTS), encoding="utf-8")
    return path


def test_the_test_corpus_holds_every_relation_that_is_reported(expected):
    found = Counter(pair.verdict.relation for pair in expected.pairs)
    wanted = {Relation.IDENTICAL, Relation.NEAR, Relation.OVERLAPS, Relation.TEMPLATE}
    assert wanted <= found.keys()
    assert found.keys() & {Relation.CONTAINS, Relation.CONTAINED}
    assert expected.repeats
    assert len(expected.clusters) >= 4


def test_a_scan_in_memory_is_the_slow_scan_and_has_no_limit(expected, monkeypatch):
    monkeypatch.setattr("dupdetect.scan.findings.HELD", 3)
    assert scan_articles(articles_of(TEXTS)) == expected


@pytest.mark.parametrize("shard", [1, 7, 1000])
def test_a_scan_from_files_is_the_slow_scan_whatever_the_size_of_a_shard(jsonl, tmp_path, expected, shard):
    findings = scan_source(PathSource([str(jsonl)]), tmp_path / "work", shard=shard)
    assert findings.result() == expected


@pytest.mark.parametrize("chunk", [1, 5])
def test_a_scan_does_not_depend_on_how_many_pairs_are_verified_at_once(tmp_path, expected, monkeypatch, jsonl, chunk):
    monkeypatch.setattr(stages, "CHUNK", chunk)
    assert scan_source(PathSource([str(jsonl)]), tmp_path / "work").result() == expected
    assert scan_articles(articles_of(TEXTS)) == expected


def test_several_workers_find_what_one_finds(jsonl, tmp_path, expected):
    assert scan_source(PathSource([str(jsonl)]), tmp_path / "work", shard=9, workers=2).result() == expected


def test_without_passages_the_relations_and_scores_are_the_same(jsonl, tmp_path, expected):
    result = scan_source(PathSource([str(jsonl)]), tmp_path / "work", passages=False).result()
    told = [(pair.left, pair.right, pair.verdict.relation, pair.verdict.score) for pair in result.pairs]
    assert told == [(pair.left, pair.right, pair.verdict.relation, pair.verdict.score) for pair in expected.pairs]
    assert {pair.verdict.comparison.passages for pair in result.pairs} == {None}
    assert result.clusters == expected.clusters


KILLED = """
import os, signal, sys
from dupdetect.io import PathSource
from dupdetect.scan import scan_source, stages
stages.CHUNK = 10

def progress(what, steps, count):
    for number, step in enumerate(steps):
        if (what, number) == (sys.argv[3], int(sys.argv[4])):
            os.kill(os.getpid(), signal.SIGKILL)
        yield step

scan_source(PathSource([sys.argv[1]]), sys.argv[2], shard=9, progress=progress)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
@pytest.mark.parametrize(
    ("stage", "step", "done"),
    [
        ("Reading", 0, "read/000000"),
        ("Reading", 2, "read/000002"),
        ("Joining fingerprints", 5, "join/band-3"),
        ("Comparing pairs", 0, "frequencies"),
        ("Comparing pairs", 2, "verified/000002"),
    ],
)
def test_a_scan_that_was_killed_goes_on_behind_what_it_finished(
    jsonl, tmp_path, expected, monkeypatch, stage, step, done
):
    script = [sys.executable, "-c", KILLED.replace("sys.argv[2],", "__import__('pathlib').Path(sys.argv[2]),")]
    killed = subprocess.run([*script, jsonl, tmp_path / "work", stage, str(step)], check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "work" / "manifest.json").exists()
    before = (tmp_path / "work" / done).stat().st_mtime_ns
    monkeypatch.setattr(stages, "CHUNK", 10)
    assert scan_source(PathSource([str(jsonl)]), tmp_path / "work", shard=9).result() == expected
    assert (tmp_path / "work" / done).stat().st_mtime_ns == before
    assert (tmp_path / "work" / "manifest.json").exists()


def test_a_finished_scan_is_read_again_without_work(jsonl, tmp_path, expected):
    source = PathSource([str(jsonl)])
    scan_source(source, tmp_path / "work")
    steps = Counter()

    def progress(what, every, count):
        for step in every:
            steps[what] += 1
            yield step

    again = scan_source(source, tmp_path / "work", progress=progress)
    assert again.result() == expected
    assert steps["Reading"] == steps["Comparing pairs"] == steps["Joining fingerprints"] == 0
    manifest = json.loads((tmp_path / "work" / "manifest.json").read_text())
    assert (manifest["format"], manifest["articles"]) == (FORMAT, len(TEXTS))
    assert Settings.from_dict(manifest["settings"]) == Settings()


def test_a_work_folder_of_another_scan_is_refused_and_left_alone(jsonl, tmp_path):
    work = tmp_path / "work"
    scan_source(PathSource([str(jsonl)]), work)
    with pytest.raises(SettingsError, match="differs in settings"):
        scan_source(PathSource([str(jsonl)]), work, settings=Settings(shingle_words=2))
    with jsonl.open("a") as file:
        file.write(json.dumps({"id": "new", "text": "one more"}) + "\n")
    with pytest.raises(SettingsError, match="differs in input"):
        scan_source(PathSource([str(jsonl)]), work)
    begun = work / "scan.json"
    begun.write_text(begun.read_text().replace(f'"format": {FORMAT}', '"format": 99'))
    with pytest.raises(SettingsError, match="differs in format"):
        scan_source(PathSource([str(jsonl)]), work)
    begun.write_text("{broken")
    with pytest.raises(InputError, match="no usable work folder"):
        scan_source(PathSource([str(jsonl)]), work)


def test_a_folder_with_other_files_is_no_work_folder(jsonl, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear")
    with pytest.raises(SettingsError, match="holds files, but no scan"):
        scan_source(PathSource([str(jsonl)]), tmp_path / "mine")
    assert os.listdir(tmp_path / "mine") == ["letter.txt"]


@pytest.mark.parametrize("shard", [1, 2, 100])
def test_bad_documents_and_repeated_ids_are_failures_in_order_and_the_rest_is_scanned(tmp_path, shard):
    text = TEXTS[0][1] * 2
    pieces = [
        Document(id="a", content=text, format="text"),
        Document(id="bad", content=""),
        Failure(id="line 3", error="no JSON"),
        Document(id="a", content="another text of this id", format="text"),
        Document(id="b", content=text, format="text"),
        Document(id="b", content=text, format="text"),
        Document(id="c", content=text, format="text"),
    ]
    result = scan_source(PiecesSource(pieces), tmp_path / "work", shard=shard).result()
    assert [article.id for article in result.articles] == ["a", "b", "c"]
    assert [failure.id for failure in result.failures] == ["bad", "line 3", "a", "b"]
    assert [(pair.left, pair.right) for pair in result.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert [one.ids for one in result.clusters] == [("a", "b", "c")]


def test_a_scan_of_nothing_readable_finds_nothing(tmp_path):
    result = scan_source(PiecesSource([Document(id="x", content="")]), tmp_path / "work").result()
    assert (result.articles, result.pairs, result.clusters, result.compared) == ((), (), (), 0)
    assert len(result.failures) == 1
    assert scan_source(PiecesSource([]), tmp_path / "none").result().articles == ()


def test_lone_surrogates_survive_the_work_folder(tmp_path):
    pieces = [Document(id=id, content=f"\ud800 {TEXTS[0][1] * 2}", format="text") for id in ("a\udc80", "b")]
    (pair,) = scan_source(PiecesSource(pieces), tmp_path / "work").result().pairs
    assert (pair.left, pair.verdict.relation) == ("a\udc80", Relation.IDENTICAL)


def test_many_copies_of_one_text_are_one_cluster_though_not_each_pair_is_compared(tmp_path):
    text = TEXTS[0][1] * 2
    pieces = [Document(id=f"{number:03}", content=text, format="text") for number in range(230)]
    result = scan_source(PiecesSource(pieces), tmp_path / "work").result()
    assert [len(one.ids) for one in result.clusters] == [230]
    assert result.compared == len(result.pairs) < 230 * 229 // 2
    assert any("keys stand in so many" in note for note in result.notes)
    again = scan_articles(articles_of([(piece.id, piece.content) for piece in pieces]))
    assert replace(again, articles=()) == replace(result, articles=())


def test_more_than_a_small_scan_says_what_was_estimated_and_finds_the_same_here(tmp_path, jsonl, expected, monkeypatch):
    for module in ("join", "frequencies", "stages"):
        monkeypatch.setattr(f"dupdetect.scan.{module}.SMALL", 10)
    result = scan_source(PathSource([str(jsonl)]), tmp_path / "work").result()
    assert any("story frequencies" in note for note in result.notes)
    told = {(pair.left, pair.right): pair.verdict.relation for pair in result.pairs}
    wanted = {(pair.left, pair.right): pair.verdict.relation for pair in expected.pairs}
    assert told == wanted


def test_a_damaged_work_folder_is_an_error_that_names_the_file(jsonl, tmp_path):
    source, work = PathSource([str(jsonl)]), tmp_path / "work"
    scan_source(source, work)
    columns = work / "read" / "000000" / "columns.bin"
    columns.write_bytes(columns.read_bytes()[:200])
    with pytest.raises(ScanError, match=r"columns\.bin.*Remove the work folder"):
        scan_source(source, work)
    (work / "read.json").write_text("")
    with pytest.raises(ScanError, match=r"read\.json"):
        scan_source(source, work)
