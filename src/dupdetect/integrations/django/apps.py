"""The app."""

from __future__ import annotations

from django.apps import AppConfig

__all__ = ["DupdetectConfig"]


class DupdetectConfig(AppConfig):
    """``INSTALLED_APPS = [..., "dupdetect.integrations.django"]``."""

    name = "dupdetect.integrations.django"
    label = "dupdetect"
    verbose_name = "Duplicates"

    def ready(self) -> None:
        """Let the index follow what is public."""
        from dupdetect.integrations.django.signals import connect

        connect()
