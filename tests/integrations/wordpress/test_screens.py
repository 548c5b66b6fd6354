"""What people see in wp-admin, and what strangers cannot do there."""

from __future__ import annotations

import html
import json
import re

import pytest
from tests.integrations.wordpress.site import Browsing, nonce
from tests.integrations.wordpress.test_roads import classic, classic_only
from tests.integrations.wordpress.texts import blocks, piece

pytestmark = pytest.mark.system

SCRIPT = "<script>alert('title')</script><img src=x onerror=alert(1)>"


def live(page: str) -> list[str]:
    """Pieces of a page in which a title's markup would be alive."""
    return re.findall(r"<script>alert\('title'\)|<img src=x", page)


def test_script_in_titles_is_text_on_every_screen(site):
    classic_only(site)
    site.rest("POST", "/wp/v2/categories", {"name": "Law & <b>order</b>"}, user="admin")
    site.php(
        "global $current_user; wp_set_current_user(1); kses_remove_filters();"
        f"wp_insert_post(wp_slash(array('post_title' => {json.dumps(SCRIPT)}, 'post_status' => 'publish',"
        f" 'post_content' => {json.dumps(piece('script'))})));"
    )
    person = Browsing(site, "editor")
    id, page = classic(person, "Innocent title", piece("script"))
    assert site.status(id) == "pending"
    assert live(page) == []
    # The service strips a title to its words; a hostile one may say anything, so the note is made hostile too.
    hostile = {"outcome": "block", "message": SCRIPT, "is_held": True, "override": {"reason": SCRIPT, "actor": SCRIPT}}
    match = dict.fromkeys(("id", "title", "site"), SCRIPT)
    hostile["matches"] = [match | {"url": "javascript:alert(1)", "sections": [SCRIPT], "score": 1}]
    site.php(f"Dupdetect\\Note::set({id}, json_decode({json.dumps(json.dumps(hostile))}, true));")
    for screen in (
        f"wp-admin/post.php?post={id}&action=edit&classic-editor",
        f"wp-admin/post.php?post={id}&action=edit",
        "wp-admin/edit.php",
        "wp-admin/tools.php?page=dupdetect-audit&look=1",
    ):
        page = person.get(screen).text
        assert "Innocent title" in page
        assert live(page) == [], screen
        assert "javascript:alert" not in page, screen


def test_the_plugins_route_is_for_those_who_may_edit_the_post(site):
    id = site.rest("POST", "/wp/v2/posts", {"title": "Editor's", "content": blocks("route")}).json["id"]
    assert site.rest("POST", "/dupdetect/v1/check", {"post": id}).status == 200
    assert site.rest("POST", "/dupdetect/v1/check", {"post": id}, user="author").status == 403
    person = Browsing(site, "editor")
    anonymous = person.post("index.php?rest_route=/dupdetect/v1/check", {"post": id})  # a cookie, but no nonce
    assert anonymous.status == 401


def test_the_plugins_route_takes_no_reason_from_those_who_may_not_override(site):
    site.published("Mine", blocks("mine"))
    id = site.rest("POST", "/wp/v2/posts", {"title": "Copy", "content": blocks("mine")}, user="author").json["id"]
    answer = site.rest("POST", "/dupdetect/v1/check", {"post": id, "reason": "Please"}, user="author")
    assert answer.status == 403
    assert site.service.ask("GET", f"/v1/overrides?id=wp:1:{id}").json["overrides"] == []


