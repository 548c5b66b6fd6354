"""Each row of the table of semantics (what a publisher means by "duplicate", case by case), through the service."""

import uuid

import pytest

from dupdetect.policy import parse_policy
from tests.server.serving import BREAD, FERRY, post, served

MAIN = {"site": "Main Blog", "sections": ["Politics"], "title": "Deadline deals"}
BULLPEN = {"site": "The Bullpen", "sections": ["Opinion"], "title": "Ferry saved"}


def put(service, id, content=FERRY, **known):
    answer = service.put(id, post(content=content, **{**MAIN, **known}))
    assert answer.status in (200, 201), answer


def excuses(decision):
    return [(match["id"], match["action"], match["excuse"]) for match in decision["matches"]]


def test_a_post_never_matches_itself_whatever_was_renamed(service):
    put(service, "wp:1:5")
    renamed = {"url": "https://example.org/new-slug", "title": "Another title", "sections": ["Elsewhere"]}
    decision = service.decide(post("wp:1:5", **renamed))
    assert (decision["decision"], decision["matches"]) == ("pass", [])
    put(service, "wp:1:5", **renamed)
    assert [one["id"] for one in service.get("/v1/documents").json["documents"]] == ["wp:1:5"]
    assert service.get("/v1/documents/wp%3A1%3A5").json["title"] == "Another title"


def test_one_post_in_two_sections_is_no_duplicate(service):
    put(service, "wp:1:5", sections=["Politics", "The Bullpen"])
    assert service.decide(post("wp:1:5", sections=["The Bullpen"]))["decision"] == "pass"


def test_a_copy_with_a_new_id_in_another_section_is_blocked_and_told_where_the_original_stands(service):
    put(service, "wp:1:5")
    decision = service.decide(post("wp:2:7", **BULLPEN))
    assert (decision["decision"], decision["would_be"]) == ("block", "block")
    for said in ("“Deadline deals”", "Politics", "Main Blog", "add the section to that piece", "canonical"):
        assert said in decision["message"]
    (match,) = decision["matches"]
    assert (match["id"], match["site"], match["sections"]) == ("wp:1:5", "Main Blog", ["Politics"])
    assert (match["relation"], match["action"], match["status"]) == ("IDENTICAL", "block", "published")
    assert FERRY.startswith(match["passages"][0]["text_left"])


def test_a_working_copy_that_will_replace_the_original_passes(service):
    put(service, "wp:1:5")
    decision = service.decide(post("wp:1:6"), replaces=["wp:1:5"])
    assert (decision["decision"], excuses(decision)) == ("pass", [("wp:1:5", "pass", "replaces")])


def test_an_excluded_document_is_not_looked_at(service):
    put(service, "wp:1:5")
    assert service.decide(post("wp:1:6"), exclude=["wp:1:5"])["matches"] == []


def test_a_check_leaves_no_trace_in_the_index(service):
    assert service.decide(post("wp:1:5"))["decision"] == "pass"
    assert service.decide(post("wp:1:6"))["decision"] == "pass"
    assert service.get("/v1/info").json["documents"] == 0


def test_a_second_post_scheduled_with_the_same_text_collides_with_the_first_ones_claim(service):
    week = {"key": "first", "ttl_s": 7 * 86_400}
    first = service.decide(post("wp:1:5", **MAIN), claim=week)
    assert first["claim"]["granted"]
    second = service.decide(post("wp:2:7", **BULLPEN), claim={"key": "second", "ttl_s": 7 * 86_400})
    assert (second["decision"], second["claim"]["granted"]) == ("block", False)
    assert second["matches"][0]["status"] == "claimed"
    assert "about to be published" in second["message"]


def test_a_scheduled_post_going_live_is_checked_again_and_does_not_meet_its_own_claim(service):
    service.decide(post("wp:1:5"), claim={"key": "mine", "ttl_s": 3600})
    assert service.decide(post("wp:1:5"))["decision"] == "pass"
    assert service.decide(post("wp:1:5"), claim={"key": "mine"})["claim"]["granted"]


def test_a_claim_made_before_the_post_had_an_id_becomes_that_id(service):
    key = str(uuid.uuid4())
    assert service.decide(post(), claim={"key": key})["claim"]["granted"]
    assert service.put("wp:1:5", post(**MAIN), claim=key).status == 201
    assert service.get("/v1/info").json["claims"] == 0
    assert service.decide(post("wp:1:5"))["decision"] == "pass"
    assert service.decide(post("wp:2:7"))["matches"][0]["id"] == "wp:1:5"


def test_an_unpublished_post_is_forgotten_at_once_and_checked_anew_when_it_returns(service):
    put(service, "wp:1:5")
    assert service.delete("wp:1:5").status == 204
    assert service.decide(post("wp:2:7"))["decision"] == "pass"
    put(service, "wp:2:7", **BULLPEN)
    assert service.decide(post("wp:1:5"))["decision"] == "block"


