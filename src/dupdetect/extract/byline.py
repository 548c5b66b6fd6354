"""Who wrote it: names from what a page declares, else from what it shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from dupdetect.extract.marks import Marks

__all__ = ["shown_authors", "split_names"]

_BY = re.compile(
    r"^\W*(?:(?:written|posted|published|words|text|story|reported|submitted|created|von|by|par|por|di|door|av|af|autor(?:in)?|"
    r"author|from|автор|от|作者|記者|文)\b\s*[:：]?\s*(?:by|von)?\s*[:：]?)+\s*|^(?:作者|記者|文)[:：/／]\s*",
    re.IGNORECASE,
)
_ALL_BY = re.compile(
    r"^(?:view|see|show|read|more)\b.{0,20}?\b(?:posts|articles|stories|by|from)\b(?: by| from)?", re.I
)
_BETWEEN_NAMES = re.compile(
    r"\s*(?:,|;|/|\||&|、|\band\b|\bund\b|\bet\b|\by\b|\bund\b|\be\b|\bи\b|\bwith\b|\bmit\b)\s*"
)
_ROLE = re.compile(
    r"\b(?:staff|writer|reporter|correspondent|editor|editorial|contributor|columnist|producer|redaktion|redakteur|news|team|"
    r"admin|updated|published|phd|md|rd|jr|sr|minutes?|read|for|of|the|at|in|on|senior|chief|director|bureau|agency|"
    r"press|associated|autor|guest|special|freelance|journalist|magazine|online|desk)\b|\d|@|https?:|www\.",
    re.IGNORECASE,
)


def split_names(byline: str) -> tuple[str, ...]:
    """Return the names in a byline: without "By", split at commas and "and", roles and dates left out."""
    text = _BY.sub("", _ALL_BY.sub("", " ".join(byline.split())))
    names: list[str] = []
    for part in _BETWEEN_NAMES.split(text):
        part = part.strip(" .·•-–—|:()[]")
        if 2 <= len(part) <= 50 and len(part.split()) <= 5 and not _ROLE.search(part) and part not in names:
            names.append(part)
    return tuple(names)


_AUTHOR_MARKS = (
    ("itemprop", "author"),
    ("rel", "author"),
    ("class", "p-author fn author-name authorname byline-name byline__name byline-author article-author"),
    ("class", "author post-author entry-author"),
    ("class", "byline"),
)


def shown_authors(marks: Marks) -> Iterator[list[str]]:
    """Yield what might be the byline, the surest first: marked as an author, called one, linked to one, after "By".

    Parameters
    ----------
    marks : Marks
    """
    for attribute, words in _AUTHOR_MARKS:
        yield marks.texts(attribute, words)
    for look in _LOOKS:
        yield look(marks)


_AUTHOR_LINK = re.compile(
    r"/(?:authors?|autor(?:en)?|auteurs?|people|profile|staff|contributors?|redaktion)/[^/?#]", re.I
)
_NAME = r"[^\W\d_a-zß-ÿ][\w.’'-]*"
_VISIBLE_BY = re.compile(
    rf"^\W*(?:(?i:written |posted |published |words |text |story |article )?"
    rf"(?i:by|von|par|por|di|door|text|autor(?:in)?|author)"
    rf"\s*:?\s+)((?:{_NAME})(?: (?:{_NAME}|de|da|del|di|van|von|der|den|la|le|bin|al)){{0,4}}"
    rf"(?:(?:,| and| und| et| y| &) {_NAME}(?: {_NAME}){{1,3}})?)"
)


_AUTHOR_NAME = re.compile(r"(?:author|byline|autor).{0,12}name|name.{0,4}author", re.I)


def _named_authors(marks: Marks) -> list[str]:
    """Return the text of the first element whose class speaks of an author's name."""
    said = marks.said("class")
    if "name" in said and any(word in said for word in ("author", "byline", "autor")):
        for element in marks.find("class", _AUTHOR_NAME.search):
            text = marks.page.text_of(element)
            if 1 < len(text.split()) <= 5:
                return [text]
    return []


def _linked_authors(marks: Marks) -> list[str]:
    """Return the names of the first links to an author's page, as long as they are siblings."""
    found: list[str] = []
    parent = None
    page = marks.page
    if not _AUTHOR_LINK.search(marks.said("href")):
        return found
    for element in marks.find("href", _AUTHOR_LINK.search):
        if parent in (None, page.parents[element]):
            text = page.text_of(element)
            if 1 < len(text.split()) <= 4 and not _ROLE.search(text):
                found.append(text)
                parent = page.parents[element]
    return found


def _visible_byline(marks: Marks) -> list[str]:
    """Return the names in the first short line that begins as a byline does."""
    for text in marks.page.texts:
        if len(text) <= 120:
            found = _VISIBLE_BY.match(text)
            if found:
                return [found[1]]
    return []


_LOOKS: tuple[Callable[[Marks], list[str]], ...] = (_named_authors, _linked_authors, _visible_byline)
