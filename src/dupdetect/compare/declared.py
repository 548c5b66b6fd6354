"""What a piece declares of itself: where and when it stands, its original's address, that nobody shall find it.

A declaration never changes how two texts relate; a policy may let a declared copy pass.
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit

from dupdetect.model import Article, Excuse
from dupdetect.text import fold

__all__ = ["days_apart", "excuse", "same_address", "same_canonical", "section_ratio"]

_PORTS = {"http": 80, "https": 443}
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_ASCII = "".join(map(chr, range(0x21, 0x7F)))


def excuse(left: Article, right: Article) -> Excuse | None:
    """Return what `left` declares that explains why it stands beside `right`.

    Parameters
    ----------
    left : Article
        The piece that is about to be published.
    right : Article
        The piece it matches.

    Returns
    -------
    Excuse or None
        `Excuse.CANONICAL` where `left` names the address of `right`, or the one that `right` names, as its canonical
        one; else `Excuse.NOINDEX` where `left` asks search engines to leave it out; None where it declares neither. A
        canonical address that is `left`'s own, or leads elsewhere, declares nothing about `right`.

    Examples
    --------
    >>> from dupdetect.model import Article
    >>> copy = Article(blocks=(), url="https://b.example/2", canonical_url="https://a.example/1/")
    >>> excuse(copy, Article(blocks=(), url="http://a.example/1")).value
    'canonical'
    """
    if _points_to(left, right):
        return Excuse.CANONICAL
    return Excuse.NOINDEX if left.noindex else None


def same_canonical(left: Article, right: Article) -> float | None:
    """Return 1 where one piece names the other's address as canonical, or both name one; 0 where not.

    None where neither names any address but its own.
    """
    if _points_to(left, right) or _points_to(right, left):
        return 1.0
    own = [_canonical(article) in (None, _address(article.url)) for article in (left, right)]
    return None if all(own) else 0.0


def days_apart(left: Article, right: Article) -> float | None:
    """Return the days between two publications, each as its page dates it; None where one is not dated to the day."""
    dates = [article.published for article in (left, right)]
    days = [date.day for date in dates if date is not None and date.precision in ("time", "day")]
    return float(abs((days[0] - days[1]).days)) if len(days) == 2 else None


def section_ratio(left: Article, right: Article) -> float | None:
    """Return how many sections both stand in, over all that either does; None where one names none."""
    ours, theirs = ({fold(name) for name in article.sections} for article in (left, right))
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else None


def same_address(one: str | None, other: str | None) -> bool:
    """Whether two URLs name one page; False where either is not given.

    Scheme (http or https), letter case of the host, its default port, a final slash, the fragment and the way of
    escaping make no difference (RFC 3986, 6.2.2 and 6.2.3, but for the scheme and the final slash); the query does.
    """
    address = _address(one)
    return address is not None and address == _address(other)


def _points_to(left: Article, right: Article) -> bool:
    """Whether `left` names an address that is not its own and is that of `right`, or the one that `right` names."""
    declared = _canonical(left)
    elsewhere = declared is not None and declared != _address(left.url)
    return elsewhere and declared in (_address(right.url), _canonical(right))


def _canonical(article: Article) -> str | None:
    if not article.canonical_url:
        return None
    try:
        return _address(urljoin(article.url or "", article.canonical_url))
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _address(url: str | None) -> str | None:
    """Return what addresses of one page have in common; None for what is no address."""
    if not url or not url.strip():
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:  # a port that is no number, a bracket that is left open: strangers write these
        return None
    host = (parts.hostname or "").rstrip(".")
    place = host if port is None or port == _PORTS.get(parts.scheme) else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{'//' if place else ''}{place}{_escaped(parts.path).rstrip('/')}{_escaped(query)}"


def _escaped(part: str) -> str:
    def one(match: re.Match[str]) -> str:
        letter = chr(int(match[1], 16))
        return letter if letter in _UNRESERVED else match[0].upper()

    return _ESCAPED.sub(one, quote(part, safe=_ASCII, errors="replace"))
