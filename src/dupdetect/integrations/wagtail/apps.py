"""The app."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import AppConfig

from dupdetect.model import Document

__all__ = ["DupdetectWagtailConfig"]


class DupdetectWagtailConfig(AppConfig):
    """``INSTALLED_APPS = [..., "dupdetect.integrations.django", "dupdetect.integrations.wagtail"]``."""

    name = "dupdetect.integrations.wagtail"
    label = "dupdetect_wagtail"
    verbose_name = "Duplicates"
    default_auto_field = "django.db.models.AutoField"

    def ready(self) -> None:
        """Let the index follow what is public."""
        from dupdetect.integrations.wagtail.signals import connect

        connect()

    def dupdetect_published(self) -> Iterator[Document]:
        """Yield every page that is public, for ``manage.py reconcile_duplicates``."""
        from wagtail.models import Page

        from dupdetect.integrations.wagtail.documents import is_checked, page_document

        for page in Page.objects.live().filter(alias_of=None).order_by("pk").iterator():
            specific = page.specific
            if is_checked(specific):
                yield page_document(specific)
