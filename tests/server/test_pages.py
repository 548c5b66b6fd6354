"""The built-in pages: what they show, what they forget. How they look and feel is tested in a browser."""

import time

import pytest

from dupdetect.server.recent import Recent
from tests.server.serving import BREAD, FERRY, post, served


def settled(service):
    """Wait until recent checks are written down."""
    service.app.service.recent.flush()
    time.sleep(0.05)


def test_recent_checks_come_the_newest_first_and_only_so_many_are_kept(tmp_path):
    with served(tmp_path / "site.db", keep_checks=3) as service:
        for number in range(5):
            service.decide(post(f"wp:1:{number}", title=f"Title {number}"))
        settled(service)
        page = service.get("/").text
    assert [f"Title {number}" in page for number in range(5)] == [False, False, True, True, True]
    assert page.index("Title 4") < page.index("Title 3")


def test_older_checks_are_a_page_away(service):
    for number in range(60):
        service.decide(post(f"wp:1:{number}", "too short"))
    settled(service)
    first = service.get("/").text
    assert ("wp:1:59" in first, "wp:1:9<" in first) == (True, False)
    older = service.get("/?before=11").text
    assert ("wp:1:9<" in older, "wp:1:59" in older) == (True, False)


def test_none_are_remembered_if_so_wished(tmp_path):
    with served(tmp_path / "site.db", keep_checks=0) as service:
        service.decide(post("wp:1:1"))
        assert "remembers no checks" in service.get("/").text


def test_a_draft_without_its_text_says_why_there_is_no_comparison(tmp_path):
    with served(tmp_path / "site.db", keep_texts=False) as service:
        service.put("wp:1:5", post())
        service.decide(post("wp:2:7"))
        settled(service)
        page = service.get("/checks/1").text
    assert "text was not kept" in page
    assert "Passengers at the landing" not in page


def test_a_match_that_is_gone_or_was_only_claimed_is_named_without_its_text(service):
    service.put("wp:1:5", post(title="Gone"))
    service.decide(post("wp:2:7"))
    service.delete("wp:1:5")
    service.decide(post("wp:3:1", BREAD), claim={"key": "one"})
    service.decide(post("wp:3:2", BREAD))
    settled(service)
    assert "not in the index any more" in service.get("/checks/1").text
    assert "not yet published" in service.get("/checks/3").text


def test_what_was_checked_of_a_deleted_post_is_forgotten(service):
    service.put("wp:1:5", post())
    service.put("wp:2:7", post(content=BREAD))
    service.decide(post("wp:2:7"))
    settled(service)
    assert service.get("/checks/1").status == 200
    service.delete("wp:2:7")
    assert service.get("/checks/1").status == 404


def test_trouble_with_the_index_is_shown(tmp_path):
    with served(tmp_path / "site.db", first_fill=True) as service:
        page = service.get("/").text
    assert "not ready" in page
    assert "first fill is not done" in page


def test_checks_that_cannot_be_remembered_are_counted(service):
    lost = []
    recent = Recent(service.app.service.detector.index, keep=0, texts=True, on_loss=lost.append)
    recent._keep = 500  # nothing writes them down
    decision = service.app.service.detector.decide(_draft())
    for _ in range(205):
        recent.note(decision, key="")
    assert sum(lost) == 5


def _draft():
    from dupdetect import Document

    return Document(id="1", content=FERRY, format="text")


@pytest.mark.parametrize("path", ["/?before=0", "/checks/x", "/checks/99999999999999999999", "/?after=1"])
def test_addresses_that_no_page_has_are_refused(service, path):
    assert service.get(path).slug == "invalid-document"