def test_the_settings_page_stores_what_is_chosen_and_never_shows_the_token(site):
    person = Browsing(site, "admin")
    page = person.get("wp-admin/options-general.php?page=dupdetect").text
    assert "The service answers: version" in page
    form = {
        "action": "dupdetect_settings",
        "_wpnonce": nonce(page.partition('value="dupdetect_settings"')[2]),
        "url": site.service.url,
        "token": "a-secret-of-20-signs",
        "mode": "block",
        "fail": "closed",
        "override_capability": "manage_options",
        "post_types[]": ["post", "page", "revision"],
    }
    assert person.post("wp-admin/admin-post.php", form | {"_wpnonce": "0"}).status == 403
    answer = person.post("wp-admin/admin-post.php", form)
    assert "Settings saved." in answer.text
    assert "a-secret-of-20-signs" not in answer.text
    kept = site.settings()
    assert (kept["token"], kept["fail"], kept["post_types"]) == ("a-secret-of-20-signs", "closed", ["post", "page"])
    former = {"token": "", "forget_token": "1", "fail": "open", "override_capability": "edit_others_posts"}
    person.post("wp-admin/admin-post.php", form | former)
    assert site.settings()["token"] == ""
    editor = Browsing(site, "editor")
    assert editor.get("wp-admin/options-general.php?page=dupdetect").status == 403
    assert editor.post("wp-admin/admin-post.php", form).status == 403


def test_the_settings_page_says_that_the_service_is_away(site, away):
    with site.set(url=away):
        page = Browsing(site, "admin").get("wp-admin/options-general.php?page=dupdetect").text
    assert "The service is unavailable." in page


def test_the_settings_page_sends_what_waits(site):
    person = Browsing(site, "admin")
    id = site.published("Waits", blocks("waits"))
    site.service.ask("DELETE", f"/v1/documents/wp:1:{id}")
    site.php(f"(new Dupdetect\\Queue(new Dupdetect\\Client()))->push({id});")
    page = person.get("wp-admin/options-general.php?page=dupdetect").text
    assert "1 posts wait" in page
    work = re.search(r'dupdetect_work">.*?name="_wpnonce" value="([0-9a-f]+)"', page, re.DOTALL)[1]
    person.post("wp-admin/admin-post.php", {"action": "dupdetect_work", "_wpnonce": work, "now": "Send now"})
    assert site.service.has(f"wp:1:{id}")


def test_the_audit_page_shows_pairs_that_are_live_and_what_was_overridden(site):
    site.published("Twice live, once", blocks("twice live"), categories=[2])
    with site.set(mode="warn"):
        site.published("Twice live, again", blocks("twice live"), categories=[3])
    site.published("Overridden copy", blocks("twice live"), dupdetect_reason="A <b>good</b> reason")
    person = Browsing(site, "editor")
    page = person.get("wp-admin/tools.php?page=dupdetect-audit&look=1").text
    notes, _, pairs = html.unescape(page).partition('id="dupdetect-pairs"')
    assert "editor: “A good reason”" in notes
    seen = pairs
    while cursor := re.search(r"page=dupdetect-audit(?:&|&#038;)cursor=([^\"']+)", pairs):
        further = person.get(f"wp-admin/tools.php?page=dupdetect-audit&cursor={cursor[1]}").text
        pairs = html.unescape(further).partition("Live, and alike")[2]
        seen += pairs
    rows = re.findall(r"<tr>.*?</tr>", seen, re.DOTALL)
    row = next(row for row in rows if "Twice live, again" in row and "Twice live, once" in row)
    assert "Main Blog · Sports" in row
    assert "IDENTICAL" in row
    assert Browsing(site, "author").get("wp-admin/tools.php?page=dupdetect-audit").status == 403


def test_uninstalling_removes_everything_the_plugin_stored(site):
    """Last of this module: what follows activates it again."""
    left = site.php(
        """
        define('WP_UNINSTALL_PLUGIN', true);
        include WP_PLUGIN_DIR . '/dupdetect/uninstall.php';
        return array(
            $wpdb->get_col("SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%dupdetect%'"),
            $wpdb->get_col("SELECT meta_key FROM $wpdb->postmeta WHERE meta_key LIKE '%dupdetect%'"),
            $wpdb->get_col("SELECT meta_key FROM $wpdb->usermeta WHERE meta_key LIKE '%dupdetect%'"),
            array_filter(array_keys(array_merge(...array_values(array_filter((array) get_option('cron'), 'is_array')))),
                function ($hook) { return false !== strpos($hook, 'dupdetect'); }),
            $wpdb->get_col("SHOW TABLES LIKE '%dupdetect%'"),
        );
        """
    )
    assert left == [[], [], [], [], []]
    site.php("Dupdetect\\Install::activate();")
    site.settings(url=site.service.url)