def test_of_two_workers_the_second_sees_what_the_first_has_claimed(service):
    assert service.decide(post(), claim={"key": "one"})["claim"]["granted"]
    lost = service.decide(post(), claim={"key": "two"})
    assert (lost["decision"], lost["matches"][0]["status"]) == ("block", "claimed")


def test_a_released_claim_blocks_no_longer(service):
    service.decide(post(), claim={"key": "one/with:signs"})
    assert service.send("DELETE", "/v1/claims/one%2Fwith%3Asigns").status == 204
    assert service.decide(post(), claim={"key": "two"})["claim"]["granted"]
    assert service.send("DELETE", "/v1/claims/never").status == 204


def test_a_claim_ends_by_itself(service):
    service.decide(post(), claim={"key": "one", "ttl_s": 0.001})
    assert service.decide(post(), claim={"key": "two"})["claim"]["granted"]


def test_the_same_claim_again_renews_it_and_another_text_takes_its_place(service):
    first = service.decide(post(), claim={"key": "one", "ttl_s": 10})["claim"]
    again = service.decide(post(), claim={"key": "one", "ttl_s": 100})["claim"]
    assert again["granted"]
    assert again["expires_at"] > first["expires_at"]
    service.decide(post(content=BREAD), claim={"key": "one"})
    assert service.decide(post(), claim={"key": "two"})["claim"]["granted"]


def test_an_override_passes_is_remembered_and_is_written_in_the_trail(service):
    put(service, "wp:1:5")
    override = {"reason": "Both editors agreed", "actor": "js"}
    decision = service.decide(post("wp:2:7", **BULLPEN), override=override)
    assert (decision["decision"], decision["would_be"]) == ("overridden", "block")
    assert excuses(decision) == [("wp:1:5", "pass", "override")]
    assert service.decide(post("wp:2:7", **BULLPEN))["decision"] == "overridden"
    assert service.decide(post("wp:2:8"))["decision"] == "block"
    (told,) = service.get("/v1/overrides?id=wp%3A2%3A7").json["overrides"]
    assert (told["id"], told["reason"], told["actor"]) == ("wp:2:7", "Both editors agreed", "js")
    assert [match["id"] for match in told["matches"]] == ["wp:1:5"]


def test_an_override_ends_when_the_content_that_it_was_about_has_changed_a_lot(service):
    put(service, "wp:1:5", FERRY)
    service.decide(post("wp:2:7"), override={"reason": "agreed", "actor": "js"})
    put(service, "wp:1:5", BREAD)
    assert service.decide(post("wp:2:7", content=BREAD))["decision"] == "block"


@pytest.mark.parametrize("override", [{"reason": "", "actor": "js"}, {"reason": "agreed", "actor": "  "}])
def test_an_override_needs_a_reason_and_an_actor(service, override):
    assert service.check(post("wp:2:7"), override=override).slug == "invalid-document"


def test_an_override_given_before_the_post_has_an_id_holds_for_the_id_it_gets(service):
    put(service, "wp:1:5")
    override = {"reason": "agreed", "actor": "js"}
    assert service.decide(post(), claim={"key": "new"}, override=override)["decision"] == "overridden"
    service.put("wp:2:7", post(**BULLPEN), claim="new")
    assert service.decide(post("wp:2:7"))["decision"] == "overridden"


def test_a_copy_that_names_the_original_as_canonical_is_excused_and_told(service):
    put(service, "wp:1:5", url="https://example.org/original")
    decision = service.decide(post("wp:2:7", canonical_url="https://example.org/original"))
    assert (decision["decision"], excuses(decision)) == ("pass", [("wp:1:5", "pass", "canonical")])


@pytest.mark.parametrize("canonical", ["https://example.org/elsewhere", "https://example.org/copy"])
def test_a_canonical_to_elsewhere_or_to_itself_excuses_nothing(service, canonical):
    put(service, "wp:1:5", url="https://example.org/original")
    copy = post("wp:2:7", url="https://example.org/copy", canonical_url=canonical)
    assert service.decide(copy)["decision"] == "block"


def test_a_copy_that_search_engines_shall_leave_out_is_excused_and_told(service):
    put(service, "wp:1:5")
    assert excuses(service.decide(post("wp:2:7", noindex=True))) == [("wp:1:5", "pass", "noindex")]


@pytest.mark.parametrize("fail", ["open", "closed"])
def test_the_policy_says_what_a_cms_does_when_no_answer_comes(tmp_path, fail):
    with served(tmp_path / "site.db", policy=parse_policy(f'fail = "{fail}"\nversion = 3')) as service:
        assert service.get("/v1/info").json["policy"] == {"name": "default", "version": 3, "fail": fail}


