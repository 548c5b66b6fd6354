"""Figures of the report."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fixtures.scan_samples import article, on, small_scan, verdict

from dupdetect.model import Cluster, Pair, Passage, Published, Relation, Span
from dupdetect.report.charts import MAP_HEIGHT, MAP_WIDTH, copying_matrix, passage_map, timeline


def matrix_of(*pairs, clusters=(), limit=16):
    articles = {piece.id: piece for left, right, _ in pairs for piece in (left, right)}
    return copying_matrix(
        [
            Pair(left=left.id, right=right.id, verdict=verdict(left, right, relation, 0.9, "", passages=()))
            for left, right, relation in pairs
        ],
        articles,
        clusters,
        lambda piece: piece.site,
        limit=limit,
    )


EARLY = article("early", "text", site="A", published=on(1, 1))
LATE = article("late", "text", site="B", published=on(2, 1))
UNDATED = article("undated", "text", site="B")


@pytest.mark.parametrize(("left", "right"), [(EARLY, LATE), (LATE, EARLY)])
def test_the_later_site_copies_from_the_earlier_whichever_is_left(left, right):
    matrix = matrix_of((left, right, Relation.NEAR))
    copied = {
        (matrix.groups[row], matrix.groups[column]): n
        for row, line in enumerate(matrix.counts)
        for column, n in enumerate(line)
    }
    assert copied == {("A", "A"): 0, ("A", "B"): 0, ("B", "A"): 1, ("B", "B"): 0}
    assert (matrix.undirected, matrix.left_out) == (0, 0)


def test_without_dates_the_suggested_original_tells_the_direction():
    cluster = Cluster(representative="early", ids=("early", "undated"), original="undated", reasons=(), weakest=0.9)
    matrix = matrix_of((EARLY, UNDATED, Relation.NEAR), clusters=[cluster])
    assert matrix.groups == ("A", "B")
    assert matrix.counts == ((0, 1), (0, 0))


def test_a_pair_without_a_direction_counts_both_ways_and_is_said():
    matrix = matrix_of((EARLY, UNDATED, Relation.IDENTICAL))
    assert matrix.counts == ((0, 1), (1, 0))
    assert matrix.undirected == 1


@pytest.mark.parametrize("relation", [Relation.OVERLAPS, Relation.TEMPLATE, Relation.UNDECIDED])
def test_weaker_relations_are_no_copies(relation):
    assert matrix_of((EARLY, LATE, relation)) is None


def test_groups_beyond_the_limit_are_counted_as_left_out():
    third = article("third", "text", site="C", published=on(3, 1))
    matrix = matrix_of(
        (EARLY, LATE, Relation.NEAR), (EARLY, third, Relation.NEAR), (EARLY, LATE, Relation.NEAR), limit=2
    )
    assert matrix.groups == ("A", "B")
    assert matrix.left_out == 1


def test_heat_is_none_for_none_and_greatest_for_the_most():
    matrix = matrix_of(
        *[(EARLY, LATE, Relation.NEAR)] * 9, (LATE, EARLY, Relation.NEAR), (UNDATED, LATE, Relation.NEAR)
    )
    counts = [n for line in matrix.counts for n in line]
    heat = [n for line in matrix.heat for n in line]
    assert heat == [0 if not n else -(-n * 5 // max(counts)) for n in counts]


MOMENTS = st.builds(
    lambda day, precision: Published(
        moment=day.replace(day=1 if precision != "day" else day.day, month=1 if precision == "year" else day.month),
        precision=precision,
    ),
    st.dates(),
    st.sampled_from(["day", "month", "year"]),
)


@given(st.lists(st.none() | MOMENTS, max_size=20), st.integers(1, 60))
def test_a_timeline_counts_every_article_once_and_keeps_to_its_bars(moments, bars):
    articles = [article(str(n), "text", published=moment) for n, moment in enumerate(moments)]
    drawn = timeline(
        articles, [Cluster(representative="0", ids=("0", "1"), original=None, reasons=(), weakest=1)], bars=bars
    )
    if drawn is None:
        return
    assert len(drawn.bars) <= bars + 1
    assert sum(bar.articles for bar in drawn.bars) + drawn.coarse + drawn.undated == len(articles)
    assert all(bar.clustered <= bar.articles for bar in drawn.bars)
    assert max(bar.articles for bar in drawn.bars) == drawn.most


def test_without_dates_there_is_no_timeline():
    assert timeline([article("a", "text"), article("b", "text")], []) is None


def test_articles_of_one_day_make_no_timeline():
    assert timeline([article("a", "text", published=on(1, 1)), article("b", "text", published=on(1, 9))], []) is None


def test_a_timeline_shows_when_copies_appeared():
    scan = small_scan()
    drawn = timeline(scan.articles, scan.clusters)
    assert drawn.unit == "day"
    assert [(bar.label, bar.articles, bar.clustered) for bar in drawn.bars if bar.clustered] == [
        ("2014-11-03", 2, 2),
        ("2014-11-06", 1, 1),
    ]
    assert drawn.undated == 2


def test_a_date_coarser_than_a_bar_is_counted_and_not_drawn():
    dates = [on(1, 1), on(2, 1), Published(moment=dt.date(2014, 11, 1), precision="month")]
    drawn = timeline([article(str(n), "text", published=published) for n, published in enumerate(dates)], [])
    assert (drawn.unit, [bar.articles for bar in drawn.bars], drawn.coarse) == ("day", [1, 1], 1)


@pytest.mark.parametrize(
    ("span", "unit"),
    [
        (dt.timedelta(days=59), "day"),
        (dt.timedelta(days=400), "month"),
        (dt.timedelta(days=9_000), "year"),
        (dt.timedelta(days=90_000), "5 years"),
    ],
)
def test_the_unit_grows_with_the_span(span, unit):
    first = dt.date(1700, 1, 1)
    articles = [
        article(str(n), "text", published=Published(moment=moment)) for n, moment in enumerate((first, first + span))
    ]
    assert timeline(articles, []).unit == unit


@given(st.lists(st.tuples(*[st.integers(-5, 90)] * 4), max_size=5), st.integers(0, 80), st.integers(0, 80))
def test_a_passage_map_stays_in_its_box(bounds, left_size, right_size):
    passages = [
        Passage(left=Span(start=a, end=b), right=Span(start=c, end=d), tokens=1, similarity=1) for a, b, c, d in bounds
    ]
    shapes = passage_map(passages, left_size, right_size)
    assert len(shapes) == len(passages)
    for shape in shapes:
        for point in shape.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= MAP_WIDTH
            assert 0 <= y <= MAP_HEIGHT
