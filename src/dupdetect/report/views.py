"""What the templates show of articles, verdicts and clusters: words and numbers, ready to be escaped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dupdetect.model import Article, Cluster, Comparison, Pair, Published, Relation, Repeat, Span, Verdict
from dupdetect.report.charts import passage_map
from dupdetect.report.segments import ChangeKind, Copy, Stretch, mark_side, mark_text
from dupdetect.report.strings import address, is_language_tag, percent, visible, when

__all__ = [
    "ArticleView",
    "ClusterView",
    "Measure",
    "PairView",
    "RepeatView",
    "article_view",
    "cluster_view",
    "measures_of",
    "pair_view",
    "repeat_view",
]

# ------------------------------------------------------------------------------------------------------ articles


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """An article's head. Everything but `text` is visible; `link` is safe to follow."""

    number: int
    id: str
    title: str
    url: str | None
    link: str | None
    canonical: str | None
    facts: tuple[str, ...]
    published: str | None
    notes: tuple[str, ...]
    language: str | None
    text: str


def article_view(article: Article, number: int) -> ArticleView:
    """Build the view of the article with this number in the page."""
    facts = [
        article.site,
        ", ".join(article.sections) or None,
        "by " + ", ".join(article.byline) if article.byline else None,
        "asks search engines to leave it out" if article.noindex else None,
    ]
    canonical = article.canonical_url if article.canonical_url != article.url else None
    return ArticleView(
        number=number,
        id=visible(article.id),
        title=visible(article.title or article.id or "Untitled"),
        url=visible(article.url) if article.url else None,
        link=address(article.url),
        canonical=visible(canonical) if canonical else None,
        facts=tuple(visible(fact) for fact in facts if fact),
        published=when(article.published) if article.published else None,
        notes=tuple(visible(note) for note in article.notes),
        language=article.language if is_language_tag(article.language) else None,
        text=article.text,
    )


# --------------------------------------------------------------------------------------------------------- pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A row of the table of measures: one value, or one a side. None: not measured."""

    label: str
    left: str | None
    right: str | None
    sided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PairView:
    """A pair: `sides` has the marked texts where the page carries them written out, else `data` says where to cut."""

    number: int
    relation: Relation
    score: str
    left: ArticleView
    right: ArticleView
    reasons: tuple[str, ...]
    measures: tuple[Measure, ...]
    summary: str
    map: tuple[str, ...]
    passages_said: str
    sides: dict[str, tuple[Stretch, ...]] | None
    data: dict[str, Any] | None

    @property
    def id(self) -> str:
        """Anchor of the pair."""
        return f"pair-{self.number}"


def pair_view(verdict: Verdict, left: ArticleView, right: ArticleView, number: int, *, written_out: bool) -> PairView:
    """Build the view of a pair.

    Parameters
    ----------
    verdict : Verdict
        Of `left` to `right`.
    left, right : ArticleView
    number : int
        Its number in the page, from 1.
    written_out : bool
        Whether the page carries the marked texts; else it carries `PairView.data`, from which the page's script
        builds the same elements.
    """
    comparison = verdict.comparison
    sides = {"left": mark_side(left.text, comparison, "left"), "right": mark_side(right.text, comparison, "right")}
    measures = measures_of(comparison)
    shapes = passage_map(comparison.passages or (), len(left.text), len(right.text))
    said = _passages_said(comparison)
    data = {
        "articles": [left.number, right.number],
        "passages": said,
        "map": shapes,
        "measures": [[measure.left, measure.right] for measure in measures],
        "sides": [[_runs(stretch) for stretch in side] for side in sides.values()],
    }
    return PairView(
        number=number,
        relation=verdict.relation,
        score=f"{verdict.score:.2f}",
        left=left,
        right=right,
        reasons=tuple(visible(reason.text) for reason in verdict.reasons),
        measures=measures,
        summary=_summary(comparison),
        map=shapes,
        passages_said=said,
        sides=sides if written_out else None,
        data=None if written_out else data,
    )


