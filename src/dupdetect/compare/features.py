"""What a comparison needs to know of one text, worked out once: tokens, shingles, and what each token is.

A token carries, beside its hash, the paragraph and the quotation it stands in and whether it is a *fact*: a number or
a name. Templates change facts and keep the rest, copy-editors do the opposite, so facts are told from the original
letters, before normalisation takes the capitals away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dupdetect.model import Article, Block, Rarity
from dupdetect.settings import Settings
from dupdetect.text import NUMBER, SIGN, Tokens, fold, shingle, tokenize

__all__ = ["Prepared", "as_article", "prepare", "rarity_weights"]

COMMON_FROM = 4
"""A shingle in more stories than this weighs ``COMMON_FROM / stories``, others 1.

Weights 1 / (df − 1) and min(1, 4 / df) did equally well in the feasibility study; log-idf is too flat."""

_SENTENCE_ENDS = np.array([ord(mark) for mark in '.!?:;…\n\r“”"»«•*|。！？'], dtype=np.uint32)
_QUOTE_MARKS = re.compile(r"^[ \t]*((?:>[ \t]?)+)", re.MULTILINE)
_MANY_CAPITALS = 0.15
_ALL_CAPITALS = 0.5
_IN_COMPANY = 0.5
"""Capitals inside sentences say nothing when they are most words (headline style, shouting), or when they are many and
mostly stand alone, as German nouns do; names come in company. Of 226 German news pages every one has more than 15 %
capitals, with 33 % of them beside another (median); of 810 English posts with so many, 95 % have over 56 %."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """One text, ready to be compared.

    Parameters
    ----------
    article : Article
    hashes : ndarray of uint64, shape (n,)
        Token hashes.
    starts, ends : ndarray of int64, shape (n,)
        Where each token stands in `Article.text`.
    paragraphs : ndarray of int32, shape (n,)
        Number of the paragraph that each token stands in.
    quoted : ndarray of bool, shape (n,)
        Whether it stands in a quotation: a block quote, or a line behind ``>``.
    numbers, names : ndarray of bool, shape (n,)
        Whether it is mostly digits; whether it is capitalised where the sentence does not ask for it.
    shingles : ndarray of uint64, shape (s,)
        Hash of the shingle that starts at each of the first *s* tokens.
    distinct : ndarray of uint64
        All shingles of the text, ascending, each once.
    weights : ndarray of float64, shape of `distinct`
        Rarity weight of each, in (0, 1]; all 1 without frequencies.
    weight : float
        Their sum.
    token_weights : ndarray of float64, shape (n,)
        Rarity weight of each token: that of the rarest shingle over it.
    title : str
        Normalised title; empty where there is none.
    """

    article: Article
    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    paragraphs: NDArray[np.int32]
    quoted: NDArray[np.bool_]
    numbers: NDArray[np.bool_]
    names: NDArray[np.bool_]
    shingles: NDArray[np.uint64]
    distinct: NDArray[np.uint64]
    weights: NDArray[np.float64]
    weight: float
    token_weights: NDArray[np.float64]
    title: str

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def text(self) -> str:
        """The article's text, which offsets refer to."""
        return self.article.text


def as_article(content: Article | str) -> Article:
    """Return `content` as an article; a string becomes one block, so that offsets stay the caller's."""
    return Article(blocks=(Block(text=content),)) if isinstance(content, str) else content


def rarity_weights(shingles: NDArray[np.uint64], rarity: Rarity | None) -> NDArray[np.float64]:
    """Return the weight of each shingle: 1 where few stories hold it, ``COMMON_FROM / stories`` where many do."""
    if rarity is None:
        return np.ones(len(shingles))
    return COMMON_FROM / np.maximum(rarity.frequencies(shingles), COMMON_FROM).astype(np.float64)


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
    text = article.text
    tokens = tokenize(text)
    every = shingle(tokens, settings)
    distinct, inverse = np.unique(every, return_inverse=True)
    weights = rarity_weights(distinct, rarity)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    numbers = _mostly_digits(text, tokens.kinds, tokens.starts, tokens.ends)
    return Prepared(
        article=article,
        hashes=tokens.hashes,
        starts=tokens.starts,
        ends=tokens.ends,
        paragraphs=_paragraphs(codes, tokens.starts),
        quoted=_quoted(article, tokens.starts),
        numbers=numbers,
        names=_names(text, codes, tokens.starts, tokens.ends) & ~numbers & (tokens.kinds != SIGN),
        shingles=_positional(every, tokens, settings),
        distinct=distinct,
        weights=weights,
        weight=float(weights.sum()),
        token_weights=_token_weights(weights[inverse], tokens, settings),
        title=" ".join(fold(article.title or "").split()),
    )


def _positional(every: NDArray[np.uint64], tokens: Tokens, settings: Settings) -> NDArray[np.uint64]:
    """Return the shingles that stand where their token does: near the end `every` leaves out the longer ones."""
    if not (tokens.kinds == SIGN).any():
        return every
    longest = max(settings.shingle_words, settings.shingle_signs)
    return every[: max(0, len(tokens) - longest + 1)]


def _token_weights(shingle_weights: NDArray[np.float64], tokens: Tokens, settings: Settings) -> NDArray[np.float64]:
    count = len(shingle_weights)
    spans = np.where(tokens.kinds[:count] == SIGN, settings.shingle_signs, settings.shingle_words)
    weights = np.zeros(len(tokens))
    for shift in range(min(int(spans.max(initial=0)), len(tokens) - count + 1)):
        covered = weights[shift : shift + count]
        np.maximum(covered, np.where(spans > shift, shingle_weights, 0), out=covered)
    return np.where(weights > 0, weights, 1.0)


def _marks_before(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return how many marked characters stand before each place, the end included."""
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(marks, dtype=np.int64)))


def _paragraphs(codes: NDArray[np.uint32], starts: NDArray[np.int64]) -> NDArray[np.int32]:
    newline = codes == 10
    blank = np.zeros(len(codes), dtype=np.bool_)
    blank[1:] = newline[1:] & newline[:-1]
    seen = _marks_before(blank)[starts]
    return np.unique(seen, return_inverse=True)[1].astype(np.int32)


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


def _mostly_digits(
    text: str, kinds: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which tokens are numbers: a scanner's "wi11" holds digits too, and is none."""
    numbers: NDArray[np.bool_] = np.equal(kinds, NUMBER)
    for at in np.flatnonzero(numbers).tolist():
        token = text[starts[at] : ends[at]]
        digits = sum(char.isdigit() for char in token)
        numbers[at] = 2 * digits >= sum(char.isalnum() for char in token)
    return numbers


def _names(
    text: str, codes: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> NDArray[np.bool_]:
    capital: NDArray[np.bool_] = np.array([text[start].isupper() for start in starts.tolist()], dtype=np.bool_)
    if not capital.any():
        return capital
    seen = _marks_before(np.isin(codes, _SENTENCE_ENDS))
    inside = np.zeros(len(starts), dtype=np.bool_)
    inside[1:] = seen[starts[1:]] == seen[ends[:-1]]
    capital &= inside
    share = np.count_nonzero(capital) / max(1, np.count_nonzero(inside))
    beside = np.zeros(len(starts), dtype=np.bool_)
    beside[1:] = capital[:-1]
    beside[:-1] |= capital[1:]
    alone = np.count_nonzero(capital & beside) < _IN_COMPANY * np.count_nonzero(capital)
    if share > _ALL_CAPITALS or (share > _MANY_CAPITALS and alone):
        capital[:] = False
    return capital
