"""A run on Spark finds what a scan finds."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from dupdetect.compare import Thresholds
from dupdetect.compare.rarity import Frequencies
from dupdetect.errors import InputError, SettingsError
from dupdetect.model import Pair
from dupdetect.scan.join import LIMIT, join
from dupdetect.scan.shards import TWICE, Corpus, MemoryShard
from dupdetect.scan.verify import Judge
from dupdetect.settings import Settings
from tests.integrations.spark.corpus import (
    articles_in_order,
    clusters_in,
    documents,
    pair_told,
    pairs_in,
    scanned,
    told_clusters,
    told_pairs,
    write_lines,
)
from tests.unit.scan.corpora import related_texts

pytestmark = [pytest.mark.system, pytest.mark.filterwarnings("default")]

SYNTHETIC = int(os.environ.get("DUPDETECT_SPARK_ARTICLES", 600))
TEMPLATES = int(os.environ.get("DUPDETECT_TEMPLATE_PAGES", 240))
"""More than the documents a key may have before it is hot."""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return documents(tmp_path_factory.mktemp("corpus"), SYNTHETIC, TEMPLATES)


@pytest.fixture(scope="module")
def expected(corpus):
    return scanned(corpus)


@pytest.fixture(scope="module")
def run(spark, corpus, tmp_path_factory):
    """A run of the entry point: where it wrote, and what it said."""
    from dupdetect.integrations.spark.__main__ import main

    folder = tmp_path_factory.mktemp("run")
    lines = write_lines(folder / "corpus.jsonl", corpus)
    asked = ["--input", lines, "--output", str(folder / "out"), "--passages"]
    done = CliRunner().invoke(main, asked, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return str(folder / "out"), done.output


def summary_of(output):
    return json.loads(Path(output, "summary.json").read_text())


def test_pairs_with_relation_measures_and_passages_are_those_of_a_scan(spark, expected, run):
    assert pairs_in(spark, run[0]) == told_pairs(expected)
    assert {relation for relation, *_ in told_pairs(expected).values()} >= {"IDENTICAL", "NEAR", "CONTAINS", "TEMPLATE"}


def test_clusters_are_those_of_a_scan(spark, expected, run):
    assert clusters_in(spark, run[0]) == told_clusters(expected)


def test_the_summary_counts_what_was_compared_and_what_was_capped(corpus, expected, run):
    output, said = run
    summary = summary_of(output)
    assert summary["documents"] == summary["articles"] == len(corpus)
    assert summary["failures"] == 0
    assert summary["compared"] == expected.compared
    beyond, hot = (int(note.split()[0]) for note in expected.notes[:2])
    assert (summary["candidates beyond the limit"], summary["hot keys"]) == (beyond, hot)
    assert f"hot keys: {hot}\n" in said


def test_the_tables_between_the_stages_are_gone(run):
    assert not Path(run[0], "_work").exists()


@pytest.mark.long
def test_new_documents_meet_those_of_an_earlier_run_and_each_other(spark, corpus, run, tmp_path):
    from dupdetect.integrations.spark import find_duplicates

    old = sorted(corpus, key=lambda row: row["id"])
    told = next(row for row in old if "text" in row and "story-1" in row["id"])
    new = [{"id": f"0-new-{id}", "text": text} for id, text in related_texts(stories=6)]
    new += [{"id": "0-new-page", "text": told["text"]}]
    bad = [{"id": told["id"], "text": "Another piece under an old id."}, {"id": "0-new-nothing", "text": None}]
    rows = [{"id": row["id"], "text": row["text"], "published": None} for row in new + bad]
    frame = spark.createDataFrame(rows, "id string, text string, published timestamp")
    settings = Settings()
    found = find_duplicates(frame, str(tmp_path / "out"), against=[run[0]])

    articles = [*articles_in_order(old), *articles_in_order(new)]
    corpus = Corpus([MemoryShard.of(articles, settings)])
    counted = sorted(
        (row.shingle % 2**64, row.stories) for row in spark.read.parquet(f"{run[0]}/frequencies").collect()
    )
    rarity = Frequencies(*_columns(counted), summary_of(run[0])["stories"])
    judge = Judge(corpus, settings, Thresholds(), rarity, passages=False)

    def told_of_new(limit):
        pairs = join(corpus, settings, limit=limit)
        fresh = pairs.right >= len(old)
        return dict(
            pair_told(
                Pair(left=articles[left].id, right=articles[right].id, verdict=verdict), articles[left], articles[right]
            )
            for left, right, verdict in judge.pairs(pairs.left[fresh].tolist(), pairs.right[fresh].tolist())
        )

    # What an old document shares with other old ones takes no place among its strongest here: some pairs more are told.
    expected, every = told_of_new(LIMIT), told_of_new(len(articles))
    pairs = pairs_in(spark, tmp_path / "out")
    # These two judge each pair by itself; a run also knows by its kin what a template of words is.
    notices = {ends: told for ends, told in pairs.items() if all("notice" in id for id in ends)}
    assert {relation for relation, *_ in notices.values()} == {"TEMPLATE", "NEAR"}
    for each in (pairs, expected, every):
        for ends in notices:
            del each[ends]
    assert expected.items() <= pairs.items() <= every.items()
    assert any("new" not in left for left, _ in expected)
    assert all(any("new" in id for id in row.ids) for row in found.clusters.collect())
    errors = {row.id: row.error for row in found.articles.where("error is not null").collect()}
    assert errors.keys() == {told["id"], "0-new-nothing"}
    assert errors[told["id"]] == TWICE
    assert found.summary["earlier articles"] == len(old)


def _columns(rows):
    import numpy as np

    hashes, counts = zip(*rows, strict=True)
    return np.array(hashes, dtype=np.uint64), np.array(counts, dtype=np.int64)


@pytest.mark.long
def test_a_run_goes_on_behind_the_stages_that_are_finished(spark, run, tmp_path):
    from dupdetect.integrations.spark.folder import Folder

    path, told = str(tmp_path / "out"), {"settings": 1}
    first = Folder.begin(spark, path, told, resume=False)
    first.keep("numbers", spark.range(3))
    with pytest.raises(SettingsError, match="interrupted; resume it"):
        Folder.begin(spark, path, told, resume=False)
    with pytest.raises(SettingsError, match="differs in settings"):
        Folder.begin(spark, path, {"settings": 2}, resume=True)
    again = Folder.begin(spark, path, told, resume=True)
    assert again.keep("numbers", spark.range(5)).count() == 3
    with pytest.raises(InputError, match="no finished run"):
        Folder.finished(spark, path)
    with pytest.raises(SettingsError, match="finished run"):
        Folder.begin(spark, run[0], told, resume=True)


def test_a_run_of_other_settings_is_no_earlier_run(spark, run, tmp_path):
    from dupdetect.integrations.spark import find_duplicates

    frame = spark.createDataFrame([("1", "text")], "id string, text string")
    with pytest.raises(SettingsError, match="differ in bands"):
        find_duplicates(frame, str(tmp_path / "out"), settings=Settings(bands=20), against=[run[0]])


def test_pages_of_a_template_are_reported_and_do_not_meet_each_with_each(spark, run):
    """Of so many the keys are hot: DUPDETECT_TEMPLATE_PAGES=5000 for more of them."""
    pairs = [pair for pair in pairs_in(spark, run[0]) if all("template" in id for id in pair)]
    assert len({id for pair in pairs for id in pair}) == TEMPLATES
    assert len(pairs) <= 40 * TEMPLATES
