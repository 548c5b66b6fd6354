"""Listen and serve: in this process, or in several that share the socket and are replaced when they die."""

from __future__ import annotations

import contextlib
import logging.config
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess

import uvicorn
from prometheus_client.multiprocess import mark_process_dead

from dupdetect.errors import DupdetectError, SettingsError
from dupdetect.server.app import create_app
from dupdetect.server.logs import LOGGING
from dupdetect.server.options import Options
from dupdetect.server.protocol import GRACE_SECONDS, Config

__all__ = ["listen", "serve"]

log = logging.getLogger("dupdetect.server")

_TOO_SOON = 2.0
"""Seconds: a worker that ends sooner after its start than this would only end again."""

_WAITING = 2048
"""Connections that the kernel keeps for workers to take."""

_STOPPING = (signal.SIGTERM, signal.SIGINT)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that is bound to an address; the caller closes it.

    Raises
    ------
    SettingsError
        The address is in use, or none of this machine's.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingsError(f"{host}:{port}: cannot listen there: {error.strerror}") from error
    return listener


def serve(options: Options, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT; then finish what was begun, and close the index.

    Parameters
    ----------
    options : Options
    listener : socket.socket
        From `listen`.

    Raises
    ------
    DupdetectError
        The worker processes do not stay alive.
    """
    if options.workers == 1:
        with _deaf():
            _work(options, listener)
    else:
        _Crew(options, listener).run()


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Let uvicorn alone hear the signals: it raises them again when it has stopped, to end the process by them."""
    before = {number: signal.signal(number, lambda *_: None) for number in _STOPPING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _work(options: Options, listener: socket.socket, *, backlog: int = _WAITING) -> None:
    uvicorn.Server(Config(create_app(options), options, backlog=backlog)).run([listener])


def _work_for(options: Options, listener: socket.socket) -> None:
    """Serve in a worker process; end with the process that started it."""
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, daemon=True, name="parent").start()
    with _deaf(), _Shared(fileno=listener.detach()) as shared:
        _work(options, shared, backlog=1)


class _Shared(socket.socket):
    """A socket that several workers listen on, each taking one connection a turn.

    asyncio takes as many connections in one turn as it was told to let wait: the worker that wakes first would take all
    that came together, and keep them as long as their clients do. So it is told one, and the kernel the truth.
    """

    def listen(self, backlog: int = _WAITING, /) -> None:
        super().listen(_WAITING)


class _Crew:
    """Worker processes, watched.

    (uvicorn's own supervisor takes an application by name only, and its interface has changed between versions.)
    """

    def __init__(self, options: Options, listener: socket.socket) -> None:
        self._options = options
        self._listener = listener
        self._context: SpawnContext = multiprocessing.get_context("spawn")
        self._workers: dict[SpawnProcess, float] = {}
        self._stopping = False

    def run(self) -> None:
        logging.config.dictConfig(LOGGING)
        waker, woken = socket.socketpair()
        waker.setblocking(False)
        for number in _STOPPING:
            signal.signal(number, lambda *_: setattr(self, "_stopping", True))
        before = signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        try:
            for _ in range(self._options.workers):
                self._start()
            while not self._stopping:
                wait([woken, *(worker.sentinel for worker in self._workers)])
                self._replace_dead()
        finally:
            signal.set_wakeup_fd(before)
            self._stop()
            waker.close()
            woken.close()

    def _start(self) -> None:
        worker = self._context.Process(target=_work_for, args=(self._options, self._listener), name="dupdetect")
        worker.start()
        self._workers[worker] = time.monotonic()

    def _replace_dead(self) -> None:
        for worker, since in list(self._workers.items()):
            if worker.is_alive() or self._stopping:
                continue
            del self._workers[worker]
            if self._options.metrics and worker.pid:
                mark_process_dead(worker.pid, self._options.metrics)  # type: ignore[no-untyped-call]
            log.error("a worker ended", extra={"fields": {"worker": worker.pid, "exit_code": worker.exitcode}})
            if time.monotonic() - since < _TOO_SOON:
                raise DupdetectError("the service's workers end as soon as they are started; its log says why")
            self._start()

    def _stop(self) -> None:
        for worker in self._workers:
            worker.terminate()
        end = time.monotonic() + GRACE_SECONDS + 5
        for worker in self._workers:
            worker.join(max(end - time.monotonic(), 0))
            if worker.is_alive():
                worker.kill()
                worker.join()
