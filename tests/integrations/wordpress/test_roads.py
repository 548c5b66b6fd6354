"""Every road to the public blocks or holds a copy, on two WordPresses."""

from __future__ import annotations

import html
import json
import re
import urllib.request
import xmlrpc.client

import pytest
from tests.integrations.wordpress.site import Browsing, WordPress, nonce, send
from tests.integrations.wordpress.texts import blocks, piece

pytestmark = pytest.mark.system


def draft(site: WordPress, title: str, content: str, **more: object) -> int:
    answer = site.rest("POST", "/wp/v2/posts", {"title": title, "content": content, **more})
    assert answer.status == 201, answer
    return int(answer.json["id"])


def note(site: WordPress, id: int) -> dict[str, object] | None:
    return site.php(f"return Dupdetect\\Note::of({id});")


# ------------------------------------------------------------------------------------------------------- REST


def test_a_copy_created_by_rest_is_refused_naming_the_match_and_nothing_is_stored(site):
    original = site.published("Deadline deals", blocks("create"), categories=[2])
    answer = site.publish("Zanzibar", blocks("create"), categories=[3])
    assert answer.status == 409
    assert answer.json["code"] == "dupdetect_duplicate"
    assert "Deadline deals" in answer.json["message"]
    (match,) = answer.json["data"]["matches"]
    assert match["id"] == f"wp:1:{original}"
    assert (match["site"], match["sections"]) == ("Main Blog", ["Politics"])
    assert match["passages"]
    assert site.rest("GET", "/wp/v2/posts?search=Zanzibar&status=any").json == []


def test_a_draft_published_by_its_status_alone_is_refused_and_stays_a_draft(site):
    site.published("First", blocks("status"))
    copy = draft(site, "Second", blocks("status"))
    assert site.rest("POST", f"/wp/v2/posts/{copy}", {"status": "publish"}).status == 409
    assert site.status(copy) == "draft"


@pytest.mark.parametrize("status", ["future", "private"])
def test_a_copy_that_is_scheduled_or_published_privately_is_refused(site, status):
    site.published(f"First {status}", blocks(status))
    copy = draft(site, "Second", blocks(status))
    change = {"status": status} | ({"date_gmt": "2090-01-01T00:00:00"} if status == "future" else {})
    assert site.rest("POST", f"/wp/v2/posts/{copy}", change).status == 409
    assert site.status(copy) == "draft"


def test_a_copy_goes_live_with_a_reason_which_is_kept_with_the_name(site):
    original = site.published("First", blocks("reason"))
    answer = site.publish("Second", blocks("reason"), dupdetect_reason="An agency piece")
    assert answer.status == 201
    copy = answer.json["id"]
    (kept,) = site.service.ask("GET", f"/v1/overrides?id=wp:1:{copy}").json["overrides"]
    assert (kept["reason"], kept["actor"]) == ("An agency piece", "editor")
    assert [match["id"] for match in kept["matches"]] == [f"wp:1:{original}"]
    again = site.rest("POST", f"/wp/v2/posts/{copy}", {"title": "Second, mended"})
    assert again.status == 200  # the override stands


def test_a_reason_from_someone_who_may_not_override_does_not_help(site):
    site.published("First", blocks("author"))
    answer = site.publish("Second", blocks("author"), user="author", dupdetect_reason="Please")
    assert answer.status == 409
    assert "You may not" in answer.json["message"]


def test_a_page_is_checked_as_a_post_is(site):
    site.published("First", blocks("page"))
    answer = site.rest("POST", "/wp/v2/pages", {"title": "A page", "content": blocks("page"), "status": "publish"})
    assert answer.status == 409


def test_a_type_that_is_not_chosen_is_not_checked(site):
    site.published("First", blocks("type"))
    with site.set(post_types=["post"]):
        answer = site.rest("POST", "/wp/v2/pages", {"title": "A page", "content": blocks("type"), "status": "publish"})
    assert answer.status == 201


# ------------------------------------------------------------------------------------------------ forms in wp-admin


def classic(person: Browsing, title: str, content: str, **more: str) -> tuple[int, str]:
    """Write a post in the classic form and press Publish; return its id and the page that follows."""
    page = person.get("wp-admin/post-new.php?classic-editor").text
    id = int(re.search(r"name='post_ID' value='(\d+)'", page)[1]) if "name='post_ID'" in page else None
    if id is None:
        pytest.fail("no classic form")
    fields = {
        "action": "editpost",
        "post_ID": str(id),
        "post_type": "post",
        "_wpnonce": nonce(page),
        "post_title": title,
        "content": content,
        "post_status": "draft",
        "original_post_status": "auto-draft",
        "publish": "Publish",
        **more,
    }
    answer = person.post("wp-admin/post.php", fields)
    assert "message=" not in answer.url or more.get("dupdetect_reason") or "post_status" in more, answer.url
    return id, answer.text


