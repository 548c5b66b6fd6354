"""Everything that goes wrong, as RFC 9457 problems: ``application/problem+json``, types ``urn:dupdetect:problem:…``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from dupdetect.errors import (
    DupdetectError,
    ExtractionError,
    IndexLockedError,
    InputError,
    SettingsError,
    StaleVersionError,
    StoreError,
    UnknownIdError,
)

__all__ = ["MEDIA_TYPE", "Problem", "of_status", "pointer", "problem_of"]

MEDIA_TYPE = "application/problem+json"

TITLES: Mapping[str, tuple[int, str]] = {
    "bad-json": (400, "The body is no JSON"),
    "bad-request": (400, "The request is not well formed"),
    "unauthorised": (401, "A token is needed"),
    "wrong-host": (403, "This service is not known by that name"),
    "not-found": (404, "There is nothing here"),
    "unknown-document": (404, "There is no such document"),
    "method-not-allowed": (405, "This cannot be done here"),
    "too-slow": (408, "The request took too long to come"),
    "stale-version": (409, "The index has a newer version of the document"),
    "too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "The body must be JSON"),
    "invalid-document": (422, "The request says something that cannot be"),
    "saturated": (429, "Too many requests at a time"),
    "internal": (500, "An error in dupdetect"),
    "not-ready": (503, "The index cannot be used now"),
    "deadline": (503, "The answer was not there in time"),
}
"""Slug of each problem → its status and title."""


class Problem(Exception):  # noqa: N818  # RFC 9457's word
    """An answer that is no answer.

    Parameters
    ----------
    slug : str
        A key of `TITLES`.
    detail : str
        What happened and what to do.
    errors : iterable of (pointer, detail)
        Which parts of the body are wrong: JSON pointers.
    headers : Mapping[str, str]
    """

    def __init__(
        self,
        slug: str,
        detail: str = "",
        *,
        errors: Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or slug)
        self.slug = slug
        self.status, self.title = TITLES[slug]
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        if self.status in (429, 503):
            self.headers.setdefault("Retry-After", "1")

    def members(self) -> dict[str, Any]:
        """Return it as JSON."""
        told: dict[str, Any] = {
            "type": f"urn:dupdetect:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
        }
        if self.detail:
            told["detail"] = self.detail
        if self.errors:
            told["errors"] = [{"pointer": where, "detail": what} for where, what in self.errors]
        return told

    def body(self) -> bytes:
        """Return it as the body of a response."""
        return json.dumps(self.members()).encode()

    def response(self) -> Response:
        """Return it as a response."""
        return Response(self.body(), self.status, media_type=MEDIA_TYPE, headers=self.headers)


def pointer(place: Iterable[str | int]) -> str:
    """Return a JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)


def problem_of(error: DupdetectError, at: str = "/document") -> Problem:
    """Return what an error of the library is over HTTP.

    Parameters
    ----------
    error : DupdetectError
    at : str
        JSON pointer to the document that the request was about.
    """
    if isinstance(error, ExtractionError):
        return Problem("invalid-document", error.problem, errors=[(f"{at}/content", error.problem)])
    if isinstance(error, StaleVersionError):
        return Problem("stale-version", str(error))
    if isinstance(error, UnknownIdError):
        return Problem("unknown-document", str(error))
    if isinstance(error, IndexLockedError):
        return Problem("not-ready", str(error))
    if isinstance(error, StoreError):
        return Problem("not-ready", str(error), headers={"Retry-After": "5"})
    if isinstance(error, SettingsError | InputError):
        return Problem("invalid-document", str(error), errors=[(at, str(error))])
    return Problem("internal", "the server's log says more")


def of_status(status: int, detail: str) -> Problem:
    """Return the problem of a bare HTTP status, as a framework raises it."""
    slugs = {
        401: "unauthorised",
        404: "not-found",
        405: "method-not-allowed",
        413: "too-large",
        415: "unsupported-media-type",
    }
    slug = slugs.get(status, "bad-request" if status < 500 else "internal")
    return Problem(slug, "" if detail == HTTPStatus(status).phrase else detail)
