"""Pairs to clusters, and which member is the original.

Only verified IDENTICAL and NEAR pairs join articles, so a cluster shows the weakest pair that holds it together.
"""

from __future__ import annotations

from collections.abc import Sequence

from dupdetect.model import Article, Cluster, Pair

__all__ = ["cluster"]


def cluster(articles: Sequence[Article], pairs: Sequence[Pair]) -> tuple[Cluster, ...]:
    """Return the clusters of a scan, in the order of their first members; they do not depend on the order of `pairs`.

    Parameters
    ----------
    articles : sequence of Article
        All that were scanned.
    pairs : sequence of Pair
        Verified pairs; those that are no duplicates are ignored.
    """
    parent = {article.id: article.id for article in articles}

    def root(id: str) -> str:
        while parent[id] != id:
            parent[id] = parent[parent[id]]
            id = parent[id]
        return id

    weakest: dict[str, float] = {}
    # Strongest first: the pair that joins two parts last is then the weakest that is needed.
    for pair in sorted((p for p in pairs if p.verdict.is_duplicate), key=lambda p: -p.verdict.score):
        left, right = root(pair.left), root(pair.right)
        if left != right:
            parent[right] = left
            weakest[left] = pair.verdict.score
    members: dict[str, list[Article]] = {}
    for article in articles:
        members.setdefault(root(article.id), []).append(article)
    return tuple(_described(found, weakest[key]) for key, found in members.items() if len(found) > 1)


def _described(members: Sequence[Article], weakest: float) -> Cluster:
    original, reasons = _original(members)
    return Cluster(ids=tuple(article.id for article in members), original=original, reasons=reasons, weakest=weakest)


def _original(members: Sequence[Article]) -> tuple[str | None, tuple[str, ...]]:
    """Suggest an original: the one that the others declare as canonical, else the one certainly published first."""
    for article in members:
        addresses = {article.url, article.canonical_url} - {None}
        pointing = [other for other in members if other is not article and other.canonical_url in addresses]
        itself = article.canonical_url is None or article.canonical_url == article.url or article.url is None
        if pointing and itself and len(pointing) == len(members) - 1:
            return article.id, ("the others name it as their canonical URL",)
    dated = [article for article in members if article.published is not None]
    for article in dated:
        others = [other.published for other in members if other is not article]
        # A missing date never decides: someone without one may have been first.
        if article.published is not None and all(o is not None and article.published.before(o) for o in others):
            return article.id, (f"published first, {article.published}",)
    if len(dated) < len(members):
        return None, (f"{len(members) - len(dated)} of {len(members)} carry no date",)
    return None, ("published at the same time, as far as the dates tell",)
