import multiprocessing
import os
import threading

import pytest

from dupdetect import Detector, Document, Relation, StoreError, create_index
from dupdetect.errors import DuplicateIdError, ExtractionError
from dupdetect.model import Failure
from dupdetect.testing import OTHER, STORY


def text(id, content=STORY, **known):
    return Document(id=id, content=content, format="text", **known)


@pytest.fixture
def detector():
    with Detector() as detector:
        yield detector


def test_a_copy_under_another_id_is_found(detector):
    detector.add([text("main:1", title="Ferry", sections=("Main Blog",)), text("main:2", OTHER)])
    result = detector.check(text("bullpen:1"))
    assert result.is_duplicate
    assert result.best.id == "main:1"
    assert result.best.article.sections == ("Main Blog",)
    assert [match.verdict.relation for match in result.matches] == [Relation.IDENTICAL]


def test_a_post_never_matches_itself_whatever_was_renamed(detector):
    detector.add([text("main:1", url="https://x/old", title="Old")])
    assert detector.check(text("main:1", url="https://x/new", title="New")).matches == ()


def test_a_candidate_that_vanished_since_the_look_up_is_no_match(detector, monkeypatch):
    detector.add([text("main:1"), text("main:2")])
    look = detector.index.candidates

    def look_and_lose_one(*arguments, **options):
        found = look(*arguments, **options)
        detector.index.remove(["main:1"])
        return found

    monkeypatch.setattr(detector.index, "candidates", look_and_lose_one)
    assert [match.id for match in detector.check(text("new")).matches] == ["main:2"]


def test_checking_changes_nothing(detector):
    assert detector.check(text("a")).matches == ()
    assert detector.check(text("b")).matches == ()
    assert len(detector.index) == 0


def test_the_strongest_relation_comes_first(detector):
    excerpt = " ".join(STORY.split()[:30])
    detector.add([text("part", excerpt), text("whole"), text("longer", f"{OTHER} {STORY} {OTHER.upper()[::-1]}")])
    relations = [match.verdict.relation for match in detector.check(text("new")).matches]
    assert relations[0] is Relation.IDENTICAL
    assert set(relations[1:]) <= {Relation.CONTAINS, Relation.CONTAINED, Relation.OVERLAPS, Relation.NEAR}
    assert len(relations) == 3


def test_candidates_beyond_the_limit_are_counted(detector):
    detector.add(text(f"{n}") for n in range(5))
    result = detector.check(text("new"), limit=2)
    assert (result.candidates, result.candidates_left_out) == (2, 3)


def test_an_unreadable_draft_is_an_error_that_names_it(detector):
    with pytest.raises(ExtractionError, match="draft:7"):
        detector.check(Document(id="draft:7", content=b""))


def test_an_unreadable_document_of_a_batch_is_a_failure_and_the_rest_is_added(detector):
    failures = detector.add([text("a"), Document(id="bad", content=""), text("a", OTHER), text("b", OTHER)])
    assert [failure.id for failure in failures] == ["bad", "a"]
    assert list(detector.index.ids()) == ["a", "b"]


def test_adding_an_id_that_is_there_is_refused_and_replacing_is_not(detector):
    detector.add([text("a")])
    with pytest.raises(DuplicateIdError):
        detector.add([text("a", OTHER)])
    assert detector.replace([text("a", OTHER)]) == ()
    assert detector.index.get("a").text == OTHER


def test_removing_forgets(detector):
    detector.add([text("a")])
    assert detector.remove(["a", "b"]) == 1
    assert detector.check(text("new")).matches == ()


def test_a_scan_passes_failures_on_and_leaves_the_index_alone(detector):
    detector.add([text("indexed")])
    result = detector.scan([text("a"), Failure(id="x", error="gone"), text("b"), text("b"), text("c", OTHER)])
    assert [(pair.left, pair.right) for pair in result.pairs] == [("a", "b")]
    assert [failure.id for failure in result.failures] == ["x", "b"]
    assert [article.id for article in result.articles] == ["a", "b", "c"]
    assert len(detector.index) == 1


def test_a_scan_of_nothing_finds_nothing(detector):
    result = detector.scan([])
    assert (result.articles, result.pairs, result.clusters, result.compared) == ((), (), (), 0)


def test_empty_and_short_texts_are_read_and_never_pairs_of_a_scan(detector):
    texts = [text("a", "…!"), text("b", "—"), text("c", "Two words"), text("d", "other words")]
    result = detector.scan(texts)
    assert len(result.articles) == 4
    assert result.pairs == ()


def test_a_scan_and_a_check_agree_on_the_relation(detector):
    edited = STORY.replace("Monday", "Tuesday")
    (pair,) = detector.scan([text("a", edited), text("b")]).pairs
    detector.add([text("b")])
    assert detector.check(text("a", edited)).best.verdict.relation is pair.verdict.relation


def test_threads_share_a_detector(tmp_path):
    problems = []
    path = tmp_path / "site.db"
    create_index(path).close()

    def work(worker):
        try:
            for n in range(10):
                own = f"Worker {worker} tells story number {n} of the harbour. {STORY} {worker * n}"
                detector.add([text(f"{worker}:{n}", own)])
                if not detector.check(text("new", own)).is_duplicate:
                    problems.append((worker, n))
        except Exception as error:
            problems.append(error)

    with Detector(path) as detector:
        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert problems == []
        assert len(detector.index) == 40


def _check_in_child(detector, answers):
    try:
        answers.put(detector.check(text("child")).best.id)
    except StoreError as error:
        answers.put(str(error))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.parametrize("where", ["site.db", ":memory:"])
def test_a_prefork_server_may_load_a_detector_before_it_forks_if_its_index_is_a_file(tmp_path, where):
    path = where if where == ":memory:" else tmp_path / where
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    with Detector(create_index(path)) as detector:
        detector.add([text("main:1")])
        workers = [context.Process(target=_check_in_child, args=(detector, answers)) for _ in range(3)]
        for worker in workers:
            worker.start()
        given = [answers.get(timeout=60) for _ in workers]
        for worker in workers:
            worker.join()
        if where == ":memory:":
            assert all("in-memory index belongs to the process that made it" in answer for answer in given)
        else:
            assert given == ["main:1"] * 3
        assert detector.check(text("parent")).best.id == "main:1"