def classic_only(site: WordPress) -> None:
    """Let posts be edited in the classic form, as its plugin does."""
    path = site.path / "wp-content" / "mu-plugins" / "classic.php"
    path.write_text(
        "<?php\nadd_filter('use_block_editor_for_post', function ($is) {\n"
        "  return isset($_GET['classic-editor']) ? false : $is;\n});\n"
    )


def test_the_classic_form_holds_a_copy_as_pending_and_says_why(site):
    classic_only(site)
    site.published("Classic first", piece("classic"))
    id, page = classic(Browsing(site, "editor"), "Classic second", piece("classic"))
    assert site.status(id) == "pending"
    assert "Not published" in page
    assert "Classic first" in page


def test_the_classic_form_publishes_with_a_reason(site):
    classic_only(site)
    site.published("Classic first", piece("classic reason"))
    person = Browsing(site, "editor")
    id, _ = classic(person, "Classic second", piece("classic reason"))
    page = person.get(f"wp-admin/post.php?post={id}&action=edit&classic-editor").text
    assert "Classic first" in page  # the box names the match
    fields = {
        "action": "editpost",
        "post_ID": str(id),
        "post_type": "post",
        "_wpnonce": nonce(page),
        "post_title": "Classic second",
        "content": piece("classic reason"),
        "post_status": "pending",
        "original_post_status": "pending",
        "publish": "Publish",
        "dupdetect_nonce": nonce(page, "dupdetect_nonce"),
        "dupdetect_reason": "Both sections want it",
    }
    person.post("wp-admin/post.php", fields | {"dupdetect_nonce": "0"})
    assert site.status(id) == "pending"  # a reason without the form's nonce is no reason
    person.post("wp-admin/post.php", fields)
    assert site.status(id) == "publish"
    assert note(site, id)["override"] == {
        "reason": "Both sections want it",
        "actor": "editor",
        "capability": "edit_others_posts",
    }


def test_quick_edit_holds_a_copy_and_its_row_says_so(site):
    site.published("Quick first", piece("quick"))
    copy = draft(site, "Quick second", piece("quick"))
    person = Browsing(site, "editor")
    page = person.get("wp-admin/edit.php").text
    fields = {
        "action": "inline-save",
        "post_type": "post",
        "post_ID": str(copy),
        "edit_date": "true",
        "post_status": "all",
        "screen": "edit-post",
        "_inline_edit": nonce(page, "_inline_edit"),
        "post_title": "Quick second",
        "post_name": "",
        "_status": "publish",
        "post_author": "2",
        "post_view": "list",
    }
    answer = person.post("wp-admin/admin-ajax.php", fields)
    assert site.status(copy) == "pending"
    assert "Held: like an earlier post" in answer.text


def test_bulk_edit_holds_the_copy_publishes_the_other_and_says_so(site):
    site.published("Bulk first", piece("bulk"))
    copy, other = draft(site, "Bulk second", piece("bulk")), draft(site, "Bulk other", piece("bulk other"))
    person = Browsing(site, "editor")
    page = person.get("wp-admin/edit.php").text
    fields = {
        "post_type": "post",
        "action": "edit",
        "bulk_edit": "Update",
        "_wpnonce": nonce(page),
        "post[]": [str(copy), str(other)],
        "_status": "publish",
        "post_author": "-1",
        "comment_status": "",
        "ping_status": "",
        "sticky": "-1",
        "post_format": "-1",
    }
    answer = person.post("wp-admin/edit.php", fields)
    assert (site.status(copy), site.status(other)) == ("pending", "publish")
    assert "“Bulk second”: Not published" in html.unescape(answer.text)
    assert "Not published" not in person.get("wp-admin/edit.php").text.partition('id="the-list"')[0]  # said once


# ------------------------------------------------------------------------------------------------------ programs


def test_xml_rpc_holds_a_copy_as_pending(site):
    site.published("RPC first", piece("rpc"))
    call = xmlrpc.client.dumps(
        (1, "editor", "editor-password", {"post_title": "RPC", "post_content": piece("rpc"), "post_status": "publish"}),
        "wp.newPost",
    )
    answer = send(
        urllib.request.Request(f"{site.url}/xmlrpc.php", data=call.encode(), headers={"Content-Type": "text/xml"})
    )
    ((id,), _) = xmlrpc.client.loads(answer.text)
    assert site.status(int(id)) == "pending"
    assert note(site, int(id))["is_held"]