@pytest.mark.parametrize(
    ("content", "format"), [("", "text"), (" \n", "html"), ("Two words", "text"), ("<p></p>", "fragment")]
)
def test_a_text_too_short_to_tell_passes_and_says_so(service, content, format):
    put(service, "wp:1:5")
    decision = service.decide({"id": "wp:2:7", "content": content, "format": format})
    assert (decision["decision"], decision["too_short"], decision["matches"]) == ("pass", True, [])


def test_an_edit_of_a_live_duplicate_warns_and_does_not_lock_its_editor_out(service):
    put(service, "wp:1:5")
    put(service, "wp:2:7", **BULLPEN)
    decision = service.decide(post("wp:2:7", FERRY.replace("coffee", "tea")))
    assert (decision["decision"], excuses(decision)) == ("warn", [("wp:1:5", "warn", "standing")])


def test_an_edit_that_makes_a_live_post_a_copy_is_blocked(service):
    put(service, "wp:1:5")
    put(service, "wp:2:7", BREAD, **BULLPEN)
    assert service.decide(post("wp:2:7"))["decision"] == "block"


def test_before_the_first_fill_is_done_it_is_not_ready_and_decides_nothing(tmp_path):
    with served(tmp_path / "site.db", first_fill=True) as service:
        assert service.get("/readyz").slug == "not-ready"
        assert service.check(post("wp:1:5")).slug == "not-ready"
        service.batch([post("wp:1:5"), post("wp:1:6", BREAD)])
        assert service.get("/readyz").slug == "not-ready"
        service.batch([], "?last=true")
        assert service.get("/readyz").status == 200
        assert service.decide(post("wp:2:7"))["decision"] == "block"
    with served(tmp_path / "site.db", first_fill=True) as service:
        assert service.get("/readyz").status == 200


def test_a_listing_of_id_version_and_digest_tells_what_a_restored_backup_has_lost(service):
    for number in range(5):
        put(service, f"wp:1:{number}", f"{FERRY} {number}", version=number)
    put(service, "wp:2:1", BREAD, version="2026-11-22T07:14:03Z", **BULLPEN)
    first = service.get("/v1/documents?site=Main%20Blog&limit=3").json
    rest = service.get(f"/v1/documents?site=Main%20Blog&limit=3&cursor={first['cursor']}").json
    listed = first["documents"] + rest["documents"]
    assert rest["cursor"] is None
    assert [(one["id"], one["version"]) for one in listed] == [(f"wp:1:{n}", n) for n in range(5)]
    assert len({one["digest"] for one in listed}) == 5
    assert listed[0]["digest"] == service.decide(post("wp:1:0", f"{FERRY} 0"))["digest"]


def test_workers_that_come_out_of_order_do_not_put_an_old_version_back(service):
    assert service.put("wp:1:5", post(version=2)).status == 201
    assert service.put("wp:1:5", post(content=BREAD, version=1)).slug == "stale-version"
    assert service.put("wp:1:5", post(version=2)).status == 200
    assert service.put("wp:1:5", post(content=BREAD, version=3)).status == 200


def test_a_policy_is_weaker_for_a_section_that_it_names(tmp_path):
    policy = parse_policy('[[rules]]\nsections = ["Wire"]\nmode = "warn"\n[[rules]]\nsites = ["Staging"]\nmode = "off"')
    with served(tmp_path / "site.db", policy=policy) as service:
        put(service, "wp:1:5")
        assert service.decide(post("wp:1:6", sections=["Wire"]))["decision"] == "warn"
        assert service.decide(post("wp:9:1", site="Staging"))["decision"] == "pass"
        assert service.decide(post("wp:1:7"))["decision"] == "block"


def test_a_check_may_look_at_some_sites_or_sections_only(service):
    put(service, "wp:1:5")
    assert service.decide(post("wp:2:7"), scope={"sites": ["The Bullpen"]})["matches"] == []
    assert service.decide(post("wp:2:7"), scope={"sections": ["Politics"]})["decision"] == "block"


def test_an_audit_finds_the_pairs_that_are_both_live_once_each(service):
    put(service, "wp:1:5")
    put(service, "wp:2:7", **BULLPEN)
    put(service, "wp:1:9", BREAD)
    put(service, "wp:3:1", BREAD)
    service.decide(post("wp:3:1", BREAD), override={"reason": "agreed", "actor": "js"})
    audit = service.send("POST", "/v1/audit", {}).json
    assert [(pair["left"], pair["right"], pair["action"]) for pair in audit["pairs"]] == [("wp:2:7", "wp:1:5", "block")]
    assert (audit["looked_at"], audit["cursor"]) == (4, None)
    first = service.send("POST", "/v1/audit", {"limit": 2}).json
    rest = service.send("POST", "/v1/audit", {"limit": 2, "cursor": first["cursor"]}).json
    assert first["pairs"] + rest["pairs"] == audit["pairs"]
