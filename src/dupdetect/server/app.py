"""The HTTP interface: routes, and their description in OpenAPI."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from http import HTTPStatus
from importlib.metadata import version as version_of
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from dupdetect.errors import DupdetectError
from dupdetect.server import schemas
from dupdetect.server.guard import BATCH, Guard
from dupdetect.server.metrics import CONTENT_TYPE, Metrics
from dupdetect.server.options import Options
from dupdetect.server.pages import add_pages
from dupdetect.server.problems import MEDIA_TYPE, Problem, of_status, pointer, problem_of
from dupdetect.server.schemas import NAME, AuditIn, CheckIn, CompareIn, PutIn
from dupdetect.server.service import Service
from dupdetect.server.work import Pool

__all__ = ["create_app"]

T = TypeVar("T")

NDJSON = "application/x-ndjson"
_DESCRIPTION = "Tells a publisher's systems, before they publish, that a piece is already out there."

Cursor = Annotated[str | None, Query(max_length=40, description="From the answer before.")]
DocumentId = Annotated[
    str, Path(min_length=1, max_length=1000, pattern=NAME, description="Percent-encoded, also `/` and `:`.")
]
ClaimKey = Annotated[str, Path(min_length=1, max_length=200, pattern=NAME)]


class Json(Response):
    """A JSON body as compact as can be; half surrogate pairs stay escaped."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the body."""
        return json.dumps(content, separators=(",", ":")).encode()


class Lines(Response):
    """A JSON body a line."""

    media_type = NDJSON


class Pools:
    """Threads of a process: those for checks and writes, and one beside them for what must be answered in any case."""

    def __init__(self, options: Options) -> None:
        self._main = Pool(threads=options.threads, queue=options.queue, name="check")
        self._side = Pool(threads=1, queue=options.queue, name="side")
        self._seconds = options.deadline

    async def main(self, work: Callable[[], T], seconds: float | None = None) -> T:
        """Do a request's work."""
        return await self._main.run(work, seconds=seconds or self._seconds)

    async def side(self, work: Callable[[], T]) -> T:
        """Do what must not wait for checks: readiness, metrics, pages."""
        return await self._side.run(work, seconds=self._seconds)

    def close(self) -> None:
        """Finish what is inside."""
        self._main.close()
        self._side.close()


def create_app(options: Options) -> Guard:
    """Return the service as an ASGI application, for uvicorn or another server.

    Parameters
    ----------
    options : Options
        Those of listening (`host`, `port`, `workers`, `connections`, `header_seconds`) are the server's to keep.
    """
    pools, metrics = Pools(options), Metrics(options.metrics)
    service = Service(options, on_loss=metrics.unrecorded.inc)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with suppress(Problem, DupdetectError):  # who asks later hears why it is not ready
            await pools.side(service.warm)
        yield
        pools.close()
        service.close()

    app = FastAPI(
        title="dupdetect",
        version=version_of("dupdetect"),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        dependencies=[Depends(_known_query)],
    )
    _answer_problems(app)
    guard = Guard(app, options, metrics, service)
    _add_health(app, service, pools, metrics)
    _add_checks(app, service, pools, metrics)
    _add_documents(app, service, pools)
    _add_trail(app, service, pools)
    add_pages(app, service, pools.side, guard.door)
    app.openapi = partial(_described, app)  # type: ignore[method-assign]
    return guard


# ------------------------------------------------------------------------------------------------------ problems


