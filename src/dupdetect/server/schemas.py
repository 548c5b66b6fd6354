"""What comes and goes over HTTP, as the OpenAPI description states it.

Strict: a string is no number, and an unknown member is an error, since a misspelt ``exclude`` would be a post that
matches itself.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from dupdetect.model import ContentFormat

__all__ = [
    "AuditIn",
    "AuditOut",
    "CheckIn",
    "CheckOut",
    "CompareIn",
    "DocumentIn",
    "InfoOut",
    "ListingOut",
    "OverridesOut",
    "ProblemOut",
    "PutIn",
    "StatusOut",
    "VerdictOut",
    "WrittenOut",
]

_LONG = 2**63

NAME = r"^[^\x00-\x1f\x7f]+$"
"""Of an id or a key, which stand in paths: no control characters."""


def _whole(text: str) -> str:
    """Refuse half a surrogate pair: no text, and nothing that can be stored."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("half a surrogate pair is no text") from None
    return text


Text = Annotated[str, AfterValidator(_whole)]
Id = Annotated[Text, Field(min_length=1, max_length=1000, pattern=NAME)]
Line = Annotated[Text, Field(max_length=2000)]
Url = Annotated[Text, Field(max_length=4000)]
Key = Annotated[Text, Field(min_length=1, max_length=200, pattern=NAME)]
VersionIn = Annotated[int, Field(ge=-_LONG, lt=_LONG)] | Annotated[Text, Field(max_length=100)]
Share = Annotated[float, Field(ge=0, le=1)]


