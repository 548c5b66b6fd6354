"""The index follows the site; what the service does not take waits."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.integrations.wordpress.site import WordPress
from tests.integrations.wordpress.texts import blocks, piece

pytestmark = pytest.mark.system

FILL = "$c = new Dupdetect\\Client(); $q = new Dupdetect\\Queue($c); $f = new Dupdetect\\Fill($c, $q);"


def waiting(site: WordPress) -> list[list[int]]:
    """Posts in the queue."""
    rows = site.php("return $wpdb->get_results('SELECT post_id, unchecked FROM ' . Dupdetect\\Queue::table());")
    return [[int(row["post_id"]), int(row["unchecked"])] for row in rows]


def drain(site: WordPress) -> None:
    """Let the queue's posts come due, and send them."""
    site.php(
        "$wpdb->query('UPDATE ' . Dupdetect\\Queue::table() . ' SET due = 0'); do_action(Dupdetect\\Cron::MINUTE);"
    )
    assert waiting(site) == []


def untold(site: WordPress, *pieces: tuple[str, str]) -> list[int]:
    """Live posts that no hook saw, as those from before the plugin."""
    then = dict.fromkeys(("post_date", "post_date_gmt", "post_modified", "post_modified_gmt"), "2020-01-01 00:00:00")
    empty = dict.fromkeys(("post_excerpt", "to_ping", "pinged", "post_content_filtered"), "")
    rows = [
        {"post_title": title, "post_name": title, "post_content": content, "post_status": "publish", **then, **empty}
        for title, content in pieces
    ]
    data = json.dumps(json.dumps(rows))
    add = "function ($row) use ($wpdb) { $wpdb->insert($wpdb->posts, $row); return $wpdb->insert_id; }"
    return site.php(f"return array_map({add}, json_decode({data}, true));")


# ------------------------------------------------------------------------------------------- the semantics of 4d


def test_a_post_never_matches_itself_when_its_title_slug_or_section_changes(site):
    id = site.published("Same", blocks("same"), categories=[2])
    for change in (
        {"title": "Same, renamed"},
        {"slug": "elsewhere"},
        {"categories": [3]},
        {"content": blocks("same") + " "},
    ):
        assert site.rest("POST", f"/wp/v2/posts/{id}", change).status == 200
    known = site.service.document(f"wp:1:{id}")
    assert (known["title"], known["sections"], known["site"]) == ("Same, renamed", ["Sports"], "Main Blog")


def test_one_post_in_two_sections_is_no_duplicate(site):
    id = site.published("Two sections", blocks("two sections"), categories=[2, 3])
    assert sorted(site.service.document(f"wp:1:{id}")["sections"]) == ["Politics", "Sports"]


def test_a_section_assigned_without_writing_the_post_reaches_the_index(site):
    id = site.published("Moved", blocks("moved"), categories=[2])
    site.php(f"wp_set_post_categories({id}, array(3));")
    assert site.service.document(f"wp:1:{id}")["sections"] == ["Sports"]


def test_a_renamed_section_reaches_the_index_by_cron(site):
    section = site.php("return wp_insert_term('Letters', 'category')['term_id'];")
    id = site.published("Renamed section", blocks("renamed section"), categories=[section])
    site.php(f"wp_update_term({section}, 'category', array('name' => 'Opinion & letters'));")
    drain(site)
    assert site.service.document(f"wp:1:{id}")["sections"] == ["Opinion & letters"]


@pytest.mark.parametrize("way", ["draft", "private", "trash", "delete", "password"])
def test_a_post_that_readers_no_longer_see_leaves_the_index_and_its_copy_may_go_live(site, way):
    id = site.published(f"Leaving {way}", blocks(f"leaving {way}"))
    assert site.service.has(f"wp:1:{id}")
    if way == "trash":
        site.rest("DELETE", f"/wp/v2/posts/{id}")
    elif way == "delete":
        site.rest("DELETE", f"/wp/v2/posts/{id}?force=true")
    else:
        site.rest("POST", f"/wp/v2/posts/{id}", {"password": "x"} if way == "password" else {"status": way})
    assert not site.service.has(f"wp:1:{id}")
    assert site.publish("Heir", blocks(f"leaving {way}")).status == 201


