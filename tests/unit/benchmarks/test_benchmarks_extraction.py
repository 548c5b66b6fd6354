"""How extraction is scored: what the figures stand on."""

import gzip
import json

import pytest
from benchmarks import extraction_quality
from benchmarks.extraction import BENCHMARK, PARTS
from benchmarks.extraction_data import AnnotatedPage, Score, bootstrap, group_of, load, resampled
from benchmarks.extraction_lanes import difference
from benchmarks.extraction_metadata import names
from benchmarks.extraction_sites import bare_site, example_pages, site_tables
from benchmarks.frame import Options
from hypothesis import given
from hypothesis import strategies as st

from dupdetect.errors import SettingsError
from dupdetect.extract import extract, learn_template

STORY = "The council voted on Monday to keep the ferry running all winter.\nNobody in the hall spoke against it."


def page(number, **truth):
    return AnnotatedPage(id=str(number), data="set", source=b"", truth={"url": f"http://s{number}.example/", **truth})


@pytest.mark.parametrize(
    ("truth", "group"),
    [
        ({"domain": "www.Blog.example.com"}, "example.com"),
        ({"url": "https://news.bbc.co.uk/1"}, "bbc.co.uk"),
        ({"domain": "", "url": "https://a.b.de/x"}, "b.de"),
        ({}, "unknown"),
    ],
)
def test_a_page_belongs_to_its_registrable_host(truth, group):
    assert group_of(truth) == group


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), min_size=1, max_size=12))
def test_a_draw_of_sites_takes_all_pages_of_each(pages):
    groups, values = zip(*pages, strict=True)
    sums = {group: sum(v for g, v in pages if g == group) for group in groups}
    drawn = resampled(groups, [[v, 1] for v in values], rounds=50)
    if len(sums) == 1:
        assert set(drawn[:, 0]) == set(sums.values())
    assert drawn[:, 0].max() <= len(sums) * max(sums.values())
    assert drawn[:, 1].min() >= min(groups.count(group) for group in sums) * len(sums)


def test_who_is_better_on_every_site_is_ahead_and_who_is_equal_is_not():
    ours, theirs = Score.empty(), Score.empty()
    for number in range(20):
        ours.add(page(number, articleBody=STORY), STORY)
        theirs.add(page(number, articleBody=STORY), STORY + " Subscribe to our newsletter today." * (1 + number % 3))
    assert bootstrap(ours, theirs)[0] > 0
    assert bootstrap(theirs, theirs) == (0, 0)


def test_a_lead_that_hangs_on_one_site_is_no_lead():
    ours, theirs = Score.empty(), Score.empty()
    for number in range(20):
        same_site = {"articleBody": STORY, "domain": "one.example" if number < 10 else f"{number}.example"}
        ours.add(page(number, **same_site), STORY)
        theirs.add(page(number, **same_site), "" if number < 10 else STORY)
    assert bootstrap(ours, theirs)[0] == 0


def test_leaks_are_lines_of_the_text_that_the_truth_has_not():
    score = Score.empty()
    truth = {"articleBody": STORY, "title": "Ferry stays", "authors": ["Jo Chen"]}
    for text in (STORY, f"Ferry stays\nBy Jo Chen\n{STORY}", f"{STORY} Jo Chen wrote this in a sentence."):
        score.add(page(1, **truth), text)
    assert (score.titles, score.bylines) == ([False, True, False], [False, True, False])


def test_names_are_told_however_they_are_written():
    assert names(["Danielle DeSiato, Donna Enzmann, and Natalie Nguyen"]) == names(
        ["Donna  Enzmann", "NATALIE NGUYEN", "Danielle De Siato"]
    )
    assert names(["Dylan Bailey, MS, RD"]) == {"dylanbailey"}
    assert names([""]) == frozenset()