def test_wp_insert_post_in_code_holds_a_copy_as_pending(site):
    site.published("Code first", piece("code"))
    text = json.dumps(piece("code"))
    post = f"array('post_title' => 'It\\'s \"code\"', 'post_status' => 'publish', 'post_content' => {text})"
    id = site.php(f"return wp_insert_post(wp_slash({post}));")
    assert site.status(id) == "pending"
    assert note(site, id)["outcome"] == "block"


def test_wp_publish_post_by_another_plugin_is_taken_back(site):
    site.published("Direct first", piece("direct"))
    copy = draft(site, "Direct second", piece("direct"))
    site.php(f"wp_publish_post({copy});")
    assert site.status(copy) == "pending"
    assert not site.service.has(f"wp:1:{copy}")


# -------------------------------------------------------------------------------------------------- scheduled posts


def due(site: WordPress, *ids: int) -> list[int]:
    """Let scheduled posts come due, and let WP-Cron publish them; return which were announced as published."""
    then = "array('post_date' => '2020-01-01 00:00:00', 'post_date_gmt' => '2020-01-01 00:00:00')"
    moved = "; ".join(f"$wpdb->update($wpdb->posts, {then}, array('ID' => {id})); clean_post_cache({id})" for id in ids)
    fired = "; ".join(f"do_action('publish_future_post', {id})" for id in ids)
    heard = "$GLOBALS['heard'] = array(); add_action('publish_post', function ($id) { $GLOBALS['heard'][] = $id; })"
    return list(site.php(f"{heard}; {moved}; {fired}; return $GLOBALS['heard'];"))


def scheduled(site: WordPress, title: str, content: str, **more: object) -> int:
    answer = site.publish(title, content, status="future", date_gmt="2090-01-01T00:00:00", **more)
    assert answer.status == 201, answer
    return int(answer.json["id"])


def test_a_scheduled_post_is_published_when_nothing_is_like_it_and_is_then_in_the_index(site):
    id = scheduled(site, "Planned", blocks("planned"))
    assert not site.service.has(f"wp:1:{id}")
    due(site, id)
    assert site.status(id) == "publish"
    assert site.service.has(f"wp:1:{id}")
    assert site.publish("Copy of planned", blocks("planned")).status == 409


def test_a_second_schedule_of_one_text_is_refused(site):
    scheduled(site, "Planned once", blocks("planned twice"))
    answer = site.publish("Planned again", blocks("planned twice"), status="future", date_gmt="2091-01-01T00:00:00")
    assert answer.status == 409
    (match,) = answer.json["data"]["matches"]
    assert not match["is_public"]
    assert match["passages"] == []  # nobody else's to read yet


def test_a_scheduled_copy_is_held_when_it_comes_due_and_the_innocent_one_behind_it_goes_live(site):
    copy = scheduled(site, "Planned copy", blocks("overtaken"))
    innocent = scheduled(site, "Planned innocent", blocks("innocent"))
    site.published("Overtaken", blocks("overtaken"), dupdetect_reason="It is news now")
    letters = len(site.letters())
    assert due(site, copy, innocent) == [innocent]
    assert (site.status(copy), site.status(innocent)) == ("pending", "publish")
    assert note(site, copy)["is_held"]
    (letter,) = site.letters()[letters:]
    assert "Planned copy" in letter["subject"]
    assert "Overtaken" in letter["message"]
    assert set(letter["to"]) == {"editor@example.org", "admin@example.org"}


def test_a_post_scheduled_no_more_gives_its_text_free(site):
    id = scheduled(site, "Planned, then not", blocks("unplanned"))
    assert site.rest("POST", f"/wp/v2/posts/{id}", {"status": "draft"}).status == 200
    assert site.publish("Now by another", blocks("unplanned")).status == 201


def test_a_scheduled_post_that_is_deleted_gives_its_text_free(site):
    id = scheduled(site, "Planned, then gone", blocks("gone"))
    assert site.rest("DELETE", f"/wp/v2/posts/{id}?force=true", user="admin").status == 200
    assert site.publish("Now by another", blocks("gone")).status == 201


def test_a_scheduled_post_can_be_edited_and_does_not_meet_its_own_claim(site):
    id = scheduled(site, "Planned and mended", blocks("mended"))
    assert site.rest("POST", "/dupdetect/v1/check", {"post": id}).json["matches"] == []
    assert site.rest("POST", f"/wp/v2/posts/{id}", {"content": blocks("mended") + blocks("and more", 1)}).status == 200
    asked = site.rest("POST", "/dupdetect/v1/check", {"post": id})
    assert (asked.status, asked.json["outcome"]) == (200, "pass")
    due(site, id)
    assert site.status(id) == "publish"
