"""What recurs on a site's pages is its template: author bios, subscribe prompts, disclaimers.

A single page gives no hint that its last paragraph stands under every post. Many pages do. A block counts once for
each *different* article that carries it, told by the article's longest other block, so a piece that is cross-posted
to every section of a site teaches nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dupdetect.model import Article

__all__ = ["SiteTemplate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTemplate:
    """Blocks seen in the articles of one site, each with the different articles that carried it.

    Parameters
    ----------
    seen : dict of str to tuple of str
        Digest of a block's words → digests of the articles it stood in, `enough` at most.
    enough : int
        A block of so many different articles is template.
    """

    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    enough: int = 4

    def learn(self, articles: Iterable[Article]) -> SiteTemplate:
        """Return a template that knows `articles` too.

        Parameters
        ----------
        articles : iterable of Article
            Of one site.
        """
        seen = dict(self.seen)
        for article in articles:
            digests = {_digest(block.text): len(block.text) for block in article.content}
            ranked = sorted(digests, key=lambda digest: (-digests[digest], digest))
            for digest in digests:
                story = next((other for other in ranked if other != digest), None)
                known = seen.get(digest, ())
                if story is not None and story not in known and len(known) < self.enough:
                    seen[digest] = (*known, story)
        return SiteTemplate(seen=seen, enough=self.enough)

    def __contains__(self, text: str) -> bool:
        """Whether a block of these words is template."""
        return len(self.seen.get(_digest(text), ())) >= self.enough

    def to_dict(self) -> dict[str, Any]:
        """Return the template, ready for JSON."""
        return {"enough": self.enough, "seen": {digest: list(stories) for digest, stories in self.seen.items()}}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> SiteTemplate:
        """Build a template from `to_dict`'s answer."""
        return cls(seen={key: tuple(stories) for key, stories in values["seen"].items()}, enough=values["enough"])


def _digest(text: str) -> str:
    words = " ".join(text.casefold().split())
    return hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=8).hexdigest()
