"""Compare two pieces: prepare each once, then as many pairs as wanted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypedDict

from rapidfuzz.distance import Indel

from dupdetect.compare import evidence as measures
from dupdetect.compare.alignment import Alignment, align, same_words, to_passages
from dupdetect.compare.declared import days_apart, same_canonical, section_ratio
from dupdetect.compare.evidence import Overlap
from dupdetect.compare.features import Prepared, Weighed, as_article, finish, weigh_batch
from dupdetect.compare.kin import Kin, kin_of
from dupdetect.compare.questions import Evidence, worth_aligning
from dupdetect.compare.repeats import repeats
from dupdetect.compare.thresholds import Thresholds
from dupdetect.compare.verdict import decide
from dupdetect.model import Article, Comparison, Passage, Rarity, Relation, Repeat, Verdict
from dupdetect.settings import Settings
from dupdetect.text.shingles import words_of

__all__ = ["Comparator", "compare", "find_repeats"]


class Comparator:
    """Judges pairs of texts. Holds no state but its arguments; safe to share between threads.

    Parameters
    ----------
    settings : Settings
        Says how long a shingle is.
    thresholds : Thresholds
        Where one relation ends and the next begins.
    rarity : Rarity, optional
        Story frequencies: what many stories share is weak evidence. Without it the pair speaks for itself.

    Examples
    --------
    >>> comparator = Comparator()
    >>> comparator.compare("One two three.", "one, two, three").relation.value
    'IDENTICAL'
    """

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        thresholds: Thresholds | None = None,
        rarity: Rarity | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.thresholds = thresholds or Thresholds()
        self.rarity = rarity

    def prepare(self, content: Article | str) -> Prepared:
        """Work out what comparisons need of one text, rarity weights included."""
        return self.prepare_batch([content])[0]

    def prepare_batch(self, contents: Sequence[Article | str]) -> list[Prepared]:
        """Return what `prepare` gives of each text, in a fraction of the time of one by one."""
        return [self.finish(text) for text in self.weigh_batch(contents)]

    def weigh_batch(self, contents: Sequence[Article | str]) -> list[Weighed]:
        """Read and weigh texts: enough for `dupdetect.compare.evidence.overlap`, and what `finish` goes on from."""
        articles = [as_article(content) for content in contents]
        return weigh_batch(articles, words_of([article.text for article in articles], self.settings), self.rarity)

    def finish(self, text: Weighed) -> Prepared:
        """Work out what else comparisons need of a text that was weighed by this comparator."""
        return finish(text, self.settings)

    def compare(self, left: Article | Prepared | str, right: Article | Prepared | str) -> Verdict:
        """Say how `left` relates to `right`, with passages and repeats.

        Parameters
        ----------
        left, right : Article, Prepared or str
            What `prepare` gave is used as it is; it must come from a comparator of the same settings and rarity.
        """
        first, second = (side if isinstance(side, Prepared) else self.prepare(side) for side in (left, right))
        return self.relate(first, second)

    def relate(
        self,
        left: Prepared,
        right: Prepared,
        *,
        shared: Overlap | None = None,
        passages: bool = True,
        silent: Collection[Relation] = (),
        kin: Kin | None = None,
    ) -> Verdict:
        """Say how `left` relates to `right`.

        Parameters
        ----------
        left, right : Prepared
        shared : Overlap, optional
            What `dupdetect.compare.evidence.overlap` says of the two, if it was asked already.
        passages : bool
            Whether to fill in what only readers need: passages, repeats, token ratio, what the two declare. The
            relation, the score and the reasons are the same without.
        silent : collection of Relation
            Relations for which nobody reads them.
        kin : Kin, optional
            Texts that are much like both, which tell what varies from what was edited.
        """
        seen, alignment = self._weighed(left, right, shared or measures.overlap(left, right), kin)
        relation, reasons = decide(seen, self.thresholds)
        told = _for_readers(left, right, alignment) if passages and relation not in silent else {}
        comparison = _comparison(seen, told)
        return Verdict(relation=relation, score=_score(seen), reasons=reasons, comparison=comparison)

    def relate_all(
        self,
        left: Prepared,
        rights: Sequence[Prepared],
        *,
        shared: Sequence[Overlap] | None = None,
        silent: Collection[Relation] = (),
    ) -> list[Verdict]:
        """Say how `left` relates to each of some texts, by what they tell of each other too.

        Where it is a duplicate of several different ones, these are its kin: they tell whether what differs was edited
        or varies. So a text may be NEAR one of another's words alone, and TEMPLATE among many.

        Parameters
        ----------
        left : Prepared
        rights : sequence of Prepared
        shared : sequence of Overlap, optional
            As for `relate`, of each.
        silent : collection of Relation
            As for `relate`.
        """
        overlaps = [measures.overlap(left, right) for right in rights] if shared is None else shared
        verdicts = [
            self.relate(left, right, shared=each, silent=silent) for right, each in zip(rights, overlaps, strict=True)
        ]
        alike = [number for number, verdict in enumerate(verdicts) if verdict.is_duplicate]
        kin = kin_of([left.distinct, *(rights[number].distinct for number in alike)])
        for number in alike if kin is not None else ():
            right, each = rights[number], overlaps[number]
            if self.varies(left, right, kin, shared=each):
                verdicts[number] = self.relate(left, right, shared=each, silent=silent, kin=kin)
        return verdicts

    def varies(self, left: Prepared, right: Prepared, kin: Kin | None, *, shared: Overlap | None = None) -> bool:
        """Whether two texts that are duplicates by themselves are none beside their kin: see `relate`."""
        return not self.relate(left, right, shared=shared, passages=False, kin=kin).is_duplicate

    def evidence(self, left: Prepared, right: Prepared) -> Evidence:
        """Return what the rules look at, for trying other thresholds on it with `dupdetect.compare.verdict.decide`."""
        return self._weighed(left, right, measures.overlap(left, right))[0]

    def _weighed(
        self, left: Prepared, right: Prepared, shared: Overlap, kin: Kin | None = None
    ) -> tuple[Evidence, Alignment | None]:
        equal = same_words(left, right)
        alignment: Alignment | None = None
        if len(left) and len(right) and (equal or worth_aligning(shared, self.thresholds)):
            alignment = align(left, right)
        seen = Evidence(
            tokens_left=len(left),
            tokens_right=len(right),
            equal=equal,
            overlap=shared,
            aligned=None if alignment is None else measures.measure(alignment, left, right, kin),
            title_ratio=measures.title_ratio(left, right),
            other_title_numbers=measures.other_title_numbers(left, right),
            stories=0 if self.rarity is None else self.rarity.stories,
        )
        return seen, alignment


class _Told(TypedDict, total=False):
    """What only readers need of a comparison."""

    token_ratio: float | None
    section_ratio: float | None
    days_apart: float | None
    same_canonical: float | None
    passages: tuple[Passage, ...] | None
    repeats_left: tuple[Repeat, ...]
    repeats_right: tuple[Repeat, ...]


def _for_readers(left: Prepared, right: Prepared, alignment: Alignment | None) -> _Told:
    return {
        "token_ratio": _token_ratio(left, right),
        "section_ratio": section_ratio(left.article, right.article),
        "days_apart": days_apart(left.article, right.article),
        "same_canonical": same_canonical(left.article, right.article),
        "passages": None if alignment is None else to_passages(alignment, left, right),
        "repeats_left": repeats(left),
        "repeats_right": repeats(right),
    }


def _comparison(seen: Evidence, told: _Told) -> Comparison:
    shared, aligned = seen.overlap, seen.aligned
    return Comparison(
        tokens_left=seen.tokens_left,
        tokens_right=seen.tokens_right,
        jaccard=shared.jaccard,
        containment_left=shared.containment_left,
        containment_right=shared.containment_right,
        rare_containment_left=shared.rare_containment_left,
        rare_containment_right=shared.rare_containment_right,
        coverage_left=None if aligned is None else aligned.left.coverage,
        coverage_right=None if aligned is None else aligned.right.coverage,
        title_ratio=seen.title_ratio,
        fact_changes=None if aligned is None else aligned.fact_changes,
        shared_rarity=shared.shared_rarity,
        **told,
    )


def _score(seen: Evidence) -> float:
    """Return the share of both texts that stands unchanged in the other; of shingles where nothing was aligned."""
    if seen.aligned is None:
        jaccard = seen.overlap.jaccard or 0.0
        return 2 * jaccard / (1 + jaccard)
    same = seen.left.verbatim * seen.left.tokens + seen.right.verbatim * seen.right.tokens
    return min(1.0, same / (seen.left.tokens + seen.right.tokens))


def _token_ratio(left: Prepared, right: Prepared) -> float | None:
    if not len(left) or not len(right):
        return None
    return float(Indel.normalized_similarity(left.tokens, right.tokens))


def compare(
    left: Article | str,
    right: Article | str,
    *,
    settings: Settings | None = None,
    thresholds: Thresholds | None = None,
    rarity: Rarity | None = None,
) -> Verdict:
    """Say how `left` relates to `right`, with the passages that stand in both.

    Parameters
    ----------
    left, right : Article or str
    settings, thresholds, rarity
        See `Comparator`.

    Returns
    -------
    Verdict
        ``compare(right, left)`` is its mirror. Offsets refer to `Article.text`, or to the string as given.
    """
    return Comparator(settings=settings, thresholds=thresholds, rarity=rarity).compare(left, right)


def find_repeats(content: Article | str, *, settings: Settings | None = None) -> tuple[Repeat, ...]:
    """Find the passages that one text carries twice: a double paste, two posts on one page.

    Parameters
    ----------
    content : Article or str
    settings : Settings, optional

    Returns
    -------
    tuple of Repeat
        In the text's order; offsets as in `compare`.
    """
    return repeats(Comparator(settings=settings).prepare(content))
