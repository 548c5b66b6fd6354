"""The newcomer's guide, followed click by click from a WordPress without the plugin."""

from __future__ import annotations

import re

import pytest
from tests.conftest import ROOT
from tests.fixtures.browsing import new_context
from tests.integrations.wordpress import site as sites
from tests.integrations.wordpress.conftest import require
from tests.integrations.wordpress.site import Browsing
from tests.integrations.wordpress.test_editor import SCREENSHOTS, picture, press_publish
from tests.integrations.wordpress.texts import blocks

pytestmark = pytest.mark.system

GUIDE = ROOT / "docs" / "how-to" / "wordpress.md"


def test_the_guide_leads_from_a_plain_wordpress_to_a_locked_publish_button(browser, tmp_path):
    require("sqlite")
    said = GUIDE.read_text(encoding="utf-8")
    for step in ("Upload Plugin", "Install Now", "Activate Plugin", "Duplicate check", "Save Changes", "Send now"):
        assert f"*{step}*" in said
    for command in ("dupdetect serve --index site.db", "make wordpress-zip"):
        assert re.search(rf"^{re.escape(command)}$", said, re.MULTILINE)
    with sites.wordpress("sqlite", tmp_path) as site:
        admin = "require_once ABSPATH . 'wp-admin/includes/admin.php';"
        site.php(f"{admin} deactivate_plugins('dupdetect/dupdetect.php');")
        site.php(f"{admin} delete_plugins(array('dupdetect/dupdetect.php'));")
        assert not (site.path / "wp-content" / "plugins" / "dupdetect").exists()
        answer = site.publish("Was here before", blocks("guide"))  # live, and no plugin has seen it
        assert answer.status == 201

        context = new_context(browser, viewport={"width": 1280, "height": 900})
        context.add_cookies(Browsing(site, "admin").cookies())
        page = context.new_page()
        # 2. Install the plugin
        page.goto(f"{site.url}/wp-admin/plugin-install.php")
        page.locator(".upload-view-toggle", has_text="Upload Plugin").click()
        page.locator("#pluginzip").set_input_files(sites.package(tmp_path))
        page.get_by_role("button", name="Install Now").click()
        page.get_by_role("link", name="Activate Plugin").click()
        # 3. Tell it where the service is, and what is already live
        page.goto(f"{site.url}/wp-admin/")
        page.locator("#menu-settings > a").click()
        page.locator("#menu-settings").get_by_role("link", name="Duplicate check").click()
        page.get_by_role("textbox", name="Service").fill(site.service.url)
        page.get_by_role("button", name="Save Changes").click()
        state = page.locator("#dupdetect-state")
        assert "The service answers" in state.inner_text()
        page.get_by_role("button", name="Send now").click()
        assert "first fill done" in state.inner_text()
        assert site.service.has(f"wp:1:{answer.json['id']}")
        if SCREENSHOTS:
            picture(page, "wordpress-settings", 1000)
        # 4. Try it
        page.goto(f"{site.url}/wp-admin/post-new.php")
        page.wait_for_function("window.wp?.data?.select('core/editor')?.getCurrentPostId()")
        page.evaluate("wp.data.dispatch('core/preferences').set('core/edit-post', 'welcomeGuide', false)")
        page.evaluate(
            "text => { wp.data.dispatch('core/editor').editPost({title: 'New'});"
            " wp.data.dispatch('core/block-editor').insertBlocks(wp.blocks.parse(text)); }",
            blocks("guide"),
        )
        press_publish(page)
        page.locator(".editor-post-publish-panel .dupdetect-check").get_by_text("Was here before").first.wait_for()
        page.wait_for_function("wp.data.select('core/editor').isPostSavingLocked()")
        context.close()
