"""The example blog is what its truth says it is."""

import itertools
import json
import re

import pytest
from bs4 import BeautifulSoup

from dupdetect.model import Relation


@pytest.fixture(scope="module")
def truth(firedoglake):
    return json.loads((firedoglake / "expected.json").read_text(encoding="utf-8"))


def collapse(text):
    return re.sub(r"\s+", " ", text).strip()


def words(paragraphs):
    return re.findall(r"\w+", " ".join(paragraphs).casefold())


def shingles(paragraphs, size):
    found = words(paragraphs)
    return {tuple(found[i : i + size]) for i in range(len(found) - size + 1)}


def test_the_truth_names_exactly_the_pages_that_are_there(firedoglake, truth):
    assert sorted(truth["pages"]) == sorted(path.name for path in (firedoglake / "pages").iterdir())
    assert all(page["file"] == f"pages/{name}" for name, page in truth["pages"].items())
    assert sum("isis" not in name for name in truth["pages"]) >= 12


def test_every_page_shows_its_paragraphs_and_its_furniture(firedoglake, truth):
    for name, page in truth["pages"].items():
        soup = BeautifulSoup((firedoglake / page["file"]).read_bytes(), "html.parser")
        for tag in soup(["script", "style"]):
            tag.decompose()
        tight, spaced = collapse(soup.get_text()), collapse(soup.get_text(" "))
        for text in page["paragraphs"] + page["optional"]:
            assert text in tight, (name, text)
        for text in page["furniture"]:
            assert text in tight or text in spaced, (name, text)


def test_no_furniture_stands_in_an_article(truth):
    for name, page in truth["pages"].items():
        body = "\n".join(page["paragraphs"] + page["optional"])
        assert [text for text in page["furniture"] if text in body] == [], name
        assert len(page["furniture"]) >= 10, name


def test_articles_have_three_hundred_words_and_more(truth):
    assert {name for name, page in truth["pages"].items() if len(words(page["paragraphs"])) < 300} == set()


def test_the_posts_are_the_seed_word_for_word(firedoglake, truth):
    seed = (firedoglake / "bullpen-crosspost.txt").read_text(encoding="utf-8").splitlines()
    lines = [collapse(line) for line in seed if line.strip()]
    for name in ("main-blog-isis-al-qaeda-takeover.html", "bullpen-isis-al-qaeda-takeover.html"):
        assert truth["pages"][name]["paragraphs"] == lines[2:9] == lines[11:18]
        assert truth["pages"][name]["title"] == lines[1] == lines[10]
    twice = truth["pages"]["front-page-community-isis-twice.html"]
    assert twice["paragraphs"] == lines[2:9] * 2


def test_pairs_share_words_as_their_relation_says(truth):
    pages = {name: page["paragraphs"] for name, page in truth["pages"].items()}
    relation = {frozenset((pair["a"], pair["b"])): pair["relation"] for pair in truth["relations"]}
    wire = shingles([truth["wire_paragraph"]], 5)
    for a, b in itertools.combinations(pages, 2):
        shared = shingles(pages[a], 5) & shingles(pages[b], 5)
        expected = relation.get(frozenset((a, b)), truth["other_pairs"])
        if expected == "IDENTICAL":
            assert words(pages[a]) == words(pages[b])
        elif expected == "CONTAINS":
            assert shared in (shingles(pages[a], 5), shingles(pages[b], 5))
        elif expected == "OVERLAPS":
            assert shared == wire
        elif expected == "TEMPLATE":
            shorter = min(len(words(pages[a])), len(words(pages[b])))
            assert 0.2 < len(shared) / shorter < 0.4
        else:
            assert shared == set(), (a, b)


def test_relations_are_words_the_library_knows(truth):
    for pair in truth["relations"]:
        assert pair["relation"] in pair["accept"]
        assert {*pair["accept"], truth["other_pairs"]} <= {relation.value for relation in Relation}
        assert {pair["a"], pair["b"]} <= set(truth["pages"])