_SIDED = (
    ("containment", "Shingles that the other has too"),
    ("rare_containment", "The same, rare shingles weighing more"),
    ("coverage", "Covered by passages"),
)
_SINGLE = (
    ("jaccard", "Shingles in common (Jaccard)"),
    ("token_ratio", "Tokens alike, in order"),
    ("title_ratio", "Titles alike"),
    ("shared_rarity", "Rarity of what is shared"),
    ("section_ratio", "Sections in common"),
)


def measures_of(comparison: Comparison) -> tuple[Measure, ...]:
    """Return the rows of the table of measures, the same rows for every comparison."""

    def row(label: str, left: float | None, right: float | None = None, *, sided: bool = True) -> Measure:
        return Measure(label=label, left=_percent(left), right=_percent(right), sided=sided)

    tokens = Measure(
        label="Tokens (words and numbers)",
        left=f"{comparison.tokens_left:,}",
        right=f"{comparison.tokens_right:,}",
        sided=True,
    )
    changed = comparison.fact_changes
    facts = Measure(
        label="Changed facts per 100 tokens",
        left=None if changed is None else f"{changed:.2f}",
        right=None,
        sided=False,
    )
    apart, same = comparison.days_apart, comparison.same_canonical
    days = Measure(label="Days apart", left=None if apart is None else f"{apart:,.0f}", right=None, sided=False)
    canonical = Measure(
        label="One canonical address",
        left=None if same is None else "yes" if same else "no",
        right=None,
        sided=False,
    )
    return (
        tokens,
        *(row(label, getattr(comparison, f"{at}_left"), getattr(comparison, f"{at}_right")) for at, label in _SIDED),
        *(row(label, getattr(comparison, name), sided=False) for name, label in _SINGLE),
        facts,
        days,
        canonical,
    )


def _passages_said(comparison: Comparison) -> str:
    if comparison.passages is None:
        return "Passages were not aligned for this pair."
    number = len(comparison.passages)
    if not number:
        return "No passage stands in both."
    shared = "1 passage stands in both" if number == 1 else f"{number:,} passages stand in both"
    return f"{shared}. Above the left text from its beginning to its end, below the right."


def _percent(fraction: float | None) -> str | None:
    return None if fraction is None else percent(fraction)


def _summary(comparison: Comparison) -> str:
    """Return the measures that a reader wants first, in one line."""
    said = []
    if comparison.coverage_left is not None and comparison.coverage_right is not None:
        left, right = percent(comparison.coverage_left), percent(comparison.coverage_right)
        said.append(f"Passages cover {left} of the left and {right} of the right")
    elif comparison.containment_left is not None and comparison.containment_right is not None:
        left, right = percent(comparison.containment_left), percent(comparison.containment_right)
        said.append(f"{left} of the left's shingles stand in the right and {right} of the right's in the left")
    if comparison.jaccard is not None:
        said.append(f"Jaccard similarity {percent(comparison.jaccard)}")
    said.append(f"{comparison.tokens_left:,} and {comparison.tokens_right:,} tokens")
    return " · ".join(said)


_KINDS: dict[ChangeKind | None, int] = {None: 0, "wording": 1, "facts": 2, "noise": 3}
_COPIES: dict[Copy, int] = {"first": 1, "second": 2}


def _runs(stretch: Stretch) -> list[Any]:
    """Return a stretch without its text: ``[passage, copy, opens, opened copies, [length, kind, length, kind …]]``.

    Lengths are in UTF-16 units, JavaScript's; a copy is ``[number, 1 or 2]``; 0 stands for none.
    """
    return [
        stretch.passage or 0,
        [stretch.copy.number, _COPIES[stretch.copy.copy]] if stretch.copy else 0,
        stretch.opens,
        [[mark.number, _COPIES[mark.copy]] for mark in stretch.opens_copies],
        [value for part in stretch.parts for value in (_utf16_length(part.text), _KINDS[part.change])],
    ]


def _utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


