"""Who wrote it: names from what a page declares, else from what it shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from dupdetect.extract.jsonld import Node, by_reference, is_organisation, listed, names_of
from dupdetect.extract.lines import plain, same_words
from dupdetect.extract.marks import Marks

__all__ = ["read_byline", "shown_byline", "split_names"]

# --------------------------------------------------------------------------------------------- names in a line

_BY = re.compile(
    r"^\W*(?:(?:written|posted|published|words|text|story|reported|submitted|created|erstellt|geschrieben|verfasst|"
    r"publié|rédigé|escrito|scritto|von|by|par|por|di|door|av|af|autor(?:in|en)?|authors?|auteurs?|autore|from|"
    r"автор|от|作者|記者|文)\b\s*[:：]?\s*(?:by|von)?\s*[:：]?)+\s*|^(?:作者|記者|文)[:：/／]\s*",
    re.IGNORECASE,
)
_ALL_BY = re.compile(
    r"^(?:view|see|show|read|more|all|zeige|alles?|mehr|weitere|tous|toutes|voir|ver|todos|todas|más|altri)\b.{0,25}?"
    r"\b(?:posts|articles|stories|by|from|von|artikel|beiträge|entradas|artículos|de|du|di)\b"
    r"(?: (?:by|from|von|de|anzeigen|ansehen)\b)*",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(r"\s*(?:,|;|/|\||&|、|\b(?i:and|und|with|mit)\b|\bet\b|\by\b|\be\b|\bи\b)\s*")
# What follows a name in the same line: whom it was written for, who made the pictures, when.
_BEHIND = re.compile(
    r"\s+(?:(?i:for|für|illustrations?|illustriert|fotos?|photos?|photograph(?:s|y|ed)|bilder?|images?|"
    r"updated|published|posted)\b|(?:am|on|at) (?=\S*\d|\w+(?:tag|day)\b)|[A-ZÄÖÜ]\w{2,8}\.? \d{1,2}\b|\d).*$"
)
_DAY = re.compile(r"\w{3,9}\.? \d")  # "November 7"
_ROLE = re.compile(
    r"\b(?:staff|writer|reporter|correspondent|editor|editorial|contributor|columnist|producer|redaktion|redakteur(?:in)?|news|team|"
    r"admin|updated|published|phd|md|rd|jr|sr|minutes?|read|for|of|the|at|in|on|senior|chief|director|bureau|agency|"
    r"press|associated|autor|guest|special|freelance|journalist|magazine|online|desk)\b|\d|@|https?:|www\.",
    re.IGNORECASE,
)


def split_names(byline: str) -> tuple[str, ...]:
    """Return the names in a byline: without "By", split at commas and "and", roles and dates left out."""
    text = _BY.sub("", _ALL_BY.sub("", " ".join(byline.split())))
    names: list[str] = []
    for part in _BETWEEN_NAMES.split(text):
        if _DAY.match(part):
            continue
        part = _BEHIND.sub("", part).strip(" .·•-–—|:()[]")
        if 2 <= len(part) <= 50 and len(part.split()) <= 5 and not _ROLE.search(part) and part not in names:
            names.append(part)
    return tuple(names)


# -------------------------------------------------------------------------------------------------- the byline

_AUTHOR_METAS = (
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "cxenseparse:author",
    "citation_author",
    "itemprop author",
)
# Cards of two fields, "Written by" and a name, as content systems fill them in.
_CARD_LABEL = re.compile(
    r"\b(?:written|geschrieben|verfasst|écrit|escrito|scritto|geschreven|skrevet|skriven|author|autor|auteur|by|von|"
    r"par|por)\b|автор|作者|執筆|作成",
    re.IGNORECASE,
)
_MOST = 8  # names: more on show are a list of people


def read_byline(
    marks: Marks, metas: Mapping[str, Sequence[str]], article: Node, nodes: Sequence[Node], site: str | None
) -> tuple[str, ...]:
    """Return the names of who wrote a page's article; the site's own name where the page names nobody else.

    Parameters
    ----------
    marks : Marks
    metas : mapping of str to sequence of str
        Contents of ``<meta>`` by lower-case name.
    article : Node
        JSON-LD of the article; empty if there is none.
    nodes : sequence of Node
        All of the page's JSON-LD, for what it refers to.
    site : str, optional
        Its name: an author of that name is nobody in particular.
    """
    keys = {same_words(site or ""), *map(same_words, names_of(article.get("publisher")))}
    authors = article.get("author") or article.get("creator")
    declared = [names_of(authors), *(metas.get(name, ()) for name in _AUTHOR_METAS)]
    # Whom a content system has on file is who put the text in: a name that the page shows is a better one.
    on_file = [names_of(by_reference(authors, nodes)), *_cards(metas)]
    house = names_of([author for author in listed(authors) if is_organisation(author)])
    return (
        _first_names(declared, keys.union(map(same_words, house)))
        or shown_byline(marks, keys)
        or _first_names(on_file, keys)
        or _first_names(declared, ())
    )


def shown_byline(marks: Marks, unlike: Collection[str] = ("",)) -> tuple[str, ...]:
    """Return the names of who wrote what stands in a part of a page, as it shows them.

    Parameters
    ----------
    marks : Marks
    unlike : collection of str
        Names that do not count, only letters and digits of them.
    """
    return _first_names(_shown(marks), unlike, most=_MOST)


def _first_names(sources: Iterable[Iterable[str]], unlike: Collection[str], most: int | None = None) -> tuple[str, ...]:
    """Return the names of the first source that has any, none of those in `unlike`; nothing where they are a crowd."""
    for source in sources:
        names = tuple(name for name in _names_in(source) if same_words(name) not in unlike)
        if names:
            return names if most is None or len(names) <= most else ()
    return ()


def _cards(metas: Mapping[str, Sequence[str]]) -> Iterator[Sequence[str]]:
    """Yield the contents of the cards that are labelled as naming the author."""
    for number in "12":
        if _CARD_LABEL.search(" ".join(metas.get(f"twitter:label{number}", ()))):
            yield metas.get(f"twitter:data{number}", ())


def _names_in(source: Iterable[str]) -> tuple[str, ...]:
    found: list[str] = []
    for value in map(plain, source):
        if not value or "://" in value or value.startswith("www."):
            continue
        names = split_names(value)
        if not names and len(value) < 60 and not _ALL_BY.match(value):
            names = tuple(filter(None, (_BEHIND.sub("", _BY.sub("", value)),)))
        found += names
    return tuple(dict.fromkeys(found))


# ------------------------------------------------------------------------------------------------- what is shown

_AUTHOR_MARKS = (
    ("itemprop", "author"),
    ("rel", "author"),
    ("class", "p-author fn author-name authorname byline-name byline__name byline-author article-author"),
    ("class", "author post-author entry-author"),
    ("class", "byline"),
)


def _shown(marks: Marks) -> Iterator[list[str]]:
    """Yield what might be the byline, the surest first: marked as an author, called one, linked to one, after "By"."""
    for attribute, words in _AUTHOR_MARKS:
        yield marks.texts(attribute, words)
    for look in _LOOKS:
        yield look(marks)


_AUTHOR_NAME = re.compile(
    r"(?:author|byline|autor).{0,12}name|name.{0,4}author|"
    r"(?:^|[\s_-])(?:author|autor(?:en|in)?|auteur|autore|redakteur(?:in)?|verfasser(?:in)?|writer)(?:[_-]+link)?(?:\s|$)",
    re.I,
)


_AUTHOR_WORDS = ("author", "autor", "byline", "auteur", "redakteur", "verfasser", "writer")  # no other class can match


def _names_author(classes: str) -> bool:
    said = classes.lower()
    return any(word in said for word in _AUTHOR_WORDS) and _AUTHOR_NAME.search(classes) is not None


def _named_authors(marks: Marks) -> list[str]:
    """Return the text of the first element whose class speaks of an author's name."""
    said = marks.said("class")
    if any(word in said for word in _AUTHOR_WORDS):
        for element in marks.find("class", _names_author):
            text = marks.page.text_of(element)
            if len(text.split()) <= 6 and split_names(text):
                return [text]
    return []


