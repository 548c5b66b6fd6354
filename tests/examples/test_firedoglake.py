"""The main job: the example blog, page by page and pair by pair, against the truth in ``expected.json``."""

import json
from itertools import combinations

import pytest
from tests.conftest import ROOT

from dupdetect import Detector, Document, Relation, extract, extract_all, find_repeats
from dupdetect.extract import read_text

FOLDER = ROOT / "examples" / "firedoglake"
TRUTH = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def articles():
    return {id: extract((FOLDER / page["file"]).read_bytes(), id=id) for id, page in TRUTH["pages"].items()}


@pytest.fixture(scope="module")
def scan():
    pages = (Document(id=id, content=(FOLDER / page["file"]).read_bytes()) for id, page in TRUTH["pages"].items())
    with Detector() as detector:
        return detector.scan(pages)


@pytest.mark.parametrize("id", TRUTH["pages"])
def test_the_article_is_its_paragraphs_and_nothing_else(articles, id):
    truth = TRUTH["pages"][id]
    kept = [block.text for block in articles[id].content if block.text not in truth["optional"]]
    assert kept == truth["paragraphs"]


@pytest.mark.parametrize("id", TRUTH["pages"])
def test_no_category_label_byline_navigation_or_bio_survives(articles, id):
    furniture = [*TRUTH["pages"][id]["furniture"], "Subscribe in a reader", "Previous post", "Jane is the founder of"]
    assert [text for text in furniture if text in articles[id].text] == []


@pytest.mark.parametrize("id", [id for id, page in TRUTH["pages"].items() if page["title"]])
def test_title_byline_date_sections_and_address_are_data(articles, id):
    article, truth = articles[id], TRUTH["pages"][id]
    assert article.title == truth["title"]
    assert list(article.byline) == truth["byline"]
    assert str(article.published.day) == truth["published"]
    assert set(truth["sections"]) == set(article.sections)
    assert article.canonical_url == truth["canonical_url"]
    assert article.language == truth["language"]
    assert article.site == truth["site"]


def test_the_front_page_is_two_posts_and_says_so(articles):
    id = "front-page-community-isis-twice.html"
    page = (FOLDER / TRUTH["pages"][id]["file"]).read_bytes()
    parts = extract_all(page)
    assert len(parts) == 2
    assert parts[0].text == parts[1].text == articles["main-blog-isis-al-qaeda-takeover.html"].text
    assert any("2 articles" in note for note in articles[id].notes)


def test_every_pair_has_the_expected_relation(scan):
    found = {frozenset((pair.left, pair.right)): pair for pair in scan.pairs}
    expected = {frozenset((row["a"], row["b"])): row for row in TRUTH["relations"]}
    wrong = []
    for a, b in combinations(TRUTH["pages"], 2):
        key = frozenset((a, b))
        pair = found.get(key)
        row = expected.get(key, {"a": a, "accept": ["DISTINCT"]})
        relation = Relation.DISTINCT if pair is None else pair.verdict.relation
        if pair is not None and pair.left != row["a"]:
            relation = relation.mirrored
        if relation.value not in row["accept"]:
            wrong.append((a, b, relation.value, row["accept"]))
    assert wrong == []


def test_the_two_posts_are_one_cluster_and_the_earlier_is_the_original(scan):
    expected = TRUTH["clusters"]
    assert [sorted(cluster.ids) for cluster in scan.clusters] == [sorted(cluster["ids"]) for cluster in expected]
    assert [cluster.original for cluster in scan.clusters] == [cluster["original"] for cluster in expected]
    assert "published first" in scan.clusters[0].reasons[0]


def test_only_the_double_page_repeats_itself(scan):
    assert set(scan.repeats) == set(TRUTH["repeats"])
    assert [len(repeats) for repeats in scan.repeats.values()] == [1]


def test_everything_was_read(scan):
    assert scan.failures == ()
    assert len(scan.articles) == len(TRUTH["pages"])


def test_the_plain_seed_text_carries_its_post_twice():
    article = read_text((FOLDER / "bullpen-crosspost.txt").read_text(encoding="utf-8"))
    (repeat,) = find_repeats(article)
    first, second = repeat.first.of(article.text), repeat.second.of(article.text)
    assert first == second
    assert first.startswith("ISIS and Al-Qaeda Takeover")
    assert first.endswith("a difficult time gaining ground in Syria")
    assert repeat.similarity == 1.0
