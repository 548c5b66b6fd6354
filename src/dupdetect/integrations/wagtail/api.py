"""Wagtail's API v3: whoever would publish a duplicate by it is told so (422), and nothing is stored.

Other roads that end in a page's `save` can ask nobody, and a duplicate is saved as a draft there. A client of the API
waits for an answer. Wagtail 8 and later: the actions that it takes from its registry are replaced by ours.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from wagtail.actions import ActionRegistry, CopyPageAction, CreatePageAction, EditPageAction, PublishPageRevisionAction
from wagtail.models import Page
from wagtail.utils.forms import FormValidationError

from dupdetect.integrations.django.forms import error_code
from dupdetect.integrations.wagtail.pages import DuplicateRefusedError, refusing

__all__ = ["register"]


class _Refusing:
    """An action that refuses a duplicate, and undoes what it had begun."""

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        try:
            with refusing(), transaction.atomic():
                return super().execute(*args, **kwargs)  # type: ignore[misc]  # the action's
        except DuplicateRefusedError as refused:
            told = (refused.answer.message, error_code(refused.answer))
            raise FormValidationError({(NON_FIELD_ERRORS,): [told]}) from refused


class _Create(_Refusing, CreatePageAction):
    pass


class _Edit(_Refusing, EditPageAction):
    pass


class _Publish(_Refusing, PublishPageRevisionAction):
    pass


class _Copy(_Refusing, CopyPageAction):
    pass


def register(registry: ActionRegistry) -> None:
    """Put the actions by which a page may go public in the place of Wagtail's."""
    for action in (_Create, _Edit, _Publish, _Copy):
        registry.register(Page, action)
