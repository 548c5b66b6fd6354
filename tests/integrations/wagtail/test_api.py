"""Wagtail's API v3: what a client is told, and what is stored."""

import json

import pytest

from tests.integrations.wagtail.test_roads import BODY, ELSE, claims, indexed, make, page_named

pytestmark = [
    pytest.mark.system,
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),  # Wagtail's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


@pytest.fixture
def api(site):
    """Return a function that sends a request in the editor's name and returns status and body."""
    pytest.importorskip("wagtail.api.v3", reason="needs Wagtail 8, the first with an API that writes")
    from django.contrib.auth import get_user_model
    from django.test import Client
    from wagtail.models import APIToken

    _, token = APIToken.create_token(user=get_user_model().objects.get(), name="tests")
    client = Client(headers={"Authorization": f"Bearer {token}"})

    def send(method, path, **body):
        response = client.generic(method, f"/api/v3/pages/{path}", json.dumps(body), content_type="application/json")
        return response.status_code, response.json()

    return send


def new(parent, title="Ferry again", body=BODY, action="publish"):
    meta = {"type": "blognet.BlogPage", "parent_id": parent.pk, **({"action": action} if action else {})}
    return {"meta": meta, "title": title, "body": body}


def told(answer):
    """Return the one error of a refusal, which is a problem of RFC 9457."""
    status, body = answer
    assert (status, body["status"], body["detail"]) == (422, 422, "Validation failed")
    (error,) = body["errors"]
    return error


def test_creating_and_publishing_a_copy_is_refused_by_name_and_nothing_is_stored(api, sections):
    main, bullpen = sections
    page = make(main)
    error = told(api("POST", "", **new(bullpen)))
    assert (error["type"], error["loc"]) == ("duplicate", ["__all__"])
    assert "The same text as “Ferry” in Main Blog, The Network" in error["msg"]
    assert page.full_url in error["msg"]
    assert page_named("Ferry again") is None


def test_creating_a_draft_of_a_copy_is_not_refused_but_publishing_it_is(api, sections):
    from wagtail.models import PageLogEntry

    main, bullpen = sections
    make(main)
    status, _ = api("POST", "", **new(bullpen, action=None))
    assert status == 201
    copy = page_named("Ferry again")
    assert not copy.live
    error = told(api("POST", f"{copy.pk}/actions/publish/"))
    assert (error["type"], error["loc"]) == ("duplicate", ["__all__"])
    assert "The same text as “Ferry”" in error["msg"]
    copy.refresh_from_db()
    assert (copy.live, copy.live_revision) == (False, None)
    assert not PageLogEntry.objects.filter(page=copy.pk, action__in=["wagtail.publish", "dupdetect.hold"]).exists()
    assert len(indexed()) == 1
    assert claims() == 0


def test_what_is_new_is_created_published_and_remembered(api, sections):
    status, created = api("POST", "", **new(sections[1], "Bread", ELSE))
    assert status == 201
    assert page_named("Bread").live
    assert indexed() == [f"django:page:{created['id']}"]
    assert claims() == 0


def test_a_public_page_that_would_become_a_copy_stays_as_it_is(api, sections):
    make(sections[0])
    page = make(sections[1], "Bread", ELSE)
    meta = {"type": "blognet.BlogPage", "action": "publish"}
    assert told(api("PATCH", f"{page.pk}/", meta=meta, body=BODY))["type"] == "duplicate"
    page.refresh_from_db()
    assert (page.live, page.body, page.has_unpublished_changes) == (True, ELSE, False)
    page.body = BODY
    page.save_revision()
    assert told(api("POST", f"{page.pk}/actions/publish/"))["type"] == "duplicate"
    page.refresh_from_db()
    assert (page.live, page.body, page.has_unpublished_changes) == (True, ELSE, True)


def test_a_copy_that_would_stay_live_is_refused_and_one_that_is_a_draft_is_made(api, sections):
    from wagtail.models import Page

    main, bullpen = sections
    page = make(main)
    count = Page.objects.count()
    error = told(api("POST", f"{page.pk}/actions/copy/", destination_id=bullpen.pk))
    assert "The same text as “Ferry”" in error["msg"]
    assert Page.objects.count() == count
    status, copied = api("POST", f"{page.pk}/actions/copy/", destination_id=bullpen.pk, keep_live=False)
    assert status == 201
    assert not Page.objects.get(pk=copied["id"]).live


def test_of_two_that_pass_the_forms_check_the_later_is_refused_and_leaves_nothing(api, sections, monkeypatch):
    """Between the check of a form and the saving of a page another one may be published."""
    from dupdetect.integrations.django.gate import Answer
    from dupdetect.integrations.wagtail import forms

    main, bullpen = sections
    make(main)
    monkeypatch.setattr(forms, "check", lambda form, document, override: Answer(allowed=True))
    assert "The same text as “Ferry”" in told(api("POST", "", **new(bullpen)))["msg"]
    assert page_named("Ferry again") is None
    assert claims() == 0


def test_where_the_check_is_unavailable_and_needed_the_client_is_told_so_and_not_of_a_duplicate(api, site, sections):
    from django.conf import settings

    draft = make(sections[1], live=False)
    (site / "closed.toml").write_text('fail = "closed"', encoding="utf-8")
    (site / "broken.db").write_bytes(b"no index")
    settings.DUPDETECT = {"INDEX": site / "broken.db", "POLICY": site / "closed.toml"}
    for answer in (api("POST", "", **new(sections[0])), api("POST", f"{draft.pk}/actions/publish/")):
        error = told(answer)
        assert error["type"] == "unavailable"
        assert "unavailable" in error["msg"]
