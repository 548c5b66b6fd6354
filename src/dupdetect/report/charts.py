"""Figures of a report, as numbers that a template writes into a table or an inline SVG."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dupdetect.model import Article, Cluster, Pair, Passage, Published, Relation

__all__ = ["Bar", "Matrix", "Timeline", "copying_matrix", "passage_map", "timeline"]

COPYING = frozenset({Relation.IDENTICAL, Relation.NEAR, Relation.CONTAINS, Relation.CONTAINED})
"""Relations in which one piece, or all of it, went into the other."""

MAP_WIDTH, MAP_HEIGHT, MAP_BAR = 1000, 100, 12
"""Size of a passage map and of its two bars, in SVG units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Who copies from whom.

    Parameters
    ----------
    groups : tuple of str
        Names of the rows (copied by) and of the columns (copied from).
    counts : tuple of tuple of int
        ``counts[copier][source]``: pairs.
    heat : tuple of tuple of int
        The same in five steps, 1 to 5; 0 for none.
    undirected : int
        Pairs in which nothing tells who was first; each counts both ways.
    left_out : int
        Pairs between groups that are not among the largest.
    """

    groups: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    heat: tuple[tuple[int, ...], ...]
    undirected: int
    left_out: int


def copying_matrix(
    pairs: Iterable[Pair],
    articles: Mapping[str, Article],
    clusters: Iterable[Cluster],
    group: Callable[[Article], str | None],
    *,
    limit: int = 16,
) -> Matrix | None:
    """Count the copies between groups of articles.

    A pair counts where one article, or all of it, stands in the other. The source is the one that was published
    certainly earlier, else the one suggested as the original of a cluster.

    Parameters
    ----------
    pairs : iterable of Pair
    articles : mapping of str to Article
    clusters : iterable of Cluster
    group : callable
        Name of an article's group; None for none.
    limit : int
        Groups at most; the ones in most pairs stay.

    Returns
    -------
    Matrix, optional
        None where there are not two groups to compare.
    """
    originals = {cluster.original for cluster in clusters}
    counts: Counter[tuple[str, str]] = Counter()
    weights: Counter[str] = Counter()
    directions: list[tuple[str, str, bool]] = []
    for pair in pairs:
        if pair.verdict.relation not in COPYING:
            continue
        left, right = articles[pair.left], articles[pair.right]
        left_group, right_group = group(left), group(right)
        if left_group is None or right_group is None:
            continue
        weights.update({left_group, right_group})
        first = _first(left.published, right.published)
        if first is None and (left.id in originals) != (right.id in originals):
            first = "left" if left.id in originals else "right"
        source, copier = (right_group, left_group) if first == "right" else (left_group, right_group)
        directions.append((copier, source, first is not None))
    if len(weights) < 2:
        return None
    groups = sorted(sorted(weights), key=lambda name: -weights[name])[:limit]
    kept = set(groups)
    undirected = left_out = 0
    for copier, source, directed in directions:
        if not {copier, source} <= kept:
            left_out += 1
            continue
        undirected += not directed
        counts[copier, source] += 1
        if not directed and copier != source:
            counts[source, copier] += 1
    most = max(*counts.values(), _HEAT_STEPS)  # a lone copy is not hot
    return Matrix(
        groups=tuple(groups),
        counts=tuple(tuple(counts[row, column] for column in groups) for row in groups),
        heat=tuple(tuple(-(-counts[row, column] * _HEAT_STEPS // most) for column in groups) for row in groups),
        undirected=undirected,
        left_out=left_out,
    )


_HEAT_STEPS = 5


def _first(left: Published | None, right: Published | None) -> str | None:
    if left is None or right is None:
        return None
    if left.before(right):
        return "left"
    return "right" if right.before(left) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A column of the timeline; `x`, `height`, `clustered_height` in SVG units."""

    label: str
    articles: int
    clustered: int
    x: float
    height: float
    clustered_height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Articles over time.

    Parameters
    ----------
    unit : str
        What a bar stands for: day, month, year, or so many years.
    bars : tuple of Bar
        Empty ones included, so that the axis is even.
    bar_width : float
        In SVG units.
    most : int
        Articles in the highest bar.
    undated : int
        Articles without a date.
    coarse : int
        Articles whose date is coarser than a bar; not drawn.
    """

    unit: str
    bars: tuple[Bar, ...]
    bar_width: float
    most: int
    undated: int
    coarse: int


TIMELINE_WIDTH, TIMELINE_HEIGHT = 1000, 160


def timeline(articles: Sequence[Article], clusters: Iterable[Cluster], *, bars: int = 60) -> Timeline | None:
    """Count the articles by the day, month or years of their publication, whichever gives at most `bars` bars.

    Returns
    -------
    Timeline, optional
        None where no two bars would be drawn: no dates, or all in one day.
    """
    clustered = {member for cluster in clusters for member in cluster.ids}
    dated = [(article.published, article.id in clustered) for article in articles if article.published is not None]
    if not dated:
        return None
    days = [published.day for published, _ in dated]
    first, last = min(days), max(days)
    unit, key, label, precisions = _unit(first, last, bars)
    counts: Counter[int] = Counter()
    doubles: Counter[int] = Counter()
    coarse = 0
    for published, double in dated:
        if published.precision not in precisions:
            coarse += 1
            continue
        counts[key(published.day)] += 1
        doubles[key(published.day)] += double
    if len(counts) < 2:
        return None
    low, most = min(counts), max(counts.values())
    slot = TIMELINE_WIDTH / (max(counts) - low + 1)
    width = min(slot * 0.86, 40)
    return Timeline(
        unit=unit,
        bars=tuple(
            Bar(
                label=label(at),
                articles=counts[at],
                clustered=doubles[at],
                x=round((at - low) * slot + (slot - width) / 2, 2),
                height=round(counts[at] / most * TIMELINE_HEIGHT, 2),
                clustered_height=round(doubles[at] / most * TIMELINE_HEIGHT, 2),
            )
            for at in range(low, max(counts) + 1)
        ),
        bar_width=round(width, 2),
        most=most,
        undated=len(articles) - len(dated),
        coarse=coarse,
    )


def _unit(
    first: dt.date, last: dt.date, bars: int
) -> tuple[str, Callable[[dt.date], int], Callable[[int], str], frozenset[str]]:
    """Return the unit's name, day → bar, bar → label, and the precisions that are fine enough."""
    days, months = frozenset({"time", "day"}), frozenset({"time", "day", "month"})
    if (last - first).days < bars:
        return "day", dt.date.toordinal, lambda at: dt.date.fromordinal(at).isoformat(), days
    if (last.year - first.year) * 12 + last.month - first.month < bars:
        return "month", lambda day: day.year * 12 + day.month - 1, lambda at: f"{at // 12:04}-{at % 12 + 1:02}", months
    step = (last.year - first.year) // bars + 1
    if step == 1:
        return "year", lambda day: day.year, lambda at: f"{at:04}", months | {"year"}
    return (
        f"{step} years",
        lambda day: day.year // step,
        lambda at: f"{at * step:04}–{at * step + step - 1:04}",
        months | {"year"},
    )


def passage_map(passages: Sequence[Passage], left_size: int, right_size: int) -> tuple[str, ...]:
    """Return a polygon a passage, from its place in the left text (above) to its place in the right one (below).

    Parameters
    ----------
    passages : sequence of Passage
    left_size, right_size : int
        Lengths of the two texts in code points.

    Returns
    -------
    tuple of str
        Points of SVG polygons in a box of `MAP_WIDTH` × `MAP_HEIGHT`.
    """
    shapes = []
    for passage in passages:
        a, b = (_scaled(at, left_size) for at in (passage.left.start, passage.left.end))
        c, d = (_scaled(at, right_size) for at in (passage.right.start, passage.right.end))
        top, bottom = MAP_BAR, MAP_HEIGHT - MAP_BAR
        shapes.append(f"{a},0 {b},0 {b},{top} {d},{bottom} {d},{MAP_HEIGHT} {c},{MAP_HEIGHT} {c},{bottom} {a},{top}")
    return tuple(shapes)


def _scaled(at: int, size: int) -> float:
    return round(min(max(at / size, 0), 1) * MAP_WIDTH, 1) if size else 0.0