# ------------------------------------------------------------------------------------------------------ clusters


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A cluster's member: how much later than the earliest it came, and its pair with the original."""

    article: ArticleView
    later: str | None
    original: bool
    pair: PairView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterView:
    """A cluster: members in the scan's order, the weakest pair that holds it together."""

    number: int
    title: str
    members: tuple[Member, ...]
    original: ArticleView | None
    reasons: tuple[str, ...]
    weakest: str
    weakest_pair: PairView | None


def cluster_view(
    cluster: Cluster,
    number: int,
    articles: Mapping[str, tuple[Article, ArticleView]],
    pairs: Mapping[frozenset[str], tuple[Pair, PairView]],
) -> ClusterView:
    """Build the view of a cluster.

    Parameters
    ----------
    cluster : Cluster
    number : int
        Its number in the page, from 1.
    articles : mapping of str to (Article, ArticleView)
    pairs : mapping of frozenset of two ids to (Pair, PairView)
        The pairs inside this cluster.
    """
    dates = [article.published for article, _ in (articles[member] for member in cluster.ids)]
    moments = [published for published in dates if published is not None]
    earliest = moments[0] if moments else None
    for moment in moments[1:]:
        if earliest is not None and moment.before(earliest):
            earliest = moment
    members = []
    for member, published in zip(cluster.ids, dates, strict=True):
        with_original = pairs.get(frozenset((member, cluster.original))) if cluster.original is not None else None
        members.append(
            Member(
                article=articles[member][1],
                later=_later(earliest, published),
                original=member == cluster.original,
                pair=with_original[1] if with_original else None,
            )
        )
    edges = [view for pair, view in pairs.values() if _is_edge(pair, cluster.weakest)]
    shown = articles[cluster.original if cluster.original is not None else cluster.ids[0]][1]
    return ClusterView(
        number=number,
        title=shown.title,
        members=tuple(members),
        original=shown if cluster.original is not None else None,
        reasons=tuple(visible(reason) for reason in cluster.reasons),
        weakest=f"{cluster.weakest:.2f}",
        weakest_pair=edges[0] if edges else None,
    )


def _is_edge(pair: Pair, score: float) -> bool:
    return pair.verdict.is_duplicate and abs(pair.verdict.score - score) < 1e-9


def _later(earliest: Published | None, published: Published | None) -> str | None:
    """Return in words how much later a piece came than the earliest, no more exact than the two dates."""
    if earliest is None or published is None:
        return None
    if isinstance(earliest.moment, dt.datetime) and isinstance(published.moment, dt.datetime):
        seconds = (published.moment - earliest.moment).total_seconds()
        if seconds < 60:
            return "at the same time" if seconds > 0 else "first"
        for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
            if seconds >= size:
                return _count(int(seconds // size), unit)
    if {earliest.precision, published.precision} <= {"time", "day"}:
        days = (published.day - earliest.day).days
        return _count(days, "day") if days > 0 else "same day"
    return None


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'' if number == 1 else 's'} later"


# ------------------------------------------------------------------------------------------------------- repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatView:
    """An article that carries passages twice; `stretches` is None where the page does not carry its text."""

    article: ArticleView
    number: int
    stretches: tuple[Stretch, ...] | None
    said: tuple[str, ...]


def repeat_view(article: ArticleView, repeats: Sequence[Repeat], number: int, *, written_out: bool) -> RepeatView:
    """Build the view of an article's repeats; `number` makes its anchors unique in the page."""
    return RepeatView(
        article=article,
        number=number,
        stretches=mark_text(article.text, repeats=repeats) if written_out else None,
        said=tuple(_repeat_said(repeat, article.text) for repeat in repeats),
    )


def _whole(at: int, text: str) -> str:
    return f"{100 * at / max(len(text), 1):.0f} %"


def _repeat_said(repeat: Repeat, text: str) -> str:
    def place(span: Span) -> str:
        return f"{_whole(span.start, text)} to {_whole(span.end, text)}"

    return (
        f"{repeat.tokens:,} tokens, {percent(repeat.similarity)} alike: the first copy stands at "
        f"{place(repeat.first)} of the text, the second at {place(repeat.second)}"
    )
