"""The facade: one object that reads, remembers, checks and scans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

from dupdetect.compare import Comparator, Thresholds
from dupdetect.errors import ExtractionError, SettingsError, UnknownIdError
from dupdetect.extract import read
from dupdetect.fingerprint import Fingerprinter
from dupdetect.index import MEMORY, Index, create_index, open_index
from dupdetect.model import Article, CheckResult, Document, Failure, Match, Relation, ScanResult, Verdict
from dupdetect.scan import Progress, scan_articles
from dupdetect.scan.stages import silent
from dupdetect.settings import Settings

__all__ = ["Detector"]


class Detector:
    """Tells whether a piece is already out there. Safe to share between threads; usable after a fork.

    Parameters
    ----------
    index : Index, str or Path
        An open index, or the path of one that is there (`create_index` makes one); by default one in memory.
    thresholds : Thresholds, optional
        Of the comparator.

    Raises
    ------
    StoreError
        The index at this path cannot be opened.
    SettingsError
        The index keeps no text, so nothing can be compared with what it finds.

    Examples
    --------
    >>> from dupdetect import Detector, Document
    >>> post = "The council voted on Monday to keep the ferry running through the winter, and the mayor said that " * 3
    >>> with Detector() as detector:
    ...     detector.add([Document(id="main:1", content=post, format="text")])
    ...     result = detector.check(Document(id="bullpen:7", content=post.upper(), format="text"))
    ()
    >>> result.best.id, result.best.verdict.relation.value
    ('main:1', 'IDENTICAL')
    """

    def __init__(self, index: Index | str | Path = MEMORY, *, thresholds: Thresholds | None = None) -> None:
        if isinstance(index, str | Path):
            index = create_index(MEMORY) if str(index) == MEMORY else open_index(index)
        if not index.keep_text:
            index.close()
            raise SettingsError(
                "an index without text finds candidates, but nothing can be compared with them: "
                "use Index.candidates, or build the index with its text"
            )
        self.index = index
        self._fingerprinter = Fingerprinter(index.settings)
        self._comparator = Comparator(settings=index.settings, thresholds=thresholds)

    @property
    def settings(self) -> Settings:
        """The settings of the index."""
        return self.index.settings

    # ------------------------------------------------------------------------------------------ one piece

    def check(self, piece: Document | Article, *, limit: int = 40) -> CheckResult:
        """Find what the index holds of a piece. Changes nothing.

        Parameters
        ----------
        piece : Document or Article
            Its id is never matched: a post is no duplicate of itself.
        limit : int
            At most so many candidates are compared; what is beyond is counted.

        Raises
        ------
        ExtractionError
            The document cannot be read as an article.
        StoreError
            The index cannot be used.
        """
        article = _article(piece)
        own = [article.id] if article.id else []
        fingerprint = self._fingerprinter.fingerprint(article.text)
        candidates = self.index.candidates(fingerprint, limit=limit, exclude=own)
        prepared = self._comparator.prepare(article)
        matches = []
        for candidate in candidates.found:
            try:
                other = self.index.fetch(candidate)
            except UnknownIdError:
                continue  # removed by someone else since the look-up: it is not out there any more
            verdict = self._comparator.compare(prepared, other)
            if verdict.relation not in (Relation.DISTINCT, Relation.UNDECIDED):
                matches.append(Match(article=other, verdict=verdict))
        strongest = list(Relation)  # its members stand in this order
        matches.sort(key=lambda match: (strongest.index(match.verdict.relation), -match.verdict.score, match.id))
        return CheckResult(
            article=article,
            matches=tuple(matches),
            candidates=len(candidates.found),
            candidates_left_out=candidates.left_out,
        )

    def compare(self, left: Document | Article, right: Document | Article) -> Verdict:
        """Say how the left of two pieces relates to the right."""
        return self._comparator.compare(_article(left), _article(right))

    # ------------------------------------------------------------------------------------------ the index

    def add(self, pieces: Iterable[Document | Article | Failure]) -> tuple[Failure, ...]:
        """Add pieces to the index; return those that could not be read. `DuplicateIdError` if an id is there."""
        articles, failures = _articles(pieces)
        self.index.add(articles, self._fingerprinter.fingerprint_batch([article.text for article in articles]))
        return failures

    def replace(self, pieces: Iterable[Document | Article | Failure]) -> tuple[Failure, ...]:
        """Add pieces in place of those with the same ids; return those that could not be read."""
        articles, failures = _articles(pieces)
        self.index.replace(articles, self._fingerprinter.fingerprint_batch([article.text for article in articles]))
        return failures

    def remove(self, ids: Sequence[str]) -> int:
        """Remove pieces from the index; return how many were there."""
        return self.index.remove(ids)

    # ------------------------------------------------------------------------------------------ many pieces

    def scan(self, pieces: Iterable[Document | Article | Failure], *, progress: Progress = silent) -> ScanResult:
        """Find the pairs, clusters and repeats among many pieces. The index is neither read nor changed.

        Parameters
        ----------
        pieces : iterable of Document, Article or Failure
            A failure (a document that was not readable) is passed on into the result.
        progress : Progress, optional
            See `dupdetect.scan.Progress`.
        """
        articles, failures = _articles(pieces)
        return scan_articles(
            articles,
            failures=failures,
            settings=self.settings,
            thresholds=self._comparator.thresholds,
            progress=progress,
        )

    def close(self) -> None:
        """Close the index."""
        self.index.close()

    def __enter__(self) -> Detector:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _article(piece: Document | Article) -> Article:
    return piece if isinstance(piece, Article) else read(piece)


def _articles(pieces: Iterable[Document | Article | Failure]) -> tuple[list[Article], tuple[Failure, ...]]:
    """Read every piece; an unreadable one, or one of an id that came before, is a failure."""
    articles: dict[str, Article] = {}
    failures: list[Failure] = []
    for piece in pieces:
        if isinstance(piece, Failure):
            failures.append(piece)
        elif piece.id in articles:
            failures.append(Failure(id=piece.id, error="an earlier document has this id; ids must be unique"))
        else:
            try:
                articles[piece.id] = _article(piece)
            except ExtractionError as error:
                failures.append(Failure(id=piece.id, error=error.problem))
    return list(articles.values()), tuple(failures)
