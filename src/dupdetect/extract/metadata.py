"""What a page says about its article: title, byline, date, sections, canonical URL, site, language.

JSON-LD, OpenGraph and other ``<meta>``, microdata, ``<time>`` and the visible byline are asked in the order of how
often they are right; the first that answers wins. Nothing is invented: a date
has the precision that its source has, a name is only what stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from dupdetect.extract.blocks import HEADINGS, Page
from dupdetect.extract.byline import read_byline, shown_byline
from dupdetect.extract.jsonld import Node, article_of, names_of, read_nodes, text_of, types_of
from dupdetect.extract.lines import plain, same_words
from dupdetect.extract.marks import Marks
from dupdetect.extract.published import marked_dates, read_published
from dupdetect.model import Published

__all__ = ["Metadata", "read_metadata", "read_post_metadata"]


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

    @property
    def writers(self) -> tuple[str, ...]:
        """The byline without the site's own name: whom a line of the page may name as its author."""
        return tuple(name for name in self.byline if same_words(name) != same_words(self.site or ""))


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
    nodes = list(read_nodes(page.data))
    article = article_of(nodes)
    site = _first(
        metas.get("og:site_name"),
        names_of(article.get("publisher")),
        (text_of(node.get("name")) for node in nodes if types_of(node) & {"website"}),
        metas.get("application-name"),
    )
    title = _title(page, metas, article, site)
    canonical = _canonical(page, metas, url)
    language = _language(page, metas, article)
    body = article.get("articleBody")
    return Metadata(
        title=title,
        byline=read_byline(marks, metas, article, nodes, site),
        published=read_published(marks, metas, article, url=url or canonical, language=language),
        sections=_sections(marks, metas, article),
        canonical_url=canonical,
        site=site,
        language=language,
        noindex=any("noindex" in value.lower() for value in (*metas.get("robots", ()), *metas.get("googlebot", ()))),
        description=_first(metas.get("og:description"), metas.get("description"), metas.get("itemprop description"))
        or "",
        body=body if isinstance(body, str) else "",
        headlines=_headlines(page, metas, article, title),
        kinds=frozenset().union(
            *(types_of(node) for node in nodes), (kind.lower() for kind in metas.get("og:type", ()))
        ),
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
        link = next((page.attributes["href"].get(e) for e in inside if page.tags[e] == "a"), None)
    marks = Marks(page, elements)
    return Metadata(
        title=page.text_of(heading) or None if heading is not None else None,
        byline=shown_byline(marks),
        published=next(marked_dates(marks, elements), None),
        sections=tuple(dict.fromkeys(filter(None, _categories(marks)))),
        canonical_url=_joined_url(url or whole.canonical_url, link) if link else None,
        site=whole.site,
        language=whole.language,
        noindex=whole.noindex,
    )


# ------------------------------------------------------------------------------------------------------ sources


def _metas(page: Page) -> dict[str, list[str]]:
    """Return the contents of ``<meta>`` by lower-case name, property or http-equiv; by ``itemprop …`` for microdata.

    Those are apart because an item may be a thing within the page, a work that it cites.
    """
    metas: dict[str, list[str]] = {}
    for tag, attributes in page.heads:
        content = attributes.get("content")
        if tag == "meta" and content and not content.isspace():
            for key, prefix in (("property", ""), ("name", ""), ("itemprop", "itemprop "), ("http-equiv", "")):
                name = attributes.get(key)
                if name:
                    metas.setdefault(prefix + name.strip().lower(), []).append(" ".join(content.split()))
    return metas


def _first(*sources: Iterable[str] | None) -> str | None:
    for source in sources:
        for value in source or ():
            if value:
                return plain(value)
    return None


# -------------------------------------------------------------------------------------------------------- title


_SEPARATOR = re.compile(r"\s+[|–—\-·•»:/~]+\s+|\s*[|»]\s*|\s+::\s+")


def _title(page: Page, metas: dict[str, list[str]], article: Node, site: str | None) -> str | None:
    headings = [page.text_of(element) for element, tag in enumerate(page.tags) if tag == "h1"]
    headings = [heading for heading in headings if heading and heading != site]
    declared = _first(metas.get("og:title"), metas.get("twitter:title"), metas.get("dc.title"))
    whole = plain(page.title)
    named = text_of(article.get("headline")) or text_of(article.get("name"))
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


def _headlines(page: Page, metas: dict[str, list[str]], article: Node, title: str | None) -> frozenset[str]:
    """Return the wordings of the title: as declared here and there, with and without what stands behind a separator."""
    said = [title or "", text_of(article.get("headline")), plain(page.title)]
    for name in ("og:title", "twitter:title"):
        said += map(plain, metas.get(name, ()))
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


# --------------------------------------------------------------------------------------------------------- rest


def _sections(marks: Marks, metas: dict[str, list[str]], article: Node) -> tuple[str, ...]:
    for source in (
        _categories(marks),
        metas.get("article:section", ()),
        names_of(article.get("articleSection")),
        metas.get("parsely-section", ()),
        metas.get("section", ()),
    ):
        found = tuple(dict.fromkeys(filter(None, map(plain, source))))
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
        urlsplit(link)
    except ValueError:  # "http://[": a broken URL is no URL …
        return None
    try:
        return urljoin(base or "", link)
    except ValueError:  # … and nothing to join one to
        return link


def _language(page: Page, metas: dict[str, list[str]], article: Node) -> str | None:
    declared = next(
        filter(None, (page.attributes[name].get(element) for element in (1, 2) for name in ("lang", "xml:lang"))), None
    )
    found = _first(
        [declared] if declared else None,
        metas.get("content-language"),
        metas.get("og:locale"),
        [text_of(article.get("inLanguage"))],
    )
    if not found:
        return None
    tag = found.split(",")[0].strip().replace("_", "-")
    return tag if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag) else None
