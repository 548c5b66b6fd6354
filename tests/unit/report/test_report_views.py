"""Words and numbers of the report."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fixtures.scan_samples import article, on, small_scan, verdict

from dupdetect.model import Comparison, Published, Relation
from dupdetect.report.strings import RELATIONS, address, percent, visible, when
from dupdetect.report.views import article_view, measures_of, pair_view


def test_every_relation_has_a_badge_and_a_meaning():
    assert set(RELATIONS) == set(Relation)


@pytest.mark.parametrize("url", ["http://a.example/", "https://a.example/ü?q='\"<", "HTTPS://A.EXAMPLE/"])
def test_web_addresses_are_linked(url):
    assert address(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "JavaScript://a.example/%0aalert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>",
        "//a.example/",
        "/path",
        "https:///path",
        "http://[",
        "https://a.example/ b",
        "https://a.example/\u202egnp.exe",
        "https://a.example/\ud800",
    ],
)
def test_other_addresses_are_not_linked(url):
    assert address(url) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a\\u202eb"),
        ("a\u2066b\u2069", "a\\u2066b\\u2069"),
        ("\ud800", "\\ud800"),
        ("a\x00b", "a\\u0000b"),
        ("a\n  b", "a b"),
        ("שלום 😀 naïve", "שלום 😀 naïve"),
    ],
)
def test_deceptive_signs_of_a_line_are_written_out(text, shown):
    assert visible(text) == shown


@given(st.text(alphabet=st.characters(codec=None)))
def test_a_visible_line_encodes_and_stays_one_line(text):
    shown = visible(text)
    shown.encode("utf-8")
    assert len(shown.splitlines()) <= 1


@given(st.floats(0, 1))
def test_only_all_is_100_percent_and_only_none_is_0(fraction):
    assert (percent(fraction) == "100 %") == (fraction == 1)
    assert (percent(fraction) == "0 %") == (fraction == 0)


def test_a_moment_is_shown_in_its_own_time_zone():
    zone = dt.timezone(dt.timedelta(hours=-5))
    assert (
        when(Published(moment=dt.datetime(2014, 11, 3, 9, 5, tzinfo=zone), precision="time"))
        == "2014-11-03 09:05 UTC−05:00"
    )
    assert when(on(3, 9)) == "2014-11-03 09:00 UTC"
    assert when(Published(moment=dt.date(2014, 11, 1), precision="month")) == "2014-11"


def test_an_unmeasured_value_is_none_and_never_zero():
    rows = measures_of(Comparison(tokens_left=0, tokens_right=0, jaccard=0.0))
    assert {row.label: row.left for row in rows if row.left is not None} == {
        "Tokens (words and numbers)": "0",
        "Shingles in common (Jaccard)": "0 %",
    }


def test_every_measure_has_a_row():
    names = {"jaccard", "token_ratio", "title_ratio", "shared_rarity", "fact_changes"}
    names |= {"section_ratio", "days_apart", "same_canonical"}
    sided = {f"{name}_{side}" for name in ("containment", "rare_containment", "coverage") for side in ("left", "right")}
    full = Comparison(tokens_left=1, tokens_right=1, **dict.fromkeys(names | sided, 0.5))
    assert set(full.measures()) == names | sided
    rows = measures_of(full)
    assert sum((row.left is not None) + (row.right is not None) for row in rows) == 2 + len(names | sided)


@pytest.mark.parametrize("language", ['en" onclick="x', "", "x" * 99, "en_GB"])
def test_a_language_that_is_no_tag_is_left_out(language):
    assert article_view(article("a", "text", language=language), 1).language is None


def test_an_article_without_a_title_is_named_by_its_id():
    assert article_view(article("a.html", "text"), 1).title == "a.html"
    assert article_view(article("", "text"), 1).title == "Untitled"


def test_the_sample_has_every_relation_that_a_scan_lists_but_the_mirrored_one():
    found = {pair.verdict.relation for pair in small_scan().pairs}
    assert found == set(Relation) - {Relation.DISTINCT, Relation.CONTAINED}


def test_the_lengths_for_the_script_are_its_own_units():
    """JavaScript counts UTF-16 units: two for a sign beyond the Basic Multilingual Plane."""
    sides = [article(name, "one 😀 two", title=name) for name in ("a", "b")]
    left, right = (article_view(side, n) for n, side in enumerate(sides, 1))
    pair = pair_view(verdict(*sides, Relation.IDENTICAL, 1, "", passages=()), left, right, 1, written_out=False)
    assert pair.data["sides"] == [[[0, 0, (), [], [10, 0]]]] * 2