def test_lanes_that_agree_have_no_difference_and_others_say_where():
    html = f"<title>T</title><article><h1>Ferry</h1><p>{STORY * 3}</p><p>{STORY}</p></article>"
    fast = extract(html)
    assert difference(fast, extract(html)) is None
    assert difference(fast, extract(html.replace("<title>T", "<html lang=en><title>T")))[0] == "metadata: language"
    assert difference(fast, extract(html.replace("Nobody", "No one")))[0] == "text: other text in the tree"
    assert difference(fast, extract(html.replace("voted on Monday", "voted on<p>Monday")))[0] == (
        "text: cut otherwise into blocks"
    )
    assert difference(fast, "NoArticleError: nothing")[0] == "one finds no article"


@pytest.fixture
def public_layout(tmp_path):
    """Two pages as the public benchmark has them: ground-truth.json and html/*.html.gz."""
    (tmp_path / "html").mkdir()
    truth = {}
    for name in ("aa", "bb"):
        html = f"<html><head><title>{name}</title></head><body><article><p>{name} {STORY}</p></article></body></html>"
        (tmp_path / "html" / f"{name}.html.gz").write_bytes(gzip.compress(html.encode()))
        truth[name] = {"articleBody": f"{name} {STORY}", "url": f"http://{name}.example/"}
    (tmp_path / "ground-truth.json").write_text(json.dumps(truth))
    return tmp_path


def test_the_public_benchmarks_own_layout_is_read(public_layout):
    assert [each.key for each in load(public_layout)] == [f"{public_layout.name}/aa", f"{public_layout.name}/bb"]


def test_pages_of_sites_that_the_weights_know_are_shown_apart(public_layout, monkeypatch, tmp_path):
    monkeypatch.setattr("benchmarks.extraction_texts.CACHE", tmp_path / "texts")
    only_ours = {"dupdetect": lambda html: STORY}
    monkeypatch.setattr(extraction_quality, "text_extractors", lambda: only_ours)
    pages = list(load(public_layout))
    monkeypatch.setattr(extraction_quality, "SITES", tmp_path / "sites.txt")
    extraction_quality.SITES.write_text(extraction_quality._site_digest(pages[0]) + "\n")
    titles = [table.title for table in extraction_quality.quality_tables([public_layout])]
    assert titles == [f"{public_layout.name}, sites that our weights have seen", public_layout.name]


def test_every_part_can_be_asked_for_and_says_which_data_it_wants(public_layout):
    assert BENCHMARK.parts == tuple(PARTS)
    with pytest.raises(SettingsError, match="pass --data DIR"):
        list(BENCHMARK.measure(Options()))
    with pytest.raises(SettingsError, match="sites needs other data"):
        list(BENCHMARK.measure(Options(data=(public_layout,), only=("sites",))))


def test_templates_clear_a_bare_site_and_eat_nothing(tmp_path):
    stories = [f"Story {n} begins here.\n\n" + "\n\n".join(f"{STORY} {n} {k}" * 2 for k in range(5)) for n in range(60)]
    made = bare_site(stories)
    assert all(text in html_of(each) for each in made for text in each.text.split("\n\n"))
    lines = [{"id": each.id, "site": "s", "html": each.html, "text": each.text} for each in made]
    with gzip.open(tmp_path / "made.docs.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    (table,) = site_tables([tmp_path], quick=True)
    assert [row["site"] for row in table.rows] == ["s", "example blog", "bare"]
    assert [row["eaten"] for row in table.rows] == [0, 0, 0]


def test_a_bio_under_every_post_of_the_example_blog_goes_and_the_cross_posted_post_stays_whole():
    pages = [each for each in example_pages() if not each.id.startswith("front-page")]
    template = learn_template(each.html for each in pages)
    for each in pages:
        with_bio, without = extract(each.html).text, extract(each.html, template=template).text
        assert with_bio == f"{without}\n\n{with_bio.rpartition(chr(10) + chr(10))[2]}"
        assert all(paragraph in without for paragraph in each.text.split("\n\n"))
        assert "Jane founded" not in without


def html_of(each):
    return each.html.replace("&#x27;", "'")