def test_an_original_restored_after_its_copy_went_live_is_refused(site):
    id = site.published("Trashed original", blocks("restored"))
    site.rest("DELETE", f"/wp/v2/posts/{id}")
    site.published("Copy of the trashed", blocks("restored"))
    site.php(f"wp_untrash_post({id});")
    assert site.rest("POST", f"/wp/v2/posts/{id}", {"status": "publish"}).status == 409


def test_drafts_autosaves_and_revisions_are_not_in_the_index(site):
    answer = site.rest("POST", "/wp/v2/posts", {"title": "Draft", "content": blocks("draft")})
    id = answer.json["id"]
    autosaved = site.rest("POST", f"/wp/v2/posts/{id}/autosaves", {"content": blocks("draft") + "x"})
    assert autosaved.status == 200, autosaved
    for one in (id, autosaved.json["id"]):
        assert not site.service.has(f"wp:1:{one}")
    live = site.published("Revised", blocks("revised"))
    site.rest("POST", f"/wp/v2/posts/{live}", {"content": blocks("revised") + blocks("end", 1)})
    revisions = site.php(f"return array_values(array_map('intval', array_keys(wp_get_post_revisions({live}))));")
    assert revisions
    for one in revisions:
        assert not site.service.has(f"wp:1:{one}")


def test_an_autosave_of_a_live_post_is_kept_even_if_it_is_a_copy(site):
    site.published("Pasted from", blocks("pasted"))
    id = site.published("Being edited", blocks("being edited"))
    autosaved = site.rest("POST", f"/wp/v2/posts/{id}/autosaves", {"content": blocks("pasted"), "title": "Edited"})
    assert autosaved.status == 200, autosaved
    assert autosaved.json["content"]["raw"] == blocks("pasted")
    assert site.status(id) == "publish"


def test_a_working_copy_that_will_replace_its_original_is_no_duplicate_and_not_in_the_index(site):
    original = site.published("Rewritten", blocks("rewritten"))
    copy = site.rest("POST", "/wp/v2/posts", {"title": "Rewritten", "content": blocks("rewritten")}).json["id"]
    site.php(f"update_post_meta({copy}, '_dp_is_rewrite_republish_copy', '1');")
    site.php(f"update_post_meta({copy}, '_dp_original', '{original}');")
    assert site.rest("POST", f"/wp/v2/posts/{copy}", {"status": "publish"}).status == 200
    assert not site.service.has(f"wp:1:{copy}")


def test_a_clone_that_replaces_nothing_is_a_duplicate(site):
    original = site.published("Cloned", blocks("cloned"))
    copy = site.rest("POST", "/wp/v2/posts", {"title": "Cloned", "content": blocks("cloned")}).json["id"]
    site.php(f"update_post_meta({copy}, '_dp_original', '{original}');")
    assert site.rest("POST", f"/wp/v2/posts/{copy}", {"status": "publish"}).status == 409


def test_a_copy_that_points_to_its_original_goes_live_and_tells_search_engines(site):
    original = site.published("Original", blocks("canonical"))
    copy = site.rest("POST", "/wp/v2/posts", {"title": "Copy", "content": blocks("canonical")}).json["id"]
    url = site.rest("GET", f"/wp/v2/posts/{original}").json["link"]
    elsewhere = site.rest("POST", "/dupdetect/v1/check", {"post": copy, "canonical": "https://example.org/elsewhere"})
    assert elsewhere.json["outcome"] == "block"
    asked = site.rest("POST", "/dupdetect/v1/check", {"post": copy, "canonical": url}).json
    assert asked["outcome"] != "block"
    assert [match["excuse"] for match in asked["matches"]] == ["canonical"]
    assert site.rest("POST", f"/wp/v2/posts/{copy}", {"status": "publish"}).status == 200
    assert site.php(f"return wp_get_canonical_url({copy});") == url


def test_a_short_post_and_posts_without_a_word_go_live(site):
    assert site.publish("A picture", "<p>More soon, says the mayor.</p>").status == 201
    for _ in range(2):
        assert site.publish("A picture", "").status == 201


def test_a_live_post_that_was_let_through_can_have_a_typo_mended(site):
    with site.set(mode="warn"):
        site.published("Warned original", blocks("warned"))
        copy = site.published("Warned copy", blocks("warned"))
    assert site.rest("POST", f"/wp/v2/posts/{copy}", {"title": "Warned copy, mended"}).status == 200


