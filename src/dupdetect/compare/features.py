"""What a comparison needs to know of one text, worked out once: tokens, shingles, and what each token is.

A token carries, beside its hash, whether it stands in a quotation and whether it is a *fact*: a number or a name.
Templates change facts and keep the rest, copy-editors do the opposite, so facts are told from the original letters,
before normalisation takes the capitals away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.compare.facts import find_names, find_numbers
from dupdetect.compare.gate import RARE, Bag, bags_of
from dupdetect.model import Article, Block, Rarity
from dupdetect.settings import Settings
from dupdetect.text import SIGN, Tokens, fold
from dupdetect.text.shingles import Words, fresh, words_of

__all__ = ["MIN_REPEAT", "Prepared", "Weighed", "as_article", "finish", "prepare", "weigh_batch"]

MIN_REPEAT = 40
"""Equal tokens that make a repeat: a paragraph, as many as a passage has at least in one piece. Refrains are less."""

ECHO = (6, MIN_REPEAT - 2)
"""Shingles of an echo, from and below: with three words a shingle 8 words, the shortest passage, and 40, from which on
a stretch is a repeat of its own."""

_NOWHERE = np.empty(0, dtype=np.int64)

STOCK = 0.1
"""Rarity weight below which a token is common stock, and counts in no coverage: over forty stories hold it. Furniture
that survived extraction, standing notices. Any value from .05 to .2 did; without, F1 on pages fell by .003 to .006."""
PARTICULAR = 12
"""… but a text must keep this many other tokens to be judged by them alone."""

BYLINE = 80
"""Letters that a first block may have beyond the headline and still be the headline's line: the author, the date. A
first paragraph that says the headline again is longer."""

_QUOTE_MARKS = re.compile(r"^[ \t]*((?:>[ \t]?)+)", re.MULTILINE)
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighed(Bag):
    """One text, read and weighed: enough for the cheap look, and half the way to `Prepared`.

    Parameters
    ----------
    article : Article
    words : Words
    order : ndarray of int64
        What sorts the shingles, those that are equal by their places.
    fresh : ndarray of bool
        Which of the sorted ones are not the same as the one before.
    """

    article: Article
    words: Words
    order: NDArray[np.int64]
    fresh: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared(Bag):
    """One text, ready to be compared.

    Parameters
    ----------
    article : Article
    hashes : ndarray of uint64, shape (n,)
        Token hashes.
    tokens : list of int
        The same, for what goes through them one by one.
    starts, ends : ndarray of int64, shape (n,)
        Where each token stands in `Article.text`.
    quoted : ndarray of bool, shape (n,)
        Whether it stands in a quotation: a block quote, or a line behind ``>``.
    quotes : bool
        Whether any does.
    numbers : ndarray of bool, shape (n,)
        Whether it is a number.
    names : ndarray of uint8, shape (n,)
        `NAME` where it is capitalised inside a sentence, `MAYBE_NAME` where it is at the head of one, else 0.
    shingles : ndarray of uint64, shape (s,)
        Hash of the shingle that starts at each of the first *s* tokens.
    order : ndarray of int64, shape (s,)
        What sorts them.
    least, span : int
        Tokens that each shingle has at least and at most.
    counted : ndarray of bool, shape (n,)
        Which tokens count in a coverage: neither common stock nor in `head`; all where few others are left.
    rare : bytes, length n
        1 for each rare token, 0 for others and those of `head`. A token is as rare as the rarest shingle over it.
    echoes : ndarray of int64
        Places of shingles, ascending, in stretches that the text carries twice and that are shorter than a paragraph:
        standfirsts and pull quotes, and what they repeat.
    repeats : bool
        Whether the text may carry a repeat; where False, it does not.
    head : int
        Tokens at the beginning that are a line with the headline, left in by extraction: they tell of no text.
    title : str
        Folded title; empty where there is none.
    title_numbers : frozenset of str
        Numbers in it.
    """

    article: Article
    hashes: NDArray[np.uint64]
    tokens: list[int]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    quoted: NDArray[np.bool_]
    quotes: bool
    numbers: NDArray[np.bool_]
    names: NDArray[np.uint8]
    shingles: NDArray[np.uint64]
    order: NDArray[np.int64]
    least: int
    span: int
    counted: NDArray[np.bool_]
    rare: bytes
    echoes: NDArray[np.int64]
    repeats: bool
    head: int
    title: str
    title_numbers: frozenset[str]

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def text(self) -> str:
        """The article's text, which offsets refer to."""
        return self.article.text


