"""Which blocks are the article, and why the others are not.

Three steps. A small model gives each block a probability from its own text, its words, the markup around it and its
neighbours. Then the subtree is chosen that maximises ``Σ words · (p − .45)``
(maximum subsequence segmentation, Pasternack and Roth 2009, doi:10.1145/1526709.1526840, over subtrees in place of
ranges). Then rules drop what a reader would not call part of the piece whatever it looks like: the headline again,
bylines, dates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.extract.areas import areas_of
from dupdetect.extract.blocks import Page
from dupdetect.extract.features import Facts, Measured, measure
from dupdetect.extract.lexicon import lexicon_features, word_scores
from dupdetect.extract.lines import same_words
from dupdetect.extract.lists import keep_list
from dupdetect.extract.metadata import Metadata
from dupdetect.extract.posts import ARTICLE_KINDS, find_posts
from dupdetect.extract.rules import (
    apply_rules,
    drop_captions,
    drop_named_areas,
    fill_gaps,
    keep_breaks,
    keep_embedded_posts,
)
from dupdetect.extract.site import SiteTemplate
from dupdetect.extract.trees import load_model

__all__ = ["Judged", "choose_subtree", "decide", "facts_of", "judge"]

CUT = 0.45
"""Words under this probability count against a subtree."""
KEEP = 0.48
"""A block of the chosen subtree stays from this probability …"""
BESIDE = 0.75
"""… and one outside it from this."""


LIKELIEST, SENTENCE = 0.3, 8
"""Where no block is kept otherwise, one of this probability and so many words is: articles of a sentence look unlike
others. Two of 2,065 annotated pages change, neither for the worse; on generated ones most such articles are found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The answer for one page.

    Parameters
    ----------
    reasons : list of (str or None)
        Per block: None for the article, else why not.
    posts : list of int
        Elements that hold one article each, where the page has several; empty where it has one.
    words : float
        Words kept.
    """

    reasons: list[str | None]
    posts: list[int]
    words: float


_UNLIKE = "unlike an article's text"


def judge(page: Page, metadata: Metadata, template: SiteTemplate | None = None) -> Judged:
    """Return for each block of a page why it is not part of the article, None where it is.

    Parameters
    ----------
    page : Page
        With one block at least.
    metadata : Metadata
    template : SiteTemplate, optional
        What recurs on the site's pages.
    """
    posts = find_posts(page, metadata)
    measured = measure(page, facts_of(metadata), posts)
    model = load_model()
    words = lexicon_features(measured, word_scores(page, model.lexicon))
    probabilities = model.forest.probabilities(np.concatenate((measured.features, words)))
    return decide(page, metadata, measured, probabilities, posts, template)


def facts_of(metadata: Metadata) -> Facts:
    """Return what of a page's metadata helps to judge its blocks."""
    return Facts(
        title=metadata.title or "",
        description=metadata.description,
        body=metadata.body,
        authors=metadata.writers,
    )


def decide(
    page: Page,
    metadata: Metadata,
    measured: Measured,
    probabilities: NDArray[np.float64],
    posts: list[int],
    template: SiteTemplate | None = None,
) -> Judged:
    """Return what `judge` does, given the probabilities: the choice of the subtree and the rules.

    Parameters
    ----------
    page : Page
    metadata : Metadata
    measured : Measured
    probabilities : ndarray, shape (blocks,)
    posts : list of int
        See `find_posts`.
    template : SiteTemplate, optional
    """
    areas = areas_of(page, measured.names)
    reasons = _reasons(page, metadata, measured, probabilities, posts, template, areas)
    if None not in reasons:
        # All that was likely is furniture by its form or its name: what is likely among the rest is the article, or
        # else the likeliest sentence.
        unlike = np.fromiter((reason.startswith(_UNLIKE) for reason in reasons if reason), bool, len(reasons))
        likely = probabilities >= KEEP
        sentences = ~likely & (probabilities >= LIKELIEST) & (measured.words >= SENTENCE)
        for rest in (unlike & likely, unlike & sentences):
            if rest.any() and None not in reasons:
                chances = np.where(rest, probabilities, 0.0)
                again = _reasons(page, metadata, measured, chances, posts, template, areas)
                reasons = [None if kept is None else reason for kept, reason in zip(again, reasons, strict=True)]
    if not posts and not metadata.kinds & ARTICLE_KINDS:
        keep_list(page, measured, areas, reasons)
    kept = np.fromiter((reason is None for reason in reasons), bool, len(reasons))
    return Judged(reasons=reasons, posts=posts, words=float(measured.words[kept].sum()))


