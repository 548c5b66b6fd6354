"""What a scan found, to be read as a stream; a `ScanResult` where it is small enough to hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from dupdetect.errors import SettingsError
from dupdetect.model import Article, Cluster, Failure, Pair, Repeat, ScanResult
from dupdetect.scan.shards import Corpus
from dupdetect.scan.verify import Found

__all__ = ["HELD", "Findings", "Sighting"]

HELD = 100_000
"""Articles, and pairs, of a scan that are held in memory at most."""

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sighting:
    """A reported pair with its articles and the digests of their words."""

    pair: Pair
    left: Article
    right: Article
    digests: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a scan found.

    Parameters
    ----------
    corpus : Corpus
        The articles.
    found : callable
        Yields the reported pairs in the input's order, anew at every call.
    clusters : tuple of Cluster
    failures : tuple of Failure
        Documents that could not be read.
    compared : int
        Candidate pairs that were verified.
    notes : tuple of str
        What was capped, skipped, estimated or hidden, in words.
    hidden : collection of (str, str, str, str)
        Pairs of an earlier run that someone accepted: both ids, both digests. See `hiding`.
    """

    corpus: Corpus
    found: Callable[[], Iterator[Found]]
    clusters: tuple[Cluster, ...]
    failures: tuple[Failure, ...]
    compared: int
    notes: tuple[str, ...] = ()
    hidden: Collection[tuple[str, str, str, str]] = ()

    def __len__(self) -> int:
        """How many articles were scanned."""
        return len(self.corpus)

    def pairs(self) -> Iterator[Sighting]:
        """Yield the reported pairs but the hidden ones, in the input's order."""
        return (one for one in self._every_pair() if _key(one) not in self.hidden)

    def _every_pair(self) -> Iterator[Sighting]:
        waiting: list[Found] = []
        for one in self.found():
            waiting.append(one)
            if len(waiting) == _AT_ONCE:
                yield from self._shown(waiting)
                waiting = []
        yield from self._shown(waiting)

    def _shown(self, found: Sequence[Found]) -> Iterator[Sighting]:
        places = sorted({place for one in found for place in one[:2]})
        articles = dict(zip(places, self.corpus.articles(places), strict=True))
        digests = self.corpus.column("digests")
        for left, right, verdict in found:
            one, other = articles[left], articles[right]
            pair = Pair(left=one.id, right=other.id, verdict=verdict)
            yield Sighting(pair, one, other, (digests[left].tobytes().hex(), digests[right].tobytes().hex()))

    def repeats(self) -> Iterator[tuple[Article, tuple[Repeat, ...]]]:
        """Yield the articles that carry passages twice."""
        for place, found in self.corpus.repeats():
            yield self.corpus.articles([place])[0], found

    def articles(self) -> Iterator[Article]:
        """Yield all articles, in the input's order."""
        for start in range(0, len(self), _AT_ONCE):
            yield from self.corpus.articles(range(start, min(start + _AT_ONCE, len(self))))

    def hiding(self, accepted: Collection[tuple[str, str, str, str]]) -> Findings:
        """Return the findings without the pairs that were accepted and whose texts have not changed since.

        A cluster is hidden if each pair of its representative and a member is.

        Parameters
        ----------
        accepted : collection of (str, str, str, str)
            Ids of two articles, in any order, and the digests of their words, in hexadecimal.
        """
        both = {key for a, b, x, y in accepted for key in ((a, b, x, y), (b, a, y, x))}
        gone: set[frozenset[str]] = set()
        count = 0
        for one in replace(self, hidden=()).pairs():
            if _key(one) in both:
                count += 1
                gone.add(frozenset((one.pair.left, one.pair.right)))
        clusters = tuple(
            cluster
            for cluster in self.clusters
            if not all(
                frozenset((cluster.representative, id)) in gone for id in cluster.ids if id != cluster.representative
            )
        )
        notes = [f"{count} accepted pairs of the baseline are hidden: their texts have not changed"] if count else []
        return replace(self, hidden=both, clusters=clusters, notes=(*self.notes, *notes))

    def result(self, *, most: float | None = None) -> ScanResult:
        """Return everything at once.

        Parameters
        ----------
        most : float, optional
            Articles, and pairs, that may be held; `HELD` by default.

        Raises
        ------
        SettingsError
            There are more.
        """
        most = HELD if most is None else most
        if len(self) > most:
            raise SettingsError(
                f"{len(self)} articles are too many to hold at once (limit {most}): write pairs and clusters to files"
            )
        pairs = []
        for one in self.pairs():
            pairs.append(one.pair)
            if len(pairs) > most:
                raise SettingsError(f"more than {most} pairs are too many to hold at once: write them to a file")
        return ScanResult(
            articles=tuple(self.articles()),
            pairs=tuple(pairs),
            clusters=self.clusters,
            repeats={article.id: found for article, found in self.repeats()},
            failures=self.failures,
            compared=self.compared,
            notes=self.notes,
        )


def _key(one: Sighting) -> tuple[str, str, str, str]:
    return one.pair.left, one.pair.right, *one.digests
