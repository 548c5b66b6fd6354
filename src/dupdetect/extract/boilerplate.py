"""Which blocks are the article, and why the others are not.

Three steps. A small model gives each block a probability from its own text, its words, the markup around it and its
neighbours. Then the subtree is chosen that maximises ``Σ words · (p − .45)``
(maximum subsequence segmentation, Pasternack and Roth 2009, doi:10.1145/1526709.1526840, over subtrees in place of
ranges). Then rules drop what a reader would not call part of the piece whatever it looks like: the headline again,
bylines, dates.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import accumulate, islice

import numpy as np
from numpy.typing import NDArray

from dupdetect.extract.areas import areas_of
from dupdetect.extract.blocks import HEADINGS, Look, Page
from dupdetect.extract.features import Facts, Measured, measure
from dupdetect.extract.lexicon import lexicon_features, word_scores
from dupdetect.extract.lines import same_words
from dupdetect.extract.lists import keep_list
from dupdetect.extract.metadata import Metadata
from dupdetect.extract.site import SiteTemplate
from dupdetect.extract.trees import load_model

__all__ = ["Judged", "choose_subtree", "decide", "facts_of", "find_posts", "judge"]

CUT = 0.45
"""Words under this probability count against a subtree."""
KEEP = 0.48
"""A block of the chosen subtree stays from this probability …"""
BESIDE = 0.75
"""… and one outside it from this."""


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
    reasons = _reasons(page, metadata, measured, probabilities, posts, template)
    if None not in reasons:
        # All that was likely is furniture by its form or its name: what is likely among the rest is the article.
        rest = np.fromiter((reason.startswith(_UNLIKE) for reason in reasons if reason), bool, len(reasons))
        rest &= probabilities >= KEEP
        if rest.any():
            again = _reasons(page, metadata, measured, np.where(rest, probabilities, 0.0), posts, template)
            reasons = [None if kept is None else reason for kept, reason in zip(again, reasons, strict=True)]
    if not posts and not metadata.kinds & _ARTICLE_KINDS:
        keep_list(page, measured, reasons)
    kept = np.fromiter((reason is None for reason in reasons), bool, len(reasons))
    return Judged(reasons=reasons, posts=posts, words=float(measured.words[kept].sum()))


def _reasons(
    page: Page,
    metadata: Metadata,
    measured: Measured,
    probabilities: NDArray[np.float64],
    posts: list[int],
    template: SiteTemplate | None,
) -> list[str | None]:
    reasons: list[str | None] = [""] * len(page.texts)
    for root in posts or [0]:
        for block in _kept(page, measured.words, probabilities, root, "" if posts else metadata.title or ""):
            reasons[block] = None
    _drop_named_areas(page, probabilities, reasons)
    _drop_captions(page, measured, probabilities, reasons)
    _fill_gaps(measured, probabilities, reasons)
    _apply_rules(page, metadata, measured, posts, reasons)
    _keep_breaks(page, reasons)
    _keep_embedded_posts(page, reasons)
    if template is not None:
        for block, recurs in template.recurring(page, reasons, posts).items():
            reasons[block] = recurs
    areas = areas_of(page, measured.names)
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
    for block, owner in enumerate(page.owners):
        is_heading = page.tags[owner] in ("h1", "h2") and page.linked[block] * 2 < len(page.texts[block])
        if is_heading and key and same_words(page.texts[block]) == key:
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


# ---------------------------------------------------------------------------------------- several posts on a page

_POST_CLASSES = frozenset(("hentry", "h-entry", "post", "blog-post", "blogpost", "entry", "article"))
_POST_TYPES = ("BlogPosting", "NewsArticle", "Article")
_ARTICLE_KINDS = frozenset(("article", "newsarticle", "blogposting"))
_POST_SIZE = 200  # code points of text outside links


def find_posts(page: Page, metadata: Metadata) -> list[int]:
    """Return the elements that hold one article each, if the page shows several; an empty list otherwise.

    A front page or an archive: siblings marked as posts, each under a headline that links to the post's own page,
    together holding most of the page's text. A page that declares itself to be one article is not asked.
    """
    if metadata.kinds & _ARTICLE_KINDS:
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


# ---------------------------------------------------------------------------------------------------------- rules

_DATE_WORDS = re.compile(
    r"\b(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez)\w*\b|"
    r"\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?s?\b|\b(?:montag|dienstag|mittwoch|donnerstag|"
    r"freitag|samstag|sonntag)\b|"
    r"\b(?:published|posted|updated|last|modified|on|at|of|am|pm|a\.m|p\.m|[ecmp][sd]?t|gmt|utc|uhr|um|"
    r"vom|den|der|von|by|date|"
    r"stand|veröffentlicht|aktualisiert|erstellt|publié|le|à|il|el|de|del|min|mins|minutes?|hours?|days?|"
    r"ago|read|reading|time|"
    r"th|st|nd|rd|new|first|original|originally|created|edited|h)\b|[\d\W_年月日時分]+",
    re.IGNORECASE,
)
_BY_LINE = re.compile(
    r"^\W*(?:(?:written|posted|published|reported|story|words|article|"
    r"(?:ein )?(?:blog[ -]?|gast)?(?:beitrag|interview))\s+)?(?:by|von|par|por|di|text|autor(?:en|in)?)\b"
    r"\s*:?\s+\S",
    re.I,
)

_NAME = re.compile(r"^[A-ZÀ-Þ][\w.’'-]+(?: [A-ZÀ-Þ][\w.’'-]+){1,2}(?=\s*[,|·•–-])")  # before a date


def _apply_rules(
    page: Page, metadata: Metadata, measured: Measured, posts: list[int], reasons: list[str | None]
) -> None:
    """Drop headline, byline and date lines among the kept blocks, in place."""
    titles = set(metadata.headlines)
    headlines = {same_words(page.texts[block]) for block, owner in enumerate(page.owners) if page.tags[owner] == "h1"}
    if len(headlines) == 1:  # more than one: some systems head their sections so
        titles |= headlines
    for post in posts:
        heading = post_heading(page, post)
        if heading is not None:
            titles.add(same_words(page.texts[heading]))
    titles.discard("")
    whole = {key for key in titles if 2 * len(key) > max(map(len, titles))}  # not the part before a separator
    authors = [same_words(name) for name in metadata.writers if len(name) > 3]
    kept = [block for block, reason in enumerate(reasons) if reason is None]
    _drop_teasers(page, measured, kept, reasons)
    _drop_after_related(page, measured, kept, reasons)
    _drop_pull_quotes(page, measured, kept, reasons)
    for block in kept[-3:]:  # whoever wrote it is introduced at the end
        if _BIO.match(page.texts[block]) and measured.words[block] <= 80:
            reasons[block] = "about the author"
    kept = [block for block in kept if reasons[block] is None]
    counts = measured.words.tolist()
    long = [block for block in kept if counts[block] >= _PARAGRAPH and not _is_menu(page, block)]
    begin, end = (long[0], long[-1]) if long else (len(reasons), -1)
    for block in kept:
        text = page.texts[block]
        if len(text) > 300:
            continue
        key = same_words(html.unescape(text) if "&" in text else text)  # some systems escape twice
        words = counts[block]
        at_an_edge = block < begin or block > end
        if (key in titles and (at_an_edge or key in whole)) or (
            block < begin and words <= 40 and any(key.startswith(t) for t in titles if len(t) > 12)
        ):
            reasons[block] = "the headline again"
        elif _is_menu(page, block) or (at_an_edge and words <= 8 and _FURNITURE.match(text)):
            reasons[block] = "links"
        elif words <= 12 and any(name in key for name in authors):
            if not text.endswith((".", "!", "?", ":")) or _BY_LINE.match(text):
                reasons[block] = "byline"
        elif words <= 8 and at_an_edge and _BY_LINE.match(text) and not text.endswith((".", "!", "?", ":")):
            reasons[block] = "byline"
        elif words <= 14 and at_an_edge and _is_date_line(_NAME.sub("", text) if block < begin else text):
            reasons[block] = "date line"


def _is_date_line(text: str) -> bool:
    return any(map(str.isdigit, text)) and not _DATE_WORDS.sub("", text)


# What sites write around a text, in whole lines.
_FURNITURE = re.compile(
    r"\W*(?:print(?:er[- ]friendly)?(?: (?:version|this|page))*|e-?mail(?: this.*)?|share(?: (?:this|on|via).*)?|"
    r"back to top|permalink|leave a (?:comment|reply).*|(?:(?:no|\d+) )?comments?|advertisement|"
    r"(?:estimated )?read(?:ing)? time.*|lese(?:zeit|dauer).*|temps de lecture.*|tempo d[ei] (?:leitura|lettura).*|"
    r"tiempo de lectura.*|like this (?:story|article|post)\?.*|drucken|teilen|"
    r"kommentare?(?: \(\d+\))?|nach oben|zurück(?: zur .*)?|imprimer|partager|imprimir|compartir|stampa|"
    r"condividi)\W*$",
    re.IGNORECASE,
)
# Headings of what follows the article, in the larger languages.
_RELATED = re.compile(
    r"\W*(?:also in |more (?:from|in|on|stories) |more\W*$|"
    r"related(?: (?:stories|articles|posts|news|content|links))?\W*$|"
    r"you (?:may|might) also (?:like|be interested)|read next|recommended (?:for you|stories|articles)|"
    r"most (?:read|popular)|latest (?:news|stories)|mehr zum thema|lesen sie auch|das könnte (?:sie|dich) auch|"
    r"weitere (?:beiträge|artikel|themen|nachrichten)|ähnliche (?:beiträge|artikel)|(?:à|a) lire aussi|"
    r"articles? (?:liés|similaires)|(?:te|le) puede interesar|lea también|noticias relacionadas|leia também|"
    r"veja também|(?:leggi|vedi) anche|potrebbe interessarti|lees ook|czytaj także|zobacz także|читайте также|"
    r"похожие|читайте також|прочетете още|διαβάστε επίσης|اقرأ أيضا|"
    r"相关阅读|相关新闻|延伸阅读|相關|関連記事|おすすめ|관련 ?기사|많이 본)",
    re.IGNORECASE,
)


def _drop_after_related(page: Page, measured: Measured, kept: list[int], reasons: list[str | None]) -> None:
    """Drop everything from a heading of related stories on, where two thirds of the text stand above it.

    The heading may be gone already: what stands below it is no more the article for that.
    """
    above = np.cumsum([0.0, *measured.words[kept]])
    for place in np.flatnonzero(above[: len(kept)] > above[-1] * 2 / 3).tolist():
        if not place:
            continue
        for block in range(kept[place - 1] + 1, kept[place] + 1):
            heads = block == kept[place] or page.tags[page.owners[block]] in HEADINGS
            if heads and measured.words[block] <= 10 and _RELATED.match(page.texts[block]):
                for after in kept[place:]:
                    reasons[after] = "related stories"
                del kept[place:]
                return


_BIO = re.compile(
    r"(?:About the author|(?:[A-Z][\w.’'-]+ ){2,4}(?:is|was) an? (?:[\w-]+ ){0,4}?"
    r"(?:writer|reporter|editor|journalist|columnist|author|contributor|correspondent|blogger|producer)\b)"
)


def _drop_teasers(page: Page, measured: Measured, kept: list[int], reasons: list[str | None]) -> None:
    """Drop excerpts of other stories: cut off with an ellipsis under a line that is a link, two of them at least."""
    teasers = [
        block
        for block, text in enumerate(page.texts)
        if text.rstrip("]) ").endswith(("…", "..."))
        and block
        and measured.words[block] <= 80
        and page.linked[block - 1] >= 0.8 * len(page.texts[block - 1])
    ]
    if len(teasers) > 1:
        for block in {*teasers, *(teaser - 1 for teaser in teasers)}:
            if reasons[block] is None:
                reasons[block] = "teaser"
        kept[:] = [block for block in kept if reasons[block] is None]


def _drop_pull_quotes(page: Page, measured: Measured, kept: list[int], reasons: list[str | None]) -> None:
    """Drop what is set apart to say again what another kept block says."""
    for block in list(kept):
        if 4 <= measured.words[block] <= 60 and _is_set_apart(page, block):
            quote = page.texts[block].strip(_QUOTES)
            if any(quote in page.texts[other] for other in kept if other != block):
                reasons[block] = "said again"
                kept.remove(block)


_QUOTES = " .…\"'“”„‘’«»"


def _is_set_apart(page: Page, block: int) -> bool:
    for element in islice(page.ancestors(page.owners[block]), 3):
        look = page.looks[page.look_numbers[element]]
        if look.tag == "aside" or (look.classes and "pull" in look.classes.lower()):
            return True
    return False


def _is_menu(page: Page, block: int) -> bool:
    """Whether a block is a row of links, or of short words between bars."""
    text = page.texts[block]
    if page.links[block] >= 4 and page.linked[block] >= 0.6 * len(text):
        return not text.endswith((".", "!", "?"))
    bars = text.count("|")
    return bars >= 3 and len(text) < 25 * bars


# Names that nobody gives to a part of an article's own text.
_NAMED = re.compile(
    r"newsletter|sign-?up|subscri|related|recirc|read-?more|disclaimer|share|sharing|social|comment|cookie|promo|"
    r"advert|sponsor|author-?(?:bio|box|info)|bio-?box|tag-?list|post-?tags|breadcrumb|most-?read|outbrain|taboola",
    re.IGNORECASE,
)
_SURE = 0.9


def _drop_named_areas(page: Page, probabilities: NDArray[np.float64], reasons: list[str | None]) -> None:
    """Drop kept blocks of areas within the article whose name says what they are, unless text beyond doubt."""
    kept = [block for block, reason in enumerate(reasons) if reason is None]
    if not kept:
        return
    first, last = kept[0], kept[-1]
    starts, ends, parents, looks = page.block_starts, page.block_ends, page.parents, page.look_numbers
    named: dict[int, str] = {}  # of each look that was asked: its name where that says what it is
    for block in kept:
        if probabilities[block] >= _SURE:
            continue
        element = page.owners[block]
        while starts[element] > first or ends[element] <= last:  # one that holds the whole article is no part of it
            number = looks[element]
            if number not in named:
                look = page.looks[number]
                found = _NAMED.search(f"{look.classes or ''} {look.id or ''}")
                named[number] = (look.classes or look.id or "")[:60] if found else ""
            if named[number]:
                reasons[block] = f"a named part of the page: {named[number]}"
                break
            element = parents[element]


_CAPTION = re.compile("caption|credit", re.IGNORECASE)
_CAPTION_SURE = 0.75


def _drop_captions(
    page: Page, measured: Measured, probabilities: NDArray[np.float64], reasons: list[str | None]
) -> None:
    """Drop kept blocks that their markup calls captions, unless they are likely to be text."""
    for block, reason in enumerate(reasons):
        if reason is None and probabilities[block] < _CAPTION_SURE and measured.words[block] < 80:
            for element in islice(page.ancestors(page.owners[block]), 3):
                look = page.looks[page.look_numbers[element]]
                if look.tag == "figcaption" or (look.classes and _CAPTION.search(look.classes)):
                    reasons[block] = "caption or credit"
                    break


_GAP = 0.35


def _fill_gaps(measured: Measured, probabilities: NDArray[np.float64], reasons: list[str | None]) -> None:
    """Keep a single doubtful block between two kept ones that stands in the same place as one of them."""
    paths = measured.paths
    kept = [reason is None for reason in reasons]
    for block in range(1, len(reasons) - 1):
        if reasons[block] != "" or not kept[block - 1] or not kept[block + 1]:
            continue
        if probabilities[block] >= _GAP and paths[block] in (paths[block - 1], paths[block + 1]):
            reasons[block] = None


_BREAK = re.compile(r"([_*#~=•·—–-])(?:\s*\1){2,}$")


def _keep_breaks(page: Page, reasons: list[str | None]) -> None:
    """Keep the row of signs that parts two scenes or two parts of an agency's report."""
    for block in range(1, len(reasons) - 1):
        between = reasons[block] == "" and reasons[block - 1] is None and reasons[block + 1] is None
        if between and _BREAK.match(page.texts[block]):
            reasons[block] = None


