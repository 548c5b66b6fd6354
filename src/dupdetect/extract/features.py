"""What is measured of each block: one row a block, one column a measure, no Python loop over characters.

Four kinds: the block's own text, the element it stands in and the names above it, the company it keeps (neighbours,
containers, blocks of the same path), and how it relates to the page's title, byline and description.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dupdetect.extract.blocks import HEADINGS, Page
from dupdetect.extract.loops import LONG, bits, forms, inherited, paths, tally
from dupdetect.extract.vocabulary import MARKUP, MARKUP_GROUPS, PHRASE_GROUPS, PHRASES, STEMS

__all__ = ["FEATURE_NAMES", "IS_HEADING", "Facts", "Measured", "measure", "row"]

Array = NDArray[np.float32]
Ints = NDArray[np.int64]

_TAGS = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "td",
    "th",
    "blockquote",
    "figcaption",
    "pre",
    "div",
    "dt",
    "dd",
    "a",
    "section",
    "article",
    "header",
    "footer",
    "address",
    "label",
    "form",
    "summary",
    "body",
]
_TAG_NUMBER = {tag: number for number, tag in enumerate(_TAGS)}
_ABOVE = [
    "nav",
    "header",
    "footer",
    "aside",
    "article",
    "main",
    "section",
    "form",
    "figure",
    "table",
    "ul",
    "ol",
    "dl",
    "blockquote",
    "li",
    "a",
    "details",
    "dialog",
    "h2",
]
_ABOVE_BIT = {tag: 1 << bit for bit, tag in enumerate(_ABOVE)}
_ROLES = {"navigation": "nav", "banner": "header", "contentinfo": "footer", "complementary": "aside", "main": "main"}

# Classes of characters, a bit each: counted by table look-up over the whole page at once.
_UPPER, _DIGIT, _COMMA, _STOP, _SIGN, _SPACE, _BAR, _LETTER = (1 << bit for bit in range(8))


def _character_table() -> NDArray[np.uint8]:
    table = np.zeros(0x10001, np.uint8)
    table[0x10000] = _SIGN | _LETTER  # and all above
    for start, end in ((0x41, 0x5B), (0xC0, 0xDF), (0x391, 0x3AA), (0x400, 0x430)):
        table[start:end] |= _UPPER
    alphabets = (  # Latin; Greek to Thaana; Indic; Tibetan; Georgian to Ethiopic; on to Hangul; Arabic forms
        *((0x41, 0x5B), (0x61, 0x7B), (0xC0, 0x250), (0x370, 0x800), (0x900, 0xE00)),
        *((0xF00, 0x1000), (0x10A0, 0x1780), (0x1800, 0x2000), (0xA000, 0xD7B0), (0xFB00, 0xFE00)),
    )
    for start, end in alphabets:
        table[start:end] |= _LETTER
    for characters, bit in (
        ("0123456789", _DIGIT),
        (",;،、，；", _COMMA),
        (".!?…。！？؟।．", _STOP),
        ("|»›•·/→>", _BAR),
        (" ", _SPACE),
    ):
        table[[ord(character) for character in characters]] |= bit
    # Scripts written without spaces: Thai, Lao, Khmer, Burmese, kana, Han.
    for start, end in (
        (0xE00, 0xF00),
        (0x1000, 0x10A0),
        (0x1780, 0x1800),
        (0x3040, 0x3100),
        (0x3400, 0xA000),
        (0xF900, 0xFB00),
    ):
        table[start:end] |= _SIGN | _LETTER
    return table


_CHARACTERS = _character_table()
# Of five rows of 64 bits each, those that mean something.
_SAID = np.concatenate(
    [
        64 * row + np.arange(len(groups))
        for row, groups in enumerate((_ABOVE, MARKUP_GROUPS, MARKUP_GROUPS, MARKUP_GROUPS, PHRASE_GROUPS))
    ]
)
_CLOSERS = "\"'”’»)]」』）"
_ENDS = ".!?…。！？؟।:"
_SIGNS_A_WORD = 1.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the page says about its article, as far as it helps to judge blocks.

    Parameters
    ----------
    title, description, body : str
        ``body`` is a JSON-LD ``articleBody``. Empty where unknown.
    authors : tuple of str
    """

    title: str = ""
    description: str = ""
    body: str = ""
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Features of a page's blocks, and what the later steps need again.

    Parameters
    ----------
    features : ndarray of float32, shape (len(FEATURE_NAMES), blocks)
        A row a measure: rows are what trees ask for.
    words : ndarray of float64, shape (blocks,)
        Words of each block; of scripts without spaces 1.7 signs count as one.
    names : ndarray of int64, shape (looks,)
        Markup groups that each look's class and id speak of.
    paths : ndarray of int64, shape (blocks,)
        Number of the path of tags and classes from the root to the block; alike blocks share it.
    """

    features: Array
    words: NDArray[np.float64]
    names: Ints
    paths: Ints


def measure(page: Page, facts: Facts, posts: Sequence[int] = ()) -> Measured:
    """Return the features of every block of a page that has at least one.

    Parameters
    ----------
    page : Page
    facts : Facts
    posts : sequence of int
        Elements that hold one article each: a text that two of them carry is no repetition.
    """
    meanings, far, above_tags, depths, path = _elements(page)
    names = meanings[page.look_array]
    owners, parents = page.owner_array, page.parent_array
    n = len(owners)
    characters = forms(page.texts, _CHARACTERS, _CLOSERS, _ENDS)
    counts, (lengths, beginning, ending) = characters[:8], characters[8:]
    words = np.where(counts[7] + counts[1] > 0, counts[5] + 1 + counts[4] / _SIGNS_A_WORD, 0.5)
    linked = np.minimum(1.0, page.linked_array / lengths)
    strong = np.minimum(1.0, page.strong_array / lengths)
    phrases, title_share, title_cover, description_share, named, in_body, repeats = _texts(page, facts, posts)
    inner = np.zeros(n, np.int64)
    firsts, lasts = page.first_array, page.last_array
    holding = np.flatnonzero(lasts > firsts)
    if len(holding):
        bounds = np.stack((firsts[holding], lasts[holding]), axis=1).ravel()
        inner[holding] = np.bitwise_or.reduceat(np.append(names, 0), bounds)[::2]

    own = names[owners]
    near = names[parents[owners]] | names[parents[parents[owners]]]
    tags = np.array([_TAG_NUMBER.get(page.tags[owner], len(_TAGS)) for owner in page.owners])

    # Company: sums over subtrees are differences of running sums, since a subtree is a range of blocks.
    text_words = words * (1 - linked)
    sentence = (ending * (words > 6) * (linked < 0.5)).astype(float)
    running = np.zeros((5, n + 1))
    np.cumsum((words, text_words, sentence, np.ones(n), sentence * words), axis=1, out=running[:, 1:])
    starts, ends = page.start_array, page.end_array
    container = parents[owners]
    outer = parents[container]
    own_words = running[1, ends[owners]] - running[1, starts[owners]]
    around = np.stack((container, np.maximum(outer, 0)))
    sums = running[:, ends[around]] - running[:, starts[around]]
    total = np.maximum(running[:, -1], 1.0)
    around_shares = sums[1] / total[1]
    around_sentences, around_texts = sums[[4, 1]] / np.maximum(sums[0], 1)
    path_words = np.bincount(path, text_words)[path]
    path_blocks = np.bincount(path)[path]
    path_sentences = np.bincount(path, sentence)[path]
    path_linked = np.bincount(path, linked)[path] / path_blocks
    order = np.arange(n)

    titles = np.flatnonzero(title_cover > 0.9)
    title_at = titles[0] if len(titles) else -1
    counted = (words, lengths, page.links_array, own_words, *sums[1], *sums[3], path_words, path_blocks)
    logarithms = np.log1p(np.array(counted, float))  # of all at once: numpy takes longer to be called than to compute
    log_words, log_lengths, log_links, log_own, *log_around, log_path, log_path_blocks = logarithms
    log_total, log_sentences, log_blocks = np.log1p(np.array((total[1], total[4], n)))
    beside = np.stack((log_words, linked, sentence))
    neighbours = np.zeros((4, 3, n))
    for at, shift in enumerate((1, 2)):
        neighbours[at, :, shift:] = beside[:, :-shift]
        neighbours[at + 2, :, :-shift] = beside[:, shift:]
    columns: list[NDArray[np.generic] | np.generic] = [  # of one measure, or of several
        log_words,
        log_lengths,
        counts[7] / lengths,
        linked,
        log_links,
        strong,
        ending,
        beginning,
        counts[:2] / lengths,
        counts[[2, 3, 6]] / words,
        counts[4] / lengths,
        repeats,
        title_share,
        title_cover,
        description_share,
        named,
        in_body,
        order / n,
        running[1, :-1] / total[1],
        log_total,
        log_sentences,
        log_blocks,
        np.clip(order - title_at, -20, 60) if title_at >= 0 else np.float64(100),
        depths,
        log_own,
        log_around[0],
        around_shares[0],
        sums[2, 0],
        around_sentences[0],
        around_texts[0],
        log_around[2],
        log_around[1],
        around_shares[1],
        sums[2, 1],
        around_sentences[1],
        around_texts[1],
        log_path,
        path_words / total[1],
        log_path_blocks,
        path_sentences / path_blocks,
        path_linked,
        neighbours.reshape(12, n),
    ]
    for neighbour in (order - 1, (order + 1) % n):
        columns += [path == path[neighbour], tags[neighbour], strong[neighbour]]
    window = np.ones(9)
    columns.append(np.convolve(sentence, window, "same")[:n] if n >= 9 else np.full(n, sentence.sum()))
    columns.append(tags)
    features = np.empty((len(FEATURE_NAMES), n), np.float32)
    at = 0
    for column in columns:
        high = column.shape[0] if column.ndim == 2 else 1
        features[at : at + high] = column
        at += high
    said = np.array((above_tags, own | inner, near, far, phrases), "<i8").view(np.uint8).reshape(5, n, 8)
    features[at:] = np.unpackbits(said, axis=2, bitorder="little").transpose(0, 2, 1).reshape(-1, n)[_SAID]
    return Measured(features=features, words=words, names=meanings, paths=path)


def _elements(page: Page) -> tuple[Ints, Ints, Ints, NDArray[np.float64], Ints]:
    """Return names per look; and per block, of what it stands in: names, tags, depth, number of its path."""
    said = page.names
    meanings = np.bitwise_or.reduceat(bits(said.vocabulary, MARKUP, STEMS)[said.words], said.starts)
    tag, classes, _, _, roles, _ = zip(*page.looks, strict=True)
    tags = [_ABOVE_BIT.get(name, 0) for name in tag]
    for number in compress(range(len(roles)), roles):
        if tag[number] not in ("html", "body"):
            tags[number] |= _ABOVE_BIT.get(_ROLES.get(roles[number], ""), 0)
    numbers: dict[tuple[str, str], int] = {}
    steps = np.array(
        [numbers.setdefault((name, own or ""), len(numbers)) for name, own in zip(tag, classes, strict=True)]
    )
    held, owners = (page.holding_array[1:], page.parent_array, page.look_array), page.owner_array
    return (
        meanings,
        inherited(*held, meanings)[owners],
        inherited(*held, np.array(tags))[owners],
        inherited(*held, np.ones(len(tags)))[owners],
        paths(*held, steps)[owners],
    )


def _texts(page: Page, facts: Facts, posts: Sequence[int]) -> tuple[Any, ...]:
    """Return what takes a look at each block's words."""
    folded = page.folded
    title = set(facts.title.casefold().split())
    description = set(facts.description.casefold().split())
    told = {word: (word in title) + 2 * (word in description) for word in title | description}
    phrases, distinct, of_title, of_description = tally(folded, PHRASES, told).T
    short = np.fromiter(map(len, folded), np.int64, len(folded)) < LONG
    title_share = short * of_title / np.maximum(distinct, 1)
    title_cover = short * of_title / np.maximum(distinct, max(len(title), 1))
    description_share = of_description / np.where(short, np.maximum(distinct, 1), max(len(description), 1))

    named = np.zeros(len(folded))
    for name in (name.casefold() for name in facts.authors if len(name) > 3):
        for block, text in enumerate(folded):
            if name in text and len(text) < LONG:
                named[block] = len(name) / len(text)
    body = " ".join(facts.body.split()).casefold()
    in_body = [1 if text[:60] in body else -1 for text in folded] if body else np.float64(0)
    return (
        phrases,
        title_share,
        title_cover,
        description_share,
        named,
        np.array(in_body, float),
        _repeats(page, posts),
    )