def _reasons(
    page: Page,
    metadata: Metadata,
    measured: Measured,
    probabilities: NDArray[np.float64],
    posts: list[int],
    template: SiteTemplate | None,
    areas: list[str],
) -> list[str | None]:
    reasons: list[str | None] = [""] * len(page.texts)
    for root in posts or [0]:
        for block in _kept(page, measured.words, probabilities, root, "" if posts else metadata.title or ""):
            reasons[block] = None
    drop_named_areas(page, probabilities, reasons)
    drop_captions(page, measured, probabilities, reasons)
    fill_gaps(measured, probabilities, reasons)
    apply_rules(page, metadata, measured, posts, reasons)
    keep_breaks(page, reasons)
    keep_embedded_posts(page, reasons)
    if template is not None:
        for block, recurs in template.recurring(page, reasons, posts).items():
            reasons[block] = recurs
    chances = probabilities.tolist()
    for block, reason in enumerate(reasons):
        if reason == "":
            mostly_links = page.linked[block] * 2 > len(page.texts[block])
            reasons[block] = areas[page.owners[block]] or (
                "links" if mostly_links else f"{_UNLIKE} (probability {chances[block]:.2f})"
            )
    return reasons


def _kept(
    page: Page, words: NDArray[np.float64], probabilities: NDArray[np.float64], root: int, title: str
) -> NDArray[np.int64]:
    """Return the blocks of one article: the likely ones of the best subtree under `root`, the very likely beside it.

    A body may be split over sibling subtrees, so the choice of one is a preference and not a fence. Where nothing is
    likely, the least unlikely blocks are the article: an article has some text.
    """
    order = np.arange(len(probabilities))
    under = (order >= page.block_starts[root]) & (order < page.block_ends[root])
    kept = np.zeros(0, np.int64)
    for cut, keep, beside in ((CUT, KEEP, BESIDE), (0.15, 0.1, 0.3)):
        chosen = choose_subtree(page, words, probabilities, within=root, cut=cut)
        inside = (order >= page.block_starts[chosen]) & (order < page.block_ends[chosen])
        floor = np.where(inside, keep, beside)
        if "pre" in page.tags:  # code looks unlike text wherever it stands
            code = np.fromiter((page.tags[owner] == "pre" for owner in page.owners), bool, len(order))
            floor[inside & code] = keep / 5
        kept = np.flatnonzero(under & (probabilities >= floor))
        if len(kept):
            break
    heading = _headline(page, title)
    if heading is None:
        return kept
    total = words[kept].sum()
    below = kept[kept > heading]
    if words[below].sum() >= 0.3 * total:
        kept = below  # what stands above the headline is another story's
    story = next((e for e in page.ancestors(page.owners[heading]) if page.tags[e] == "article"), None)
    if story is not None:
        own = kept[(kept >= page.block_starts[story]) & (kept < page.block_ends[story])]
        if words[own].sum() >= 0.3 * total:
            strange = _in_other_articles(page, story)
            kept = np.array([b for b in kept.tolist() if page.owners[b] not in strange], np.int64)
    return kept


def _in_other_articles(page: Page, story: int) -> set[int]:
    """Return the elements of every ``<article>`` that is neither `story`, nor part of it, nor around it."""
    strange: set[int] = set()
    for element, tag in enumerate(page.tags):
        if tag == "article" and element not in strange:
            outside = element >= page.ends[story] or page.ends[element] <= story
            if outside:
                strange.update(range(element, page.ends[element]))
    return strange


def _headline(page: Page, title: str) -> int | None:
    """Return the block of the page's headline: the first heading that is the title and no link to it."""
    key = same_words(title)
    for block in page.headings if key else ():
        is_large = page.tags[page.owners[block]] in ("h1", "h2")
        if is_large and page.linked[block] * 2 < len(page.texts[block]) and same_words(page.texts[block]) == key:
            return block
    return None


def choose_subtree(
    page: Page, words: NDArray[np.float64], probabilities: NDArray[np.float64], *, within: int = 0, cut: float = CUT
) -> int:
    """Return the element whose subtree maximises ``Σ words · (p − cut)``, the innermost of equals.

    Parameters
    ----------
    page : Page
    words, probabilities : ndarray, shape (blocks,)
    within : int
        Look only at this element and its descendants.
    cut : float
    """
    gain = np.concatenate(([0.0], np.cumsum(words * (probabilities - cut))))
    elements = slice(within, page.ends[within])
    starts, ends = page.start_array[elements], page.end_array[elements]
    values = np.where(ends > starts, gain[ends] - gain[starts], -np.inf)
    best = values.max()
    return within + int(np.flatnonzero(values >= best - 1e-9)[-1])
