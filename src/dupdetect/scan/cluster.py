"""Pairs to clusters without chaining, and which member is the original.

Edits add up: of three versions the first and the last may be two pieces. So a cluster is a star: every member is a
verified duplicate, IDENTICAL or NEAR, of one representative, and the weakest of these pairs is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from dupdetect.model import Article, Cluster, Pair, Published

__all__ = ["cluster"]

Verify = Callable[[str, str], Pair]
"""Judges a pair of articles by their ids."""


def cluster(articles: Sequence[Article], pairs: Iterable[Pair], verify: Verify | None = None) -> tuple[Cluster, ...]:
    """Return the clusters of a scan, in the order of their first members.

    Of each connected component the article with the most duplicates (then the highest scores, then the lowest id)
    is the representative; its duplicates join it, and so on with those that are left. Guarantee: every member is a
    verified duplicate of the representative. The answer depends neither on the order of `pairs` nor of `articles`, but
    for the order in which ids are listed.

    Parameters
    ----------
    articles : sequence of Article
        All that were scanned.
    pairs : iterable of Pair
        Verified pairs; those that are no duplicates are ignored.
    verify : callable, optional
        Judges a member of the component that was never compared with the representative, as in a bucket of many copies
        where each was compared with its neighbours only. Without it such a member does not join.
    """
    scores: dict[str, dict[str, float]] = {article.id: {} for article in articles}
    for pair in pairs:
        if pair.verdict.is_duplicate:
            scores[pair.left][pair.right] = scores[pair.right][pair.left] = pair.verdict.score
    places = {article.id: place for place, article in enumerate(articles)}
    found = []
    for component in _components(scores):
        left = set(component)
        while left:
            center = min(left, key=lambda id: _rank(id, scores[id], left))
            members = {center: 1.0}
            for id in sorted(left - {center}):
                score = scores[center].get(id)
                if score is None and verify is not None:
                    pair = verify(center, id)
                    score = pair.verdict.score if pair.verdict.is_duplicate else None
                if score is not None:
                    members[id] = score
            left -= members.keys()
            if len(members) > 1:
                ids = sorted(members, key=places.__getitem__)
                found.append(_described([articles[places[id]] for id in ids], center, min(members.values())))
    return tuple(sorted(found, key=lambda one: places[one.ids[0]]))


def _rank(id: str, scores: dict[str, float], left: set[str]) -> tuple[int, float, str]:
    own = sorted(score for other, score in scores.items() if other in left)
    return -len(own), -sum(own), id


def _components(neighbours: dict[str, dict[str, float]]) -> list[list[str]]:
    components = []
    seen: set[str] = set()
    for start in neighbours:
        if start in seen or not neighbours[start]:
            continue
        seen.add(start)
        component = [start]
        for id in component:
            fresh = neighbours[id].keys() - seen
            seen |= fresh
            component += fresh
        components.append(component)
    return components


def _described(members: Sequence[Article], representative: str, weakest: float) -> Cluster:
    original, reasons = _original(members)
    return Cluster(
        ids=tuple(article.id for article in members),
        representative=representative,
        original=original,
        reasons=reasons,
        weakest=weakest,
    )


def _original(members: Sequence[Article]) -> tuple[str | None, tuple[str, ...]]:
    """Suggest an original: the one that the others declare as canonical, else the one certainly published first."""
    for article in members:
        addresses = {article.url, article.canonical_url} - {None}
        pointing = [other for other in members if other is not article and other.canonical_url in addresses]
        itself = article.canonical_url is None or article.canonical_url == article.url or article.url is None
        if pointing and itself and len(pointing) == len(members) - 1:
            return article.id, ("The others name it as their canonical URL.",)
    dated = [article for article in members if article.published is not None]
    for article in dated:
        others = [other.published for other in members if other is not article]
        # A missing date never decides: someone without one may have been first.
        if article.published is not None and all(o is not None and article.published.before(o) for o in others):
            return article.id, (f"It was published first, on {_date(article.published)}.",)
    if len(dated) < len(members):
        return None, (f"{len(members) - len(dated)} of {len(members)} carry no date.",)
    return None, ("They were published at the same time, as far as the dates tell.",)


def _date(published: Published) -> str:
    if isinstance(published.moment, dt.datetime):
        return f"{published.day} at {published.moment:%H:%M} ({published.moment:%Z})"
    return str(published)