def _answer_problems(app: FastAPI) -> None:
    async def problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # noqa: S101
        return error.response()

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, DupdetectError)  # noqa: S101
        return problem_of(error).response()

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return _invalid(error.errors()).response()

    async def bare(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        found = of_status(error.status_code, str(error.detail))
        found.headers.update(error.headers or {})
        return found.response()

    async def bug(request: Request, error: Exception) -> Response:
        return Problem("internal", "the server's log says more").response()  # the guard sees to the log

    app.add_exception_handler(Exception, bug)
    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(DupdetectError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, bare)


def _invalid(errors: Any) -> Problem:
    """Return the problem of a request that is not as described; what it said is not repeated."""
    if any(error["type"] == "json_invalid" for error in errors):
        return Problem("bad-json", "; ".join(str(error.get("ctx", {}).get("error", "")) for error in errors))
    listed = [
        (pointer(error["loc"][1:] if error["loc"][0] == "body" else error["loc"]), error["msg"]) for error in errors
    ]
    return Problem("invalid-document", "; ".join(f"{where}: {what}" for where, what in listed[:3]), errors=listed[:20])


async def _known_query(request: Request) -> None:
    """Refuse a parameter that no one reads: a misspelt ``site`` would list every site, of two the first would go."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    given = Counter(name for name, _ in request.query_params.multi_items())
    wrong = [
        (name, "no such parameter" if name not in known else "given twice")
        for name in given
        if name not in known or given[name] > 1
    ]
    if wrong:
        raise Problem("invalid-document", errors=[(pointer(("query", name)), what) for name, what in wrong])


# ------------------------------------------------------------------------------------------------------- routes


def _add_health(app: FastAPI, service: Service, pools: Pools, metrics: Metrics) -> None:
    @app.get("/livez", summary="The process answers", tags=["health"], response_class=PlainTextResponse)
    async def livez() -> Response:
        return PlainTextResponse("ok")

    @app.get("/readyz", summary="The index can be read and written", tags=["health"], response_class=PlainTextResponse)
    async def readyz() -> Response:
        await pools.side(service.ready)
        return PlainTextResponse("ok")

    @app.get("/v1/info", summary="What this service is", tags=["health"], response_model=schemas.InfoOut)
    async def info() -> Response:
        return Json(await pools.side(service.info))

    @app.get("/metrics", summary="Counts for Prometheus", tags=["health"], response_class=PlainTextResponse)
    async def metrics_text() -> Response:
        def text() -> bytes:
            try:
                return metrics.text(service.facts())
            except (Problem, DupdetectError):
                return metrics.text(None)

        return Response(await pools.side(text), media_type=CONTENT_TYPE)


def _add_checks(app: FastAPI, service: Service, pools: Pools, metrics: Metrics) -> None:
    @app.post("/v1/check", summary="Is this piece out there already?", tags=["check"], response_model=schemas.CheckOut)
    async def check(asked: CheckIn, request: Request) -> Response:
        """200 for every decision: a duplicate is a result, not an error.

        With `claim`, the text is kept for the caller if the decision is not `block`: of simultaneous checks of one new
        text exactly one is granted. After a 503 `deadline` the claim may stand: send `DELETE /v1/claims/{key}` if the
        piece is not published.
        """

        def work() -> tuple[str, bytes]:
            decision, answer = service.check(asked)
            return decision.outcome, json.dumps(answer, separators=(",", ":")).encode()

        outcome, body = await pools.main(work, asked.deadline_ms / 1e3)
        metrics.decisions.labels(outcome).inc()
        if asked.claim:
            metrics.claims.labels(str(outcome != "block").lower()).inc()
        request.scope["dupdetect"] = {"decision": outcome, "id": asked.document.id}
        return Response(body, media_type="application/json")

    @app.post("/v1/compare", summary="How do two pieces relate?", tags=["check"], response_model=schemas.VerdictOut)
    async def compare(asked: CompareIn) -> Response:
        return Json(await pools.main(lambda: service.compare(asked)))

    @app.delete("/v1/claims/{key:path}", summary="End a claim", tags=["check"], status_code=204, response_model=None)
    async def release(key: ClaimKey) -> Response:
        """Also 204 where there is none."""
        await pools.main(lambda: service.release(key))
        return Response(status_code=204)


def _add_documents(app: FastAPI, service: Service, pools: Pools) -> None:
    @app.get(
        "/v1/documents",
        summary="What the index holds, to be held against what is published",
        tags=["documents"],
        response_model=schemas.ListingOut,
    )
    async def listing(
        site: Annotated[str | None, Query(max_length=2000)] = None,
        cursor: Cursor = None,
        limit: Annotated[int, Query(ge=1, le=5000)] = 500,
    ) -> Response:
        return Json(await pools.main(lambda: service.listing(site, cursor, limit)))

    @app.post(
        BATCH,
        summary="Write many documents",
        tags=["documents"],
        response_class=Lines,
        response_description="A result a line.",
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {NDJSON: {"schema": {"type": "string", "description": "`PutIn` or `DocumentIn` a line"}}},
            }
        },
    )
    async def batch(
        request: Request, last: Annotated[bool, Query(description="The first fill is done with these.")] = False
    ) -> Response:
        """NDJSON both ways.

        A line is a document, or `{"document": …}`; its result has its `status`: 201, 200, or a problem's.
        """
        body = await request.body()

        def work() -> bytes:
            lines = service.batch([_line(line) for line in body.split(b"\n") if line.strip()])
            if last:
                service.filled()
            return b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)

        return Lines(await pools.main(work, service.options.total_seconds))

    @app.get(
        "/v1/documents/{id:path}",
        summary="What the index knows of a document",
        tags=["documents"],
        response_model=schemas.StatusOut,
    )
    async def status(id: DocumentId) -> Response:
        return Json(await pools.main(lambda: service.status(id)))

    @app.put(
        "/v1/documents/{id:path}",
        summary="This is published now",
        tags=["documents"],
        response_model=schemas.WrittenOut,
        responses={201: {"model": schemas.WrittenOut, "description": "It was not there before."}},
    )
    async def put(id: DocumentId, asked: PutIn) -> Response:
        """In place of the document with this id; 409 if that has a newer version. A `claim` becomes this document."""
        written = await pools.main(lambda: service.put(id, asked))
        return Json(written, status_code=201 if written["created"] else 200)

    @app.delete(
        "/v1/documents/{id:path}",
        summary="This is published no more",
        tags=["documents"],
        status_code=204,
        response_model=None,
    )
    async def delete(id: DocumentId) -> Response:
        """Also 204 where it is not there."""
        await pools.main(lambda: service.delete(id))
        return Response(status_code=204)


def _add_trail(app: FastAPI, service: Service, pools: Pools) -> None:
    @app.get("/v1/overrides", summary="What editors decided", tags=["trail"], response_model=schemas.OverridesOut)
    async def overrides(
        id: Annotated[str | None, Query(max_length=1000)] = None,
        cursor: Cursor = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        return Json(await pools.main(lambda: service.overrides(id, cursor, limit)))

    @app.post("/v1/audit", summary="Pairs that are both out there", tags=["trail"], response_model=schemas.AuditOut)
    async def audit(asked: AuditIn) -> Response:
        """Look at a page of documents, each against those written before it."""
        return Json(await pools.main(lambda: service.audit(asked), asked.deadline_ms / 1e3))


def _line(line: bytes) -> PutIn | Problem:
    """Read a line of a batch."""
    try:
        given = json.loads(line)
        return PutIn.model_validate(given if isinstance(given, dict) and "document" in given else {"document": given})
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        return Problem("bad-json", str(error) if isinstance(error, json.JSONDecodeError) else "no JSON")
    except ValidationError as error:
        return _invalid([{**one, "loc": ("body", *one["loc"])} for one in error.errors(include_url=False)])


# --------------------------------------------------------------------------------------------------- description

_COMMON = ("400", "401", "403", "408", "413", "415", "422", "429", "500", "503")
_ALSO = {
    ("/v1/documents/{id}", "put"): ("409",),
    ("/v1/documents/{id}", "get"): ("404",),
}


def _described(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description: FastAPI's, with our problems instead of its errors."""
    if app.openapi_schema is None:
        told = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        parts = told.setdefault("components", {})
        problem = schemas.ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
        described = parts.setdefault("schemas", {})
        described.update(problem.pop("$defs"))
        described["ProblemOut"] = problem
        for name in ("HTTPValidationError", "ValidationError"):
            described.pop(name, None)
        parts["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        answer = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}}
        for path, operations in told["paths"].items():
            for method, operation in operations.items():
                if path == "/livez":
                    continue
                operation["security"] = [{"bearer": []}]
                for status in (*_COMMON, *_ALSO.get((path, method), ())):
                    operation["responses"][status] = {"description": HTTPStatus(int(status)).phrase, **answer}
        app.openapi_schema = told
    return app.openapi_schema
