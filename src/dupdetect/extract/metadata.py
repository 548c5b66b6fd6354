"""What a page says about its article: title, byline, date, sections, canonical URL, site, language.

JSON-LD, OpenGraph and other ``<meta>``, microdata, ``<time>`` and the visible byline are asked in the order of how
often they are right; the first that answers wins. Nothing is invented: a date
has the precision that its source has, a name is only what stands there.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from dupdetect.extract.blocks import HEADINGS, Page
from dupdetect.extract.byline import shown_authors, split_names
from dupdetect.extract.dates import parse_published, written_dates
from dupdetect.extract.marks import Marks
from dupdetect.model import Published

__all__ = ["Metadata", "read_metadata", "read_post_metadata", "same_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says about itself; see `dupdetect.model.Article`. ``description`` and ``body`` help to judge blocks.

    Parameters
    ----------
    headlines : frozenset of str
        The title in every wording that the page declares, only letters and digits of it.
    kinds : frozenset of str
        Lower-case types that it declares: JSON-LD's ``@type`` and OpenGraph's ``og:type``.
    """

    title: str | None = None
    byline: tuple[str, ...] = ()
    published: Published | None = None
    sections: tuple[str, ...] = ()
    canonical_url: str | None = None
    site: str | None = None
    language: str | None = None
    noindex: bool = False
    description: str = ""
    body: str = ""
    headlines: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


def read_metadata(page: Page, url: str | None = None) -> Metadata:
    """Return what `page` says about its article.

    Parameters
    ----------
    page : Page
    url : str, optional
        Where it was found: base of a relative canonical URL, and a place where dates stand.
    """
    metas = _metas(page)
    marks = Marks(page)
    nodes = list(_json_nodes(page.data))
    article = _article_node(nodes)
    site = _first(
        metas.get("og:site_name"),
        _names(article.get("publisher")),
        (_text(node.get("name")) for node in nodes if _types(node) & {"website"}),
        metas.get("application-name"),
    )
    title = _title(page, metas, article, site)
    canonical = _canonical(page, metas, url)
    body = article.get("articleBody")
    return Metadata(
        title=title,
        byline=_byline(marks, metas, article, site),
        published=_published(marks, metas, article, url or canonical),
        sections=_sections(marks, metas, article),
        canonical_url=canonical,
        site=site,
        language=_language(page, metas, article),
        noindex=any("noindex" in value.lower() for value in (*metas.get("robots", ()), *metas.get("googlebot", ()))),
        description=_first(metas.get("og:description"), metas.get("description")) or "",
        body=body if isinstance(body, str) else "",
        headlines=_headlines(page, metas, article, title),
        kinds=frozenset().union(*(_types(node) for node in nodes), (kind.lower() for kind in metas.get("og:type", ()))),
    )


def read_post_metadata(page: Page, post: int, whole: Metadata, url: str | None = None) -> Metadata:
    """Return what a page says about one of its several articles.

    Parameters
    ----------
    page : Page
    post : int
        Element that holds the article.
    whole : Metadata
        What the page says about itself; site, language and ``noindex`` hold for its articles too.
    url : str, optional
        Base of relative links.
    """
    elements = range(post, page.ends[post])
    heading = next((element for element in elements if page.tags[element] in HEADINGS), None)
    link = None
    if heading is not None:
        inside = range(heading, page.ends[heading])
        link = next((page.attributes[e].get("href") for e in inside if page.tags[e] == "a"), None)
    marks = Marks(page, elements)
    authors = next(filter(None, shown_authors(marks)), [])
    return Metadata(
        title=page.text_of(heading) or None if heading is not None else None,
        byline=tuple(dict.fromkeys(name for text in authors for name in split_names(text) or (text,))),
        published=next(_dated(marks, elements), None),
        sections=tuple(dict.fromkeys(filter(None, _categories(marks)))),
        canonical_url=_joined_url(url or whole.canonical_url, link) if link else None,
        site=whole.site,
        language=whole.language,
        noindex=whole.noindex,
    )


# ------------------------------------------------------------------------------------------------------ sources


