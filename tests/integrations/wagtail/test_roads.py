"""Every road by which a page of Wagtail goes public."""

import datetime as dt
import json
import threading
from contextlib import suppress

import pytest

from dupdetect.testing import OTHER, STORY

pytestmark = [
    pytest.mark.system,
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),  # Wagtail's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

BODY = f"<p>{STORY}</p>"
ELSE = f"<p>{OTHER}</p>"


def make(parent, title="Ferry", body=BODY, *, live=True, model=None, **known):
    from tests.integrations.wagtail.blognet.models import BlogPage

    slug = "".join(letter if letter.isalnum() else "-" for letter in title.lower())
    page = (model or BlogPage)(title=title, slug=slug, body=body, live=live, **known)
    parent.add_child(instance=page)
    revision = page.save_revision()
    if live:
        revision.publish()
    page.refresh_from_db()
    return page


def indexed():
    from dupdetect.integrations.django.gate import gate

    return sorted(gate().detector.index.ids())


def claims():
    from dupdetect.integrations.django.gate import gate

    return gate().detector.index.info().claims


def form(page=None, *, title="Ferry again", body=BODY, action=None, **more):
    from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

    return nested_form_data(
        {
            "title": title,
            "slug": title.lower().replace(" ", "-"),
            "body": rich_text(body),
            "more": streamfield([]),
            "dupdetect_reason": "",
            "comments-TOTAL_FORMS": 0,
            "comments-INITIAL_FORMS": 0,
            "comments-MIN_NUM_FORMS": 0,
            "comments-MAX_NUM_FORMS": 0,
            **({action: "1"} if action else {}),
            **more,
        }
    )


def create(client, parent, *, model="blogpage", **values):
    return client.post(f"/admin/pages/add/blognet/{model}/{parent.pk}/", form(**values))


def edit(client, page, **values):
    return client.post(f"/admin/pages/{page.pk}/edit/", form(page, **values))


def page_named(title):
    from wagtail.models import Page

    return Page.objects.filter(title=title).first()


# ------------------------------------------------------------------------------------------------------ the editor


def test_publishing_a_copy_from_the_create_view_stores_nothing_and_names_page_and_section(client, sections):
    main, bullpen = sections
    make(main)
    response = create(client, bullpen, action="action-publish")
    assert response.status_code == 200
    assert "The same text as “Ferry” in Main Blog, The Network" in response.content.decode()
    assert page_named("Ferry again") is None


def test_publishing_a_copy_from_the_edit_view_keeps_it_a_draft(client, sections):
    main, bullpen = sections
    make(main)
    draft = make(bullpen, "Ferry again", live=False)
    response = edit(client, draft, action="action-publish")
    draft.refresh_from_db()
    assert "The same text as" in response.content.decode()
    assert not draft.live


def test_a_reason_publishes_it_and_is_asked_for_once(client, sections):
    from dupdetect.integrations.django.gate import gate

    main, bullpen = sections
    make(main)
    response = create(client, bullpen, action="action-publish", dupdetect_reason="both sections want it")
    page = page_named("Ferry again")
    assert response.status_code == 302
    assert page.live
    (entry,) = {entry.body: entry for entry in gate().detector.index.journal("override", subject=indexed()[1])}.values()
    assert (json.loads(entry.body)["reason"], json.loads(entry.body)["actor"]) == ("both sections want it", "editor")
    assert edit(client, page, action="action-publish", title="Ferry again").status_code == 302


def test_a_draft_of_a_copy_is_saved_without_a_word(client, sections):
    main, bullpen = sections
    make(main)
    response = create(client, bullpen)
    assert response.status_code == 302
    assert page_named("Ferry again").live is False
    assert len(indexed()) == 1


def test_what_is_new_is_published_and_remembered_with_section_site_and_address(client, sections):
    from dupdetect.integrations.django.gate import gate

    response = create(client, sections[1], action="action-publish", title="Bread", body=ELSE)
    assert response.status_code == 302
    (id,) = indexed()
    article = gate().detector.index.get(id)
    assert article.text == OTHER
    assert (article.title, article.site, article.sections) == ("Bread", "The Network", ("The Bullpen",))
    assert article.url == "http://localhost/bullpen/bread/"
    assert claims() == 0


