"""A task for workflows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.models import Task, TaskState

from dupdetect.integrations.django.gate import gate
from dupdetect.integrations.wagtail.documents import page_document

__all__ = ["DuplicateCheckTask"]


class DuplicateCheckTask(Task):
    """Approves by itself what is no duplicate; leaves what is to a person, with the reason as a comment."""

    class Meta:
        """How Wagtail names it."""

        verbose_name = _("duplicate check")
        verbose_name_plural = _("duplicate checks")

    def start(self, workflow_state: Any, user: Any = None) -> TaskState:
        """Check the page; a duplicate waits for somebody who may approve it."""
        state = super().start(workflow_state, user=user)
        answer = gate().ask(page_document(state.revision.as_object()))
        if answer.allowed:
            state.approve(user=user, comment=answer.message)
        else:
            state.comment = answer.message
            state.save(update_fields=["comment"])
        return state

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, Any, bool]]:
        """Offer approval and rejection to those who may publish."""
        if not obj.permissions_for_user(user).can_publish():
            return []
        return [
            ("reject", _("Request changes"), True),
            ("approve", _("Publish although it is a duplicate"), True),
        ]

    def user_can_access_editor(self, obj: Any, user: Any) -> bool:
        """Let those in who may publish."""
        return bool(obj.permissions_for_user(user).can_publish())

    @classmethod
    def get_description(cls) -> Any:
        """Say what it does, in the list of tasks."""
        return _("Pages that are no duplicates are approved at once; others wait for someone who may publish.")
