"""Bounds: on waiting, on size, on how much at a time."""

import contextlib
import socket
import threading
import time

import pytest

from dupdetect.errors import SettingsError
from dupdetect.index import open_index
from dupdetect.server import Options
from dupdetect.server.problems import Problem
from dupdetect.server.work import Pool
from tests.server.serving import FERRY, post, served


def talk(port, *parts, pause=0.0):
    """Send parts of a request with pauses; return what comes until the other side closes, and the seconds it took."""
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        received = b""
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
        except OSError:
            pass  # closed while we were still writing
        with contextlib.suppress(ConnectionResetError):
            while chunk := connection.recv(65536):
                received += chunk
        return received.decode(), time.monotonic() - start


def test_a_head_that_trickles_in_is_cut_off(tmp_path):
    with served(tmp_path / "site.db", header_seconds=0.5) as service:
        answer, seconds = talk(service.port, b"GET /livez HTTP/1.1\r\n", *[b"x: y\r\n"] * 30, pause=0.1)
        assert answer.startswith("HTTP/1.1 408")
        assert "urn:dupdetect:problem:too-slow" in answer
        assert seconds < 10


def test_a_connection_that_says_nothing_is_cut_off(tmp_path):
    with served(tmp_path / "site.db", header_seconds=0.3) as service:
        answer, seconds = talk(service.port)
        assert "408" in answer.splitlines()[0]
        assert seconds < 10


def test_the_head_of_a_second_request_is_bounded_too(tmp_path):
    with served(tmp_path / "site.db", header_seconds=0.4) as service:
        first = b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n"
        answer, _ = talk(service.port, first, b"GET /livez HTT", b"P/1.1\r\n", pause=0.2)
        assert answer.startswith("HTTP/1.1 200")
        assert "HTTP/1.1 408" in answer


def test_a_body_that_trickles_in_is_cut_off(tmp_path):
    head = (
        b"POST /v1/check HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n"
    )
    with served(tmp_path / "site.db", body_seconds=0.5) as service:
        answer, seconds = talk(service.port, head, *[b" "] * 30, pause=0.1)
        assert answer.startswith("HTTP/1.1 408")
        assert seconds < 10


def test_slow_clients_do_not_keep_others_from_an_answer(tmp_path):
    with served(tmp_path / "site.db") as service, contextlib.ExitStack() as stack:
        for _ in range(60):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", service.port)))
            slow.sendall(b"POST /v1/check HTTP/1.1\r\nhost: localhost\r\n")
        assert service.check(post("1")).status == 200


def test_connections_beyond_the_limit_are_refused_with_a_problem(tmp_path):
    with served(tmp_path / "site.db", connections=3) as service, contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(socket.create_connection(("127.0.0.1", service.port)))
        time.sleep(0.2)
        assert service.get("/livez").slug == "saturated"


def test_what_is_no_http_gets_a_problem(service):
    answer, _ = talk(service.port, b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    assert answer.startswith("HTTP/1.1 400")
    assert "urn:dupdetect:problem:bad-request" in answer


def test_a_head_over_its_limit_is_refused(service):
    answer, _ = talk(service.port, b"GET /livez HTTP/1.1\r\nx: " + b"y" * 100_000 + b"\r\n\r\n")
    assert answer.startswith(("HTTP/1.1 400", "HTTP/1.1 431"))


def test_when_all_threads_and_places_are_taken_the_answer_is_429(tmp_path):
    with served(tmp_path / "site.db", threads=1, queue=0) as service:
        service.put("1", post())
        with held(tmp_path / "site.db"):
            answers = []
            waiting = threading.Thread(target=lambda: answers.append(service.put("2", post())))
            waiting.start()
            time.sleep(0.3)
            refused = service.check(post("3"))
            assert (refused.status, refused.slug) == (429, "saturated")
            assert refused.headers["retry-after"] == "1"
            assert service.get("/livez").status == 200
            waiting.join()
        assert service.check(post("3")).status == 200


def test_a_check_that_is_not_done_in_time_is_told_so(tmp_path):
    with served(tmp_path / "site.db") as service:
        with held(tmp_path / "site.db"):
            start = time.monotonic()
            late = service.check(post("1"), claim={"key": "one"}, deadline_ms=200)
            assert (late.status, late.slug) == (503, "deadline")
            assert late.headers["retry-after"]
            assert time.monotonic() - start < 5
        assert service.check(post("1"), claim={"key": "one"}).status == 200


def test_an_index_that_another_process_holds_is_not_ready_and_says_when_to_try_again(tmp_path):
    with served(tmp_path / "site.db") as service:
        with held(tmp_path / "site.db"):
            for answer in (service.put("1", post()), service.get("/readyz")):
                assert (answer.status, answer.slug) == (503, "not-ready")
                assert answer.headers["retry-after"]
            assert service.check(post("1")).status == 200, "reading goes on"
        assert service.get("/readyz").status == 200


@contextlib.contextmanager
def held(path):
    """Hold the index' write lock, as a process that is stopped in the middle would."""
    with open_index(path) as index, index._database.writing():
        yield


def test_an_index_that_goes_missing_is_not_ready(tmp_path):
    path = tmp_path / "site.db"
    with served(path) as service:
        pass
    path.unlink()
    options = Options(index=str(path))
    from dupdetect.server.service import Service

    with pytest.raises(Problem, match="no index there") as caught:
        Service(options).ready()
    assert caught.value.slug == "not-ready"
    assert service


@pytest.mark.parametrize(
    "wrong", [{"port": 70_000}, {"workers": 0}, {"threads": 0}, {"body_seconds": 0}, {"connections": 0}, {"queue": -1}]
)
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        Options(index="site.db", **wrong)


def test_work_that_waited_too_long_for_a_thread_is_not_begun():
    import asyncio

    done = []

    async def main():
        pool = Pool(threads=1, queue=5, name="test")
        slow = asyncio.ensure_future(pool.run(lambda: time.sleep(0.4), seconds=5))
        await asyncio.sleep(0.05)
        with pytest.raises(Problem) as late:
            await pool.run(lambda: done.append(1), seconds=0.1)
        assert late.value.slug == "deadline"
        await slow
        await pool.run(lambda: None, seconds=5)
        assert pool.inside == 0
        pool.close()

    asyncio.run(main())
    assert done == []


def test_a_batch_is_bounded_line_by_line_and_as_a_whole(tmp_path):
    with served(tmp_path / "site.db", batch_bytes=5_000) as service:
        lines = (FERRY + "\n") * 50
        answer = service.send("POST", "/v1/documents:batch", lines, content_type="application/x-ndjson")
        assert answer.slug == "too-large"
