"""The index follows what is public."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from dupdetect.integrations.django.gate import gate
from dupdetect.integrations.wagtail.documents import is_checked, page_document, page_id

__all__ = ["connect"]


def connect() -> None:
    """Listen to Wagtail's signals."""
    page_published.connect(_changed, dispatch_uid="dupdetect.page_published")
    page_slug_changed.connect(_changed, dispatch_uid="dupdetect.page_slug_changed")
    post_page_move.connect(_moved, dispatch_uid="dupdetect.post_page_move")
    post_save.connect(_converted, dispatch_uid="dupdetect.alias_converted")
    page_unpublished.connect(_gone, dispatch_uid="dupdetect.page_unpublished")
    post_delete.connect(_gone, dispatch_uid="dupdetect.page_deleted")


def _changed(instance: Page, **_: Any) -> None:
    """Remember a page that is public. An alias says nothing that its source does not."""
    if instance.live and not instance.alias_of_id and is_checked(instance):
        document = page_document(instance)
        transaction.on_commit(lambda: gate().remember(document))


def _converted(instance: Any, update_fields: Iterable[str] | None = None, **_: Any) -> None:
    """Remember an alias that became a page of its own: it is public, and from now on it may say something else."""
    if isinstance(instance, Page) and not {"alias_of", "alias_of_id"}.isdisjoint(update_fields or ()):
        _changed(instance.specific)


def _moved(instance: Page, **_: Any) -> None:
    """Follow a page that moved, and those below it: their addresses have changed."""
    for page in instance.get_descendants(inclusive=True).live().specific():
        _changed(page)


def _gone(instance: Any, **_: Any) -> None:
    if isinstance(instance, Page) and not instance.alias_of_id and instance.pk:
        id = page_id(instance)
        transaction.on_commit(lambda: gate().forget(id))
