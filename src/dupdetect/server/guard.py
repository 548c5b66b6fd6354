"""What every request passes before and after the application: who asks, how much, how long; what is written down.

The application sees a request when its caller is known and its body is whole, so that no route has to think of either.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dupdetect.server.metrics import Metrics
from dupdetect.server.options import Options, is_loopback
from dupdetect.server.problems import Problem
from dupdetect.server.service import Service

__all__ = ["BATCH", "COOKIE", "Door", "Guard"]

log = logging.getLogger("dupdetect.server")

BATCH = "/v1/documents:batch"
COOKIE = "dupdetect"
_SESSION_SECONDS = 12 * 3600
_OPEN = {"/livez", "/login"}
_BATCHES = 2
"""Batches at a time in each process: their bodies are large."""
_PATH_SHOWN = 300


class Door:
    """Lets in who knows the token, or who logged in with it.

    Parameters
    ----------
    token : str, optional
        Without one everyone on this machine may come in.
    """

    def __init__(self, token: str | None) -> None:
        self._token = None if token is None else token.encode()
        self._key = hashlib.sha256(b"dupdetect session\0" + (self._token or b"")).digest()

    @property
    def locked(self) -> bool:
        """Whether a token is needed."""
        return self._token is not None

    def fits(self, token: str) -> bool:
        """Whether this is the token; takes as long for any."""
        return self._token is None or hmac.compare_digest(token.encode("utf-8", "replace"), self._token)

    def bearer(self, header: str) -> bool:
        """Whether an ``Authorization`` header has the token."""
        scheme, _, token = header.partition(" ")
        return scheme.lower() == "bearer" and self.fits(token.strip())

    def session(self, now: float) -> str:
        """Return a cookie for who has shown the token. It does not give the token away, and ends by itself."""
        ends = str(int(now) + _SESSION_SECONDS)
        return f"{ends}.{self._seal(ends)}"

    def admits(self, session: str, now: float) -> bool:
        """Whether a cookie is one of ours and has not ended."""
        ends, _, seal = session.partition(".")
        sealed = hmac.compare_digest(seal.encode("utf-8", "replace"), self._seal(ends).encode())
        return sealed and ends.isascii() and ends.isdigit() and now < int(ends)

    def _seal(self, ends: str) -> str:
        return hmac.new(self._key, ends.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


@dataclass(slots=True)
class _Answer:
    status: int = 0
    finished: bool = False


class Guard:
    """An ASGI application around the application.

    Parameters
    ----------
    app : ASGIApp
    options : Options
    metrics : Metrics
    service : Service
        What the application works with; for who embeds it.
    """

    def __init__(self, app: ASGIApp, options: Options, metrics: Metrics, service: Service) -> None:
        self.app = app
        self.service = service
        self.door = Door(options.token)
        self._options = options
        self._metrics = metrics
        self._inside = 0
        self._batches = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        answer = _Answer()
        body_read = False
        size = 0

        async def answering(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                _harden(message, close=not body_read)
            await send(message)
            answer.finished = message["type"] == "http.response.body" and not message.get("more_body", False)

        self._inside += 1
        self._metrics.inside.inc()
        batch = scope["path"] == BATCH
        self._batches += batch
        try:
            headers = Headers(scope=scope)
            self._check(scope, headers)
            body = await self._body(headers, receive, self._options.batch_bytes if batch else self._options.body_bytes)
            body_read, size = True, len(body)
            await asyncio.wait_for(
                self.app(scope, _Replay(body, receive), answering), timeout=self._options.total_seconds
            )
        except Problem as problem:
            await problem.response()(scope, receive, answering)
        except asyncio.TimeoutError:
            if not answer.status:
                await Problem("deadline", "the answer took too long").response()(scope, receive, answering)
        except _Unknown:
            await RedirectResponse("/login", 303)(scope, receive, answering)
        except _Gone:
            answer.status = 499  # nobody is there to be answered
        except Exception as error:
            _log_bug(error)
            if not answer.status:
                await Problem("internal", "the server's log says more").response()(scope, receive, answering)
        finally:
            self._inside -= 1
            self._batches -= batch
            self._metrics.inside.dec()
            self._write_down(scope, answer, size, time.perf_counter() - start)

    # ------------------------------------------------------------------------------------------ before

    def _check(self, scope: Scope, headers: Headers) -> None:
        """Raise the problem of a request that may not come in."""
        path, method = scope["path"], scope["method"]
        if path != "/livez" and (self._inside > self._options.requests or self._batches > _BATCHES):
            raise Problem("saturated", "too many requests at a time; try again")
        if not self.door.locked and not _known_host(headers.get("host", "")):
            # A page of a stranger's may point its own name at this machine (DNS rebinding).
            raise Problem("wrong-host", "without a token this service answers to localhost only")
        if self.door.locked and path not in _OPEN and not self._proven(scope, headers):
            if method == "GET" and not path.startswith("/v1/") and "text/html" in headers.get("accept", ""):
                raise _Unknown
            raise Problem(
                "unauthorised", "send `Authorization: Bearer` and the token", headers={"WWW-Authenticate": "Bearer"}
            )
        if not _readable(scope["raw_path"]):
            raise Problem("bad-request", "the path is no percent-encoded UTF-8, or has control characters")
        if method in ("POST", "PUT"):
            given = headers.get("content-type", "").partition(";")[0].strip().lower()
            wanted = _media_types(path)
            if given not in wanted:
                raise Problem("unsupported-media-type", f"send Content-Type: {wanted[0]}")
        if headers.get("content-encoding", "identity") != "identity":
            raise Problem("unsupported-media-type", "send the body without Content-Encoding")

    def _proven(self, scope: Scope, headers: Headers) -> bool:
        if self.door.bearer(headers.get("authorization", "")):
            return True
        # The cookie opens the pages, not the API: a form of a stranger's cannot use it for anything.
        if scope["path"].startswith("/v1/") or "cookie" not in headers:
            return False
        try:
            morsel = SimpleCookie(headers["cookie"]).get(COOKIE)
        except CookieError:
            return False
        return morsel is not None and self.door.admits(morsel.value, time.time())

    async def _body(self, headers: Headers, receive: Receive, limit: int) -> bytes:
        """Return the whole body, counted while it comes.

        Of one that is too long the rest is read and thrown away, within bounds: who is still writing would not read
        the answer.
        """
        end = time.monotonic() + self._options.body_seconds
        parts: list[bytes] = []
        size = 0
        announced = headers.get("content-length", "0")
        if announced.isdigit() and int(announced) > 8 * limit:
            raise _too_large(limit)
        while True:
            try:
                message = await asyncio.wait_for(receive(), max(end - time.monotonic(), 0.001))
            except asyncio.TimeoutError:
                raise Problem("too-slow", f"the body did not come within {self._options.body_seconds:g} s") from None
            if message["type"] == "http.disconnect":
                raise _Gone
            part = message.get("body", b"")
            size += len(part)
            if size <= limit:
                parts.append(part)
            if size > 8 * limit or (size > limit and not message.get("more_body", False)):
                raise _too_large(limit)
            if not message.get("more_body", False):
                return b"".join(parts)

    # ------------------------------------------------------------------------------------------ after

    def _write_down(self, scope: Scope, answer: _Answer, size: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route, str(answer.status)).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        if route == "/livez":
            return
        client = scope.get("client")
        log.info(
            "request",
            extra={
                "fields": {
                    "method": method,
                    "route": route,
                    "path": scope["path"][:_PATH_SHOWN],
                    "status": answer.status,
                    "finished": answer.finished,
                    "bytes_in": size,
                    "ms": round(seconds * 1e3, 1),
                    "client": client[0] if client else None,
                    **scope.get("dupdetect", {}),
                }
            },
        )


_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}


class _Unknown(Exception):  # noqa: N818
    """A browser without a login."""


class _Gone(Exception):  # noqa: N818
    """The client went away."""


class _Replay:
    """`receive` of a request whose body has been read."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


def _too_large(limit: int) -> Problem:
    return Problem("too-large", f"at most {limit:,} bytes")


def _media_types(path: str) -> tuple[str, ...]:
    if path == BATCH:
        return ("application/x-ndjson", "application/jsonl", "application/json")
    return ("application/x-www-form-urlencoded",) if path in ("/login", "/logout") else ("application/json",)


def _readable(raw_path: bytes) -> bool:
    try:
        path = unquote_to_bytes(raw_path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(sign < " " or sign == "\x7f" for sign in path)


def _known_host(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    return is_loopback(name.strip("[]").lower())


_HEADERS: Iterable[tuple[str, str]] = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
)


def _harden(message: Message, *, close: bool) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in _HEADERS:
        headers.setdefault(name, value)
    if close:  # the rest of the body is not wanted any more
        headers["Connection"] = "close"


def _log_bug(error: Exception) -> None:
    """Write down where an unforeseen error arose, but not its words, which may be a document's."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("unforeseen error", extra={"fields": {"error": type(error).__name__, "traceback": frames}})