def test_a_published_page_does_not_match_itself_when_it_is_edited_or_renamed(client, sections):
    page = make(sections[0])
    response = edit(client, page, action="action-publish", title="The ferry stays", body=BODY.replace("small", "smal"))
    page.refresh_from_db()
    assert response.status_code == 302
    assert (page.title, page.live, page.has_unpublished_changes) == ("The ferry stays", True, False)
    assert len(indexed()) == 1


def test_a_public_page_that_becomes_a_copy_stays_as_it_is(client, sections):
    from tests.integrations.wagtail.blognet.models import BlogPage

    make(sections[0])
    page = make(sections[1], "Bread", ELSE)
    assert "The same text" in edit(client, page, action="action-publish", title="Bread").content.decode()
    page.body = BODY
    page.save_revision().publish()
    page = BlogPage.objects.get(pk=page.pk)
    assert (page.live, page.body, page.has_unpublished_changes) == (True, ELSE, True)


def test_a_copy_that_names_the_other_page_as_canonical_is_published(sections):
    from tests.integrations.wagtail.blognet.models import BlogPage

    main, bullpen = sections
    page = make(main)
    BlogPage.dupdetect_canonical_url = page.full_url
    try:
        assert make(bullpen, "Ferry again").live
    finally:
        del BlogPage.dupdetect_canonical_url


def test_pages_without_words_to_tell_them_by_are_published(sections):
    main, bullpen = sections
    assert make(main, "One", "<p>Photos of the day.</p>").live
    assert make(bullpen, "Two", "").live


# ------------------------------------------------------------------------------------- roads that can ask nobody


def test_code_that_publishes_a_copy_gets_a_draft_and_no_exception(sections):
    main, bullpen = sections
    make(main)
    copy = make(bullpen, "Ferry again")
    assert (copy.live, copy.live_revision, copy.has_unpublished_changes) == (False, None, True)
    assert len(indexed()) == 1


def test_scheduled_publishing_holds_the_copy_and_goes_on(sections):
    from django.core.management import call_command
    from django.utils import timezone
    from wagtail.models import Page, PageLogEntry

    main, bullpen = sections
    soon = timezone.now() + dt.timedelta(hours=1)
    copy = make(bullpen, "Ferry again", live=False, go_live_at=soon)
    innocent = make(bullpen, "Bread", ELSE, live=False, go_live_at=soon)
    make(main)
    past = timezone.now() - dt.timedelta(minutes=1)
    for page in (copy, innocent):
        page.go_live_at = past
        revision = page.save_revision()
        revision.approved_go_live_at = past
        revision.save()
    call_command("publish_scheduled")
    assert Page.objects.get(pk=innocent.pk).live
    assert not Page.objects.get(pk=copy.pk).live
    assert PageLogEntry.objects.filter(page=copy.pk, action="dupdetect.hold").exists()


def test_a_scheduled_page_claims_its_text_until_it_goes_live(client, sections):
    from django.core.management import call_command
    from django.utils import timezone
    from wagtail.models import Revision

    main, bullpen = sections
    later = (timezone.now() + dt.timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    response = create(client, main, action="action-publish", title="Ferry", go_live_at=later)
    assert response.status_code == 302
    assert claims() == 1
    response = create(client, bullpen, action="action-publish", go_live_at=later)
    assert "which is about to be published" in response.content.decode()
    scheduled = page_named("Ferry")
    assert not scheduled.live
    past = timezone.now() - dt.timedelta(minutes=1)
    revision = scheduled.get_latest_revision()
    content = {**revision.content, "go_live_at": past.isoformat()}
    Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=past, content=content)
    call_command("publish_scheduled")
    scheduled.refresh_from_db()
    assert scheduled.live
    assert claims() == 0


