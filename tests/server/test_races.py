"""Two worker processes and callers at the same moment: exactly one of them may publish."""

import threading
import uuid

import pytest

from tests.server.serving import FERRY, post, started

ROUNDS = 20
CALLERS = 4


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with started(tmp_path_factory.mktemp("races") / "site.db", "--workers", "2") as client:
        yield client


def at_once(work, callers=CALLERS):
    """Do work in several threads at the same moment; return what came of each."""
    barrier, results = threading.Barrier(callers), [None] * callers

    def one(number):
        barrier.wait()
        results[number] = work(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("with_ids", [True, False], ids=["posts with ids", "posts without ids yet"])
def test_of_four_who_publish_one_new_text_at_once_exactly_one_may(service, with_ids):
    for number in range(ROUNDS):
        text = " ".join(f"{word}{number}{with_ids}" for word in FERRY.split())

        def publish(caller, text=text, number=number):
            id = f"wp:{caller}:{number}" if with_ids else None
            return service.decide(post(id, text), claim={"key": str(uuid.uuid4())}, deadline_ms=20_000)

        decisions = at_once(publish)
        assert sorted(decision["decision"] for decision in decisions) == ["block", "block", "block", "pass"]
        assert [one["claim"]["granted"] for one in decisions] == [one["decision"] == "pass" for one in decisions]
        assert {m["status"] for one in decisions for m in one["matches"]} == {"claimed"}


def test_both_workers_answer_and_their_counts_are_added_up(service):
    for _ in range(30):
        service.get("/v1/info")
    counted = [
        line
        for line in service.get("/metrics").text.splitlines()
        if line.startswith("dupdetect_requests_total") and 'route="/v1/info"' in line
    ]
    assert sum(float(line.split()[-1]) for line in counted) == 30
    lines = service.log.read_text().splitlines()
    assert len({line.split('"pid": ')[1].split(",")[0] for line in lines if '"route": "/v1/info"' in line}) == 2
