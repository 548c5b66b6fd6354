"""The index follows what is public: after a transaction's end, so that what is rolled back is not remembered."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save

from dupdetect.integrations.django.gate import gate
from dupdetect.integrations.django.models import DuplicateChecked

__all__ = ["connect"]


def connect() -> None:
    """Listen to every `DuplicateChecked` model."""
    post_save.connect(_saved, dispatch_uid="dupdetect.saved")
    post_delete.connect(_deleted, dispatch_uid="dupdetect.deleted")


def _saved(instance: Any, raw: bool = False, using: str | None = None, **_: Any) -> None:
    if not isinstance(instance, DuplicateChecked) or raw:
        return
    if instance.dupdetect_is_public():
        document = instance.dupdetect_document()
        transaction.on_commit(lambda: gate().remember(document), using=using)
    else:
        id = instance.dupdetect_id
        transaction.on_commit(lambda: gate().forget(id), using=using)


def _deleted(instance: Any, using: str | None = None, **_: Any) -> None:
    if isinstance(instance, DuplicateChecked):
        id = instance.dupdetect_id
        transaction.on_commit(lambda: gate().forget(id), using=using)