def test_an_edit_that_makes_a_live_post_a_copy_is_refused_by_rest_and_the_live_text_stays(site):
    site.published("Source", blocks("source"))
    id = site.published("Own words", blocks("own words"))
    assert site.rest("POST", f"/wp/v2/posts/{id}", {"content": blocks("source")}).status == 409
    assert site.rest("GET", f"/wp/v2/posts/{id}?context=edit").json["content"]["raw"] == blocks("own words")


def test_an_edit_in_code_that_makes_a_live_post_a_copy_is_kept_as_an_autosave(site):
    site.published("Source of code", blocks("source of code"))
    id = site.published("Own words of code", blocks("own words of code"))
    site.php(f"wp_update_post(array('ID' => {id}, 'post_content' => {json.dumps(blocks('source of code'))}));")
    assert site.rest("GET", f"/wp/v2/posts/{id}?context=edit").json["content"]["raw"] == blocks("own words of code")
    assert site.status(id) == "publish"
    saved = site.php(f"return wp_get_post_autosave({id})->post_content;")
    assert saved == blocks("source of code")
    assert site.php(f"return Dupdetect\\Note::of({id})['outcome'];") == "edit"


# --------------------------------------------------------------------------------------------------- claims


def test_of_four_simultaneous_publishes_of_one_text_exactly_one_goes_live(site):
    with ThreadPoolExecutor(4) as pool:
        for round in range(20):
            text = blocks(f"race {round}")
            answers = list(
                pool.map(lambda n, text=text, round=round: site.publish(f"Race {round}.{n}", text), range(4))
            )
            assert sorted(answer.status for answer in answers) == [201, 409, 409, 409], [a.text[:300] for a in answers]


def test_a_publish_that_fails_after_the_claim_gives_the_text_free(site):
    # A later filter refuses: the post is not stored, the claim is released.
    plugin = site.path / "wp-content" / "mu-plugins" / "refuse.php"
    plugin.write_text(
        "<?php\nadd_filter('rest_pre_insert_post', function ($p, $r) {\n"
        "  return 'Refused' === $r['title'] ? new WP_Error('no', 'no', array('status' => 400)) : $p;\n}, 200, 2);\n"
    )
    try:
        assert site.publish("Refused", blocks("refused")).status == 400
        assert site.publish("Taken", blocks("refused")).status == 201
    finally:
        plugin.unlink()


# ------------------------------------------------------------------------------- the service is down, or slow


@pytest.mark.parametrize("how", ["away", "silent"])
def test_without_an_answer_an_open_site_publishes_says_so_and_checks_later(site, how, request):
    site.published(f"Before {how}", blocks(f"later {how}"))
    with site.set(url=request.getfixturevalue(how), fail="open"):
        answer = site.publish(f"During {how}", blocks(f"later {how}"))
        assert answer.status == 201
        id = int(answer.json["id"])
        said = site.php(f"return Dupdetect\\Note::of({id});")
        assert said["outcome"] == "unavailable"
        assert "unavailable" in said["message"]
        assert "duplicate" not in said["message"]
        assert waiting(site) == [[id, 1]]
    drain(site)
    assert site.service.has(f"wp:1:{id}")
    assert site.php(f"return Dupdetect\\Note::of({id})['outcome'];") == "live"
    assert site.status(id) == "publish"


@pytest.mark.parametrize("how", ["away", "silent"])
def test_without_an_answer_a_closed_site_holds_and_says_unavailable_never_duplicate(site, how, request):
    with site.set(url=request.getfixturevalue(how), fail="closed"):
        answer = site.publish(f"Closed {how}", blocks(f"closed {how}"))
        assert answer.status == 503
        assert answer.json["code"] == "dupdetect_unavailable"
        assert "unavailable" in answer.json["message"]
        assert "duplicate" not in answer.text.replace("dupdetect", "")
        post = f"array('post_title' => 'Held {how}', 'post_status' => 'publish', 'post_content' => 'x')"
        held = site.php(f"return wp_insert_post({post});")
        assert site.status(held) == "pending"
        label = site.php(f"return Dupdetect\\Note::label(Dupdetect\\Note::of({held}));")
        assert label == "Held: check unavailable"


def test_a_silent_service_costs_two_seconds_at_most(site, silent):
    with site.set(url=silent):
        seconds = site.php(
            "$start = microtime(true); try { (new Dupdetect\\Client())->check(array()); }"
            " catch (Dupdetect\\Unavailable $e) { return microtime(true) - $start; }"
        )
    assert 1.5 < seconds < 3.0  # bounded by the client, not by the service