def test_bulk_publishing_holds_the_copy_and_publishes_the_rest(client, sections):
    main, bullpen = sections
    make(main)
    copy = make(bullpen, "Ferry again", live=False)
    other = make(bullpen, "Bread", ELSE, live=False)
    client.post(f"/admin/bulk/wagtailcore/page/publish/?id={copy.pk}&id={other.pk}", {})
    copy.refresh_from_db()
    other.refresh_from_db()
    assert (copy.live, other.live) == (False, True)


def test_a_copied_page_is_not_published_with_its_copy(client, sections):
    main, bullpen = sections
    page = make(main)
    response = client.post(
        f"/admin/pages/{page.pk}/copy/",
        {"new_title": "Copy", "new_slug": "copy", "new_parent_page": bullpen.pk, "publish_copies": "on"},
    )
    assert response.status_code == 302
    assert page_named("Copy").live is False
    assert len(indexed()) == 1


def test_an_alias_is_the_same_document(client, sections):
    main, bullpen = sections
    page = make(main)
    page.create_alias(parent=bullpen, update_slug="ferry")
    page.body = BODY.replace("small", "tiny")
    page.save_revision().publish()
    page.refresh_from_db()
    assert page.live
    assert page.aliases.get().live
    assert len(indexed()) == 1


def test_an_alias_that_becomes_a_page_of_its_own_stays_public_and_is_listed_as_public_twice(client, sections):
    main, bullpen = sections
    alias = make(main).create_alias(parent=bullpen, update_slug="ferry")
    response = client.post(f"/admin/pages/{alias.pk}/convert_alias/")
    assert response.status_code == 302
    alias.refresh_from_db()
    assert alias.live
    assert len(indexed()) == 2
    report = client.get("/admin/reports/duplicates/").content.decode()
    assert f"/admin/pages/{alias.pk}/edit/" in report


def test_two_texts_published_at_once_one_goes_public(project, sections):
    """Twenty rounds of four threads, each with a connection of its own."""
    from django.db import connections

    from tests.integrations.wagtail.blognet.models import BlogPage

    main, bullpen = sections
    for turn in range(20):
        text = (
            f"<p>Round {turn}: {OTHER} It was said {turn} times.</p>" if turn % 2 else f"<p>{STORY} {turn}{turn}.</p>"
        )
        for page in BlogPage.objects.all():
            page.unpublish()
        pages = [
            make(parent, f"{turn} {number}", text, live=False) for number, parent in enumerate([main, bullpen] * 2)
        ]
        start = threading.Barrier(4)
        failures = []

        def publish(pk, start=start, failures=failures):
            start.wait()
            try:
                BlogPage.objects.get(pk=pk).get_latest_revision().publish()
            except Exception as error:  # reported by the assertion below
                failures.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=publish, args=(page.pk,)) for page in pages]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert BlogPage.objects.live().count() == 1


# -------------------------------------------------------------------------------------------------- workflows, others


def test_a_workflow_task_lets_pass_what_is_new_and_leaves_a_copy_to_a_person(client, sections):
    from django.contrib.auth import get_user_model
    from wagtail.models import Workflow, WorkflowPage, WorkflowTask

    from dupdetect.integrations.wagtail.models import DuplicateCheckTask

    main, bullpen = sections
    workflow = Workflow.objects.create(name="Check")
    WorkflowTask.objects.create(workflow=workflow, task=DuplicateCheckTask.objects.create(name="Duplicates"))
    WorkflowPage.objects.create(workflow=workflow, page=bullpen)
    user = get_user_model().objects.get()
    make(main)
    new = make(bullpen, "Bread", ELSE, live=False)
    copy = make(bullpen, "Ferry again", live=False)
    workflow.start(new, user)
    state = workflow.start(copy, user)
    new.refresh_from_db()
    copy.refresh_from_db()
    assert (new.live, copy.live) == (True, False)
    assert "The same text as" in state.current_task_state.comment