_AUTHOR_LINK = re.compile(
    r"/(?:authors?|autor(?:en)?|auteurs?|people|profile|staff|contributors?|redaktion)/([^/?#]+)", re.I
)

_AUTHOR_FOLDERS = (
    "/author",
    "/autor",
    "/auteur",
    "/people/",
    "/profile/",
    "/staff/",
    "/contributor",
    "/redaktion/",
)  # no other can match


def _linked_authors(marks: Marks) -> list[str]:
    """Return the names of the first links to an author's page, as long as they are siblings.

    A single word is a name where the address says so too.
    """
    found: list[str] = []
    parent = None
    page = marks.page
    said = marks.said("href")
    if not any(folder in said for folder in _AUTHOR_FOLDERS):
        return found
    for element in marks.find("href", _AUTHOR_LINK.search):
        if parent in (None, page.parents[element]):
            text = page.text_of(element)
            if 0 < len(text.split()) <= 4 and not _ROLE.search(text):
                address = _AUTHOR_LINK.search(page.attributes["href"][element])
                if " " in text or (address and same_words(text) in same_words(address[1])):
                    found.append(text)
                    parent = page.parents[element]
    return found


_NAME = r"[^\W\d_a-zß-ÿ][\w.’'-]*"
_VISIBLE_BY = re.compile(
    rf"^\W*(?:(?i:(?:(?:ein|an?|un) )?(?:(?:blog|gast)?[ -]?(?:beitrag|artikel|text|article|post|story|interview)|"
    rf"written|posted|published|words|erstellt|geschrieben|verfasst|veröffentlicht|écrit|publié|rédigé|"
    rf"escrito|publicado|scritto|pubblicato) )?"
    rf"(?i:by|von|par|por|di|door|text|autor(?:in|en)?|authors?|auteurs?|autore)"
    rf"\s*:?\s+)((?:{_NAME})(?: (?:{_NAME}|de|da|del|di|van|von|der|den|la|le|bin|al)){{0,4}}"
    rf"(?:(?:,| and| und| et| y| &) {_NAME}(?: {_NAME}){{1,3}})?)"
)


def _visible_byline(marks: Marks) -> list[str]:
    """Return the names in the first short line that begins as a byline does."""
    for text in marks.page.texts:
        if len(text) <= 120:
            found = _VISIBLE_BY.match(text)
            if found:
                return [found[1]]
    return []


_LOOKS: tuple[Callable[[Marks], list[str]], ...] = (_named_authors, _linked_authors, _visible_byline)
