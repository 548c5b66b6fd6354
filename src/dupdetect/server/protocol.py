"""uvicorn's HTTP/1.1 with a bound on how long a request's head may take, and on how many connections are open."""

from __future__ import annotations

import asyncio

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from dupdetect.server.logs import LOGGING
from dupdetect.server.options import Options
from dupdetect.server.problems import MEDIA_TYPE, Problem

__all__ = ["GRACE_SECONDS", "BoundedProtocol", "Config"]

GRACE_SECONDS = 20
"""How long what was begun may take when a service is to stop."""

_HEAD_BYTES = 32 * 2**10


class Config(uvicorn.Config):
    """uvicorn's configuration of a service; it can be sent to a worker process.

    Parameters
    ----------
    app : ASGIApp
    options : Options
    backlog : int
        Connections that may wait, and that are taken in one turn.
    """

    def __init__(self, app: ASGIApp, options: Options, *, backlog: int = 2048) -> None:
        super().__init__(
            app,
            host=options.host,
            port=options.port,
            http=BoundedProtocol,
            ws="none",
            lifespan="on",
            loop="asyncio",
            log_config=LOGGING,
            access_log=False,
            server_header=False,
            h11_max_incomplete_event_size=_HEAD_BYTES,
            timeout_graceful_shutdown=GRACE_SECONDS,
            backlog=backlog,
        )
        self.options = options


class BoundedProtocol(H11Protocol):
    """A connection that may not say nothing for long.

    uvicorn times the pause between two requests of a connection, but not a head that trickles in (a "slow loris"), nor
    a connection that never says anything.
    """

    config: Config
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, or refuse the connection."""
        super().connection_made(transport)
        if len(self.connections) > self.config.options.connections:
            self._refuse(Problem("saturated", "too many connections"))
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what came; go on waiting while it is not yet a request's head."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self.conn.their_state is not h11.IDLE:
            self._wait_no_more()
        elif self._waiting is None and self.timeout_keep_alive_task is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._refuse(Problem("bad-request", msg))

    def _wait(self) -> None:
        seconds = self.config.options.header_seconds
        self._waiting = self.loop.call_later(seconds, self._refuse, Problem("too-slow", f"no request in {seconds:g} s"))

    def _wait_no_more(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _refuse(self, problem: Problem) -> None:
        self._wait_no_more()
        if self.transport.is_closing():
            return
        body = problem.body()
        head = [
            f"HTTP/1.1 {problem.status} {problem.title}",
            f"content-type: {MEDIA_TYPE}",
            f"content-length: {len(body)}",
            "connection: close",
            *(f"{name.lower()}: {value}" for name, value in problem.headers.items()),
            "",
            "",
        ]
        self.transport.write("\r\n".join(head).encode("ascii") + body)
        self.transport.close()