# What the networks' own embedding code calls the posts that it puts into a text.
_EMBEDDED = re.compile(
    r"\b(?:twitter-(?:tweet|video)|instagram-media|tiktok-embed|bluesky-embed|mastodon-embed|reddit-(?:embed|card))\b"
)
_EMBEDDERS = ("twitter-", "instagram-media", "-embed", "reddit-card")  # no other class can match
_POST_BLOCKS = 8  # at most


def _keep_embedded_posts(page: Page, reasons: list[str | None]) -> None:
    """Keep the posts of social networks that the article quotes, with the line that says whose they are."""
    classes = "\n".join([look.classes for look in page.looks if look.classes])
    if None not in reasons or not any(name in classes for name in _EMBEDDERS):
        return
    kept = [block for block, reason in enumerate(reasons) if reason is None]
    wanted = {number for number, look in enumerate(page.looks) if look.classes and _EMBEDDED.search(look.classes)}
    for element, number in enumerate(page.look_numbers):
        start, end = page.block_starts[element], page.block_ends[element]
        small = number in wanted and kept[0] < start < end <= start + _POST_BLOCKS
        if small and (start < kept[-1] or reasons[start - 1] is None):
            reasons[start:end] = [None] * (end - start)


_PARAGRAPH = 20  # words: lines of fewer before the first paragraph of so many, or after the last, stand at an edge
