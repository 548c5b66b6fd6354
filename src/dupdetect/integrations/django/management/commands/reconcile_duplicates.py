"""``manage.py reconcile_duplicates``: make the index what is public, and list the duplicates that are."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click
from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser

from dupdetect.integrations.django.gate import Gate, gate
from dupdetect.integrations.django.models import DuplicateChecked
from dupdetect.model import Document

__all__ = ["Command"]


class Command(BaseCommand):
    """For the first fill, after a restored backup, and every night."""

    help = "Makes the index hold what is public, no more and no less, and lists the duplicates among it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add ``--no-audit``."""
        parser.add_argument("--no-audit", action="store_true", help="Fill the index only; look for no duplicates.")

    def handle(self, *, no_audit: bool = False, **_: Any) -> None:
        """Fill, remove, audit."""
        there = gate()
        documents = list(self.published())
        ids = {document.id for document in documents}
        prefix = f"{there.options.source}:"
        gone = [id for id in there.detector.index.ids() if id.startswith(prefix) and id not in ids]
        for failure in there.detector.replace(self._shown(documents, "Reading")):
            self.stderr.write(f"{failure.id}: not indexed: {failure.error}")
        removed = there.detector.remove(gone)
        self.stdout.write(f"{len(documents)} public, {removed} removed from the index")
        if not no_audit:
            self._audit(there, documents)

    def published(self) -> Iterator[Document]:
        """Yield every row that is public, and what other apps say is."""
        for model in apps.get_models():
            if issubclass(model, DuplicateChecked):
                for row in model._default_manager.iterator():
                    if row.dupdetect_is_public():
                        yield row.dupdetect_document()
        for app in apps.get_app_configs():
            yield from getattr(app, "dupdetect_published", tuple)()

    def _audit(self, there: Gate, documents: list[Document]) -> None:
        found = 0
        for document in self._shown(documents, "Comparing"):
            answer = there.ask(document)
            for one in answer.decision.judged if answer.decision else ():
                if one.action.strength and one.match.id < document.id:
                    found += 1
                    reason = one.match.verdict.reasons[0].text if one.match.verdict.reasons else ""
                    self.stdout.write(f"{one.match.verdict.relation.value} {document.id} {one.match.id}: {reason}")
        self.stdout.write(f"{found} pairs of duplicates are public")

    def _shown(self, documents: list[Document], what: str) -> Iterable[Document]:
        """Show a bar on terminals."""
        if not sys.stderr.isatty():
            return documents
        return click.progressbar(documents, label=what, file=sys.stderr).__enter__()
