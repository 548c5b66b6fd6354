"""Wagtail's hooks: models of others, the log, the report."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.models import Page

from dupdetect.integrations.django.gate import gate
from dupdetect.integrations.wagtail.documents import is_checked, page_document
from dupdetect.integrations.wagtail.pages import DuplicateCheckedPage
from dupdetect.integrations.wagtail.views import duplicates

__all__: list[str] = []


@hooks.register("before_publish_page")
def check_models_of_others(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Stop an editor at a page whose model cannot derive from `DuplicateCheckedPage`.

    On the create view Wagtail has stored such a page as live when this runs, so that it is taken back.
    """
    if isinstance(page, DuplicateCheckedPage) or not is_checked(page):
        return None
    answer = gate().ask(page_document(page))
    if answer.allowed:
        return None
    Page.objects.filter(pk=page.pk, live=True, live_revision=None).update(live=False, has_unpublished_changes=True)
    messages.error(request, answer.message)
    return redirect("wagtailadmin_pages:edit", page.pk)


@hooks.register("register_log_actions")
def name_the_log_entries(actions: Any) -> None:
    """Show in a page's history why it was held."""

    @actions.register_action("dupdetect.hold")
    class _Hold:
        label = "Held as a duplicate"

        def format_message(self, entry: Any) -> str:
            return f"Held as a duplicate: {entry.data.get('message', '')}"


@hooks.register("register_admin_urls")
def place_the_report() -> list[Any]:
    """Give the report its address."""
    return [path("reports/duplicates/", duplicates, name="dupdetect_duplicates")]


@hooks.register("register_reports_menu_item")
def list_the_report() -> MenuItem:
    """Put the report into the menu."""
    return MenuItem("Duplicates", reverse("dupdetect_duplicates"), icon_name="copy", order=900)


@hooks.register("register_actions")
def tell_who_publishes_by_the_api(registry: Any) -> None:
    """Refuse a duplicate where a client of Wagtail's API waits for an answer. Wagtail calls this from version 8 on."""
    from dupdetect.integrations.wagtail.api import register

    register(registry)
