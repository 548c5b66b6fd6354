"""Killed under load: what was acknowledged is there. `make test-faults` does it longer."""

import contextlib
import http.client
import os
import random
import signal
import threading
import time
import uuid
from pathlib import Path

from dupdetect.index import open_index
from tests.server.serving import served, started, wait_until_alive

ROUNDS = int(os.environ.get("DUPDETECT_SERVICE_KILLS", "2"))
WORDS = [f"word{number}" for number in range(500)]
OVERRIDE = {"reason": "both shall stand", "actor": "js"}


def text(seed):
    return " ".join(random.Random(seed).choices(WORDS, k=80))


class Writer(threading.Thread):
    """Publishes for ever: documents, copies of them with an override, removals; notes what was acknowledged."""

    def __init__(self, client, name):
        super().__init__(daemon=True)
        self.client, self.mark = client, name
        self.documents, self.overridden, self.unsure = {}, set(), set()
        self.stopping = False

    def run(self):
        number = 0
        while not self.stopping:
            number += 1
            # Cut off by the kill: nothing was acknowledged.
            with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
                self.publish(f"{self.mark}.{number}")

    def publish(self, id):
        self.unsure.add(id)
        answer = self.client.put(id, {"format": "text", "content": text(id)})
        if answer.status == 201:
            self.documents[id] = answer.json["digest"]
            self.unsure.discard(id)
        copy = {"id": f"copy of {id}", "format": "text", "content": text(id)}
        if self.client.check(copy, override=OVERRIDE).json.get("decision") == "overridden":
            self.overridden.add(copy["id"])
        if id.endswith("7") and id in self.documents:
            self.unsure.add(id)
            digest = self.documents.pop(id)
            if self.client.delete(id).status != 204:
                self.documents[id] = digest
            else:
                self.unsure.discard(id)


def workers(client):
    """Return the ids of the service's worker processes."""
    children = Path(f"/proc/{client.process.pid}/task/{client.process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


def check(path, writers):
    with open_index(path) as index:
        assert index.verify() == ()
        there = {id: digest.hex() for id, _, digest in index.versions()}
        told = {entry.subject for entry in index.journal("override", limit=1_000_000)}
    for writer in writers:
        certain = {id: digest for id, digest in writer.documents.items() if id not in writer.unsure}
        assert certain.items() <= there.items()
        own = {id for id in there if id.startswith(f"{writer.mark}.")}
        assert own <= certain.keys() | writer.unsure
        assert writer.overridden <= told
    return sum(len(writer.documents) + len(writer.overridden) for writer in writers)


def test_a_service_killed_under_load_loses_no_acknowledged_document_or_override(tmp_path):
    acknowledged = 0
    for _ in range(ROUNDS):
        path = tmp_path / f"{uuid.uuid4()}.db"
        with started(path, "--workers", "2") as client:
            writers = [Writer(client, f"w{number}") for number in range(4)]
            for writer in writers:
                writer.start()
            time.sleep(random.uniform(0.5, 1.5))
            os.killpg(client.process.pid, signal.SIGKILL)
            for writer in writers:
                writer.stopping = True
            for writer in writers:
                writer.join(60)
        acknowledged += check(path, writers)
    print(f"{ROUNDS} services killed, {acknowledged} acknowledged documents and overrides all there")
    assert acknowledged > ROUNDS


def test_a_killed_worker_is_replaced_and_what_it_acknowledged_is_there(tmp_path):
    path = tmp_path / "site.db"
    with started(path, "--workers", "2") as client:
        writers = [Writer(client, f"w{number}") for number in range(4)]
        for writer in writers:
            writer.start()
        time.sleep(2.5)
        victim = max(workers(client))
        os.kill(victim, signal.SIGKILL)
        time.sleep(1.0)
        for writer in writers:
            writer.stopping = True
        for writer in writers:
            writer.join(60)
        wait_until_alive(client)
        end = time.monotonic() + 30
        while victim in workers(client) or client.log.read_text().count("startup complete") < 3:
            assert time.monotonic() < end, client.log.read_text()
            time.sleep(0.05)
        client.process.send_signal(signal.SIGTERM)
        assert client.process.wait(60) == 0
    assert check(path, writers) > 0


def test_asked_to_stop_it_finishes_what_was_begun_and_closes_the_index(tmp_path):
    path = tmp_path / "site.db"
    with started(path, "--workers", "2") as client:
        answers = []

        def fill():
            lines = [{"id": f"{n}", "format": "text", "content": text(n)} for n in range(600)]
            answers.extend(client.batch(lines))

        filling = threading.Thread(target=fill)
        filling.start()
        time.sleep(0.3)
        client.process.send_signal(signal.SIGTERM)
        filling.join(60)
        assert client.process.wait(60) == 0
    assert [answer["status"] for answer in answers] == [201] * 600
    with open_index(path) as index:
        assert len(index) == 600
    assert not path.with_name("site.db-wal").exists()


def test_two_services_and_a_passer_by_share_one_index_and_nothing_is_lost(tmp_path):
    path = tmp_path / "site.db"
    with served(path) as one, served(path) as two:
        for number in range(10):
            for client, mark in ((one, "one"), (two, "two")):
                id = f"{mark}.{number}"
                assert client.put(id, {"format": "text", "content": text(id)}).status == 201
            with open_index(path) as index:
                assert len(index) == 2 * number + 2
    with open_index(path) as index:
        assert index.verify() == ()
        assert len(index) == 20