def as_article(content: Article | str) -> Article:
    """Return `content` as an article; a string becomes one block, so that offsets stay the caller's."""
    return Article(blocks=(Block(text=content),)) if isinstance(content, str) else content


def prepare(article: Article, settings: Settings, rarity: Rarity | None = None) -> Prepared:
    """Work out what comparisons need of `article`.

    Parameters
    ----------
    article : Article
    settings : Settings
        Says how long a shingle is.
    rarity : Rarity, optional
        Weighs the shingles; without it all weigh the same.
    """
    (weighed,) = weigh_batch([article], words_of([article.text], settings), rarity)
    return finish(weighed, settings)


def weigh_batch(articles: Sequence[Article], words: Iterable[Words], rarity: Rarity | None) -> list[Weighed]:
    """Weigh texts whose words are known."""
    sorted_shingles = []
    for one in words:
        order = np.argsort(one.shingles, kind="stable")
        ordered = one.shingles[order]
        new = fresh(ordered)
        sorted_shingles.append((one, order, new, ordered[new]))
    bags = bags_of([distinct for _, _, _, distinct in sorted_shingles], rarity)
    return [
        Weighed(
            article=article,
            words=one,
            order=order,
            fresh=new,
            distinct=bag.distinct,
            weights=bag.weights,
            weight=bag.weight,
        )
        for article, (one, order, new, _), bag in zip(articles, sorted_shingles, bags, strict=True)
    ]


def finish(text: Weighed, settings: Settings) -> Prepared:
    """Work out what else comparisons need of a text."""
    article, (tokens, every), order = text.article, text.words, text.order
    each = np.empty(len(every))
    each[order] = text.weights if len(text.distinct) == len(every) else text.weights[np.cumsum(text.fresh) - 1]
    placed = _positional(every, tokens, settings)
    starts, ends = _repeated(order, text.fresh, len(placed))
    lengths = ends - starts
    short = (lengths >= ECHO[0]) & (lengths < ECHO[1])
    echoes = np.concatenate([_NOWHERE, *map(np.arange, starts[short].tolist(), ends[short].tolist())])
    title = " ".join(fold(article.title or "").split())
    numbers = find_numbers(article.text, tokens.kinds, tokens.starts, tokens.ends)
    names = find_names(article.text, tokens.starts, tokens.ends)
    names[numbers] = 0
    quoted = _quoted(article, tokens.starts)
    head = _headline(article, title, tokens.starts)
    weights = _token_weights(each, tokens, settings)
    weights[:head] = 0
    counted = weights >= STOCK
    if np.count_nonzero(counted) < PARTICULAR:
        counted[:] = True
    signs = placed is not every
    return Prepared(
        article=article,
        hashes=tokens.hashes,
        tokens=tokens.hashes.tolist(),
        starts=tokens.starts,
        ends=tokens.ends,
        quoted=quoted,
        quotes=bool(quoted.any()),
        numbers=numbers,
        names=names,
        shingles=placed,
        order=order[order < len(placed)] if signs else order,
        distinct=text.distinct,
        weights=text.weights,
        weight=text.weight,
        least=min(settings.shingle_words, settings.shingle_signs) if signs else settings.shingle_words,
        span=max(settings.shingle_words, settings.shingle_signs) if signs else settings.shingle_words,
        counted=counted,
        rare=(weights >= RARE).tobytes(),
        echoes=echoes,
        repeats=_may_repeat(lengths, settings, signs=signs),
        head=head,
        title=title,
        title_numbers=frozenset(_DIGITS.findall(title)),
    )


