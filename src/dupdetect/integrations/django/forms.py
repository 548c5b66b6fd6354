"""The editor's message, and the field for a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dupdetect.integrations.django.gate import Answer, gate
from dupdetect.integrations.django.models import DuplicateChecked
from dupdetect.model import Document, Override

__all__ = ["DuplicateCheckForm", "OverrideField", "check", "error_code", "override_of"]

REASON = "dupdetect_reason"


class OverrideField(forms.CharField):
    """Why a piece shall be published beside what it repeats."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 500)
        kwargs.setdefault("label", "Publish it although it is a duplicate, because …")
        kwargs.setdefault("help_text", "Only needed where the check finds one. The reason is kept.")
        super().__init__(**kwargs)


class DuplicateCheckForm(forms.ModelForm):
    """A form of a `DuplicateChecked` model: says which piece it repeats, and takes a reason.

    Pass ``user=request.user``, so that the reason has a name.
    """

    dupdetect_reason = OverrideField()

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        self.for_user = user
        self.dupdetect_answer: Answer | None = None
        super().__init__(*args, **kwargs)

    def _post_clean(self) -> None:
        """Check the instance when the form's values are in it."""
        super()._post_clean()
        instance = self.instance
        if self.errors or not isinstance(instance, DuplicateChecked) or not instance.dupdetect_is_public():
            return
        instance.dupdetect_override = override_of(self.cleaned_data, self.for_user)
        self.dupdetect_answer = check(self, instance.dupdetect_document(), instance.dupdetect_override)


def check(form: forms.BaseForm, document: Document, override: Override | None) -> Answer:
    """Check a document and add what is in the way to a form's errors."""
    answer = gate().ask(document, override=override)
    if not answer.allowed:
        form.add_error(None, ValidationError(answer.message, code=error_code(answer)))
    return answer


def error_code(answer: Answer) -> str:
    """Return the code of the error that tells of an answer."""
    return "duplicate" if answer.decision else "unavailable"


def override_of(values: dict[str, Any], user: Any) -> Override | None:
    """Return the editor's word where there is a reason and the editor may give one; None otherwise."""
    reason = (values.get(REASON) or "").strip()
    if not reason:
        return None
    permission = gate().options.override_permission
    if permission and (user is None or not user.has_perm(permission)):
        return None
    name = user.get_username() if user is not None and user.is_authenticated else ""
    return Override(reason=reason, actor=name or "unknown")
