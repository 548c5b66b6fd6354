"""``manage.py hold_duplicates``: before ``publish_scheduled``, for models that do not derive from ours."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Page, Revision

from dupdetect.integrations.django.gate import gate
from dupdetect.integrations.django.models import duplicate_held
from dupdetect.integrations.wagtail.documents import is_checked, page_document

__all__ = ["Command"]


class Command(BaseCommand):
    """Takes duplicates off the schedule, each by itself, and says so in the page's history."""

    help = (
        "Takes scheduled pages that are due and would be duplicates off the schedule. Run it before publish_scheduled."
    )

    def handle(self, **_: Any) -> None:
        """Check what is due."""
        held = 0
        for revision in Revision.objects.filter(approved_go_live_at__lt=timezone.now()).order_by("approved_go_live_at"):
            page = revision.as_object()
            if not isinstance(page, Page) or not is_checked(page):
                continue
            answer = gate().ask(page_document(page))
            if answer.allowed:
                continue
            Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
            log(instance=page, action="dupdetect.hold", data={"message": answer.message})
            duplicate_held.send(sender=type(page), instance=page, answer=answer)
            self.stdout.write(f"held: {page.title} ({page.pk}): {answer.message}")
            held += 1
        self.stdout.write(f"{held} pages held")
