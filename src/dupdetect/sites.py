"""Reading pages with what an index knows of their sites, and remembering what they teach."""

from __future__ import annotations

from dupdetect.errors import InputError
from dupdetect.extract import SiteLearner, SiteTemplate, read
from dupdetect.index import Index, StoredTemplate
from dupdetect.model import Article, Document

__all__ = ["SiteReader"]


class SiteReader:
    """Reads documents by the templates of their sites, which an index keeps. Use one for a batch, then `remember`.

    Only whole pages of a named site have a template, and teach one. A stored template that this version cannot read is
    learned anew.

    Parameters
    ----------
    index : Index
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._stored: dict[str, StoredTemplate] = {}
        self._learners: dict[str, SiteLearner] = {}

    def read(self, piece: Document | Article, *, learn: bool = False) -> Article:
        """Return the article of a piece without its site's template; an article as it is.

        Parameters
        ----------
        piece : Document or Article
        learn : bool
            Whether the page teaches.

        Raises
        ------
        ExtractionError
            See `dupdetect.extract.read`.
        """
        if isinstance(piece, Article):
            return piece
        if piece.format != "html" or not piece.site:
            return read(piece)
        learner = self._learner(piece.site)
        return read(piece, learner=learner) if learn else read(piece, template=learner.template)

    def _learner(self, site: str) -> SiteLearner:
        if site not in self._learners:
            self._stored[site] = self._index.template(site)
            self._learners[site] = SiteLearner(_template(self._stored[site].body))
        return self._learners[site]

    def remember(self) -> None:
        """Store what the batch taught. Where someone else stored meanwhile, theirs stands: pages teach it again."""
        for site, learner in self._learners.items():
            stored = self._stored[site]
            if (body := learner.template.to_json()) != stored.body:
                self._index.set_template(site, body, version=stored.version)


def _template(body: str) -> SiteTemplate | None:
    try:
        return SiteTemplate.from_json(body) if body else None
    except InputError:
        return None
