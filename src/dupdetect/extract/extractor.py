"""Page or text in, article out: the steps in their order."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from dupdetect.errors import EmptyDocumentError, ExtractionError, NoArticleError
from dupdetect.extract.blocks import Page, kinds
from dupdetect.extract.boilerplate import Judged, judge
from dupdetect.extract.content import read_content
from dupdetect.extract.decode import decode
from dupdetect.extract.dom import OPAQUE
from dupdetect.extract.flatten import read_page
from dupdetect.extract.limits import DEFAULT_LIMITS, Limits
from dupdetect.extract.loops import give_back
from dupdetect.extract.metadata import Metadata, read_metadata, read_post_metadata
from dupdetect.extract.plaintext import read_text
from dupdetect.extract.site import SiteLearner, SiteTemplate
from dupdetect.model import Article, Block, Document, Published
from dupdetect.model.columns import from_columns

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

__all__ = ["extract", "extract_all", "learn_template", "read"]


def extract(
    source: str | bytes | BeautifulSoup,
    *,
    id: str = "",
    url: str | None = None,
    title: str | None = None,
    published: Published | None = None,
    site: str | None = None,
    sections: tuple[str, ...] = (),
    content_type: str | None = None,
    template: SiteTemplate | None = None,
    learner: SiteLearner | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Article:
    """Return the article of an HTML page, without the page around it.

    Parameters
    ----------
    source : str, bytes or BeautifulSoup
        The page. Bytes are decoded as browsers do. A soup is read and left as it is.
    id : str
        The post's identity.
    url : str, optional
        Where the page was found: base of relative links.
    title, published, site, sections
        What the caller knows; each takes precedence over what the page says.
    content_type : str, optional
        The HTTP header ``Content-Type``, for its charset.
    template : SiteTemplate, optional
        What is known to recur on the site's pages; it is left out.
    learner : SiteLearner, optional
        Learns from the page. In place of `template`: what it knows so far is left out.
    limits : Limits
        Bounds on size, depth and attributes.

    Returns
    -------
    Article
        Its ``blocks`` are all blocks of the page; the dropped ones say why. A page with several articles, one under the
        other, gives them joined and says so in ``notes``: `extract_all` splits them.

    Raises
    ------
    ExtractionError
        `EmptyDocumentError`, `NotTextError`, `DocumentTooLargeError`, `DocumentTooDeepError`, or `NoArticleError` where
        the page has markup but no text. Each names `id` where one was given.
    """
    try:
        page, notes = flattened(source, content_type, limits)
        metadata = read_metadata(page, url)
        judged = judge(page, metadata, learner.template if learner else template)
        _require_text(judged)
    except ExtractionError as error:
        raise (error.of(id) if id else error) from None
    if learner is not None:
        learner.learn(page, judged.reasons, judged.posts)
    several = len(judged.posts)
    if several:
        parts = [read_post_metadata(page, post, metadata, url) for post in judged.posts]
        notes = (*notes, f"the page has {several} articles, one under the other; they are joined here")
        metadata = _joined(metadata, parts)
    article = _article(
        page,
        metadata,
        judged.reasons,
        notes,
        id=id,
        url=url,
        title=title,
        published=published,
        site=site,
        sections=sections,
    )
    _let_go(source)
    return article


def extract_all(
    source: str | bytes | BeautifulSoup,
    *,
    id: str = "",
    url: str | None = None,
    site: str | None = None,
    content_type: str | None = None,
    template: SiteTemplate | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> list[Article]:
    """Return the articles of a page, one under the other on blog front pages and archives.

    Parameters
    ----------
    source, url, site, content_type, template, limits
        As for `extract`.
    id : str
        The page's identity; where it has several articles, theirs are ``id#1``, ``id#2`` …

    Returns
    -------
    list of Article
        One at least. Each one's ``blocks`` are those of its own part of the page.

    Raises
    ------
    ExtractionError
        As for `extract`.
    """
    try:
        page, notes = flattened(source, content_type, limits)
        metadata = read_metadata(page, url)
        judged = judge(page, metadata, template)
        _require_text(judged)
    except ExtractionError as error:
        raise (error.of(id) if id else error) from None
    articles = []
    if not judged.posts:
        articles.append(_article(page, metadata, judged.reasons, notes, id=id, url=url, site=site))
    for number, post in enumerate(judged.posts, 1):
        said = read_post_metadata(page, post, metadata, url)
        article = _article(
            page,
            said,
            judged.reasons,
            notes,
            id=f"{id}#{number}" if id else "",
            url=said.canonical_url or url,
            site=site,
            blocks=range(page.block_starts[post], page.block_ends[post]),
        )
        if article.text:
            articles.append(article)
    _let_go(source)
    return articles


def read(
    document: Document,
    *,
    template: SiteTemplate | None = None,
    learner: SiteLearner | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Article:
    """Return the article of a document, whatever its format; what the caller knows takes precedence.

    Parameters
    ----------
    document : Document
    template : SiteTemplate, optional
    learner : SiteLearner, optional
        These two as for `extract`; only documents of format ``html`` have a page around them.
    limits : Limits

    Raises
    ------
    ExtractionError
        Naming ``document.id``; see `extract`.
    """
    known = {name: value for name in _DECLARED if (value := getattr(document, name)) is not None}
    article = _read(document, template, learner, limits)
    return replace(article, **known) if known else article


_DECLARED = ("canonical_url", "language", "noindex")


def _read(document: Document, template: SiteTemplate | None, learner: SiteLearner | None, limits: Limits) -> Article:
    if document.format == "text":
        return read_text(
            document.content,
            id=document.id,
            url=document.url,
            title=document.title,
            published=document.published,
            site=document.site,
            sections=document.sections,
            limits=limits,
        )
    if document.format != "html":
        return read_content(document, limits=limits)
    return extract(
        document.content,
        id=document.id,
        url=document.url,
        title=document.title,
        published=document.published,
        site=document.site,
        sections=document.sections,
        template=template,
        learner=learner,
        limits=limits,
    )


def learn_template(
    pages: Iterable[str | bytes | BeautifulSoup],
    *,
    template: SiteTemplate | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> SiteTemplate:
    """Return what recurs on the pages of one site.

    Parameters
    ----------
    pages : iterable of str, bytes or BeautifulSoup
        Some twenty at least: a block must stand in several different stories. A page without an article (a search form,
        a gallery) teaches nothing.
    template : SiteTemplate, optional
        What is known already.
    limits : Limits

    Raises
    ------
    ExtractionError
        A page is no page, or beyond the limits.
    """
    learner = SiteLearner(template)
    for page in pages:
        with suppress(NoArticleError):
            extract(page, learner=learner, limits=limits)
    return learner.template


def flattened(
    source: str | bytes | BeautifulSoup, content_type: str | None, limits: Limits
) -> tuple[Page, tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    document: str | BeautifulSoup
    if not isinstance(source, (str, bytes)):
        document = source
    else:
        document, notes = decode(source, content_type=content_type, limits=limits)
    page = read_page(document, limits)
    if sum(map(len, page.texts)) < _BARE:
        # Some forums and applications send their text for search engines only, in <noscript>.
        fuller = read_page(document, limits, opaque=OPAQUE - {"noscript"})
        if sum(map(len, fuller.texts)) > 2 * sum(map(len, page.texts)) + 200:
            page, notes = fuller, (*notes, "the text stands in <noscript>: a browser shows something else")
    if not page.texts:
        if not isinstance(source, (str, bytes)) and not page.heads and not page.title.strip():
            raise EmptyDocumentError("the document is empty")
        raise NoArticleError("the page has no text; is it drawn by a script? Then hand in what a browser rendered")
    return page, notes


_BARE = 600  # code points: less text than that on a whole page makes us look into <noscript>


def _let_go(source: str | bytes | BeautifulSoup) -> None:
    """Give back what a large page took, a dozen times its size: some ms, where the page takes 60 and more."""
    if isinstance(source, (str, bytes)) and len(source) >= _LARGE:
        give_back()


_LARGE = 1_000_000  # code points or bytes


def _require_text(judged: Judged) -> None:
    if not judged.words:
        raise NoArticleError("the page has text, but none that reads like an article")


def _joined(metadata: Metadata, parts: list[Metadata]) -> Metadata:
    """Return what a page with several articles says, for the articles joined."""
    titles = dict.fromkeys(part.title for part in parts if part.title)
    return replace(
        metadata,
        title=next(iter(titles)) if len(titles) == 1 else metadata.title,
        byline=tuple(dict.fromkeys(name for part in parts for name in part.byline)),
        sections=tuple(dict.fromkeys(name for part in parts for name in part.sections)),
        published=metadata.published or next((part.published for part in parts if part.published), None),
    )


def _article(
    page: Page,
    metadata: Metadata,
    reasons: list[str | None],
    notes: tuple[str, ...],
    *,
    id: str,
    url: str | None,
    title: str | None = None,
    published: Published | None = None,
    site: str | None = None,
    sections: tuple[str, ...] = (),
    blocks: range | None = None,
) -> Article:
    part = slice(blocks.start, blocks.stop) if blocks is not None else slice(None)
    texts, kind, depths, why = [column[part] for column in (page.texts, *kinds(page), reasons)]
    return Article(
        blocks=tuple(from_columns(Block, text=texts, kind=kind, quote_depth=depths, reason=why)),
        id=id,
        url=url,
        canonical_url=metadata.canonical_url,
        title=title if title is not None else metadata.title,
        byline=metadata.byline,
        published=published or metadata.published,
        sections=sections or metadata.sections,
        site=site or metadata.site,
        language=metadata.language,
        noindex=metadata.noindex,
        notes=notes,
    )
