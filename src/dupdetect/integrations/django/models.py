"""What a model does to be checked."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.dispatch import Signal

from dupdetect.integrations.django.claims import publication
from dupdetect.integrations.django.gate import Answer, gate
from dupdetect.model import Document, Override

__all__ = ["DuplicateChecked", "duplicate_held"]

duplicate_held = Signal()
"""A piece was held on a road that cannot ask anyone: ``instance``, ``answer`` (`gate.Answer`)."""


class DuplicateChecked(models.Model):
    """A model whose rows are checked before they are public, and remembered while they are.

    Derived classes say what is public, and what their text is. Whoever saves a row that would make a duplicate public
    gets it saved as not public (`hold`): nothing raises in a road that works through many rows.
    """

    dupdetect_override: Override | None = None

    class Meta:
        """No table of its own."""

        abstract = True

    def dupdetect_is_public(self) -> bool:
        """Whether the row, as it is in memory, is for the public."""
        raise NotImplementedError(f"{type(self).__name__} must define dupdetect_is_public")

    def dupdetect_document(self) -> Document:
        """Return the row as a document, with `dupdetect_id` as its id."""
        raise NotImplementedError(f"{type(self).__name__} must define dupdetect_document")

    def dupdetect_hold(self) -> None:
        """Change the row so that it is not public."""
        raise NotImplementedError(f"{type(self).__name__} must define dupdetect_hold")

    @property
    def dupdetect_id(self) -> str:
        """The row's id in the index; empty while it has no key."""
        return gate().identity(self._meta.label_lower, self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the row; hold it where it would make a duplicate public."""
        if not self.dupdetect_is_public():
            super().save(*args, **kwargs)
            return
        override = self.dupdetect_override
        with publication(self, type(self).dupdetect_document, override=override) as answer:
            if not answer.allowed:
                self.dupdetect_hold()
            super().save(*args, **kwargs)
        if not answer.allowed:
            self._held(answer)

    def _held(self, answer: Answer) -> None:
        duplicate_held.send(sender=type(self), instance=self, answer=answer)
