"""What recurs on a site's pages is its template: author bios, subscribe prompts, disclaimers.

A single page gives no hint that its last paragraph stands under every post; many pages do. What several *stories* of a
site carry at an edge of their text, or in a place of the page that shows little else, is not the story's. So a
paragraph that stories quote in their midst is never learned, however many quote it, and neither is a piece that is
posted to every section: its copies are one story.

All state is bounded. Counts are halved after `WINDOW` stories, so that a redesign is forgotten (as TinyLFU ages its
counts, Einziger et al. 2017, doi:10.1145/3149371); beyond `CAPACITY` entries the least often and least lately seen go.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dupdetect.errors import InputError
from dupdetect.extract.blocks import Page, kinds
from dupdetect.model import BlockKind
from dupdetect.settings import Settings
from dupdetect.text import shingle_batch

__all__ = ["RECURS", "Recurring", "SiteLearner", "SiteTemplate"]

ENOUGH = 5
"""Stories that a block must stand in to be template …"""
SHARE = 0.05
"""… and the share of the site's stories: of twenty writers, each one's bio."""
LONGEST = 100
"""Words: what is longer is no template, wherever it recurs."""
STORIES = 32
"""Latest stories that are remembered. A story counts again after so many others: 3 % of the pages, under `SHARE`."""
SKETCH = 32
"""Lowest shingle hashes kept of a story: a bottom-k sketch (Cohen and Kaplan 2007, doi:10.1145/1281100.1281133)."""
SAME_STORY = 0.4
"""Two pages of this resemblance are one story."""
CAPACITY = 320
"""Entries kept, blocks and places."""
WINDOW = 1024
"""Stories after which all counts are halved."""
PEELED = 8
"""Blocks looked at from an edge inwards, and behind the text."""
EXCERPT = 60
LARGEST = 200_000
"""Code points of the JSON text of a template; a full one has some 60,000."""
RECURS = "recurs on "
"""How the reason of a block that is left out as template begins."""

_VERSION = 1
_SETTINGS = Settings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """A block, or a place of blocks, and how many different stories had it.

    Parameters
    ----------
    stories : int
        Different stories that had it.
    last : int
        Number of the latest of them.
    excerpt : str
        How the block begins; empty for a place.
    """

    stories: int
    last: int
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTemplate:
    """What is known to recur on the pages of one site. Immutable: `updated` returns another one.

    Parameters
    ----------
    stories : int
        Different stories seen.
    seen : dict of str to Recurring
        Digest of a block's place and words, or of a place alone, → how often.
    latest : tuple of tuple of int
        Sketches of the latest stories.
    """

    stories: int = 0
    seen: Mapping[str, Recurring] = field(default_factory=dict)
    latest: tuple[tuple[int, ...], ...] = ()

    # ------------------------------------------------------------------------------------------ use

    def recurring(self, page: Page, reasons: Sequence[str | None], posts: Sequence[int] = ()) -> dict[int, str]:
        """Return the blocks of an article that are the site's: block → reason.

        Parameters
        ----------
        page : Page
        reasons : sequence of (str or None)
            None for the blocks of the article so far.
        posts : sequence of int
            Elements that hold one article each; empty where the page has one.

        Returns
        -------
        dict of int to str
            Empty where nothing would be left.
        """
        if self.stories < ENOUGH:
            return {}
        content = [block for block, reason in enumerate(reasons) if reason is None]
        found: dict[int, str] = {}
        for part in _parts(page, content, posts):
            looked = _Looked(page, part, self)
            template = [block for block in looked.candidates if block in looked.members and looked.is_template(block)]
            if len(template) < len(part):
                for block in template:
                    known = self.seen[looked.key(block)]
                    found[block] = f"{RECURS}{known.stories} of {self.stories} pages of this site"
        return found

    def known(self) -> list[Recurring]:
        """Return the blocks that stand often enough to be template, the most frequent first."""
        blocks = [entry for entry in self.seen.values() if entry.excerpt and self._often(entry)]
        return sorted(blocks, key=lambda entry: (-entry.stories, entry.excerpt))

    def _often(self, entry: Recurring | None) -> bool:
        return entry is not None and entry.stories >= max(ENOUGH, SHARE * self.stories)

    # ------------------------------------------------------------------------------------------ learn

    def updated(self, page: Page, reasons: Sequence[str | None], posts: Sequence[int] = ()) -> SiteTemplate:
        """Return a template that knows one more page. A copy of one of the latest stories teaches nothing.

        Parameters
        ----------
        page : Page
        reasons : sequence of (str or None)
            As the extractor gave them, what it left out as template included.
        posts : sequence of int
            A page with several articles teaches nothing either: its parts are excerpts of other pages.
        """
        content = [b for b, reason in enumerate(reasons) if reason is None or reason.startswith(RECURS)]
        if posts or not content:
            return self
        looked = _Looked(page, content, self)
        sketch = looked.sketch()
        if not sketch or any(_resemblance(sketch, other) >= SAME_STORY for other in self.latest):
            return self
        number = self.stories + 1
        seen = dict(self.seen)
        entries = {looked.key(block): page.texts[block][:EXCERPT] for block in looked.candidates}
        entries.update({looked.place_key(block): "" for block in looked.candidates if not looked.in_main(block)})
        for key, excerpt in entries.items():
            before = seen.get(key)
            seen[key] = Recurring(stories=1 + (before.stories if before else 0), last=number, excerpt=excerpt)
        return _bounded(number, seen, (*self.latest, sketch))

    def merged(self, other: SiteTemplate) -> SiteTemplate:
        """Return a template that knows what both do; a story that both have seen counts twice."""
        seen = dict(self.seen)
        for key, entry in other.seen.items():
            mine = seen.get(key, Recurring(stories=0, last=0, excerpt=entry.excerpt))
            seen[key] = Recurring(
                stories=mine.stories + entry.stories,
                last=max(mine.last, self.stories + entry.last),
                excerpt=mine.excerpt,
            )
        return _bounded(self.stories + other.stories, seen, (*self.latest, *other.latest))

    # ------------------------------------------------------------------------------------------ keep

    def to_dict(self) -> dict[str, Any]:
        """Return the template in plain values, ready for JSON."""
        return {
            "version": _VERSION,
            "stories": self.stories,
            "seen": {key: [entry.stories, entry.last, entry.excerpt] for key, entry in self.seen.items()},
            "latest": [list(sketch) for sketch in self.latest],
        }

    def to_json(self) -> str:
        """Return the template as JSON text, at most some 60 KB."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_dict(cls, values: object) -> SiteTemplate:
        """Return the template of `to_dict`'s answer.

        Raises
        ------
        InputError
            It is none, of another version, or larger than a template can be.
        """
        if not isinstance(values, dict) or values.get("version") != _VERSION:
            raise InputError(f"not a site template of version {_VERSION}: learn it anew from the site's pages")
        try:
            stories = _count(values["stories"], WINDOW)
            seen = {_digest_of(key): _entry(entry, stories) for key, entry in dict(values["seen"]).items()}
            latest = tuple(tuple(_count(each, 2**32 - 1) for each in sketch) for sketch in values["latest"])
            if len(seen) > CAPACITY or len(latest) > STORIES or any(len(sketch) > SKETCH for sketch in latest):
                raise ValueError("more entries than a template has")
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"a damaged site template: {error}; learn it anew from the site's pages") from error
        return cls(stories=stories, seen=seen, latest=latest)

    @classmethod
    def from_json(cls, text: str) -> SiteTemplate:
        """Return the template of `to_json`'s answer.

        Raises
        ------
        InputError
            See `from_dict`; or it is no JSON, or longer than a template can be.
        """
        if len(text) > LARGEST:
            raise InputError(f"a site template has at most {LARGEST:,} characters of JSON, this one {len(text):,}")
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(f"a site template must be JSON: {error}") from error
        return cls.from_dict(values)


