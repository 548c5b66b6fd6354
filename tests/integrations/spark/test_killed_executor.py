"""An executor that dies takes its shuffle files with it; Spark makes them again, and the run finds the same."""

from functools import partial

import pytest

from dupdetect.scan import join as scan_join
from dupdetect.scan.frequencies import count_stories
from tests.integrations.spark.corpus import clusters_in, pairs_in, scanned, told_clusters, told_pairs
from tests.integrations.spark.killing import killed_once
from tests.unit.scan.corpora import related_texts

pytestmark = [pytest.mark.system, pytest.mark.long, pytest.mark.filterwarnings("default")]


@pytest.fixture
def large(monkeypatch):
    """Rules for more articles than are counted exactly hold from eleven on, here and in a scan."""
    from dupdetect.integrations.spark import candidates, stories

    for module in (candidates, stories, scan_join):
        monkeypatch.setattr(module, "SMALL", 10)
    monkeypatch.setitem(count_stories.__kwdefaults__, "exact_up_to", 10)


def test_an_executor_killed_in_the_middle_of_a_large_run_changes_nothing(executors, large, tmp_path, monkeypatch):
    from dupdetect.integrations.spark import candidates, find_duplicates

    rows = [{"id": id, "text": text} for id, text in related_texts(stories=30)]
    marker = tmp_path / "killed"
    monkeypatch.setattr(candidates, "_meet", partial(killed_once, str(marker), candidates._meet))
    frame = executors.createDataFrame(rows, "id string, text string").repartition(4)
    found = find_duplicates(frame, str(tmp_path / "out"), passages=True)
    assert marker.exists()
    assert found.summary["failures"] == 0
    assert found.summary["hot keys"] > 0
    assert pairs_in(executors, tmp_path / "out") == told_pairs(scanned(rows))
    assert clusters_in(executors, tmp_path / "out") == told_clusters(scanned(rows))
