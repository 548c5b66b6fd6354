"""The work of a service, without HTTP. Methods may run in several threads at a time."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version as version_of
from typing import Any

from dupdetect.compare import excuse
from dupdetect.detector import Detector
from dupdetect.errors import (
    DupdetectError,
    EmptyDocumentError,
    NoArticleError,
    StaleVersionError,
    StoreError,
    UnknownIdError,
)
from dupdetect.extract import parse_published, read
from dupdetect.index import Entry, Filter, IndexInfo, open_index
from dupdetect.io import decision_json, passages_json, verdict_json
from dupdetect.model import Action, Article, Block, Decision, Document, Override
from dupdetect.policy import Overrides, decide
from dupdetect.server.options import Options
from dupdetect.server.problems import Problem, problem_of
from dupdetect.server.recent import Recent
from dupdetect.server.schemas import AuditIn, CheckIn, CompareIn, DocumentIn, PutIn

__all__ = ["Service"]

Json = dict[str, Any]

_FILLED = "filled"
"""Kind of the journal's entry that says that the first fill is done."""

_CHUNK = 16
"""Documents of a batch in one transaction: others write in between."""


class Service:
    """A detector behind requests and answers.

    Parameters
    ----------
    options : Options
    on_loss : callable, optional
        Told how many recent checks could not be remembered.
    """

    def __init__(self, options: Options, on_loss: Callable[[int], object] = int) -> None:
        self.options = options
        self._on_loss = on_loss
        self._lock = threading.Lock()
        self._detector: Detector | None = None
        self._recent: Recent | None = None
        self._closed = False
        self._filled = not options.first_fill

    # ------------------------------------------------------------------------------------------ the index

    def open(self) -> None:
        """Open the index, if it is not open. Raises `StoreError`."""
        with self._lock:
            if self._detector is not None or self._closed:
                return
            index = open_index(self.options.index, durability=self.options.durability)
            self._recent = Recent(
                index, keep=self.options.keep_checks, texts=self.options.keep_texts, on_loss=self._on_loss
            )
            self._detector = Detector(index, policy=self.options.policy)

    def warm(self) -> None:
        """Do once what is slow the first time."""
        self.detector.check(
            Article(blocks=(Block(text="What is slow the first time is done before the first check. " * 3),))
        )

    def close(self) -> None:
        """Write down what is not yet written down, and close the index."""
        with self._lock:
            self._closed = True
            if self._recent is not None:
                self._recent.close()
            if self._detector is not None:
                self._detector.close()
            self._detector = None

    @property
    def detector(self) -> Detector:
        """The detector. Raises the problem ``not-ready`` where the index cannot be opened."""
        if self._detector is None:
            try:
                self.open()
            except StoreError as error:
                raise problem_of(error) from error
        if self._detector is None:
            raise Problem("not-ready", "the service is stopping")
        return self._detector

    @property
    def recent(self) -> Recent:
        """The recent checks."""
        self.detector  # noqa: B018  # opens both
        assert self._recent is not None  # noqa: S101
        return self._recent

    def ready(self) -> None:
        """Raise ``not-ready`` unless documents can be checked and written."""
        index = self.detector.index
        try:
            index.record([])  # takes the write lock, and gives it back
        except StoreError as error:
            raise problem_of(error) from error
        self._require_filled()

    def _require_filled(self) -> None:
        if not self._filled:
            self._filled = bool(self.detector.index.journal(_FILLED, limit=1))
        if not self._filled:
            raise Problem(
                "not-ready",
                "the first fill is not done: send what is published to /v1/documents:batch, the last with ?last=true",
                headers={"Retry-After": "30"},
            )

    def facts(self) -> IndexInfo:
        """Return facts about the index."""
        return self.detector.index.info()

    def info(self) -> Json:
        """Return the answer of ``GET /v1/info``."""
        facts, policy = self.facts(), self.options.policy
        return {
            "version": version_of("dupdetect"),
            "documents": facts.documents,
            "claims": facts.claims,
            "policy": {"name": policy.name, "version": policy.version, "fail": policy.fail},
            "time": moment(time.time()),
        }

    # ------------------------------------------------------------------------------------------ one piece

    def check(self, asked: CheckIn) -> tuple[Decision, Json]:
        """Decide about a piece; return the decision, and the answer of ``POST /v1/check``."""
        start = time.perf_counter()
        self._require_filled()
        claim = asked.claim
        decision = self.detector.decide(
            _read(document_of(asked.document)),
            replaces=asked.replaces,
            exclude=asked.exclude,
            within=_filter(asked.scope.sites, asked.scope.sections),
            override=Override(reason=asked.override.reason, actor=asked.override.actor) if asked.override else None,
            claim=claim.key if claim else None,
            ttl=claim.ttl_s if claim else 120.0,
        )
        self.recent.note(decision, key=claim.key if claim else "")
        answer = decision_json(decision, limit=asked.limit)
        if claim:
            granted = decision.claim == claim.key
            answer["claim"] = {
                "key": claim.key,
                "granted": granted,
                "expires_at": moment(decision.claim_expires) if granted else None,
            }
        answer["elapsed_ms"] = round((time.perf_counter() - start) * 1e3, 1)
        return decision, answer

    def compare(self, asked: CompareIn) -> Json:
        """Return the answer of ``POST /v1/compare``."""
        sides = []
        for name, given in (("left", asked.left), ("right", asked.right)):
            try:
                sides.append(_read(document_of(given, f"/{name}")))
            except DupdetectError as error:
                raise problem_of(error, f"/{name}") from error
        left, right = sides
        verdict = self.detector.compare(left, right)
        return {**verdict_json(verdict, left.text, right.text), "passages": passages_json(verdict, left, right)}

    # ------------------------------------------------------------------------------------------ documents

    def put(self, id: str, asked: PutIn) -> Json:
        """Write a document in place of the one with its id; return the answer of ``PUT /v1/documents/{id}``."""
        if asked.document.id not in (None, id):
            raise Problem("invalid-document", errors=[("/document/id", f"the address says {id!r}")])
        document = document_of(asked.document, id=id)
        created = id not in self.detector.index
        self._write([document], [_read(document)], claims=[asked.claim.key] if asked.claim else [])
        return self._written(id, created)

    def _write(self, documents: Sequence[Document], articles: Sequence[Article], claims: Sequence[str] = ()) -> None:
        versions = {document.id: document.version for document in documents}
        self.detector.replace(articles, versions=versions, claims=claims)

    def _written(self, id: str, created: bool) -> Json:
        try:
            listed = self.detector.index.listed(id)
        except UnknownIdError as error:  # removed by someone else meanwhile
            raise problem_of(error) from error
        return {"id": id, "version": listed.version, "digest": listed.digest.hex(), "created": created}

    def delete(self, id: str) -> None:
        """Remove a document, if it is there."""
        self.detector.remove([id])

    def status(self, id: str) -> Json:
        """Return the answer of ``GET /v1/documents/{id}``."""
        index = self.detector.index
        listed, article = index.listed(id), index.get(id)
        return {
            "id": id,
            "version": listed.version,
            "digest": listed.digest.hex(),
            "title": article.title,
            "url": article.url or article.canonical_url,
            "site": article.site,
            "sections": list(article.sections),
            "published": str(article.published) if article.published else None,
            "characters": len(article.text),
        }

    def listing(self, site: str | None, cursor: str | None, limit: int) -> Json:
        """Return the answer of ``GET /v1/documents``."""
        page = self.detector.index.listing(after=_number(cursor), limit=limit, site=site)
        return {
            "documents": [{"id": one.id, "version": one.version, "digest": one.digest.hex()} for one in page],
            "cursor": str(page[-1].doc) if len(page) == limit else None,
        }

    def release(self, key: str) -> None:
        """End a claim, if it is there."""
        self.detector.release(key)

    # ------------------------------------------------------------------------------------------ many documents

    def batch(self, asked: Sequence[PutIn | Problem]) -> list[Json]:
        """Write documents; return a line for each, in their order."""
        lines: list[Json | None] = [None] * len(asked)
        readable: list[tuple[int, Document, Article]] = []
        for place, one in enumerate(asked):
            if isinstance(one, Problem):
                lines[place] = _refused(None, one)
                continue
            try:
                document = document_of(one.document)
                if not document.id:
                    raise Problem("invalid-document", errors=[("/document/id", "a document of a batch needs an id")])
                readable.append((place, document, _read(document)))
            except DupdetectError as error:
                lines[place] = _refused(one.document.id, problem_of(error))
            except Problem as problem:
                lines[place] = _refused(one.document.id, problem)
        for chunk in _chunks(readable):
            for (place, _, _), line in zip(chunk, self._write_chunk(chunk), strict=True):
                lines[place] = line
        return [line for line in lines if line is not None]

    def _write_chunk(self, chunk: Sequence[tuple[int, Document, Article]]) -> list[Json]:
        created = [document.id not in self.detector.index for _, document, _ in chunk]
        try:
            self._write([document for _, document, _ in chunk], [article for _, _, article in chunk])
        except (StaleVersionError, DupdetectError) as error:
            if len(chunk) == 1:
                return [_refused(chunk[0][1].id, problem_of(error))]
            return [line for one in chunk for line in self._write_chunk([one])]  # the others are not to blame
        return [
            {"status": 201 if new else 200, **self._written(document.id, new)}
            for (_, document, _), new in zip(chunk, created, strict=True)
        ]

    def filled(self) -> None:
        """Remember that the first fill is done."""
        self.detector.index.record([Entry(kind=_FILLED, subject="", body="{}", time=time.time())], keep=1)
        self._filled = True

    # ------------------------------------------------------------------------------------------ what was decided

    def overrides(self, id: str | None, cursor: str | None, limit: int) -> Json:
        """Return the answer of ``GET /v1/overrides``."""
        before = _number(cursor) or None
        page = self.detector.index.journal("override", subject=id, before=before, limit=limit)
        return {
            "overrides": [_told(entry) for entry in page],
            "cursor": str(page[-1].sequence) if len(page) == limit else None,
        }

    def audit(self, asked: AuditIn) -> Json:
        """Look for pairs that are both in the index; return the answer of ``POST /v1/audit``."""
        end = time.monotonic() + asked.deadline_ms / 1e3 * 0.8  # the answer takes time too
        detector, overrides = self.detector, Overrides(self.detector.index)
        pairs: list[Json] = []
        page = detector.index.listing(after=_number(asked.cursor), limit=asked.limit)
        looked_at, last = 0, None
        for one in page:
            if looked_at and time.monotonic() > end:
                break
            looked_at, last = looked_at + 1, one
            try:
                pairs += self._pairs(detector, overrides, one.id, one.doc)
            except UnknownIdError:
                continue  # removed meanwhile
        done = looked_at == len(page) < asked.limit
        return {"pairs": pairs, "looked_at": looked_at, "cursor": None if done or last is None else str(last.doc)}

    def _pairs(self, detector: Detector, overrides: Overrides, id: str, doc: int) -> Iterator[Json]:
        """Yield what a document forms with those written before it, unless one excuses the pair."""
        article = detector.index.get(id)
        result = detector.check(article)
        covered = overrides.covering([id])
        decision = decide(self.options.policy, result, overridden=lambda match: overrides.holds(covered, match))
        for one in decision.judged:
            if one.action is Action.PASS or one.match.status == "claimed":
                continue
            if detector.index.listed(one.match.id).doc > doc or excuse(one.match.article, article) is not None:
                continue
            verdict = one.match.verdict
            yield {
                "left": id,
                "right": one.match.id,
                "relation": verdict.relation.value,
                "action": one.action.value,
                "score": round(verdict.score, 4),
                "message": verdict.reasons[0].text if verdict.reasons else "",
            }