def _repeats(page: Page, posts: Sequence[int]) -> NDArray[np.float64]:
    """Return how often each text was there before."""
    repeats = np.zeros(len(page.folded))
    seen: dict[str, int] = {}
    anew = {page.block_starts[post] for post in posts}
    if len(set(page.folded)) < len(page.folded):
        for block, text in enumerate(page.folded):
            if block in anew:
                seen = {}
            if text in seen:
                repeats[block] = seen[text] = seen[text] + 1
            else:
                seen[text] = 0
    return repeats


_COLUMNS = [
    "words",
    "length",
    "letters",
    "linked",
    "links",
    "strong",
    "ending",
    "beginning",
    "upper",
    "digits",
    "commas",
    "stops",
    "bars",
    "signs",
    "repeats",
    "title_share",
    "title_cover",
    "description_share",
    "named",
    "in_body",
    "order",
    "text_before",
    "page_words",
    "page_sentence_words",
    "page_blocks",
    "after_title",
    "depth",
    "owner_words",
    "container_words",
    "container_share",
    "container_sentences",
    "container_sentence_share",
    "container_text_share",
    "container_blocks",
    "outer_words",
    "outer_share",
    "outer_sentences",
    "outer_sentence_share",
    "outer_text_share",
    "path_words",
    "path_share",
    "path_blocks",
    "path_sentences",
    "path_linked",
]
FEATURE_NAMES: tuple[str, ...] = (
    *_COLUMNS,
    *(f"{name}@{shift:+d}" for shift in (-1, -2, 1, 2) for name in ("words", "linked", "sentence")),
    *(f"{name}@{shift:+d}" for shift in (-1, 1) for name in ("same_path", "tag", "strong")),
    "sentences_around",
    "tag",
    *(f"in:{tag}" for tag in _ABOVE),
    *(f"own:{name}" for name in MARKUP_GROUPS),
    *(f"near:{name}" for name in MARKUP_GROUPS),
    *(f"far:{name}" for name in MARKUP_GROUPS),
    *(f"says:{name}" for name in PHRASE_GROUPS),
)
"""Names of the columns, in order."""

IS_HEADING = np.array([tag in HEADINGS for tag in (*_TAGS, "")])
"""Of each value of the measure ``tag``, whether it is a heading."""


def row(name: str) -> int:
    """Return the row of a measure."""
    return FEATURE_NAMES.index(name)
