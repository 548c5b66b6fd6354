"""Results as JSON: plain dictionaries, the same in the command line's output and in files."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dupdetect.model import (
    Article,
    Cluster,
    Decision,
    Failure,
    Match,
    Pair,
    Passage,
    Repeat,
    ScanResult,
    Span,
    Verdict,
)

__all__ = [
    "article_json",
    "cluster_json",
    "decision_json",
    "failure_json",
    "pair_json",
    "passages_json",
    "repeat_json",
    "scan_json",
    "verdict_json",
]

Json = dict[str, Any]


def article_json(article: Article, *, blocks: bool = False) -> Json:
    """Return an article's data and text; with `blocks`, every block of the page and why it was dropped."""
    listing: Json = {
        "id": article.id,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "byline": list(article.byline),
        "published": str(article.published) if article.published else None,
        "sections": list(article.sections),
        "site": article.site,
        "language": article.language,
        "noindex": article.noindex,
        "notes": list(article.notes),
        "text": article.text,
    }
    if blocks:
        listing["blocks"] = [
            {"text": block.text, "kind": block.kind.value, "kept": block.reason is None, "reason": block.reason}
            for block in article.blocks
        ]
    return listing


def verdict_json(verdict: Verdict, left: str, right: str) -> Json:
    """Return a verdict over two texts; passages carry their text, since others count characters otherwise."""
    passages = verdict.comparison.passages
    return {
        **_judged(verdict),
        "passages": None if passages is None else [_passage(passage, left, right) for passage in passages],
    }


def _judged(verdict: Verdict) -> Json:
    return {
        "relation": verdict.relation.value,
        "is_duplicate": verdict.is_duplicate,
        "score": round(verdict.score, 4),
        "reasons": [{"rule": reason.rule, "text": reason.text} for reason in verdict.reasons],
        "measures": verdict.comparison.measures(),
    }


def _passage(passage: Passage, left: str, right: str) -> Json:
    return {
        "a": _span(passage.left, left),
        "b": _span(passage.right, right),
        "tokens": passage.tokens,
        "similarity": round(passage.similarity, 4),
        "changes": [
            {"a": _span(change.left, left), "b": _span(change.right, right), "kind": change.kind}
            for change in passage.changes
        ],
    }


def _span(span: Span, text: str) -> Json:
    return {"start": span.start, "end": span.end, "text": span.of(text)}


def pair_json(pair: Pair, left: Article, right: Article, digests: tuple[str, str] | None = None) -> Json:
    """Return a pair of a scan: ``{a, b, relation, score, measures, passages, …}``.

    `digests` are those of both texts' words: with them the pair can be hidden by a later scan as long as both stay.
    """
    told = {} if digests is None else {"a_digest": digests[0], "b_digest": digests[1]}
    return {"a": pair.left, "b": pair.right, **told, **verdict_json(pair.verdict, left.text, right.text)}


def cluster_json(cluster: Cluster) -> Json:
    """Return a cluster: ``{ids, representative, original, reasons, weakest}``."""
    return {
        "ids": list(cluster.ids),
        "representative": cluster.representative,
        "original": cluster.original,
        "reasons": list(cluster.reasons),
        "weakest": round(cluster.weakest, 4),
    }


def repeat_json(repeat: Repeat, text: str) -> Json:
    """Return a passage that a text carries twice."""
    return {
        "first": _span(repeat.first, text),
        "second": _span(repeat.second, text),
        "tokens": repeat.tokens,
        "similarity": round(repeat.similarity, 4),
    }


def decision_json(decision: Decision, *, limit: int | None = None) -> Json:
    """Return a decision, with at most `limit` of its matches, the strongest first."""
    result = decision.result
    return {
        "id": result.article.id,
        "decision": decision.outcome,
        "would_be": decision.would_be.value,
        "message": decision.message,
        "matches": [
            {
                **_match(one.match),
                "passages": passages_json(one.match.verdict, result.article, one.match.article),
                "action": one.action.value,
                "excuse": one.excuse.value if one.excuse else None,
            }
            for one in decision.judged[:limit]
        ],
        "matches_left_out": 0 if limit is None else max(0, len(decision.judged) - limit),
        "too_short": decision.too_short,
        "claim": None
        if decision.claim is None
        else {"key": decision.claim, "granted": True, "expires_at": _moment(decision.claim_expires)},
        "digest": result.digest.hex(),
        "policy": {"name": decision.policy, "version": decision.policy_version},
        "candidates": result.candidates,
        "candidates_left_out": result.candidates_left_out,
    }


def passages_json(verdict: Verdict, left: Article, right: Article) -> list[Json] | None:
    """Return a verdict's passages for a hook: places and texts of both sides, without the changed words one by one."""
    if verdict.comparison.passages is None:
        return None
    return [
        {
            "left": [passage.left.start, passage.left.end],
            "right": [passage.right.start, passage.right.end],
            "text_left": passage.left.of(left.text),
            "text_right": passage.right.of(right.text),
            "tokens": passage.tokens,
            "similarity": round(passage.similarity, 4),
        }
        for passage in verdict.comparison.passages
    ]


def _moment(seconds: float) -> str:
    moment = dt.datetime.fromtimestamp(seconds, dt.timezone.utc).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def _match(match: Match) -> Json:
    article = match.article
    return {
        "id": article.id,
        "status": match.status,
        "title": article.title,
        "url": article.url or article.canonical_url,
        "site": article.site,
        "sections": list(article.sections),
        "published": str(article.published) if article.published else None,
        **_judged(match.verdict),
    }


def failure_json(failure: Failure) -> Json:
    """Return a document that could not be read."""
    return {"id": failure.id, "error": failure.error}


def scan_json(result: ScanResult) -> Json:
    """Return the whole of a scan but its texts."""
    articles = {article.id: article for article in result.articles}
    return {
        "articles": len(result.articles),
        "compared": result.compared,
        "pairs": [pair_json(pair, articles[pair.left], articles[pair.right]) for pair in result.pairs],
        "clusters": [cluster_json(cluster) for cluster in result.clusters],
        "repeats": {
            id: [repeat_json(repeat, articles[id].text) for repeat in repeats] for id, repeats in result.repeats.items()
        },
        "failures": [failure_json(failure) for failure in result.failures],
        "notes": list(result.notes),
    }
