"""JSON-LD: what a page declares about itself for search engines, read leniently and without recursion."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from dupdetect.extract.lines import plain

__all__ = [
    "Node",
    "article_of",
    "by_reference",
    "is_organisation",
    "listed",
    "names_of",
    "read_nodes",
    "text_of",
    "types_of",
]

Node = dict[str, Any]
"""An object of the page's JSON-LD."""


def read_nodes(sources: Iterable[str]) -> Iterator[Node]:
    """Yield every object of the page's JSON-LD that has a type, outer ones first.

    Parameters
    ----------
    sources : iterable of str
        Contents of the page's scripts; what is no JSON says nothing.
    """
    for source in sources:
        text = source.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
        try:
            waiting = deque([json.loads(text, strict=False)])
        except (ValueError, RecursionError):  # not JSON, or nested to exhaust the decoder: it says nothing
            continue
        while waiting:
            value = waiting.popleft()
            if isinstance(value, list):
                waiting.extendleft(reversed(value[:200]))
            elif isinstance(value, dict):
                if "@type" in value:
                    yield value
                waiting += [inner for inner in value.values() if isinstance(inner, (dict, list))]


def types_of(node: Node) -> set[str]:
    """Return the types of a node in lower case, without their vocabulary."""
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return {str(one).rsplit("/", 1)[-1].lower() for one in kinds if one}


_ARTICLES = frozenset(
    [
        "newsarticle",
        "article",
        "blogposting",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "liveblogposting",
        "scholarlyarticle",
        "techarticle",
        "socialmediaposting",
        "advertisercontentarticle",
        "backgroundnewsarticle",
        "reviewnewsarticle",
        "report",
        "discussionforumposting",
        "recipe",
        "review",
    ]
)


def article_of(nodes: list[Node]) -> Node:
    """Return the JSON-LD object of the article: the first with a headline, else a page with an author or a date."""
    for wanted, needed in (
        (_ARTICLES, ("headline", "name")),
        (_ARTICLES, ()),
        ({"webpage"}, ("datePublished", "author")),
    ):
        for node in nodes:
            if types_of(node) & wanted and (not needed or any(node.get(key) for key in needed)):
                return node
    return {}


def text_of(value: Any) -> str:
    """Return a JSON-LD value as text: itself, or its ``name`` or ``@value``."""
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return text_of(value.get("name") or value.get("@value") or "")
    return ""


def names_of(value: Any) -> list[str]:
    """Return the names in a JSON-LD value, which may be a list."""
    return [name for name in map(text_of, listed(value)) if name]


def by_reference(value: Any, nodes: Sequence[Node]) -> list[Any]:
    """Return the values in `value`, with the node in place of each ``{"@id": …}`` that only points to it."""
    values = listed(value)
    if any(isinstance(one, dict) and "@id" in one and not text_of(one) for one in values):
        named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and text_of(node)}
        values = [named.get(str(one.get("@id")), one) if isinstance(one, dict) else one for one in values]
    return values


def listed(value: Any) -> list[Any]:
    """Return a JSON-LD value as a list: it may be one already."""
    return value if isinstance(value, list) else [value]


def is_organisation(value: Any) -> bool:
    """Whether a JSON-LD value says that it is an organisation and no person."""
    return isinstance(value, dict) and any(kind.endswith("organization") for kind in types_of(value))
