import gzip
import json

import pytest
from benchmarks.frame import Options
from benchmarks.signature import BENCHMARK, shingles_as_bytes, shingles_as_text, texts_of, zipf_texts

from dupdetect.errors import InputError


def test_the_made_texts_are_the_same_every_time_and_as_long_as_promised():
    texts = zipf_texts(20)
    assert texts == zipf_texts(20)
    assert texts != zipf_texts(20, seed=7)
    assert {len(text.split()) for text in texts} == {250}
    assert 1500 < sum(map(len, texts)) / len(texts) < 1700


def test_the_two_peer_tokenisers_make_the_same_shingles():
    text = "Ça m’amuse: El Niño, 3 days_of rain – Привет, мир"
    assert shingles_as_bytes(text) == [shingle.encode() for shingle in shingles_as_text(text)]
    assert shingles_as_text("One two, three FOUR") == ["one two three", "two three four"]
    assert shingles_as_text("two words") == shingles_as_bytes("") == []


def test_texts_come_from_json_lines_plain_or_gzipped_and_from_folders_of_them(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "eins"}\n{"text": "zwei"}\n', encoding="utf-8")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(json.dumps({"id": 3, "text": "drei"}).encode()))
    assert texts_of([tmp_path]) == ["eins", "zwei", "drei"]
    assert texts_of([tmp_path / "b.jsonl.gz"]) == ["drei"]


@pytest.mark.parametrize("line", ["no json", '{"html": "x"}', '["text"]'])
def test_a_line_without_a_text_is_named(tmp_path, line):
    (tmp_path / "a.jsonl").write_text(f'{{"text": "fine"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.jsonl, line 2"):
        texts_of([tmp_path])


def test_no_text_at_all_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no text in"):
        texts_of([tmp_path])


def test_the_quick_run_has_every_contestant_in_every_stage(tmp_path):
    pytest.importorskip("rensa", reason="the extra 'bench' is not installed")
    lines = (json.dumps({"text": text}) for text in zipf_texts(5, words=40))
    (tmp_path / "few.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (table,) = BENCHMARK.measure(Options(quick=True, rounds=1, data=(tmp_path / "few.jsonl",)))
    stages = {}
    for row in table.rows:
        stages.setdefault(row["stage"], []).append(row["contestant"].partition(",")[0])
    assert list(stages) == ["whole", "shingles", "MinHash"]
    assert {"dupdetect", "datasketch", "rensa"} == set(stages["whole"]) == set(stages["MinHash"])
