"""The report of duplicates that are public."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.models import Page

from dupdetect.integrations.django.gate import gate
from dupdetect.integrations.wagtail.documents import is_checked, page_document

__all__ = ["duplicates"]

_PAGE = 50


def duplicates(request: HttpRequest) -> HttpResponse:
    """List, page by page of the site's pages, those that repeat others."""
    if not user_has_any_page_permission(request.user):
        raise PermissionDenied
    public = Page.objects.live().filter(alias_of=None).order_by("-last_published_at", "-pk")
    listed = Paginator(public, _PAGE).get_page(request.GET.get("p"))
    rows: list[dict[str, Any]] = []
    for page in listed.object_list:
        specific = page.specific
        if not is_checked(specific):
            continue
        answer = gate().ask(page_document(specific))
        judged = answer.decision.judged if answer.decision else ()
        rows += [{"page": specific, "match": one.match} for one in judged if one.action.strength]
    return render(request, "dupdetect_wagtail/duplicates.html", {"rows": rows, "listed": listed})
