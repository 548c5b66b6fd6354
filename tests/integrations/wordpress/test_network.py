"""Main Blog and The Bullpen: one network, one index."""

from __future__ import annotations

import html
import re

import pytest
from tests.conftest import ROOT
from tests.integrations.wordpress.site import Browsing
from tests.integrations.wordpress.texts import blocks

pytestmark = pytest.mark.system

BULLPEN = "/bullpen"


def crosspost() -> tuple[str, str]:
    """Title and text of the post that stood on both blogs in 2014."""
    text = (ROOT / "examples" / "firedoglake" / "bullpen-crosspost.txt").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.split("\n\n")]
    return lines[1], "\n\n".join(f"<p>{line}</p>" for line in lines[2:9])


def test_a_post_of_main_blog_is_refused_in_the_bullpen_naming_main_blog(network):
    title, text = crosspost()
    first = network.publish(title, text)
    assert first.status == 201
    assert network.service.has(f"wp:1:{first.json['id']}")
    second = network.publish(title, text, blog=BULLPEN)
    assert second.status == 409
    (match,) = second.json["data"]["matches"]
    assert (match["id"], match["site"]) == (f"wp:1:{first.json['id']}", "Main Blog")
    assert title in second.json["message"]
    assert "Main Blog" in second.json["message"]
    assert network.rest("GET", "/wp/v2/posts?status=any", blog=BULLPEN).json[0]["title"]["rendered"] == "Hello world!"


def test_it_runs_in_the_bullpen_too_with_a_reason_under_an_id_of_its_own(network):
    network.published("Both", blocks("both"))
    answer = network.publish("Both", blocks("both"), blog=BULLPEN, dupdetect_reason="The Bullpen has other readers")
    assert answer.status == 201
    document = network.service.document(f"wp:2:{answer.json['id']}")
    assert document["site"] == "The Bullpen"


def test_the_networks_settings_hold_for_both_and_its_page_shows_both(network):
    page = Browsing(network, "admin").get("wp-admin/network/settings.php?page=dupdetect").text
    state = html.unescape(re.search(r'id="dupdetect-state".*?</ul>', page, re.DOTALL)[0])
    assert "Main Blog: first fill" in state
    assert "The Bullpen: first fill" in state
    assert "options-general.php?page=dupdetect" not in Browsing(network, "admin").get("wp-admin/").text


def test_the_networks_cron_fills_both_blogs(network):
    network.cron("dupdetect_each_minute")
    for blog in (1, 2):
        assert network.php(f"switch_to_blog({blog}); return Dupdetect\\Fill::state()['is_done'];")
    assert network.service.has("wp:2:1")  # "Hello world!", which came with the blog


def test_a_deleted_blog_leaves_the_index(network):
    text = blocks("brief").replace("\n", " ")
    post = f"array('post_title' => 'Brief', 'post_status' => 'publish', 'post_content' => '{text}')"
    blog = network.php(
        f"$b = wpmu_create_blog('{network.host}', '/brief/', 'Brief', 1); switch_to_blog($b);"
        f" $p = wp_insert_post({post}); restore_current_blog(); return array($b, $p);"
    )
    id = f"wp:{blog[0]}:{blog[1]}"
    assert network.service.has(id)
    network.php(f"require_once ABSPATH . 'wp-admin/includes/ms.php'; wpmu_delete_blog({blog[0]}, true);")
    network.cron("dupdetect_each_minute")
    assert not network.service.has(id)
