"""The page: everything shown, everything escaped, nothing silent."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import json
import re

import pytest
from bs4 import BeautifulSoup
from selectolax.lexbor import LexborHTMLParser
from tests.fixtures.scan_samples import ATTACK, article, hostile_scan, large_scan, small_scan, verdict

import dupdetect.report.html as report_html
from dupdetect.errors import SettingsError
from dupdetect.model import Article, Cluster, Pair, Relation, Repeat, ScanResult, Span
from dupdetect.report import render_comparison, render_scan, write_scan
from dupdetect.report.strings import RELATIONS

EMPTY = ScanResult(articles=(), pairs=(), clusters=(), repeats={}, failures=(), compared=0)


def page_of(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def quoted(column) -> str:
    """Text of a column without the numbers that lead to the other side."""
    for pill in column.select(".pill"):
        pill.extract()
    return column.get_text()


@pytest.fixture(scope="module")
def small() -> BeautifulSoup:
    return page_of(render_scan(small_scan()))


def test_each_pair_shows_both_texts_to_the_letter():
    scan = small_scan()
    articles = {piece.id: piece for piece in scan.articles}
    page = LexborHTMLParser(render_scan(scan))  # bs4's html.parser loses white space between elements
    for pill in page.css(".pill"):
        pill.decompose()
    ranked = sorted(scan.pairs, key=lambda pair: (list(RELATIONS).index(pair.verdict.relation), -pair.verdict.score))
    for number, pair in enumerate(ranked, 1):
        columns = [column.text() for column in page.css(f"#pair-{number} .text")]
        assert columns == [articles[pair.left].text, articles[pair.right].text]


def test_a_passage_is_marked_on_both_sides_and_each_leads_to_the_other(small):
    for pair in small.select(".pair"):
        for pill in pair.select(".pill"):
            (target,) = small.select(pill["href"])
            assert target["href"] == f"#{pill['id']}"
    marks = small.select("#pair-2 mark")
    assert [mark["data-to"] for mark in marks] == ["pair-2-right-1", "pair-2-left-1"]


def test_changes_are_marked_by_kind(small):
    near = small.select_one("#pair-2")
    assert [change.get_text() for change in near.select("del.facts, ins.facts")] == ["214", "240"]
    assert [change.get_text() for change in near.select("del.noise, ins.noise")] == ["candles", "candies"]
    assert [change.get_text() for change in near.select("del.wording:not(.missing), ins.wording")] == [
        "speaks of",
        "again",
        "blames",
    ]
    assert len(near.select("del.wording.missing")) == 1


def test_the_overview_hides_nothing(small):
    tiles = {tile.dt.get_text(): tile.dd.get_text() for tile in small.select(".tiles div")}
    assert tiles == {
        "Articles read": "9",
        "Pairs compared": "19",
        "Pairs related": "7",
        "Clusters": "1",
        "With repeats inside": "1",
        "Not readable": "1",
    }
    rows = {row.th.get_text(): row.td.get_text() for row in small.select(".relations tbody tr")}
    assert rows == {"Identical": "1", "Near": "2", "Contains": "1", "Overlaps": "1", "Template": "1", "Undecided": "1"}
    text = small.get_text()
    for said in (
        "2 files were not looked at",
        "logo.png: binary data",
        "two articles on the page",
        "2 articles without a date are not drawn",
    ):
        assert said in text


def test_a_cluster_shows_members_original_reasons_and_weakest_pair(small):
    (cluster,) = small.select(".cluster")
    text = cluster.get_text(" ", strip=True)
    assert "It is the earliest: 3 November 2014, 09:00." in text
    assert cluster.select_one(".badge.original").find_parent("tr").get_text().count("ferry.html") == 1
    assert [row.select("td")[1].get_text(" ") for row in cluster.select("tbody tr")] == [
        "2014-11-03 09:00 UTC first",
        "2014-11-03 14:00 UTC 5 hours later",
        "2014-11-06 08:00 UTC 2 days later",
    ]
    weakest = cluster.find("a", string="weakest pair")["href"]
    assert small.select_one(weakest).select_one(".verdict .dim").get_text() == "0.92"


def test_both_copies_of_a_repeat_are_marked_in_the_article_and_in_its_pair(small):
    (text,) = small.select(".repeat .text")
    assert [pill.get_text() for pill in text.select(".pill")] == ["first copy 1", "second copy 1"]
    first, second = (quoted(copy) for copy in text.select(".copied"))
    assert first == second
    assert first.startswith("The ferry to Mull")
    contains = small.select_one(".pair.r-CONTAINS")
    assert len(contains.select(".pill.copy")) == 2


def test_measures_say_what_was_not_measured(small):
    rows = {
        row.th.get_text(): [cell.get_text() for cell in row.select("td")]
        for row in small.select("#pair-1 .measures tbody tr")
    }
    assert rows["Shingles that the other has too"] == ["75 %", "99.9 %"]
    assert rows["Titles alike"] == ["not measured"]


def test_headings_go_down_one_level_at_a_time(small):
    levels = [int(heading.name[1]) for heading in small.select("h1, h2, h3, h4, h5, h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_ids_are_unique_and_inner_links_arrive(small):
    ids = [element["id"] for element in small.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in small.select("a[href^='#']")} <= set(ids)


def test_the_page_fetches_nothing(small):
    assert not small.select("link, img, iframe, object, embed, script[src], [style], base, form")
    assert "url(" not in small.style.string
    assert "@import" not in small.style.string


@pytest.mark.parametrize("html", [render_scan(small_scan()), render_scan(hostile_scan(), written_out=0)])
def test_the_policy_names_our_one_style_and_our_one_script(html):
    page = page_of(html)
    policy = page.select_one("meta[http-equiv='Content-Security-Policy']")["content"]
    directives = dict(directive.strip().split(" ", 1) for directive in policy.split(";"))
    assert directives["default-src"] == "'none'"
    (style,) = page.select("style")
    (script,) = page.select("script:not([type='application/json'])")
    for name, element in (("style-src", style), ("script-src", script)):
        digest = base64.b64encode(hashlib.sha256(element.string.encode()).digest()).decode()
        assert directives[name] == f"'sha256-{digest}'"


@pytest.mark.parametrize("written_out", [0, 200])
def test_hostile_titles_texts_and_addresses_become_text(written_out):
    html = render_scan(hostile_scan(), title=ATTACK, written_out=written_out)
    page = page_of(html)
    assert not page.select("img, [onerror], [onmouseover], [onclick], b")
    assert len(page.select("script:not([type='application/json'])")) == 1
    assert not [link["href"] for link in page.select("a") if not link["href"].startswith("#")]
    assert page.h1.get_text() == ATTACK
    assert "7 * 7" in html


def test_hostile_text_comes_back_to_the_letter_from_the_script_data():
    scan = hostile_scan()
    html = render_scan(scan, written_out=0)
    scripts = re.findall(r'<script type="application/json" id="text-(\d+)"[^>]*>(.*?)</script>', html, flags=re.DOTALL)
    assert {number: json.loads(text) for number, text in scripts} == {
        str(n): piece.text for n, piece in enumerate(scan.articles, 1)
    }
    assert not any("<" in text for _, text in scripts)


def test_half_surrogate_pairs_do_not_stop_a_report_from_being_written(tmp_path):
    path = tmp_path / "report.html"
    write_scan(hostile_scan(), path)
    assert path.read_bytes() == render_scan(hostile_scan()).encode("utf-8")


def test_nul_which_html_does_not_know_is_replaced():
    assert "\0" in hostile_scan().articles[0].text
    for written_out in (0, 200):
        assert "\0" not in render_scan(hostile_scan(), written_out=written_out)


def test_later_counts_from_the_earliest_member_whichever_comes_first():
    scan = small_scan()
    (cluster,) = scan.clusters
    turned = dataclasses.replace(scan, clusters=(dataclasses.replace(cluster, ids=cluster.ids[::-1]),))
    rows = page_of(render_scan(turned)).select(".cluster tbody tr")
    assert [row.select("td")[1].get_text(" ").split(" UTC ")[1] for row in rows] == [
        "2 days later",
        "5 hours later",
        "first",
    ]


def test_web_addresses_are_links_that_tell_nothing(small):
    links = small.select("a[href^='http']")
    assert links
    assert all(link["rel"] == ["noopener", "noreferrer", "nofollow"] for link in links)


def test_pairs_beyond_the_written_out_ones_keep_their_row_and_the_page_says_so():
    page = page_of(render_scan(large_scan(30, words=20, articles=12), written_out=4))
    assert len(page.select(".pair")) == 30
    assert len(page.select(".pair .columns")) == 4
    assert all(pair.select_one(".reasons") for pair in page.select(".pair"))
    assert "the first 4 pairs show the two texts side by side; the other 26" in page.noscript.get_text()


def test_long_texts_are_not_written_out_again_and_again(monkeypatch):
    monkeypatch.setattr(report_html, "WRITTEN_OUT_CHARACTERS", 2_000)
    page = page_of(render_scan(small_scan()))
    written = len(page.select(".pair .columns"))
    assert 0 < written < 7
    assert len(page.select(".pair[data-lazy]")) == 7 - written


def test_a_long_repeating_text_is_left_out_in_words(monkeypatch):
    monkeypatch.setattr(report_html, "WRITTEN_OUT_CHARACTERS", 10)
    (repeat,) = page_of(render_scan(small_scan())).select(".repeat")
    assert not repeat.select(".text")
    assert "The text is not shown here" in repeat.get_text()


def test_pairs_over_the_limit_of_rows_are_counted_in_words():
    page = page_of(render_scan(small_scan(), rows=3))
    assert [pair["class"][1] for pair in page.select(".pair")] == ["r-IDENTICAL", "r-NEAR", "r-NEAR"]
    assert "This page lists 3 pairs of 7" in page.get_text()
    assert "4 pairs are left out" in page.get_text()


def test_an_empty_scan_says_so():
    text = page_of(render_scan(EMPTY)).get_text()
    assert "0 articles read." in text
    assert "No two articles relate to each other." in text


def test_a_scan_is_rendered_to_the_same_bytes_each_time():
    assert render_scan(small_scan()) == render_scan(small_scan())


STRANGER = Pair(left="ferry.html", right="nowhere", verdict=small_scan().pairs[0].verdict)


@pytest.mark.parametrize(
    "broken",
    [
        {"pairs": (STRANGER,)},
        {"clusters": (Cluster(representative="nowhere", ids=("nowhere",), original=None, reasons=(), weakest=1),)},
        {
            "clusters": (
                Cluster(representative="ferry.html", ids=("ferry.html",), original="nowhere", reasons=(), weakest=1),
            )
        },
        {"repeats": {"nowhere": ()}},
    ],
)
def test_a_result_that_names_an_article_it_does_not_hold_is_refused(broken):
    with pytest.raises(SettingsError, match="names the article 'nowhere'"):
        render_scan(dataclasses.replace(small_scan(), **broken))


@pytest.mark.parametrize("limits", [{"rows": -1}, {"written_out": -1}])
def test_negative_limits_are_refused(limits):
    with pytest.raises(SettingsError, match="must not be negative"):
        render_scan(EMPTY, **limits)


def test_a_comparison_shows_the_pair_as_a_scan_does():
    scan = small_scan()
    articles = {piece.id: piece for piece in scan.articles}
    pair = next(pair for pair in scan.pairs if pair.verdict.relation is Relation.IDENTICAL)
    alone = page_of(render_comparison(articles[pair.left], articles[pair.right], pair.verdict))
    assert str(alone.select_one(".body")) == str(page_of(render_scan(scan)).select_one("#pair-1 .body"))
    assert alone.h2.get_text(" ", strip=True) == "Identical The same words in the same order. score 1.00"


def test_empty_texts_and_unaligned_passages_are_shown_as_such():
    left, right = article("a"), Article(blocks=())
    judged = dataclasses.replace(verdict(left, right, Relation.UNDECIDED, 0, "No text."), relation=Relation.UNDECIDED)
    unaligned = dataclasses.replace(judged, comparison=dataclasses.replace(judged.comparison, passages=None))
    page = page_of(render_comparison(left, right, unaligned))
    assert page.select_one(".passages").get_text() == "Passages were not aligned for this pair."
    assert [column.get_text() for column in page.select(".text")] == ["", ""]


def test_spans_that_reach_past_the_text_are_shown_without_a_crash():
    left = article("a", "short")
    repeat = Repeat(first=Span(start=0, end=99), second=Span(start=50, end=40), tokens=1, similarity=1)
    judged = verdict(left, left, Relation.IDENTICAL, 1, "same", repeats_left=(repeat,))
    assert quoted(page_of(render_comparison(left, left, judged)).select_one(".text")) == "short"
