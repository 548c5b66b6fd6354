"""The service's pages in a real browser: without JavaScript too, by keyboard, in the dark, and asked for a token."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("fastapi", reason="needs the extra server")

from tests.fixtures.browsing import new_context
from tests.server.serving import BREAD, FERRY, TOKEN, post, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.system

SCRIPT = "<script>document.title='run'</script>"


def fill(service) -> None:
    """Publish, block, warn, override, pass; wait until it is written down."""
    service.put("wp:1:5", post(title="Deadline deals", site="Main Blog", sections=["Politics"]))
    service.put("wp:1:6", post(content=BREAD, title=SCRIPT, site="Main Blog"))
    copy = post("wp:2:7", FERRY.replace("coffee", "tea"), title="Ferry saved", site="The Bullpen")
    service.decide(copy)
    service.decide(copy, override={"reason": "Both editors agreed", "actor": "js"})
    service.decide(post("wp:2:8", BREAD, title=SCRIPT, site=SCRIPT))
    service.decide(post("wp:2:9", "Something else entirely, and long enough to be told from the others by its words."))
    time.sleep(1.3)


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator:
    with served(tmp_path_factory.mktemp("pages") / "site.db") as client:
        fill(client)
        yield client


@pytest.fixture
def visit(browser: Browser, service) -> Iterator:
    """Open a page in a fresh context; nothing may be said on the console or asked of another place."""
    contexts, complaints = [], []

    def open_page(path: str = "/", client=service, **options: object) -> Page:
        context = new_context(browser, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: "403" in message.text or complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: request.url.startswith(client.url) or complaints.append(request.url))
        page.goto(client.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_the_list_of_checks_a_reader_comes_to_the_two_texts_side_by_side(visit, scripts):
    page = visit(java_script_enabled=scripts)
    assert page.inner_text("h1") == "dupdetect"
    rows = page.locator("table.checks tbody tr")
    assert [row.locator("td .badge").inner_text() for row in rows.all()] == ["pass", "block", "overridden", "block"]
    page.click("text=Ferry saved >> nth=1")
    assert page.inner_text("h1") == "Ferry saved"
    assert "“Deadline deals” in Politics, Main Blog" in page.inner_text("main")
    texts = page.locator(".text")
    assert "welcomed the news with tea" in texts.nth(0).inner_text()
    assert "welcomed the news with coffee" in texts.nth(1).inner_text()
    assert page.locator("ins").filter(has_text="coffee").count() == 1
    page.click("nav >> text=Overrides")
    assert "Both editors agreed" in page.inner_text("main")


def test_what_a_stranger_wrote_is_shown_and_not_run(visit):
    page = visit()
    assert page.get_by_text(SCRIPT).count() >= 1
    page.locator("table.checks a").first.click()
    assert page.inner_text("h1") == SCRIPT
    assert page.title() == SCRIPT


def test_the_keyboard_reaches_the_content_and_every_link_shows_its_focus(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "A":
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/checks/*")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_readers_colours_and_fits_a_phone(visit, scheme):
    for path in ("/", "/overrides", "/checks/2"):
        page = visit(path, color_scheme=scheme, viewport={"width": 390, "height": 844})
        light = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(245, 245, 242)"
        assert light == (scheme == "light")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_every_table_has_headings_and_every_region_a_name(visit):
    for path in ("/", "/overrides", "/checks/2"):
        page = visit(path)
        assert page.locator("main").count() == page.locator("h1").count() == 1
        for table in page.locator("table").all():
            assert table.locator("th[scope=col]").count() > 1
        for region in page.locator("[role=region], section").all():
            assert region.get_attribute("aria-label") or region.get_attribute("aria-labelledby")


def test_with_a_token_the_page_asks_for_it_and_lets_the_reader_out_again(visit, tmp_path):
    with served(tmp_path / "site.db", token=TOKEN) as locked:
        fill(locked)
        page = visit("/overrides", client=locked, java_script_enabled=False)
        assert page.url.endswith("/login")
        page.get_by_label("token").fill("wrong but long enough")
        page.keyboard.press("Enter")
        assert page.get_by_role("alert").inner_text() == "This is not the token."
        page.get_by_label("token").fill(TOKEN)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(locked.url + "/")
        assert page.locator("table.checks").count() == 1
        (cookie,) = page.context.cookies()
        assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        page.get_by_role("button", name="Log out").click()
        page.goto(locked.url + "/")
        assert page.url.endswith("/login")