def test_a_model_that_does_not_know_us_is_stopped_in_the_editor_on_both_views(client, sections):
    from tests.integrations.wagtail.blognet.models import ForeignPage

    main, bullpen = sections
    make(main)
    response = create(client, bullpen, model="foreignpage", action="action-publish")
    page = ForeignPage.objects.get()
    assert response.status_code == 302
    assert (page.live, page.has_unpublished_changes) == (False, True)
    response = client.post(f"/admin/pages/{page.pk}/edit/", form(page, action="action-publish"), follow=True)
    page.refresh_from_db()
    assert "The same text as “Ferry”" in response.content.decode()
    assert not page.live


def test_a_scheduled_page_of_such_a_model_is_taken_off_the_schedule(sections):
    from django.core.management import call_command
    from django.utils import timezone

    from tests.integrations.wagtail.blognet.models import ForeignPage

    main, bullpen = sections
    make(main)
    past = timezone.now() - dt.timedelta(minutes=1)
    page = make(bullpen, "Ferry again", live=False, model=ForeignPage, go_live_at=past)
    revision = page.get_latest_revision()
    revision.approved_go_live_at = past
    revision.save()
    call_command("hold_duplicates")
    call_command("publish_scheduled")
    page.refresh_from_db()
    assert not page.live


# --------------------------------------------------------------------------------------------------------- the index


def test_unpublishing_and_deleting_forget_and_publishing_again_asks_anew(sections):
    main, bullpen = sections
    page = make(main)
    page.unpublish()
    assert indexed() == []
    copy = make(bullpen, "Ferry again")
    assert copy.live
    page.get_latest_revision().publish()
    page.refresh_from_db()
    assert not page.live
    copy.delete()
    assert indexed() == []
    page.get_latest_revision().publish()
    page.refresh_from_db()
    assert page.live


def test_a_page_that_moves_or_is_renamed_takes_its_section_and_address_along(sections):
    from dupdetect.integrations.django.gate import gate

    main, bullpen = sections
    page = make(main)
    page.move(bullpen, pos="last-child")
    article = gate().detector.index.get(indexed()[0])
    assert (article.sections, article.url) == (("The Bullpen",), "http://localhost/bullpen/ferry/")


def test_what_is_rolled_back_is_not_remembered(sections):
    from django.db import transaction

    with transaction.atomic():
        make(sections[0])
        transaction.set_rollback(True)
    assert indexed() == []
    assert claims() == 0
    assert make(sections[1], "Ferry again").live


def test_the_claim_of_a_scheduled_page_goes_with_its_transaction_and_stays_with_it(sections):
    from django.db import transaction
    from django.utils import timezone

    soon = timezone.now() + dt.timedelta(hours=1)
    for undone, left in ((True, 0), (False, 1)):
        with transaction.atomic():
            page = make(sections[0], live=False, go_live_at=soon)
            page.get_latest_revision().publish()
            assert claims() == 1
            transaction.set_rollback(undone)
        assert claims() == left


def test_reconciling_fills_an_empty_index_drops_what_is_gone_and_lists_what_is_public_twice(sections, capsys):
    from django.core.management import call_command
    from wagtail.models import Page

    from dupdetect.integrations.django.gate import gate
    from dupdetect.model import Document

    main, bullpen = sections
    make(main)
    copy = make(bullpen, "Ferry again")
    Page.objects.filter(pk=copy.pk).update(live=True)
    gate().detector.replace([Document(id="django:page:999", content=OTHER, format="text")])
    call_command("reconcile_duplicates")
    told = capsys.readouterr().out
    assert "2 public, 1 removed from the index" in told
    assert f"IDENTICAL django:page:{copy.pk}" in told
    assert "1 pairs of duplicates are public" in told


def test_the_report_lists_what_is_public_twice_and_escapes_titles(client, sections):
    from django.core.management import call_command
    from wagtail.models import Page

    main, bullpen = sections
    make(main, "<script>alert(1)</script>")
    copy = make(bullpen, "Ferry again")
    Page.objects.filter(pk=copy.pk).update(live=True)
    call_command("reconcile_duplicates", no_audit=True)
    page = client.get("/admin/reports/duplicates/").content.decode()
    assert "IDENTICAL" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)</script>" not in page