# ------------------------------------------------------------------------------------------------------- pieces


def moment(seconds: float) -> str:
    """Return a time as RFC 3339 in UTC."""
    return dt.datetime.fromtimestamp(seconds, dt.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def document_of(given: DocumentIn, at: str = "/document", *, id: str | None = None) -> Document:
    """Return a document as the library knows it.

    Raises
    ------
    Problem
        ``published`` is no date.
    """
    published = None
    if given.published is not None:
        published = parse_published(given.published)
        if published is None:
            raise Problem(
                "invalid-document",
                errors=[(f"{at}/published", f"{given.published!r} is no date; write 2026-11-22T07:14:03Z")],
            )
    return Document(
        id=id or given.id or "",
        content=given.content,
        format=given.format,
        title=given.title,
        url=given.url,
        canonical_url=given.canonical_url,
        published=published,
        site=given.site,
        sections=tuple(given.sections),
        language=given.language,
        noindex=given.noindex,
        version=given.version,
    )


def _read(document: Document) -> Article:
    """Read a document; one without any text is an empty article, of which nothing is a copy."""
    try:
        return read(document)
    except (EmptyDocumentError, NoArticleError) as error:
        return Article(
            blocks=(),
            id=document.id,
            title=document.title,
            url=document.url,
            canonical_url=document.canonical_url,
            published=document.published,
            site=document.site,
            sections=document.sections,
            language=document.language,
            noindex=bool(document.noindex),
            notes=(error.problem,),
        )


def _filter(sites: Iterable[str], sections: Iterable[str]) -> Filter | None:
    within = Filter(sites=tuple(sites), sections=tuple(sections))
    return None if within == Filter() else within


def _number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or int(cursor) >= 2**63:
        raise Problem("invalid-document", f"{cursor!r} is no cursor of ours; leave it out to begin anew")
    return int(cursor)


def _refused(id: str | None, problem: Problem) -> Json:
    return {"status": problem.status, "id": id, "problem": problem.members()}


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut into chunks, none with one id twice: the later one is to replace the earlier."""
    chunk: list[Any] = []
    for item in items:
        if len(chunk) == _CHUNK or any(item[1].id == other[1].id for other in chunk):
            yield chunk
            chunk = []
        chunk.append(item)
    if chunk:
        yield chunk


def _told(entry: Entry) -> Json:
    """Return an override as it is told: without what only the library needs."""
    body = json.loads(entry.body)
    for match in body.get("matches", ()):
        match.pop("signature", None)
    return {**body, "id": entry.subject, "time": moment(entry.time)}
