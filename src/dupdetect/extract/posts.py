"""Several articles on one page: a front page or an archive."""

from __future__ import annotations

from itertools import accumulate

from dupdetect.extract.blocks import HEADINGS, Look, Page
from dupdetect.extract.metadata import Metadata

__all__ = ["ARTICLE_KINDS", "find_posts", "post_heading"]

_POST_CLASSES = frozenset(("hentry", "h-entry", "post", "blog-post", "blogpost", "entry", "article"))
_POST_TYPES = ("BlogPosting", "NewsArticle", "Article")
ARTICLE_KINDS = frozenset(("article", "newsarticle", "blogposting"))
"""What a page that is one article declares itself to be."""
_POST_SIZE = 200  # code points of text outside links


def find_posts(page: Page, metadata: Metadata) -> list[int]:
    """Return the elements that hold one article each, if the page shows several; an empty list otherwise.

    A front page or an archive: siblings marked as posts, each under a headline that links to the post's own page,
    together holding most of the page's text. A page that declares itself to be one article is not asked.
    """
    if metadata.kinds & ARTICLE_KINDS:
        return []
    marked = {number for number, look in enumerate(page.looks) if look.tag == "article" or _marks_post(look)}
    groups: dict[tuple[int, str], list[int]] = {}
    for element, number in enumerate(page.look_numbers):
        if number in marked:
            groups.setdefault((page.parents[element], page.tags[element]), []).append(element)
    if not any(len(group) > 1 for group in groups.values()):
        return []
    sizes = [max(0, len(text) - linked) for text, linked in zip(page.texts, page.linked, strict=True)]
    running = [0, *accumulate(size if size >= 40 else 0 for size in sizes)]

    def held(element: int) -> int:
        return running[page.block_ends[element]] - running[page.block_starts[element]]

    posts: list[int] = []
    for group in groups.values():
        full = [element for element in group if held(element) >= _POST_SIZE]
        if len(full) > 1 and sum(map(held, full)) > sum(map(held, posts)):
            posts = full
    if sum(map(held, posts)) < 0.6 * running[-1]:
        return []
    return posts if all(post_heading(page, element, linked=True) is not None for element in posts) else []


def _marks_post(look: Look) -> bool:
    if look.classes and not _POST_CLASSES.isdisjoint(look.classes.lower().split()):
        return True
    return bool(look.type) and str(look.type).rstrip("/").endswith(_POST_TYPES)


def post_heading(page: Page, post: int, *, linked: bool = False) -> int | None:
    """Return the block of a post's headline: the first heading in it (None: it has none before its text).

    Parameters
    ----------
    page : Page
    post : int
        Element.
    linked : bool
        Only a headline that is a link counts.
    """
    for block in range(page.block_starts[post], page.block_ends[post]):
        if page.tags[page.owners[block]] in HEADINGS:
            is_link = page.linked[block] * 2 > len(page.texts[block])
            return block if is_link or not linked else None
    return None