# ---------------------------------------------------------------------------------------------- the index is unusable


@pytest.mark.parametrize(("fail", "live"), [("open", True), ("closed", False)])
def test_an_index_that_cannot_be_used_follows_the_policy_and_is_no_duplicate(site, client, sections, fail, live):
    from django.conf import settings

    (site / f"{fail}.toml").write_text(f'fail = "{fail}"', encoding="utf-8")
    (site / "broken.db").write_bytes(b"no index")
    settings.DUPDETECT = {"INDEX": site / "broken.db", "POLICY": site / f"{fail}.toml"}
    response = create(client, sections[1], action="action-publish")
    page = page_named("Ferry again")
    assert (page is not None and page.live) is live
    if not live:
        assert "unavailable" in response.content.decode()
        assert "same text" not in response.content.decode()


def test_an_error_of_ours_stops_no_road(sections, monkeypatch):
    from dupdetect.integrations.django.gate import gate

    def broken(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(gate().detector, "decide", broken)
    monkeypatch.setattr(gate().detector, "replace", broken)
    assert make(sections[0]).live


# -------------------------------------------------------------------------------------------------------- plain Django


def test_a_row_of_plain_django_is_held_remembered_and_forgotten(site):
    from tests.integrations.wagtail.blognet.models import Note

    note = Note(title="Ferry", text=STORY, public=True)
    note.save()
    assert claims() == 0
    copy = Note(title="Again", text=STORY, public=True)
    copy.save()
    assert (note.public, copy.public) == (True, False)
    assert indexed() == [note.dupdetect_id]
    note.save()
    assert note.public
    note.public = False
    note.save()
    assert indexed() == []
    copy.public = True
    copy.save()
    assert copy.public
    copy.delete()
    assert indexed() == []
    assert claims() == 0


def test_a_row_that_is_rolled_back_gives_its_text_free(site):
    from django.db import transaction

    from tests.integrations.wagtail.blognet.models import Note

    class StopError(Exception):
        pass

    def public(title, **known):
        note = Note(title=title, text=STORY, public=True, **known)
        note.save()
        return note

    with suppress(StopError), transaction.atomic():
        public("Ferry", pk=1)
        assert claims() == 1
        raise StopError
    assert claims() == 0
    with transaction.atomic():
        with suppress(StopError), transaction.atomic():
            public("Ferry", pk=1)
            raise StopError
        assert public("Ferry again", pk=2).public
        assert not public("And again", pk=3).public
    assert indexed() == ["django:blognet.note:2"]
    assert claims() == 0


@pytest.mark.parametrize("pk", [None, 1])
def test_a_row_that_cannot_be_saved_gives_its_text_free(site, pk):
    from django.db import IntegrityError

    from tests.integrations.wagtail.blognet.models import Note

    with pytest.raises(IntegrityError):
        Note(pk=pk, title=None, text=STORY, public=True).save()
    assert claims() == 0
    note = Note(title="Ferry", text=STORY, public=True)
    note.save()
    assert note.public


def test_a_form_of_plain_django_tells_and_takes_a_reason(site):
    from django.contrib.auth import get_user_model

    from dupdetect.integrations.django.forms import DuplicateCheckForm
    from tests.integrations.wagtail.blognet.models import Note

    class NoteForm(DuplicateCheckForm):
        class Meta:
            model = Note
            fields = ("title", "text", "public")

    Note(title="Ferry", text=STORY, public=True).save()
    values = {"title": "Again", "text": STORY, "public": "on"}
    blocked = NoteForm(values)
    assert not blocked.is_valid()
    assert "The same text as “Ferry”" in str(blocked.errors)
    user = get_user_model().objects.get()
    reasoned = NoteForm({**values, "dupdetect_reason": "on purpose"}, user=user)
    assert reasoned.is_valid(), reasoned.errors
    assert reasoned.save().public
    draft = NoteForm({**values, "public": ""})
    assert draft.is_valid()