class _In(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid")


# ------------------------------------------------------------------------------------------------------------- in


class DocumentIn(_In):
    """A piece, as its CMS knows it."""

    id: Id | None = Field(default=None, description="The post's identity; null while it has none.")
    site: Line | None = None
    sections: list[Line] = Field(default=[], max_length=200)
    url: Url | None = None
    title: Line | None = None
    format: ContentFormat = "html"
    content: Text = Field(description="Whole, as `format` says; never an address: nothing is fetched.")
    language: Annotated[Text, Field(max_length=100)] | None = None
    published: Annotated[Text, Field(max_length=60)] | None = Field(
        default=None, description="ISO 8601: a moment with its offset, a day, a month or a year."
    )
    version: VersionIn | None = Field(
        default=None, description="Whole numbers, or strings that sort by age, such as UTC times in ISO 8601."
    )
    canonical_url: Url | None = None
    noindex: bool | None = None


class Scope(_In):
    """Which documents are looked at: of one of these sites, in one of these sections; empty: of any."""

    sites: list[Line] = Field(default=[], max_length=200)
    sections: list[Line] = Field(default=[], max_length=200)


class ClaimIn(_In):
    """Keep the text for the caller until it is published."""

    key: Key = Field(description="Made by the caller and hard to guess: a UUID.")
    ttl_s: float = Field(default=120.0, gt=0, le=400 * 86_400, description="A scheduled post's: until it is live.")


class OverrideIn(_In):
    """An editor's word. That they may give it is for the CMS to see to."""

    reason: Text = Field(min_length=1, max_length=2000, pattern=r"\S")
    actor: Text = Field(min_length=1, max_length=200, pattern=r"\S")


class CheckIn(_In):
    """Is this piece out there already?"""

    document: DocumentIn
    replaces: list[Id] = Field(default=[], max_length=200, description="Documents whose place it will take.")
    exclude: list[Id] = Field(default=[], max_length=200, description="Documents that are not looked at.")
    scope: Scope = Scope()
    claim: ClaimIn | None = None
    override: OverrideIn | None = None
    limit: int = Field(default=5, ge=1, le=100, description="Matches in the answer at most.")
    deadline_ms: int = Field(default=1500, ge=100, le=60_000)


class ClaimKey(_In):
    """A claim that a document fulfils."""

    key: Key


class PutIn(_In):
    """A document that is published now."""

    document: DocumentIn
    claim: ClaimKey | None = None


class CompareIn(_In):
    """Two pieces."""

    left: DocumentIn
    right: DocumentIn


class AuditIn(_In):
    """Which documents of the index to look at now."""

    cursor: Annotated[str, Field(max_length=40)] | None = None
    limit: int = Field(default=100, ge=1, le=500, description="Documents looked at, not pairs found.")
    deadline_ms: int = Field(default=10_000, ge=100, le=60_000)


# ------------------------------------------------------------------------------------------------------------ out


class FieldError(BaseModel):
    """A part of the body that is wrong."""

    pointer: str
    detail: str


class ProblemOut(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[FieldError] | None = None


class ReasonOut(_Out):
    """A rule that fired."""

    rule: str
    text: str


class PassageOut(_Out):
    """What stands in both: code points of each text as it was read, and the words."""

    left: tuple[int, int]
    right: tuple[int, int]
    text_left: str
    text_right: str
    tokens: int
    similarity: Share


class MatchOut(_Out):
    """A document, or a claim, that the piece relates to."""

    id: str
    title: str | None
    url: str | None
    site: str | None
    sections: list[str]
    published: str | None
    status: Literal["published", "claimed"]
    relation: str
    is_duplicate: bool
    action: Literal["pass", "warn", "block"]
    excuse: Literal["canonical", "noindex", "replaces", "override", "standing"] | None
    score: Share
    measures: dict[str, float]
    reasons: list[ReasonOut]
    passages: list[PassageOut] | None


class ClaimOut(_Out):
    """What became of the claim."""

    key: str
    granted: bool
    expires_at: str | None


class PolicyName(_Out):
    """The policy that was applied."""

    name: str
    version: int


class CheckOut(_Out):
    """The decision."""

    id: str
    decision: Literal["pass", "warn", "block", "overridden"]
    would_be: Literal["pass", "warn", "block"]
    message: str
    matches: list[MatchOut]
    matches_left_out: int
    too_short: bool
    claim: ClaimOut | None
    digest: str
    policy: PolicyName
    candidates: int
    candidates_left_out: int
    elapsed_ms: float


class WrittenOut(_Out):
    """A document that is in the index now."""

    id: str
    version: int | str | None
    digest: str
    created: bool


class StatusOut(_Out):
    """What the index knows of a document, but for its text."""

    id: str
    version: int | str | None
    digest: str
    title: str | None
    url: str | None
    site: str | None
    sections: list[str]
    published: str | None
    characters: int


class Listed(_Out):
    """A document, to be held against what is published."""

    id: str
    version: int | str | None
    digest: str


class ListingOut(_Out):
    """Documents in the order of their writing; the cursor of the next page, null at the end."""

    documents: list[Listed]
    cursor: str | None


class OverrideOut(_Out):
    """An editor's decision, as it was written down."""

    model_config = ConfigDict(extra="allow")

    id: str
    time: str


class OverridesOut(_Out):
    """The audit trail, the newest first."""

    overrides: list[OverrideOut]
    cursor: str | None


class VerdictOut(BaseModel):
    """How the left relates to the right."""

    relation: str
    is_duplicate: bool
    score: Share
    reasons: list[ReasonOut]
    measures: dict[str, float]
    passages: list[Any] | None


class PairOut(BaseModel):
    """Two documents that are both out there."""

    left: str
    right: str
    relation: str
    action: Literal["warn", "block"]
    score: Share
    message: str


class AuditOut(_Out):
    """Pairs of which the policy would have said something."""

    pairs: list[PairOut]
    looked_at: int
    cursor: str | None


class PolicyOut(_Out):
    """The policy in force."""

    name: str
    version: int
    fail: Literal["open", "closed"]


class InfoOut(_Out):
    """Facts about the service."""

    version: str
    documents: int
    claims: int
    policy: PolicyOut
    time: str
