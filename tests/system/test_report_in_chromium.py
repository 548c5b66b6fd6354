"""The report in a real browser: it shows, leads, filters, keeps quiet, and runs nothing a stranger wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.fixtures.browsing import new_context
from tests.fixtures.scan_samples import hostile_scan, large_scan, small_scan

from dupdetect import Detector, Document
from dupdetect.report import render_comparison, render_scan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.system

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """Open HTML in a fresh context; afterwards nothing may have been said on the console or asked of a network."""
    contexts, complaints = [], []

    def open_page(html: str, **options: object) -> Page:
        path = tmp_path / f"{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        context = new_context(browser, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url == path.as_uri() or complaints.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="module")
def small() -> str:
    return render_scan(small_scan())


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id")


def test_a_scan_opens_without_a_word_or_a_request(show, small):
    page = show(small)
    assert page.inner_text("h1") == "Duplicated articles"
    assert page.inner_text("#shown") == "7 of 7 shown"


def test_passages_are_highlighted_in_their_own_colours(show, small):
    page = show(small)
    page.click("#pair-2 > summary")
    colours = "elements => elements.map(element => getComputedStyle(element).backgroundColor)"
    (left, right), (paper, _) = (page.eval_on_selector_all(f"#pair-2 {part}", colours) for part in ("mark", ".text"))
    assert left == right != paper
    facts, wording = (page.eval_on_selector_all(f"#pair-2 ins.{kind}", colours)[0] for kind in ("facts", "wording"))
    assert len({facts, wording, paper}) == 3


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_the_number_of_a_passage_leads_to_its_other_side(show, small, script):
    page = show(small, java_script_enabled=script)
    page.click("#pair-2 > summary")
    page.click("#pair-2-left-1")
    assert page.url.endswith("#pair-2-right-1")
    assert page.query_selector("#pair-2-right-1:focus")
    page.keyboard.press("Enter")
    assert page.query_selector("#pair-2-left-1:focus")


def test_a_click_into_a_passage_leads_to_its_other_side(show, small):
    page = show(small)
    page.click("#pair-2 > summary")
    page.click("#pair-2 del.facts")
    assert focused(page) == "pair-2-right-1"


def test_the_pointer_on_a_passage_shows_its_other_side(show, small):
    page = show(small)
    page.click("#pair-2 > summary")
    page.hover("#pair-2 del.facts")
    assert [mark.get_attribute("data-to") for mark in page.query_selector_all("mark.peer")] == ["pair-2-left-1"]


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_a_relation_can_be_filtered_out_and_back(show, small, script):
    page = show(small, java_script_enabled=script)
    assert page.is_visible("#pair-2")
    page.click("label[for=show-NEAR]")
    assert not page.is_visible("#pair-2")
    assert page.is_visible("#pair-1")
    if script:
        assert page.inner_text("#shown") == "5 of 7 shown"
    page.click("label[for=show-NEAR]")
    assert page.is_visible("#pair-2")


def test_pairs_can_be_found_by_title(show, small):
    page = show(small)
    page.fill("#find", "oban herald")
    page.locator("#shown", has_text="2 of 7 shown").wait_for()
    visible = [pair.get_attribute("id") for pair in page.query_selector_all(".pair") if pair.is_visible()]
    assert visible == ["pair-2", "pair-3"]


def test_the_keyboard_reaches_and_works_everything(show, small):
    page = show(small)
    page.keyboard.press("Tab")
    assert page.inner_text(":focus") == "Skip to the content"
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.closest('[id]').id"))
        if page.query_selector("#show-NEAR:focus"):
            page.keyboard.press("Space")
        if page.query_selector("#pair-1 > summary:focus"):
            page.keyboard.press("Enter")
        if page.query_selector("#pair-1-left-1:focus"):
            page.keyboard.press("Enter")
            break
    assert focused(page) == "pair-1-right-1"
    assert not page.is_visible("#pair-2")
    assert seen.index("show-IDENTICAL") < seen.index("find") < seen.index("pair-1") < seen.index("pair-1-left-1")


def test_focus_is_visible(show, small):
    page = show(small)
    for wanted in ("show-NEAR", "pair-1"):
        page.focus(f"#{wanted}" if wanted.startswith("show") else f"#{wanted} > summary")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        drawn = "element.matches('input') ? element.nextElementSibling : element"
        assert page.eval_on_selector(":focus", f"element => getComputedStyle({drawn}).outlineStyle") == "solid"


def test_landmarks_and_names_are_there_for_screen_readers(show, small):
    page = show(small)
    tree = page.locator("body").aria_snapshot()
    for line in (
        '- link "Skip to the content"',
        '- navigation "Parts of this report"',
        "- main",
        '- region "Overview"',
        '- region "Pairs"',
        "- contentinfo",
        '- checkbox "Near 2"',
        "- status",
    ):
        assert line in tree
    unnamed = """elements => elements.filter(element => element.checkVisibility() && !(element.ariaLabel
        || element.textContent.trim() || element.labels?.length)).map(element => element.outerHTML)"""
    assert page.eval_on_selector_all("a, button, input, summary, [role=region], [role=img]", unnamed) == []


CONTRAST = r"""() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let up = element; up; up = up.parentElement) {
      const colour = getComputedStyle(up).backgroundColor;
      if (!colour.endsWith(", 0)")) return colour;
    }
  };
  const poor = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest("svg, script, noscript")) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.add(`${element.localName}.${element.className}: ${ratio.toFixed(2)}`);
  }
  return [...poor];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_the_contrast_that_wcag_aa_asks_for(show, small, scheme):
    """At least 4.5:1, WCAG 2.2, success criterion 1.4.3."""
    page = show(small, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert page.evaluate(CONTRAST) == []


def test_dark_readers_get_a_dark_page(show, small):
    grounds = [
        page.evaluate("getComputedStyle(document.body).backgroundColor")
        for page in (show(small, color_scheme="light"), show(small, color_scheme="dark"))
    ]
    light, dark = (sum(map(int, re.findall(r"\d+", ground)[:3])) for ground in grounds)
    assert light > 600
    assert dark < 150


@pytest.mark.parametrize("scan", [small_scan, hostile_scan])
def test_nothing_sticks_out_on_a_phone(show, scan):
    page = show(render_scan(scan()), viewport=PHONE)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_pairs_built_by_the_script_are_those_written_out(show):
    """The template and the script make the same elements: one is the other's oracle."""
    for scan in (small_scan(), large_scan(20, words=80, articles=9)):
        written, built = show(render_scan(scan)), show(render_scan(scan, written_out=0))
        assert built.query_selector_all("#pairs .columns") == []
        bodies = []
        for page in (written, built):
            page.evaluate("document.querySelectorAll('.pair').forEach(details => details.open = true)")
            page.wait_for_selector(f".columns >> nth={len(scan.pairs) - 1}", state="attached")
            bodies.append(page.eval_on_selector_all(".pair .body", "bodies => bodies.map(body => body.outerHTML)"))
        assert len(bodies[0]) == len(scan.pairs)
        assert bodies[0] == bodies[1]
        texts = {piece.id: piece.text for piece in scan.articles}
        built.evaluate("document.querySelectorAll('.pill').forEach(pill => pill.remove())")
        shown = built.eval_on_selector_all(".pair .text", "columns => columns.map(column => column.textContent)")
        assert sorted(shown) == sorted(texts[id_] for pair in scan.pairs for id_ in (pair.left, pair.right))


def test_a_link_into_a_pair_that_is_not_built_yet_builds_and_opens_it(show):
    page = show(render_scan(small_scan(), written_out=0))
    page.evaluate("location.hash = 'pair-3-right-1'")
    page.wait_for_selector("#pair-3-right-1:focus")
    assert page.is_visible("#pair-3 .text >> nth=0")


def test_a_pair_that_stood_open_before_the_script_came_is_built(show):
    """The only pair is opened by the page itself, whose word of it the script may come too late to hear."""
    html = render_scan(hostile_scan(), written_out=0)
    script = re.search("<script>(.*?)</script>", html, re.DOTALL)
    page = show(html.replace(script[0], ""))
    assert page.query_selector_all("#pair-1[open] mark") == []
    page.evaluate(f"() => {{ {script[1]} }}")
    assert page.query_selector_all("#pair-1[open] mark")


def test_ten_thousand_pairs_open_filter_and_find(show):
    page = show(render_scan(large_scan(10_000, words=200)))
    assert page.inner_text("#shown") == "10,000 of 10,000 shown"
    page.evaluate("document.querySelector('#pair-10000 > summary').click()")
    page.wait_for_selector("#pair-10000 mark", state="attached")
    assert len(page.query_selector_all(".columns")) == 201
    page.evaluate("document.getElementById('show-TEMPLATE').click()")
    assert page.inner_text("#shown") == "8,000 of 10,000 shown"
    assert not page.is_visible("#pair-10000")
    # What is out of sight is not laid out: that is what carries so many.
    page.evaluate("document.getElementById('show-TEMPLATE').click()")
    drawn = "rows => rows.filter(row => row.checkVisibility({ contentVisibilityAuto: true })).length"
    assert page.eval_on_selector_all(".pair > summary", drawn) <= 1_000


@pytest.mark.parametrize("written_out", [0, 200])
def test_what_a_stranger_wrote_is_shown_and_never_run(show, written_out):
    page = show(render_scan(hostile_scan(), written_out=written_out))
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    page.wait_for_selector("#pair-1 mark", state="attached")
    assert page.evaluate("window.broken") is None
    assert "<script>window.broken = 1</script>" in page.inner_text("#pair-1 .text >> nth=0")
    assert page.query_selector_all("img, b") == []


def test_the_policy_stops_a_script_even_where_escaping_had_failed(browser, tmp_path):
    """Not our escaping but the second wall: markup is put into the file by force."""
    path = tmp_path / "forced.html"
    attack = "<script>window.broken = 1</script><img src=x onerror='window.broken = 1'><p style='color:red'>here</p>"
    path.write_text(render_scan(small_scan()).replace("<main", f"{attack}<main", 1), encoding="utf-8")
    page = new_context(browser).new_page()
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(path.as_uri())
    assert page.evaluate("window.broken") is None
    assert sum("Content Security Policy" in text for text in refused) >= 3
    assert page.inner_text("#shown") == "7 of 7 shown"
    page.context.close()


def test_a_comparison_opens_without_a_word_or_a_request(show):
    scan = small_scan()
    texts = {piece.id: piece for piece in scan.articles}
    pair = scan.pairs[1]
    page = show(render_comparison(texts[pair.left], texts[pair.right], pair.verdict), viewport=PHONE)
    page.click("#pair-1-left-1")
    assert focused(page) == "pair-1-right-1"
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_example_blog_is_shown_with_its_duplicated_post(show, firedoglake):
    pages = sorted((firedoglake / "pages").glob("*.html"))
    with Detector() as detector:
        scan = detector.scan(Document(id=page.name, content=page.read_bytes()) for page in pages)
    page = show(render_scan(scan))
    assert page.inner_text("#pair-1 .badge") == "Identical"
    page.click("#pair-1 > summary")
    left, right = (page.inner_text(f"#pair-1 section:nth-of-type({n}) mark >> nth=0") for n in (1, 2))
    assert left == right
    assert "The Al-Qaeda affiliate in Syria, Jabhat al Nusra" in left
    assert page.inner_text(".repeat .text").count("The Al-Qaeda affiliate in Syria, Jabhat al Nusra") == 2
