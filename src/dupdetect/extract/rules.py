"""What no reader would call part of the piece, or would miss in it, whatever the model says: rules, a function each.

Each changes the reasons in place: per block None where it is kept, else why not, "" where nobody said yet.
"""

from __future__ import annotations

import html
import re
from itertools import accumulate, islice

import numpy as np
from numpy.typing import NDArray

from dupdetect.extract.blocks import HEADINGS, Page
from dupdetect.extract.features import Measured
from dupdetect.extract.lines import same_words
from dupdetect.extract.metadata import Metadata
from dupdetect.extract.posts import post_heading

__all__ = ["apply_rules", "drop_captions", "drop_named_areas", "fill_gaps", "keep_breaks", "keep_embedded_posts"]

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


def apply_rules(
    page: Page, metadata: Metadata, measured: Measured, posts: list[int], reasons: list[str | None]
) -> None:
    """Drop headline, byline and date lines among the kept blocks, in place."""
    titles = set(metadata.headlines)
    headlines = {same_words(page.texts[block]) for block in page.headings if page.tags[page.owners[block]] == "h1"}
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
    counts = measured.words.tolist()
    _drop_teasers(page, counts, kept, reasons)
    _drop_after_related(page, counts, kept, reasons)
    _drop_pull_quotes(page, counts, kept, reasons)
    for block in kept[-3:]:  # whoever wrote it is introduced at the end
        if _BIO.match(page.texts[block]) and counts[block] <= 80:
            reasons[block] = "about the author"
    kept = [block for block in kept if reasons[block] is None]
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


def heads_others(line: str) -> bool:
    """Whether a line is the heading of other stories, in one of the larger languages."""
    return _RELATED.match(line) is not None


def _drop_after_related(page: Page, counts: list[float], kept: list[int], reasons: list[str | None]) -> None:
    """Drop everything from a heading of related stories on, where two thirds of the text stand above it.

    The heading may be gone already: what stands below it is no more the article for that. Alone it is none either.
    """
    if len(kept) == 1 and counts[kept[0]] <= 10 and heads_others(page.texts[kept[0]]):
        reasons[kept.pop()] = "related stories"
    above = [0.0, *accumulate(counts[block] for block in kept)]
    for place in range(1, len(kept)):
        if above[place] <= above[-1] * 2 / 3:
            continue
        for block in range(kept[place - 1] + 1, kept[place] + 1):
            heads = block == kept[place] or page.tags[page.owners[block]] in HEADINGS
            if heads and counts[block] <= 10 and heads_others(page.texts[block]):
                for after in kept[place:]:
                    reasons[after] = "related stories"
                del kept[place:]
                return


_BIO = re.compile(
    r"(?:About the author|(?:[A-Z][\w.’'-]+ ){2,4}(?:is|was) an? (?:[\w-]+ ){0,4}?"
    r"(?:writer|reporter|editor|journalist|columnist|author|contributor|correspondent|blogger|producer)\b)"
)


def _drop_teasers(page: Page, counts: list[float], kept: list[int], reasons: list[str | None]) -> None:
    """Drop excerpts of other stories: cut off with an ellipsis under a line that is a link, two of them at least."""
    teasers = [
        block
        for block, text in enumerate(page.texts)
        if text[-1] in "….])"
        and text.rstrip("]) ").endswith(("…", "..."))
        and block
        and (counts[block] <= 80 or len(text) <= 400)  # some scripts have no words to count
        and page.linked[block - 1] >= 0.8 * len(page.texts[block - 1])
    ]
    if len(teasers) > 1:
        for block in {*teasers, *(teaser - 1 for teaser in teasers)}:
            if reasons[block] is None:
                reasons[block] = "teaser"
        kept[:] = [block for block in kept if reasons[block] is None]


def _drop_pull_quotes(page: Page, counts: list[float], kept: list[int], reasons: list[str | None]) -> None:
    """Drop what is set apart to say again what another kept block says."""
    if "aside" not in page.tags and "pull" not in page.classes:
        return
    for block in list(kept):
        if 4 <= counts[block] <= 60 and _is_set_apart(page, block):
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


def drop_named_areas(page: Page, probabilities: NDArray[np.float64], reasons: list[str | None]) -> None:
    """Drop kept blocks of areas within the article whose name says what they are, unless text beyond doubt."""
    kept = [block for block, reason in enumerate(reasons) if reason is None]
    if not kept:
        return
    first, last = kept[0], kept[-1]
    chances = probabilities.tolist()
    starts, ends, parents, looks = page.block_starts, page.block_ends, page.parents, page.look_numbers
    named: dict[int, str] = {}  # of each look that was asked: its name where that says what it is
    for block in kept:
        if chances[block] >= _SURE:
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


def drop_captions(
    page: Page, measured: Measured, probabilities: NDArray[np.float64], reasons: list[str | None]
) -> None:
    """Drop kept blocks that their markup calls captions, unless they are likely to be text."""
    if "figcaption" not in page.tags and "caption" not in page.classes and "credit" not in page.classes:
        return
    doubtful = np.flatnonzero((probabilities < _CAPTION_SURE) & (measured.words < 80)).tolist()
    for block in doubtful:
        if reasons[block] is None:
            for element in islice(page.ancestors(page.owners[block]), 3):
                look = page.looks[page.look_numbers[element]]
                if look.tag == "figcaption" or (look.classes and _CAPTION.search(look.classes)):
                    reasons[block] = "caption or credit"
                    break


_GAP = 0.35


def fill_gaps(measured: Measured, probabilities: NDArray[np.float64], reasons: list[str | None]) -> None:
    """Keep a single doubtful block between two kept ones that stands in the same place as one of them."""
    paths = measured.paths
    kept = [reason is None for reason in reasons]
    for block in range(1, len(reasons) - 1):
        if reasons[block] != "" or not kept[block - 1] or not kept[block + 1]:
            continue
        if probabilities[block] >= _GAP and paths[block] in (paths[block - 1], paths[block + 1]):
            reasons[block] = None


_BREAK = re.compile(r"([_*#~=•·—–-])(?:\s*\1){2,}$")


def keep_breaks(page: Page, reasons: list[str | None]) -> None:
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


def keep_embedded_posts(page: Page, reasons: list[str | None]) -> None:
    """Keep the posts of social networks that the article quotes, with the line that says whose they are."""
    if None not in reasons or not any(name in page.classes for name in _EMBEDDERS):
        return
    kept = [block for block, reason in enumerate(reasons) if reason is None]
    wanted = {number for number, look in enumerate(page.looks) if look.classes and _EMBEDDED.search(look.classes)}
    for element, number in enumerate(page.look_numbers):
        start, end = page.block_starts[element], page.block_ends[element]
        small = number in wanted and kept[0] < start < end <= start + _POST_BLOCKS
        if small and (start < kept[-1] or reasons[start - 1] is None):
            reasons[start:end] = [None] * (end - start)


_PARAGRAPH = 20  # words: lines of fewer before the first paragraph of so many, or after the last, stand at an edge