def _headline(article: Article, title: str, starts: NDArray[np.int64]) -> int:
    """Return how many tokens a first block has that is the headline, with a byline and a date at most."""
    content = article.content
    if not title or len(content) < 2 or len(content[0].text) > len(title) + BYLINE:
        return 0
    line = " ".join(fold(content[0].text).split())
    return int(np.searchsorted(starts, len(content[0].text))) if line.startswith(title) else 0


def _repeated(
    order: NDArray[np.int64], fresh: NDArray[np.bool_], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where stretches of repeated shingles start and end.

    Parameters
    ----------
    order : ndarray of int64
        What sorts the shingles.
    fresh : ndarray of bool
        Which of the sorted are new.
    count : int
        Shingles that stand where their token does.
    """
    if len(fresh) - np.count_nonzero(fresh) < ECHO[0]:
        return _NOWHERE, _NOWHERE
    twice = ~fresh
    twice[:-1] |= ~fresh[1:]
    marked = np.zeros(len(fresh) + 2, dtype=np.bool_)
    marked[order[twice] + 1] = True
    marked[count + 1 :] = False
    starts, ends = np.flatnonzero(marked[1:] != marked[:-1]).reshape(-1, 2).T
    return starts, ends


def _may_repeat(lengths: NDArray[np.int64], settings: Settings, *, signs: bool) -> bool:
    """Whether stretches of repeated shingles can hold a repeat: one as long as a passage, and tokens for two copies."""
    # Tokens that a stretch reaches beyond its last shingle's first.
    beyond = 2 * max(settings.shingle_words, settings.shingle_signs) if signs else settings.shingle_words - 1
    enough = int(lengths.sum()) + beyond * len(lengths) >= 2 * MIN_REPEAT
    return enough and int(lengths.max(initial=0)) >= ECHO[0]


def _positional(every: NDArray[np.uint64], tokens: Tokens, settings: Settings) -> NDArray[np.uint64]:
    """Return the shingles that stand where their token does: near the end `every` leaves out the longer ones."""
    if not (tokens.kinds == SIGN).any():
        return every
    longest = max(settings.shingle_words, settings.shingle_signs)
    return every[: max(0, len(tokens) - longest + 1)]


def _token_weights(shingle_weights: NDArray[np.float64], tokens: Tokens, settings: Settings) -> NDArray[np.float64]:
    count = len(shingle_weights)
    weights = np.zeros(len(tokens))
    signs = tokens.kinds[:count] == SIGN
    if not signs.any():
        for shift in range(min(settings.shingle_words, len(tokens) - count + 1)):
            covered = weights[shift : shift + count]
            np.maximum(covered, shingle_weights, out=covered)
    else:
        spans = np.where(signs, settings.shingle_signs, settings.shingle_words)
        for shift in range(min(int(spans.max(initial=0)), len(tokens) - count + 1)):
            covered = weights[shift : shift + count]
            np.maximum(covered, np.where(spans > shift, shingle_weights, 0), out=covered)
    weights[weights == 0] = 1.0
    return weights


def _quoted(article: Article, starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    content = article.content
    quoted = np.zeros(len(starts), dtype=np.bool_)
    if any(block.quote_depth for block in content):
        lengths = np.array([len(block.text) + 2 for block in content])
        firsts = np.cumsum(lengths) - lengths
        depths = np.array([block.quote_depth for block in content])
        quoted |= depths[np.searchsorted(firsts, starts, side="right") - 1] > 0
    if ">" in article.text:
        for mark in _QUOTE_MARKS.finditer(article.text):
            end = article.text.find("\n", mark.end())
            last = len(article.text) if end < 0 else end
            quoted[np.searchsorted(starts, mark.end()) : np.searchsorted(starts, last)] = True
    return quoted
