"""What a page model derives from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models
from django.utils import timezone
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.log_actions import log
from wagtail.models import Page

from dupdetect.integrations.django.claims import publication
from dupdetect.integrations.django.gate import Answer
from dupdetect.integrations.django.models import duplicate_held
from dupdetect.integrations.wagtail.documents import is_checked, page_document
from dupdetect.integrations.wagtail.forms import DuplicateCheckPageForm
from dupdetect.model import Override

__all__ = ["DuplicateCheckedPage", "DuplicateRefusedError", "duplicate_panel", "refusing"]

duplicate_panel = MultiFieldPanel([FieldPanel("dupdetect_reason")], heading="Duplicates")
"""For a model's panels: the field for a reason."""

_GRACE = 3600.0
"""Seconds that the claim of a scheduled page outlives its time, for a late cron."""


_refusing: ContextVar[bool] = ContextVar("dupdetect_refusing", default=False)


class DuplicateRefusedError(Exception):
    """A page was not saved, since it would have made a duplicate public, and somebody waits to be told.

    Attributes
    ----------
    answer : Answer
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.message)
        self.answer = answer


@contextmanager
def refusing() -> Iterator[None]:
    """Raise `DuplicateRefusedError` where a page would otherwise be held as a draft."""
    token = _refusing.set(True)
    try:
        yield
    finally:
        _refusing.reset(token)


class DuplicateCheckedPage(models.Model):
    """A page model whose pages are checked on every road to the public. Stands before `Page` among the bases.

    The form tells an editor (`forms.DuplicateCheckPageForm`); who publishes by Wagtail's API is told as well (`api`).
    Every other road – scheduled and bulk publishing, workflows, copies, code – ends in `save`: a duplicate is saved as
    a draft there and nothing raises, so that the pages behind it go on. Of pages that are published at the same moment
    with one text, one goes public.
    """

    base_form_class = DuplicateCheckPageForm
    dupdetect_override: Override | None = None
    dupdetect_parent: Page | None = None

    class Meta:
        """No table of its own."""

        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Save the page; as a draft, where it would make a duplicate public."""
        scheduled = self._is_scheduled()
        if kwargs.get("update_fields") or self.alias_of_id or not (self.live or scheduled) or not is_checked(self):
            return super().save(*args, **kwargs)
        ttl = 120.0 + (self.go_live_at - timezone.now()).total_seconds() + _GRACE if scheduled else 120.0
        with publication(self, page_document, override=self.dupdetect_override, ttl=ttl) as answer:
            if answer.allowed:
                return super().save(*args, **kwargs)
        if _refusing.get():
            raise DuplicateRefusedError(answer)
        return self._held(answer, *args, **kwargs)

    def _is_scheduled(self) -> bool:
        """Whether it is approved to go live later: a draft may have a time without being approved."""
        if self.go_live_at is None or self.go_live_at <= timezone.now():
            return False
        return self.live or bool(self.pk and self.revisions.filter(approved_go_live_at__isnull=False).exists())

    def _held(self, answer: Answer, *args: Any, **kwargs: Any) -> Any:
        """Save the page as a draft; where it is public already, leave what the public sees as it is."""
        before = type(self)._default_manager.filter(pk=self.pk).first() if self.pk else None
        result = None
        if before is not None and before.live:
            type(self)._default_manager.filter(pk=self.pk).update(has_unpublished_changes=True)
            self.refresh_from_db()
        else:
            self.live, self.has_unpublished_changes = False, True
            self.live_revision = None
            self.first_published_at = before.first_published_at if before is not None else None
            self.last_published_at = before.last_published_at if before is not None else None
            result = super().save(*args, **kwargs)
        log(instance=self, action="dupdetect.hold", data={"message": answer.message})
        duplicate_held.send(sender=type(self), instance=self, answer=answer)
        return result
