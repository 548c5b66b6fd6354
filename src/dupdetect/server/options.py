"""What a service is told at its start: one frozen record, sent to every worker process."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from dupdetect.errors import SettingsError
from dupdetect.index import Durability
from dupdetect.policy import Policy

__all__ = ["Options", "is_loopback"]

MIN_TOKEN = 16
"""Characters of a token at least: it is all that stands between a stranger and the index."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Parameters of a service.

    Parameters
    ----------
    index : str
        Path of the index, which must be there.
    policy : Policy
    token : str, optional
        What callers prove themselves with; 16 printable ASCII characters or more, without spaces. Without one only
        this machine is served.
    host : str
    port : int
        0 lets the system choose.
    workers : int
        Processes, 1–64.
    threads : int
        Checks at a time in each process.
    queue : int
        Requests that may wait for a thread; beyond it the answer is 429.
    body_bytes, batch_bytes : int
        Longest body of a request, and of a batch of documents.
    header_seconds, body_seconds, total_seconds : float
        Within which a request's head must have come, its body, and its answer been taken.
    connections, requests : int
        Open at a time in each process; of these at work at a time.
    deadline : float
        Seconds for a request's work, where it names no own deadline.
    keep_checks : int
        Recent checks that are remembered for the built-in page; 0 remembers none.
    keep_texts : bool
        Remember also the texts of checked drafts, to be shown beside what they match.
    first_fill : bool
        Not ready until a batch has said that it was the last of the first fill.
    metrics : str, optional
        Folder in which several workers put their counters together.
    durability : {'normal', 'full'}
        As for `dupdetect.open_index`.

    Raises
    ------
    SettingsError
        Another address than this machine's without a token; a token too short; a number out of its range.
    """

    index: str = field(repr=False)  # a URL may hold a password
    policy: Policy = field(default_factory=Policy)
    token: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8321
    workers: int = 1
    threads: int = 4
    queue: int = 32
    body_bytes: int = 2 * 2**20
    batch_bytes: int = 16 * 2**20
    header_seconds: float = 10.0
    body_seconds: float = 20.0
    total_seconds: float = 120.0
    connections: int = 256
    requests: int = 64
    deadline: float = 10.0
    keep_checks: int = 500
    keep_texts: bool = True
    first_fill: bool = False
    metrics: str | None = None
    durability: Durability = "normal"

    def __post_init__(self) -> None:
        if self.token is not None and not (
            len(self.token) >= MIN_TOKEN and self.token.isascii() and self.token.isprintable() and " " not in self.token
        ):
            raise SettingsError(
                f"a token needs {MIN_TOKEN} printable ASCII characters or more, without spaces: "
                'python -c "import secrets; print(secrets.token_urlsafe(32))" makes one'
            )
        if self.token is None and not is_loopback(self.host):
            raise SettingsError(
                f"{self.host} can be reached from other machines, which needs a token (--token-file); "
                "without one only 127.0.0.1 is served"
            )
        for name, low, high in (
            ("port", 0, 65535),
            ("workers", 1, 64),
            ("threads", 1, 64),
            ("queue", 0, 10_000),
            ("body_bytes", 1, 2**30),
            ("batch_bytes", 1, 2**30),
            ("connections", 1, 100_000),
            ("requests", 1, 10_000),
            ("keep_checks", 0, 100_000),
        ):
            if not low <= getattr(self, name) <= high:
                raise SettingsError(f"{name} must be from {low} to {high}, not {getattr(self, name)!r}")
        for name in ("header_seconds", "body_seconds", "total_seconds", "deadline"):
            if not 0 < getattr(self, name) <= 3600:
                raise SettingsError(f"{name} must be more than 0 and at most 3600, not {getattr(self, name)!r}")
