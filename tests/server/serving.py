"""A service to talk to: in a thread of the test, or started as a user starts it; and a client without any library."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import uvicorn

from dupdetect.index import create_index
from dupdetect.server import Options, create_app, listen
from dupdetect.server.protocol import Config
from tests.conftest import ROOT

FERRY = (
    "The council voted on Monday to keep the ferry running through the winter, and the mayor said that the money would "
    "come from the parking fund, which the auditor had called too small to mend a single pier of the old stone bridge. "
    "Passengers at the landing welcomed the news with coffee and a brass band that had rehearsed for the opposite."
)
BREAD = (
    "Bread rises twice because the first time is for flavour and the second is for shape, as any baker who has been up "
    "since three will tell you while the ovens come to heat and the street outside is still quite dark and empty. "
    "Nobody who buys the loaf at nine has seen the bowl under its towel, or would care to hear of it before breakfast."
)
TOKEN = "correct-horse-battery-staple"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()

    @property
    def slug(self):
        assert self.headers["content-type"] == "application/problem+json", self
        assert self.json["status"] == self.status
        return self.json["type"].removeprefix("urn:dupdetect:problem:")


@dataclass
class Client:
    """Speaks HTTP, a connection a request, as PHP does."""

    port: int
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def send(self, method, path, body=None, *, timeout=30, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        told = dict(self.headers) | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            told.setdefault("authorization", f"Bearer {self.token}")
        if isinstance(body, dict):
            body = json.dumps(body)
            told.setdefault("content-type", "application/json")
        try:
            connection.request(method, path, body.encode() if isinstance(body, str) else body, told)
            response = connection.getresponse()
            return Answer(
                response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
            )
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.send("GET", path, **headers)

    def check(self, document, **asked):
        return self.send("POST", "/v1/check", {"document": document, **asked})

    def decide(self, document, **asked):
        answer = self.check(document, **asked)
        assert answer.status == 200, answer
        return answer.json

    def put(self, id, document, claim=None):
        body = {"document": document} | ({"claim": {"key": claim}} if claim else {})
        return self.send("PUT", f"/v1/documents/{quote(id, safe='')}", body)

    def delete(self, id):
        return self.send("DELETE", f"/v1/documents/{quote(id, safe='')}")

    def batch(self, lines, query=""):
        body = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
        answer = self.send("POST", f"/v1/documents:batch{query}", body, content_type="application/x-ndjson")
        assert answer.status == 200, answer
        return [json.loads(line) for line in answer.body.splitlines()]

    def log_in(self, token):
        return self.send(
            "POST", "/login", urlencode({"token": token}), content_type="application/x-www-form-urlencoded"
        )


def post(id=None, content=FERRY, **known):
    """Return a document of the contract."""
    return {"id": id, "format": "text", "content": content, **known}


@contextlib.contextmanager
def served(path, **options):
    """Serve an index in a thread; give a client, with the `Options` and the application for those who ask."""
    if not path.exists():
        create_index(path).close()
    told = Options(index=str(path), **options)
    app = create_app(told)
    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(Config(app, told))
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        client = Client(listener.getsockname()[1], told.token)
        client.app = app
        try:
            while not server.started:
                assert thread.is_alive(), "the service did not start"
                time.sleep(0.005)
            yield client
        finally:
            server.should_exit = True
            thread.join(30)
            assert not thread.is_alive()


@contextlib.contextmanager
def started(path, *arguments, index=None, environment=None):
    """Start the service as a user does, on the index at `path` or at a URL; give a client with its process."""
    command = [sys.executable, "-m", "dupdetect", "serve", "--index", index or str(path), "--port", "0", *arguments]
    log = path.with_suffix(".log")
    with log.open("w") as stderr:
        process = subprocess.Popen(
            command, cwd=ROOT, stderr=stderr, env={**os.environ, **(environment or {})}, start_new_session=True
        )
    try:
        client = Client(_port(process, log), (environment or {}).get("DUPDETECT_TOKEN"))
        client.process, client.log = process, log
        wait_until_alive(client)
        yield client
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _port(process, log):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if found := re.search(r"at http://[^/]*:(\d+)/", log.read_text()):
            return int(found[1])
        assert process.poll() is None, log.read_text()
        time.sleep(0.02)
    raise AssertionError(log.read_text())


def wait_until_alive(client, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            if client.get("/livez").status == 200:
                return
        except OSError:
            assert client.process.poll() is None, client.log.read_text()
        assert time.monotonic() < end, client.log.read_text()
        time.sleep(0.05)
