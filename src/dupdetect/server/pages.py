"""The built-in pages: recent checks, matches side by side, overrides, the index's health. They change nothing.

Rendered on the server; without JavaScript nothing is missing. What strangers wrote is escaped by Jinja, and a strict
Content-Security-Policy stands behind that.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import resources
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import FastAPI, Path, Query, Request
from jinja2 import PackageLoader
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dupdetect.errors import DupdetectError, UnknownIdError
from dupdetect.model import Relation
from dupdetect.report.html import encodable, environment, hashed
from dupdetect.report.strings import percent
from dupdetect.report.views import article_view, pair_view
from dupdetect.server.guard import COOKIE, Door
from dupdetect.server.problems import Problem, problem_of
from dupdetect.server.recent import Noted
from dupdetect.server.service import Service

__all__ = ["add_pages"]

Side = Callable[[Callable[[], str]], Awaitable[str]]

_ROWS = 50
_BIG = 2**63 - 1
_UNITS = ("B", "kB", "MB", "GB", "TB")

Number = Annotated[int, Path(ge=1, le=_BIG)]
Before = Annotated[int | None, Query(ge=1, le=_BIG)]


class Renderer:
    """The templates of the pages, and their policy."""

    def __init__(self) -> None:
        self._templates = environment(PackageLoader("dupdetect.server"))
        own = (resources.files("dupdetect.server") / "templates" / "server.css").read_text(encoding="utf-8")
        self._templates.globals["style"] = f"{self._templates.globals['style']}{own}"
        self._templates.filters.update(clock=_clock, size=_size, percent=percent, relation=Relation)
        style, script = str(self._templates.globals["style"]), str(self._templates.globals["script"])
        self.policy = (
            f"default-src 'none'; style-src {hashed(style)}; script-src {hashed(script)}; base-uri 'none'; "
            "form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
        )

    def __call__(self, template: str, **values: Any) -> str:
        """Return a page."""
        return encodable(self._templates.get_template(template).render(policy=self.policy, **values))

    def response(self, html: str, status: int = 200) -> Response:
        """Return a page as a response."""
        # frame-ancestors holds in a header only
        policy = f"{self.policy}; frame-ancestors 'none'"
        return HTMLResponse(html, status, headers={"Content-Security-Policy": policy})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compared:
    """A match of a recent check: what was noted, and the two texts as far as they are there."""

    noted: dict[str, Any]
    pair: Any
    why_not: str


def add_pages(app: FastAPI, service: Service, side: Side, door: Door) -> None:
    """Add the pages to the application.

    Parameters
    ----------
    app : FastAPI
    service : Service
    side : callable
        Runs work in a thread that checks do not use.
    door : Door
    """
    render = Renderer()

    @app.get("/", include_in_schema=False)
    async def overview(before: Before = None) -> Response:
        def page() -> str:
            checks = service.recent.page(before=before, limit=_ROWS)
            try:
                service.ready()
                trouble = ""
            except Problem as problem:
                trouble = problem.detail
            return render(
                "overview.html.j2",
                title="dupdetect",
                locked=door.locked,
                facts=service.facts(),
                policy_in_force=service.options.policy,
                trouble=trouble,
                checks=checks,
                before=before,
                older=checks[-1].sequence if len(checks) == _ROWS else None,
                keeps=service.options.keep_checks,
                overrides=service.overrides(None, None, 10)["overrides"],
            )

        return render.response(await side(page))

    @app.get("/checks/{number}", include_in_schema=False)
    async def check(number: Number) -> Response:
        def page() -> str:
            noted = service.recent.one(number)
            if noted is None:
                raise Problem("not-found", "this check is not remembered any more")
            return render(
                "check.html.j2",
                title=noted.body["title"] or noted.body["id"] or "A piece without title",
                locked=door.locked,
                check=noted,
                compared=[_compared(service, noted, place) for place in range(len(noted.body["matches"]))],
            )

        return render.response(await side(page))

    @app.get("/overrides", include_in_schema=False)
    async def overrides(before: Before = None) -> Response:
        def page() -> str:
            told = service.overrides(None, str(before) if before else None, _ROWS)
            return render(
                "overrides.html.j2",
                title="Overrides",
                locked=door.locked,
                overrides=told["overrides"],
                before=before,
                older=told["cursor"],
            )

        return render.response(await side(page))

    @app.get("/login", include_in_schema=False)
    async def login_form() -> Response:
        return render.response(render("login.html.j2", title="Log in", locked=door.locked, wrong=False))

    @app.post("/login", include_in_schema=False)
    async def login(request: Request) -> Response:
        fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=5)
        if not door.fits(fields.get("token", [""])[0].strip()):
            return render.response(render("login.html.j2", title="Log in", locked=door.locked, wrong=True), 403)
        response = RedirectResponse("/", 303)
        response.set_cookie(
            COOKIE,
            door.session(time.time()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
            path="/",
        )
        return response

    @app.post("/logout", include_in_schema=False)
    async def logout() -> Response:
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, path="/")
        return response


def _compared(service: Service, noted: Noted, place: int) -> _Compared:
    """Put a draft beside what it matched, compared anew: the match may have changed since."""
    match = noted.body["matches"][place]
    draft, pair, why_not = noted.article, None, ""
    try:
        if draft is None:
            why_not = "The draft's text was not kept."
        elif match["status"] == "claimed":
            why_not = "The other piece was not yet published when this was checked."
        else:
            other = service.detector.index.get(match["id"])
            verdict = service.detector.compare(draft, other)
            views = article_view(draft, 2 * place + 1), article_view(other, 2 * place + 2)
            pair = pair_view(verdict, *views, place + 1, written_out=True)
    except UnknownIdError:
        why_not = "The other piece is not in the index any more."
    except DupdetectError as error:
        why_not = problem_of(error).detail
    return _Compared(noted=match, pair=pair, why_not=why_not)


def _clock(seconds: float) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.timezone.utc):%Y-%m-%d %H:%M:%S} UTC"


def _size(count: int) -> str:
    size, unit = float(count), 0
    while size >= 1000 and unit < len(_UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{size:.3g} {_UNITS[unit]}"
