"""Who answers a check: an index, the other files of a site, or a service. Each answers as the service does, in JSON."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Protocol

from dupdetect.detector import Detector
from dupdetect.errors import ExtractionError, ServiceError, SettingsError
from dupdetect.extract import front_matter, read
from dupdetect.fingerprint import Fingerprinter
from dupdetect.io import decision_json
from dupdetect.model import Article, Document, Match

__all__ = ["Asked", "Declared", "LocalAnswers", "ServiceAnswers", "declared"]

Json = dict[str, Any]
Accepted = Collection[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a post's front matter says to the check.

    Parameters
    ----------
    draft : bool
        It is not going to be published: nothing blocks it.
    allow : tuple of str
        Ids of posts that it may stand beside.
    """

    draft: bool = False
    allow: tuple[str, ...] = ()


def declared(document: Document) -> Declared:
    """Read what a Markdown post says: ``draft``, and ``dupdetect: {allow: [ids], reason: why}``.

    Pelican's lines have no tables: there it is ``Dupdetect-Allow: id, id`` and ``Dupdetect-Reason: why``.

    Raises
    ------
    ExtractionError
        It allows something without a reason.
    """
    if document.format != "markdown":
        return Declared()
    content = document.content
    text = content if isinstance(content, str) else content.decode("utf-8", "replace")
    said, _ = front_matter(text.removeprefix("\ufeff"))
    draft = said.get("draft") in (True, "true", "True", "yes") or said.get("status") == "draft"
    told = said.get("dupdetect")
    if told is None and "dupdetect-allow" in said:
        ids = [id.strip() for id in str(said["dupdetect-allow"]).split(",")]
        told = {"allow": ids, "reason": said.get("dupdetect-reason")}
    if told is None:
        return Declared(draft=draft)
    allow = told.get("allow") if isinstance(told, dict) else None
    if not isinstance(allow, list) or not isinstance(told.get("reason"), str) or not told["reason"].strip():
        raise ExtractionError(
            "its front matter's `dupdetect` must give `allow`, a list of ids, and `reason`, why", document=document.id
        )
    return Declared(draft=draft, allow=tuple(map(str, allow)))


class Asked(Protocol):
    """Someone who answers."""

    def ask(self, document: Document, allow: Sequence[str]) -> Json:
        """Return the decision about a document, as `dupdetect.io.decision_json` writes it."""


class LocalAnswers:
    """An index of this machine, or of this process.

    Parameters
    ----------
    detector : Detector
    accepted : set of (str, str, str, str)
        Pairs that are hidden; see `dupdetect.io.read_baseline`.
    live : bool
        Whether what the index holds under a piece's own id is public; see `Detector.decide`.
    """

    def __init__(self, detector: Detector, accepted: Accepted = (), *, live: bool = True) -> None:
        self._detector = detector
        self._live = live
        self._accepted = {frozenset(((a, a_digest), (b, b_digest))) for a, b, a_digest, b_digest in accepted}
        self._fingerprinter = Fingerprinter(detector.settings)

    def ask(self, document: Document, allow: Sequence[str]) -> Json:
        """Return the decision about a document."""
        article = read(document)
        own = self._fact(article)

        def allowed(match: Match) -> bool:
            return match.id in allow or frozenset((own, self._fact(match.article))) in self._accepted

        return decision_json(self._detector.decide(article, allow=allowed, live=self._live))

    def _fact(self, article: Article) -> tuple[str, str]:
        """Return an article's id and, where pairs were accepted, the digest of its words."""
        return article.id, self._fingerprinter.fingerprint(article.text).digest.hex() if self._accepted else ""


class ServiceAnswers:
    """A service (`dupdetect serve`).

    Parameters
    ----------
    url : str
        Its address, http or https.
    token : str, optional
    timeout : float
        Seconds for the whole of a check.
    """

    def __init__(self, url: str, *, token: str | None = None, timeout: float = 10.0) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"--url must be an http or https address, not {url!r}")
        self._address = url.rstrip("/") + "/v1/check"
        self._token = token
        self._timeout = timeout
        # A proxy of the environment cannot know this machine's own addresses.
        proxies = [urllib.request.ProxyHandler({})] if _is_loopback(parts.hostname) else []
        self._opener = urllib.request.build_opener(*proxies, _NoRedirects())

    def ask(self, document: Document, allow: Sequence[str]) -> Json:
        """Return the service's decision about a document.

        Raises
        ------
        ServiceError
            It cannot be reached, refuses, or answers what is no decision.
        ExtractionError
            It cannot read the document.
        """
        content = document.content if isinstance(document.content, str) else document.content.decode("utf-8", "replace")
        body = {
            "document": {"id": document.id, "format": document.format, "content": content},
            "exclude": list(allow),
        }
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(self._address, json.dumps(body).encode(), headers, method="POST")  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            raise _refusal(self._address, document, error) from error
        except (OSError, ValueError) as error:
            raise ServiceError(f"{self._address}: no answer: {getattr(error, 'reason', error)}") from error
        if not isinstance(answer, dict) or not isinstance(answer.get("matches"), list):
            raise ServiceError(f"{self._address}: the answer is no decision; is it a dupdetect service?")
        return {"id": document.id, **answer}


def _refusal(address: str, document: Document, error: urllib.error.HTTPError) -> ServiceError | ExtractionError:
    """Return what a problem document (RFC 9457) says, as an error of the branch it belongs to."""
    try:
        problem = json.load(error)
        details = [one["detail"] for one in problem.get("errors", [])]
        said = "; ".join([problem.get("detail") or problem.get("title") or "", *details]).strip("; ")
    except (ValueError, TypeError, KeyError, AttributeError):
        said = error.reason
    if error.code in (413, 422):
        return ExtractionError(f"the service cannot read it: {said}", document=document.id)
    return ServiceError(f"{address}: refuses ({error.code}): {said}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The token goes to the address that was given, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None
