"""Two worker processes and callers at the same moment: exactly one of them may publish."""

import threading
import time
import uuid
from collections import Counter
from contextlib import ExitStack, closing
from http.client import HTTPConnection

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


def who_answered(service):
    """Return the process that answered, of each request for the facts so far."""
    lines = service.log.read_text().splitlines()
    return [line.split('"pid": ')[1].split(",")[0] for line in lines if '"route": "/v1/info"' in line]


def until(condition, seconds=60):
    """Wait for what is true sooner or later, however busy the machine is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_both_workers_answer_and_their_counts_are_added_up(service):
    before = len(who_answered(service))
    until(lambda: at_once(lambda _: service.get("/v1/info")) and len(set(who_answered(service)[before:])) == 2)

    def counted():
        lines = [line for line in service.get("/metrics").text.splitlines() if 'route="/v1/info"' in line]
        return sum(float(line.split()[-1]) for line in lines if line.startswith("dupdetect_requests_total"))

    until(lambda: counted() == len(who_answered(service)))  # the log's last line may come after the answer


def test_connections_that_come_together_are_shared_by_the_workers(service):
    def smaller_share():
        before = len(who_answered(service))
        with ExitStack() as stack:
            connections = [stack.enter_context(closing(HTTPConnection("127.0.0.1", service.port))) for _ in range(8)]
            for one in connections:
                one.connect()
            for one in connections:
                one.request("GET", "/v1/info")
                one.getresponse().read()
            until(lambda: len(who_answered(service)) == before + 8)
        answered = Counter(who_answered(service)[before:])
        return 8 - max(answered.values())

    # Who wakes first is the system's affair; one worker that takes all that waits never leaves the other two.
    assert any(smaller_share() >= 2 for _ in range(10))