class SiteLearner:
    """Learns the template of one site while its pages are read: hand it to `dupdetect.extract.extract` or `read`.

    Parameters
    ----------
    template : SiteTemplate, optional
        What is known already.

    Examples
    --------
    >>> from pathlib import Path
    >>> from dupdetect.extract import SiteLearner, extract
    >>> learner = SiteLearner()
    >>> for path in sorted(Path("examples/firedoglake/pages").glob("*.html")):
    ...     article = extract(path.read_bytes(), learner=learner)
    >>> learner.template.stories
    18
    """

    def __init__(self, template: SiteTemplate | None = None) -> None:
        self.template = template or SiteTemplate()

    def learn(self, page: Page, reasons: Sequence[str | None], posts: Sequence[int] = ()) -> None:
        """Learn from a page as the extractor judged it; see `SiteTemplate.updated`."""
        self.template = self.template.updated(page, reasons, posts)


def _count(value: object, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{value!r} is no whole number from 0 to {most}")
    return value


def _digest_of(key: object) -> str:
    if not isinstance(key, str) or len(key) != 16 or not set(key) <= set("0123456789abcdef"):
        raise ValueError(f"{key!r} is no digest")
    return key


def _entry(values: Any, stories: int) -> Recurring:
    count, last, excerpt = values
    if not isinstance(excerpt, str) or len(excerpt) > EXCERPT:
        raise ValueError("an excerpt is longer than a template has")
    return Recurring(stories=_count(count, stories), last=_count(last, stories), excerpt=excerpt)


def _bounded(stories: int, seen: dict[str, Recurring], latest: tuple[tuple[int, ...], ...]) -> SiteTemplate:
    """Return a template of these, aged and cut to its bounds."""
    while stories >= WINDOW:
        stories //= 2
        halved = (
            (key, Recurring(stories=entry.stories // 2, last=entry.last // 2, excerpt=entry.excerpt))
            for key, entry in seen.items()
        )
        seen = {key: entry for key, entry in halved if entry.stories}
    if len(seen) > CAPACITY:
        ranked = sorted(seen, key=lambda key: (seen[key].stories, seen[key].last, key), reverse=True)
        seen = {key: seen[key] for key in ranked[: CAPACITY * 7 // 8]}
    return SiteTemplate(stories=stories, seen=seen, latest=latest[-STORIES:])


# ------------------------------------------------------------------------------------------------- one page


def _parts(page: Page, content: list[int], posts: Sequence[int]) -> Iterator[list[int]]:
    """Yield the content of each article of a page that has some."""
    if not posts and content:
        yield content
    for post in posts:
        part = [block for block in content if page.block_starts[post] <= block < page.block_ends[post]]
        if part:
            yield part


class _Looked:
    """An article on its page: which of its blocks might be template, under which keys.

    Parameters
    ----------
    page : Page
    content : list of int
        Blocks of the article, one at least.
    known : SiteTemplate
    """

    def __init__(self, page: Page, content: list[int], known: SiteTemplate) -> None:
        self._page, self._known = page, known
        self._content, self.members = content, set(content)
        self._places: dict[int, str] = {}
        self._words = {block: len(page.texts[block].split()) for block in content}
        self._kinds, self._quotes = kinds(page)
        mass: dict[str, int] = {}
        for block in content:
            mass[self._place(block)] = mass.get(self._place(block), 0) + self._words[block]
        self._main = max(mass, key=lambda place: mass[place])
        self._edges = self._peeled(content, at_end=False) | self._peeled(content[::-1], at_end=True)
        behind = range(content[-1] + 1, min(content[-1] + 1 + PEELED, len(page.texts)))
        within = [block for block in range(content[0], content[-1] + 1) if self._apart(block)]
        self.candidates = [b for b in sorted({*self._edges, *within, *behind}) if self._size(b) <= LONGEST]

    def sketch(self) -> tuple[int, ...]:
        """Return the lowest shingle hashes of the story, without what is known to be or may well be template."""
        story = [b for b in self._content if self.in_main(b) and not self._often(b)]
        text = " ".join(self._page.texts[block] for block in story)
        hashes = [shingles.hashes for _, shingles in shingle_batch([text], _SETTINGS)]
        lowest = np.unique(np.concatenate(hashes) >> np.uint64(32))[:SKETCH]
        return tuple(map(int, lowest))

    def is_template(self, block: int) -> bool:
        """Whether a candidate stands often enough; in the midst of the text, its place must show little else."""
        if not self._often(block):
            return False
        if block in self._edges:
            return True
        place = self._known.seen.get(self.place_key(block))
        return place is not None and 2 * self._known.seen[self.key(block)].stories >= place.stories

    def in_main(self, block: int) -> bool:
        """Whether a block stands where most of the article does."""
        return self._place(block) == self._main

    def key(self, block: int) -> str:
        """Return the digest of a block's place and words."""
        return _digest(self._place(block), " ".join(self._page.texts[block].casefold().split()))

    def place_key(self, block: int) -> str:
        """Return the digest of a block's place."""
        return _digest(self._place(block), "")

    def _often(self, block: int) -> bool:
        return self._known._often(self._known.seen.get(self.key(block)))

    def _size(self, block: int) -> int:
        return self._words[block] if block in self._words else len(self._page.texts[block].split())

    def _apart(self, block: int) -> bool:
        """Whether a block stands in another place than the article, in none of the kinds that stories have there."""
        return self._kinds[block] is BlockKind.PARAGRAPH and not self._quotes[block] and not self.in_main(block)

    def _peeled(self, content: list[int], *, at_end: bool) -> set[int]:
        """Return the blocks at an edge of the text: the outermost, and the next while those are not the story's."""
        edge: set[int] = set()
        for block in content[:PEELED]:
            opens_section = self._kinds[block] is BlockKind.HEADING and not at_end
            if self._quotes[block] or opens_section or self._words[block] > LONGEST:
                break
            edge.add(block)
            if not (self._apart(block) or self._often(block)):
                break
        return edge

    def _place(self, block: int) -> str:
        """Return the innermost elements that a block stands in, by tag and class."""
        owner = self._page.owners[block]
        if owner not in self._places:
            steps = []
            for element in self._page.ancestors(owner):
                classes = (self._page.looks[self._page.look_numbers[element]].classes or "").split()
                steps.append(".".join([self._page.tags[element], *sorted(c for c in classes if c.isalpha())]))
                if len(steps) == 3:
                    break
            self._places[owner] = ">".join(reversed(steps))
        return self._places[owner]


def _digest(place: str, words: str) -> str:
    return hashlib.blake2b(f"{place}\n{words}".encode("utf-8", "replace"), digest_size=8).hexdigest()


def _resemblance(left: tuple[int, ...], right: tuple[int, ...]) -> float:
    """Return the Jaccard similarity of two stories, estimated from the lowest hashes of their union."""
    lowest = sorted({*left, *right})[: min(len(left), len(right))]
    return len({*left} & {*right} & {*lowest}) / len(lowest) if lowest else 0.0
