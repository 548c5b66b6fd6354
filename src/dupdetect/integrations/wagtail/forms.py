"""The editor's message in Wagtail's own form."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from wagtail.admin.forms import WagtailAdminPageForm

from dupdetect.integrations.django.forms import OverrideField, check, override_of
from dupdetect.integrations.wagtail.documents import page_document

__all__ = ["DuplicateCheckPageForm"]


class DuplicateCheckPageForm(WagtailAdminPageForm):
    """Checks a page on the way to the public, before anything of it is stored. Drafts are left alone."""

    dupdetect_reason = OverrideField()

    def is_valid(self) -> bool:
        """Check the page when the form's values are in it."""
        valid = bool(super().is_valid())
        if not valid or self.is_deferred_validation or getattr(self, "_dupdetect_checked", False):
            return valid
        self._dupdetect_checked = True
        page = self.instance
        page.dupdetect_override = override_of(self.cleaned_data, self.for_user)
        page.dupdetect_parent = self.parent_page
        if page.expire_at is not None and page.expire_at <= timezone.now():
            return valid
        return check(self, page_document(page), page.dupdetect_override).allowed

    def save(self, commit: bool = True) -> Any:
        """Hand the reason on to the page."""
        page = super().save(commit=commit)
        page.dupdetect_override = self.instance.dupdetect_override
        return page
