"""The facade: one object that reads, remembers, checks and scans."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

from dupdetect.checking import Checker
from dupdetect.compare import Comparator, Thresholds
from dupdetect.errors import ExtractionError, SettingsError
from dupdetect.extract import read
from dupdetect.index import MEMORY, Filter, Index, Version, create_index, open_index
from dupdetect.model import (
    Article,
    CheckResult,
    Decision,
    Document,
    Failure,
    Match,
    Override,
    ScanResult,
    Verdict,
)
from dupdetect.policy import Policy
from dupdetect.publishing import Publication, Publisher
from dupdetect.settings import Settings
from dupdetect.sites import SiteReader

if TYPE_CHECKING:
    from dupdetect.scan import Progress

__all__ = ["Detector"]


class Detector:
    """Tells whether a piece is already out there. Safe to share between threads; usable after a fork.

    Parameters
    ----------
    index : Index, str or Path
        An open index, or the path of one that is there (`create_index` makes one); by default one in memory.
    policy : Policy, optional
        What `decide` and `publishing` go by.
    thresholds : Thresholds, optional
        Of the comparator.
    learn_sites : bool
        Whether what recurs on the pages of a site is learned from the pages that are added and left out of them and of
        those that are checked. The index keeps it, with the beginnings of what recurs; forget a site's with
        `Index.set_template`.

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

    def __init__(
        self,
        index: Index | str | Path = MEMORY,
        *,
        policy: Policy | None = None,
        thresholds: Thresholds | None = None,
        learn_sites: bool = False,
    ) -> None:
        if isinstance(index, str | Path):
            index = create_index(MEMORY) if str(index) == MEMORY else open_index(index)
        if not index.keep_text:
            index.close()
            raise SettingsError(
                "an index without text finds candidates, but nothing can be compared with them: "
                "use Index.candidates, or build the index with its text"
            )
        self.index = index
        self._learn_sites = learn_sites
        self._comparator = Comparator(settings=index.settings, thresholds=thresholds)
        self._checker = Checker(index, self._comparator)
        self._publisher = Publisher(self._checker, policy or Policy())

    @property
    def policy(self) -> Policy:
        """What `decide` and `publishing` go by."""
        return self._publisher.policy

    @property
    def settings(self) -> Settings:
        """The settings of the index."""
        return self.index.settings

    # ------------------------------------------------------------------------------------------ one piece

    def check(
        self,
        piece: Document | Article,
        *,
        limit: int = 40,
        exclude: Sequence[str] = (),
        within: Filter | None = None,
        claim: str | None = None,
    ) -> CheckResult:
        """Find what the index holds of a piece. Changes nothing.

        Parameters
        ----------
        piece : Document or Article
            Its id is never matched: a post is no duplicate of itself.
        limit : int
            At most so many candidates are compared; what is beyond is counted.
        exclude : sequence of str
            More ids that are not matched.
        within : Filter, optional
            Match only what it lets through.
        claim : str, optional
            Key of the piece's own claim, never matched.

        Raises
        ------
        ExtractionError
            The document cannot be read as an article.
        StoreError
            The index cannot be used.
        """
        return self._checker.check(self._article(piece), limit=limit, exclude=exclude, within=within, claim=claim)

    def compare(self, left: Document | Article, right: Document | Article) -> Verdict:
        """Say how the left of two pieces relates to the right."""
        return self._comparator.compare(self._article(left), self._article(right))

    # ------------------------------------------------------------------------------------------ publishing

    def decide(
        self,
        piece: Document | Article,
        *,
        replaces: Sequence[str] = (),
        exclude: Sequence[str] = (),
        within: Filter | None = None,
        override: Override | None = None,
        allow: Callable[[Match], bool] = lambda match: False,
        claim: str | None = None,
        ttl: float = 120.0,
        live: bool = True,
        limit: int = 40,
    ) -> Decision:
        """Decide by the policy whether a piece may be published; claim its text if it may and a claim is asked for.

        Parameters
        ----------
        piece : Document or Article
            With an empty id where it has none yet: give a claim then.
        replaces : sequence of str
            Ids of documents whose place it will take: a match with one of them is excused.
        exclude, within, limit
            As for `check`.
        override : Override, optional
            An editor's word that it shall be published all the same. It is remembered in the index for as long as what
            it matches stays much the same, so that the editor is not asked again.
        allow : callable
            Whether a match was accepted elsewhere, as in a post's front matter: it counts as overridden.
        claim : str, optional
            A key made by the caller, unguessable by others: a UUID. Of simultaneous claims of one text one is granted;
            the others are blocked by it. It ends by `release`, by `replace` or `add` with its key, or after `ttl`
            seconds. The same key again renews it.
        ttl : float
        live : bool
            Whether the index's document of the piece's id is what the public sees now. What matched that one in the
            same way already then warns and does not block: an editor may mend a typo.

        Raises
        ------
        ExtractionError, StoreError
        """
        return self._publisher.decide(
            self._article(piece),
            replaces=replaces,
            exclude=exclude,
            within=within,
            override=override,
            allow=allow,
            claim=claim,
            ttl=ttl,
            live=live,
            limit=limit,
        )

    def release(self, claim: str) -> bool:
        """End a claim; return whether it was there."""
        return self.index.release(claim)

    @contextmanager
    def publishing(
        self,
        piece: Document | Article,
        *,
        replaces: Sequence[str] = (),
        override: Override | None = None,
        ttl: float = 120.0,
    ) -> Iterator[Publication]:
        """Publish a piece in the body of a ``with``: claim before, remember after, release if the body fails.

        Where the decision is to block, nothing is claimed and nothing remembered: call `Publication.require` first, or
        look at `Publication.decision`.

        Parameters
        ----------
        piece, replaces, override, ttl
            As for `decide`.

        Examples
        --------
        >>> from dupdetect import Detector, Document
        >>> text = "The ferry will run through the winter, the council said on Monday. " * 5
        >>> post = Document(id="main:1", content=text, format="text")
        >>> with Detector() as detector, detector.publishing(post) as publication:
        ...     publication.require()  # raises DuplicateBlocked
        ...     "here the CMS makes it public"
        ...     publication.decision.outcome
        'here the CMS makes it public'
        'pass'
        """
        article = self._article(piece)
        key = str(uuid.uuid4())
        publication = Publication(self.decide(article, replaces=replaces, override=override, claim=key, ttl=ttl))
        try:
            yield publication
            if publication.decision.allowed:
                self._write(
                    [replace(article, id=publication.id)],
                    [piece.version if isinstance(piece, Document) else None],
                    claims=[key],
                    replace=True,
                )
        except BaseException:
            self.index.release(key)
            raise

    # ------------------------------------------------------------------------------------------ the index

    def add(self, pieces: Iterable[Document | Article | Failure]) -> tuple[Failure, ...]:
        """Add pieces to the index; return those that could not be read. `DuplicateIdError` if an id is there."""
        read_pieces, failures = self._pieces(pieces)
        self._write(*_columns(read_pieces), claims=(), replace=False)
        return failures

    def replace(
        self,
        pieces: Iterable[Document | Article | Failure],
        *,
        claims: Sequence[str] = (),
        versions: Mapping[str, Version | None] | None = None,
    ) -> tuple[Failure, ...]:
        """Add pieces in place of those with the same ids; return those that could not be read.

        Parameters
        ----------
        pieces : iterable of Document, Article or Failure
        claims : sequence of str
            Keys of claims that these pieces fulfil.
        versions : Mapping[str, int or str or None], optional
            Id → version of articles, which have none of their own.

        Raises
        ------
        StaleVersionError
            The index has a newer version of one of them.
        StoreError
        """
        read_pieces, failures = _pieces(pieces, SiteReader(self.index).read if self._learn_sites else self._article)
        articles, own = _columns(read_pieces)
        known = [(versions or {}).get(article.id, version) for article, version in zip(articles, own, strict=True)]
        self._write(articles, known, claims=claims, replace=True)
        return failures

    def _article(self, piece: Document | Article) -> Article:
        if isinstance(piece, Article):
            return piece
        return SiteReader(self.index).read(piece) if self._learn_sites else read(piece)

    def _pieces(self, pieces: Iterable[Document | Article | Failure]) -> tuple[list[_Piece], tuple[Failure, ...]]:
        """Read pieces that are going to be written: their pages teach the templates of their sites."""
        if not self._learn_sites:
            return _pieces(pieces, self._article)
        sites = SiteReader(self.index)
        found = _pieces(pieces, partial(sites.read, learn=True))
        sites.remember()
        return found

    def _write(
        self,
        articles: Sequence[Article],
        versions: Sequence[Version | None],
        *,
        claims: Sequence[str],
        replace: bool,
    ) -> None:
        batch = self._checker.fingerprinter.fingerprint_batch([article.text for article in articles])
        if len(articles) == 1:
            for claim in claims:
                self._publisher.overrides.move(claim, articles[0].id)
        write = self.index.replace if replace else self.index.add
        write(articles, batch, versions=versions, claims=claims)

    def remove(self, ids: Sequence[str]) -> int:
        """Remove pieces from the index; return how many were there."""
        return self.index.remove(ids)

    # ------------------------------------------------------------------------------------------ many pieces

    def scan(self, pieces: Iterable[Document | Article | Failure], *, progress: Progress | None = None) -> ScanResult:
        """Find the pairs, clusters and repeats among many pieces. The index is neither read nor changed.

        Parameters
        ----------
        pieces : iterable of Document, Article or Failure
            A failure (a document that was not readable) is passed on into the result.
        progress : Progress, optional
            See `dupdetect.scan.Progress`.
        """
        read_pieces, failures = _pieces(pieces, SiteReader(self.index).read if self._learn_sites else self._article)
        # A check does without it, and without the time it takes to load.
        from dupdetect.scan import scan_articles, silent

        return scan_articles(
            [piece.article for piece in read_pieces],
            failures=failures,
            settings=self.settings,
            thresholds=self._comparator.thresholds,
            progress=progress or silent,
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


class _Piece(NamedTuple):
    article: Article
    version: Version | None


def _pieces(
    pieces: Iterable[Document | Article | Failure], read: Callable[[Document | Article], Article]
) -> tuple[list[_Piece], tuple[Failure, ...]]:
    """Read every piece; an unreadable one, or one of an id that came before, is a failure."""
    there: dict[str, _Piece] = {}
    failures: list[Failure] = []
    for piece in pieces:
        if isinstance(piece, Failure):
            failures.append(piece)
        elif piece.id in there:
            failures.append(Failure(id=piece.id, error="an earlier document has this id; ids must be unique"))
        else:
            try:
                version = piece.version if isinstance(piece, Document) else None
                there[piece.id] = _Piece(read(piece), version)
            except ExtractionError as error:
                failures.append(Failure(id=piece.id, error=error.problem))
    return list(there.values()), tuple(failures)


def _columns(pieces: Sequence[_Piece]) -> tuple[list[Article], list[Version | None]]:
    return [piece.article for piece in pieces], [piece.version for piece in pieces]