def test_an_answer_that_is_not_the_services_counts_as_unavailable(site):
    with site.set(url=f"{site.url}/wp-login.php?", fail="closed"):
        answer = site.publish("Not the service", blocks("not the service"))
    assert answer.status == 503
    assert answer.json["code"] == "dupdetect_unavailable"


def test_a_post_that_is_too_long_for_the_service_is_said_to_be_so(site):
    answer_of = {}
    for fail in ("closed", "open"):
        with site.set(fail=fail):
            answer_of[fail] = site.publish(f"Long {fail}", "<p>" + "word " * 450_000 + "</p>")
    assert answer_of["closed"].status == 503
    assert "unavailable for this post: The service answered 413" in answer_of["closed"].json["message"]
    assert answer_of["open"].status == 201
    site.rest("DELETE", f"/wp/v2/posts/{answer_of['open'].json['id']}?force=true")
    drain(site)


def test_what_was_deleted_while_the_service_was_away_leaves_the_index_later(site, away):
    id = site.published("Deleted meanwhile", blocks("deleted meanwhile"))
    with site.set(url=away):
        assert site.rest("DELETE", f"/wp/v2/posts/{id}?force=true").status == 200
        assert waiting(site) == [[id, 0]]
    assert site.service.has(f"wp:1:{id}")
    drain(site)
    assert not site.service.has(f"wp:1:{id}")


# ----------------------------------------------------------------------------------- first fill and reconciling


def test_the_first_fill_sends_what_was_live_before_and_goes_on_where_it_stopped(site, away):
    ids = untold(site, *((f"old-{n}", piece(f"old {n}")) for n in range(130)))
    with site.set(url=away):
        site.php(f"Dupdetect\\Fill::restart(); {FILL} $f->step();")
        assert site.php("return Dupdetect\\Fill::state()['error'];") != ""
    site.php(f"{FILL} $f->step();")
    state = site.php("return Dupdetect\\Fill::state();")
    assert 90 < state["sent"] <= 100  # a batch; working copies are left out
    assert not state["is_done"]
    site.cron("dupdetect_each_minute")
    state = site.php("return Dupdetect\\Fill::state();")
    assert state["is_done"]
    assert state["refused"] == 0
    assert all(site.service.has(f"wp:1:{id}") for id in (ids[0], ids[-1]))
    assert site.publish("Copy of an old one", blocks("old 7")).status == 409


def test_reconciling_finds_what_no_hook_saw(site):
    run = f"{FILL} return (new Dupdetect\\Reconcile($c, $q))->run();"
    site.php(run)
    drain(site)
    assert site.php(run) == 0
    (added,) = untold(site, ("imported", piece("imported")))
    removed = site.published("Removed by SQL", blocks("removed by sql"))
    restored = site.published("Restored from a backup", blocks("from a backup"))
    then = "array('post_title' => 'As it was', 'post_modified_gmt' => '2020-01-01 00:00:00')"
    site.php(f"$wpdb->delete($wpdb->posts, array('ID' => {removed}));")
    site.php(f"$wpdb->update($wpdb->posts, {then}, array('ID' => {restored}));")
    assert site.php(run) == 3
    drain(site)
    assert site.service.has(f"wp:1:{added}")
    assert not site.service.has(f"wp:1:{removed}")
    assert site.service.document(f"wp:1:{restored}")["title"] == "As it was"


def test_the_command_fills_drains_reconciles_and_checks(site):
    original = site.published("Commanded", blocks("commanded"))
    copy = site.rest("POST", "/wp/v2/posts", {"title": "Copy", "content": blocks("commanded")}).json["id"]
    stub = """eval(<<<'STUB'
        class WP_CLI {
            static $said = array();
            static function log($t) { self::$said[] = $t; }
            static function success($t) { self::$said[] = $t; }
            static function error($t) { self::$said[] = "error: $t"; }
        }
        STUB);
        """
    said = site.php(
        stub + f"{FILL} $command = new Dupdetect\\Command($c, $q, $f, new Dupdetect\\Reconcile($c, $q));"
        f"$command->fill(array(), array('anew' => true)); $command->reconcile(); $command->check(array({copy}));"
        "$command->check(array(999999)); return WP_CLI::$said;"
    )
    assert "The index knows this site." in said
    assert any(line.startswith("block The same text as “Commanded”") for line in said)
    assert any("IDENTICAL 1.00 Commanded (Main Blog" in line for line in said)
    assert said[-1] == "error: There is no such post."
    assert original
