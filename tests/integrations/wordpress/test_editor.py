"""The block editor, in a real browser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.browsing import new_context
from tests.integrations.wordpress.site import Browsing, WordPress
from tests.integrations.wordpress.test_network import crosspost
from tests.integrations.wordpress.texts import blocks

pytestmark = pytest.mark.system

SCREENSHOTS = os.environ.get("DUPDETECT_SCREENSHOTS")
"""Folder to take pictures for the documentation into."""


@contextmanager
def editing(browser: Any, site: WordPress, id: int, who: str = "editor") -> Iterator[Any]:
    """The editor with a post in it; whatever the page complains of is an error of the test."""
    context = new_context(browser, viewport={"width": 1280, "height": 900})
    context.add_cookies(Browsing(site, who).cookies())
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{site.url}/wp-admin/post.php?post={id}&action=edit")
    page.wait_for_function("window.wp?.data?.select('core/editor')?.getCurrentPostId()")
    page.evaluate("wp.data.dispatch('core/preferences').set('core/edit-post', 'welcomeGuide', false)")
    page.locator(".editor-post-publish-panel__toggle, .editor-post-publish-button").first.wait_for()
    yield page
    context.close()
    assert errors == []


def copy_of(site: WordPress, title: str, content: str, user: str = "editor") -> int:
    """A draft of a text that is live already, in Politics."""
    site.published(title, content, categories=[2])
    answer = site.rest("POST", "/wp/v2/posts", {"title": title, "content": content, "categories": [3]}, user=user)
    return int(answer.json["id"])


def press_publish(page: Any) -> None:
    """Open the panel that stands before publishing."""
    page.locator(".editor-post-publish-panel__toggle").click()


def really(page: Any) -> Any:
    """The button in the panel."""
    return page.locator(".editor-post-publish-panel .editor-post-publish-button")


def picture(page: Any, name: str, height: int = 900) -> None:
    if SCREENSHOTS:
        page.set_viewport_size({"width": 1280, "height": height})
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")


def test_the_panel_shows_the_match_and_locks_publishing_until_there_is_a_reason(site, browser):
    title, text = crosspost()
    content = "\n\n".join(f"<!-- wp:paragraph -->\n{one}\n<!-- /wp:paragraph -->" for one in text.split("\n\n"))
    id = copy_of(site, title, content)
    with editing(browser, site, id) as page:
        press_publish(page)
        panel = page.locator(".editor-post-publish-panel .dupdetect-check")
        panel.locator(".dupdetect-verdict").wait_for()
        said = panel.inner_text()
        assert "The same text as" in said
        assert title in said
        assert re.search(r"Main Blog · Politics · \d{4}-\d\d-\d\d · 100% the same", said)
        page.wait_for_function(
            "document.querySelector('.editor-post-publish-panel .editor-post-publish-button').ariaDisabled === 'true'"
        )
        panel.locator("summary").first.click()
        assert "Jabhat al Nusra" in panel.locator("blockquote").first.inner_text()
        picture(page, "wordpress-panel", 1500)
        allow = panel.get_by_role("button", name="Allow it")
        assert allow.is_disabled()  # an empty reason is no reason
        panel.get_by_label("Why publish it all the same?").fill("The Bullpen has other readers")
        allow.click()
        panel.get_by_text("May be published, with your reason.").wait_for()
        picture(page, "wordpress-override")
        page.wait_for_function(
            "document.querySelector('.editor-post-publish-panel .editor-post-publish-button').ariaDisabled !== 'true'"
        )
        really(page).click()
        page.locator(".post-publish-panel__postpublish").wait_for()
    assert site.status(id) == "publish"
    (kept,) = site.service.ask("GET", f"/v1/overrides?id=wp:1:{id}").json["overrides"]
    assert (kept["reason"], kept["actor"]) == ("The Bullpen has other readers", "editor")
    note = site.php(f"return Dupdetect\\Note::of({id});")
    assert note["override"] == {
        "reason": "The Bullpen has other readers",
        "actor": "editor",
        "capability": "edit_others_posts",
    }


def test_the_panel_lets_the_copy_point_to_its_original_and_then_go_live(site, browser):
    id = copy_of(site, "Pointing", blocks("pointing"))
    with editing(browser, site, id) as page:
        press_publish(page)
        page.get_by_role("button", name="Name it as the original").click()
        page.locator(".editor-post-publish-panel").get_by_text("Points to").wait_for()
        page.wait_for_function(
            "document.querySelector('.editor-post-publish-panel .editor-post-publish-button').ariaDisabled !== 'true'"
        )
        really(page).click()
        page.locator(".post-publish-panel__postpublish").wait_for()
    assert site.status(id) == "publish"


def test_the_server_refuses_what_the_panel_did_not_stop_and_the_editor_says_why(site, browser):
    id = copy_of(site, "Unlocked", blocks("unlocked"))
    with editing(browser, site, id) as page:
        page.evaluate("wp.data.dispatch('core/editor').editPost({status: 'publish'})")
        page.evaluate("wp.data.dispatch('core/editor').savePost()")
        notice = page.locator(".components-notice.is-error")
        notice.first.wait_for()
        assert "Not published: The same text as “Unlocked” in Politics, Main Blog" in notice.first.inner_text()
        picture(page, "wordpress-refused")
    assert site.status(id) == "draft"


def test_a_new_text_passes_and_closing_the_panel_unlocks_saving(site, browser):
    id = site.rest("POST", "/wp/v2/posts", {"title": "New", "content": blocks("new text")}).json["id"]
    with editing(browser, site, id) as page:
        press_publish(page)
        page.locator(".editor-post-publish-panel").get_by_text("Nothing like it has been published.").wait_for()
        assert really(page).get_attribute("aria-disabled") != "true"
        page.locator(".editor-post-publish-panel__header-cancel-button button").click()
        assert not page.evaluate("wp.data.select('core/editor').isPostSavingLocked()")


def test_an_author_who_may_not_override_is_told_so(site, browser):
    site.published("Authors", blocks("authors"))
    id = site.rest("POST", "/wp/v2/posts", {"title": "Copy", "content": blocks("authors")}, user="author").json["id"]
    with editing(browser, site, id, "author") as page:
        press_publish(page)
        panel = page.locator(".editor-post-publish-panel .dupdetect-check")
        panel.get_by_text("ask someone who may override").wait_for()
        assert panel.get_by_label("Why publish it all the same?").count() == 0


@pytest.mark.parametrize(("fail", "locked"), [("open", False), ("closed", True)])
def test_without_the_service_the_panel_says_unavailable_never_duplicate(site, browser, away, fail, locked):
    id = site.rest("POST", "/wp/v2/posts", {"title": f"Away {fail}", "content": blocks(f"panel {fail}")}).json["id"]
    with site.set(url=away, fail=fail), editing(browser, site, id) as page:
        press_publish(page)
        panel = page.locator(".editor-post-publish-panel .dupdetect-check")
        panel.locator(".dupdetect-verdict").wait_for()
        said = panel.inner_text()
        assert "unavailable" in said
        assert "duplicate" not in said
        page.wait_for_timeout(200)
        assert page.evaluate("wp.data.select('core/editor').isPostSavingLocked()") is locked


def test_script_in_a_matchs_title_is_text_in_the_panel(site, browser):
    site.php(
        "wp_set_current_user(1); kses_remove_filters(); wp_insert_post(wp_slash(array('post_status' => 'publish',"
        f" 'post_title' => 'An &lt;img src=x onerror=alert(1)&gt; title', 'post_content' => '{blocks('hostile')}')));"
    )
    id = site.rest("POST", "/wp/v2/posts", {"title": "Copy", "content": blocks("hostile")}).json["id"]
    with editing(browser, site, id) as page:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        press_publish(page)
        panel = page.locator(".editor-post-publish-panel .dupdetect-check")
        panel.locator(".dupdetect-match").first.wait_for()
        assert "<img src=x onerror=alert(1)>" in panel.locator(".dupdetect-match").first.inner_text()
        assert panel.locator(".dupdetect-match img").count() == 0