def _metas(page: Page) -> dict[str, list[str]]:
    """Return the contents of ``<meta>`` by lower-case name, property, itemprop or http-equiv."""
    metas: dict[str, list[str]] = {}
    for tag, attributes in page.heads:
        content = attributes.get("content")
        if tag == "meta" and content and not content.isspace():
            for key in ("property", "name", "itemprop", "http-equiv"):
                name = attributes.get(key)
                if name:
                    metas.setdefault(name.strip().lower(), []).append(" ".join(content.split()))
    return metas


def _json_nodes(sources: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield every object of the page's JSON-LD that has a type, outer ones first."""
    for source in sources:
        text = source.strip().removeprefix("<!--").removesuffix("-->").strip().rstrip(";")
        try:
            waiting = deque([json.loads(text, strict=False)])
        except (ValueError, RecursionError):  # not JSON, or nested to exhaust the decoder: it says nothing
            continue
        while waiting:
            value = waiting.popleft()
            if isinstance(value, list):
                waiting.extendleft(reversed(value[:200]))
            elif isinstance(value, dict):
                if "@type" in value:
                    yield value
                waiting += [inner for inner in value.values() if isinstance(inner, (dict, list))]


def _types(node: dict[str, Any]) -> set[str]:
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return {str(one).rsplit("/", 1)[-1].lower() for one in kinds if one}


_ARTICLES = frozenset(
    [
        "newsarticle",
        "article",
        "blogposting",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "liveblogposting",
        "scholarlyarticle",
        "techarticle",
        "socialmediaposting",
        "advertisercontentarticle",
        "backgroundnewsarticle",
        "reviewnewsarticle",
        "report",
        "discussionforumposting",
        "recipe",
        "review",
    ]
)


def _article_node(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON-LD object of the article: the first with a headline, else a page with an author or a date."""
    for wanted, needed in (
        (_ARTICLES, ("headline", "name")),
        (_ARTICLES, ()),
        ({"webpage"}, ("datePublished", "author")),
    ):
        for node in nodes:
            if _types(node) & wanted and (not needed or any(node.get(key) for key in needed)):
                return node
    return {}


def _text(value: Any) -> str:
    """Return a JSON-LD value as text: itself, or its ``name`` or ``@value``."""
    if isinstance(value, str):
        return _plain(value)
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("@value") or "")
    return ""


def _names(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [name for name in map(_text, values) if name]


_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,10});")


def _plain(text: str) -> str:
    """Return text without the entities and tags that some systems put into attributes and JSON."""
    if "&" in text and _ENTITY.search(text):
        import html

        text = html.unescape(text)
    if "<" in text:
        text = re.sub(r"</?[a-zA-Z][^<>]*>", " ", text)
    return " ".join(text.split())


def _first(*sources: Iterable[str] | None) -> str | None:
    for source in sources:
        for value in source or ():
            if value:
                return _plain(value)
    return None


# -------------------------------------------------------------------------------------------------------- title


def same_words(text: str) -> str:
    """Return only the letters and digits of `text`, case folded: what two copies of a line share."""
    return "".join(filter(str.isalnum, text.casefold()))


_SEPARATOR = re.compile(r"\s+[|–—\-·•»:/~]+\s+|\s*[|»]\s*|\s+::\s+")


def _title(page: Page, metas: dict[str, list[str]], article: dict[str, Any], site: str | None) -> str | None:
    headings = [page.text_of(element) for element, tag in enumerate(page.tags) if tag == "h1"]
    headings = [heading for heading in headings if heading and heading != site]
    declared = _first(metas.get("og:title"), metas.get("twitter:title"), metas.get("dc.title"))
    whole = _plain(page.title)
    named = _text(article.get("headline")) or _text(article.get("name"))
    # A heading that the head of the page repeats is the title, without the site's name behind it.
    said = [same_words(text) for text in (named, declared or "", whole) if text]
    for heading in headings:
        key = same_words(heading)
        if len(key) > 3 and any(text.startswith(key) or key == text for text in said):
            return heading
    best = named or declared or whole
    if best:
        return _without_site(best, site) if best != named else best
    if headings:
        return headings[0]
    first = next((page.text_of(element) for element, tag in enumerate(page.tags) if tag in HEADINGS), "")
    return first or None


def _headlines(page: Page, metas: dict[str, list[str]], article: dict[str, Any], title: str | None) -> frozenset[str]:
    """Return the wordings of the title: as declared here and there, with and without what stands behind a separator."""
    said = [title or "", _text(article.get("headline")), _plain(page.title)]
    for name in ("og:title", "twitter:title"):
        said += map(_plain, metas.get(name, ()))
    said += [_SEPARATOR.split(text)[0] for text in said]
    keys = {same_words(text) for text in said if len(text.split()) > 2 or text == title}
    return frozenset(key for key in keys if key)


def _without_site(title: str, site: str | None) -> str:
    """Return a title without the site's name at an end of it."""
    parts = _SEPARATOR.split(title)
    if len(parts) > 1:
        if site and same_words(parts[-1]) == same_words(site):
            return title[: title.rindex(parts[-1])].rstrip(" |–—-·•»:/~")
        if site and same_words(parts[0]) == same_words(site):
            return title[len(parts[0]) :].lstrip(" |–—-·•»:/~")
        if not site and len(parts[0].split()) >= 4 and len(parts[-1].split()) <= 4:
            return title[: title.rindex(parts[-1])].rstrip(" |–—-·•»:/~")
    return title


# ------------------------------------------------------------------------------------------------------- byline

_AUTHOR_METAS = [
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "cxenseparse:author",
]


def _byline(marks: Marks, metas: dict[str, list[str]], article: dict[str, Any], site: str | None) -> tuple[str, ...]:
    key = same_words(site or "")

    def sources() -> Iterator[Iterable[str]]:
        yield _names(article.get("author")) or _names(article.get("creator"))
        for name in _AUTHOR_METAS:
            yield metas.get(name, ())
        yield from shown_authors(marks)

    for source in sources():
        found: list[str] = []
        for value in map(_plain, source):
            if value and "://" not in value and not value.startswith("www.") and same_words(value) != key:
                found += split_names(value) or ((value,) if len(value) < 60 else ())
        if found:
            return tuple(dict.fromkeys(found))
    return ()


# --------------------------------------------------------------------------------------------------------- date

_DATE_METAS = [
    "article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "date",
    "pubdate",
    "publishdate",
    "publish-date",
    "publish_date",
    "og:published_time",
    "article:published",
    "last-modified",
    "article.published",
    "cxenseparse:recs:publishtime",
    "rnews:datepublished",
    "originalpublicationdate",
    "dc.date.created",
    "datecreated",
    "cse_pubdate",
    "citation_publication_date",
    "citation_date",
    "creation_date",
    "published_time",
    "bt:pubdate",
]
_URL_DATE = re.compile(r"/((?:19|20)\d\d)[/-](0?[1-9]|1[0-2])(?:[/-](0?[1-9]|[12]\d|3[01]))?(?=[/\-_.]|$)")


def _published(marks: Marks, metas: dict[str, list[str]], article: dict[str, Any], url: str | None) -> Published | None:
    page = marks.page

    def candidates() -> Iterator[str]:
        for key in ("datePublished", "dateCreated", "uploadDate"):
            yield _text(article.get(key))
        for name in _DATE_METAS:
            yield from metas.get(name, ())
        yield from _times(page, range(len(page.tags)))
        dated = {
            number
            for number, look in enumerate(page.looks)
            if look.prop == "datePublished" or (look.classes and "published" in look.classes.split())
        }
        for element, number in enumerate(page.look_numbers):
            if number in dated:
                attributes = page.attributes[element]
                yield (
                    attributes.get("content")
                    or attributes.get("datetime")
                    or attributes.get("title")
                    or page.text_of(element)
                )
        if url:
            found = _URL_DATE.search(urlsplit(url).path)
            if found:
                yield "-".join(part.zfill(2) for part in found.groups() if part)
        yield from marks.texts("class", _DATE_CLASSES)

    coarse = None
    for candidate in candidates():
        found = parse_published(candidate) if candidate else None
        if found is not None and found.precision in ("day", "time"):
            return found
        coarse = coarse or found
    return _visible_date(page, metas, article) or coarse


_PUBLISHED_WORDS = re.compile(
    r"publish|posted|veröffentlicht|erstellt|publié|publicad|pubblicat|опубликовано|stand:|datum|date|发布|公開|掲載",
    re.I,
)


def _visible_date(page: Page, metas: dict[str, list[str]], article: dict[str, Any]) -> Published | None:
    """Return the date of the first short line that says it is one; else of the first short line that holds a date."""
    language = (_language(page, metas, article) or "en").lower()
    month_first = language in ("en", "en-us", "en-ca") or language.startswith("fil")
    fallback = None
    for text in page.texts:
        if 6 <= len(text) <= 120 and ("19" in text or "20" in text):
            found = next(written_dates(text, month_first=month_first), None)
            if found is None:
                continue
            if _PUBLISHED_WORDS.search(text):
                return found
            if fallback is None and len(text) <= 60:
                fallback = found
    return fallback


def _times(page: Page, elements: range) -> list[str]:
    """Return what the first ``<time>`` elements say, those marked as publication dates first."""
    times = [
        element
        for element, tag in enumerate(page.tags[elements.start : elements.stop], elements.start)
        if tag == "time"
    ]
    times.sort(key=lambda element: not _is_published(page.attributes[element]))
    return [page.attributes[element].get("datetime") or page.text_of(element) for element in times[:5]]


_DATE_CLASSES = "date post-date entry-date published posted-on dateline timestamp pubdate byline-date"


def _dated(marks: Marks, elements: range) -> Iterator[Published]:
    """Yield the dates that stand in some elements."""
    for text in (*_times(marks.page, elements), *marks.texts("class", _DATE_CLASSES)):
        found = parse_published(text)
        if found is not None:
            yield found


def _is_published(attributes: dict[str, Any]) -> bool:
    marks = (
        f"{attributes.get('class') or ''} {attributes.get('itemprop') or ''} {attributes.get('pubdate', '')}".lower()
    )
    return "publi" in marks or "entry-date" in marks or "pubdate" in attributes


# --------------------------------------------------------------------------------------------------------- rest


def _sections(marks: Marks, metas: dict[str, list[str]], article: dict[str, Any]) -> tuple[str, ...]:
    for source in (
        _categories(marks),
        metas.get("article:section", ()),
        _names(article.get("articleSection")),
        metas.get("parsely-section", ()),
        metas.get("section", ()),
    ):
        found = tuple(dict.fromkeys(filter(None, map(_plain, source))))
        if found:
            return found
    return ()


def _categories(marks: Marks) -> list[str]:
    """Return the texts of the links that are marked as the article's categories."""
    return [marks.page.text_of(element) for element in marks.find("rel", lambda rel: "category" in rel.split())]


def _canonical(page: Page, metas: dict[str, list[str]], url: str | None) -> str | None:
    links = [
        attributes.get("href")
        for tag, attributes in page.heads
        if tag == "link" and "canonical" in (attributes.get("rel") or "").lower().split()
    ]
    found = next((link.strip() for link in links if link and link.strip()), None) or _first(metas.get("og:url"))
    if not found:
        return None
    return _joined_url(url, found)


def _joined_url(base: str | None, link: str) -> str | None:
    try:
        return urljoin(base, link) if base else link
    except ValueError:  # a broken URL is no URL
        return None


def _language(page: Page, metas: dict[str, list[str]], article: dict[str, Any]) -> str | None:
    declared = next(
        (attributes.get("lang") or attributes.get("xml:lang") for attributes in page.attributes[:3] if attributes), None
    )
    found = _first(
        [declared] if declared else None,
        metas.get("content-language"),
        metas.get("og:locale"),
        [_text(article.get("inLanguage"))],
    )
    if not found:
        return None
    tag = found.split(",")[0].strip().replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag) else None
