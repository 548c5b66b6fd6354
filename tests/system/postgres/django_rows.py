"""A Django project of one file: its rows and its index in PostgreSQL. Run with host, port and the index's URL."""

import sys

import django
from django.conf import settings

host, port, index = sys.argv[1:]
settings.configure(
    INSTALLED_APPS=["dupdetect.integrations.django"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": host,
            "PORT": port,
            "USER": "chief",
            "NAME": "postgres",
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DUPDETECT={"INDEX": index},
)
django.setup()

from django.db import connection, models, transaction  # noqa: E402 - after the set-up

from dupdetect.integrations.django.gate import gate  # noqa: E402
from dupdetect.integrations.django.models import DuplicateChecked  # noqa: E402
from dupdetect.model import Document  # noqa: E402
from dupdetect.testing import STORY  # noqa: E402


class Note(DuplicateChecked):
    text = models.TextField()
    public = models.BooleanField(default=True)

    class Meta:
        app_label = "rows"

    def dupdetect_is_public(self):
        return self.public

    def dupdetect_hold(self):
        self.public = False

    def dupdetect_document(self):
        return Document(id=self.dupdetect_id, content=self.text, format="text")


def saved():
    note = Note(text=STORY)
    note.save()
    return note


def claims():
    return gate().detector.index.info().claims


with connection.schema_editor() as editor:
    editor.create_model(Note)
try:
    with transaction.atomic():
        first = saved()
        print("public", first.public, "claims", claims())
        transaction.set_rollback(True)
    print("rolled back, claims", claims())
    with transaction.atomic():
        try:
            with transaction.atomic():
                saved()
                connection.cursor().execute("SELECT 1 / 0")
        except django.db.DataError:
            print("to a savepoint, claims", claims())
        last = saved()
        print("public", last.public, "with a number of its own", last.pk != first.pk)
    print("remembered", list(gate().detector.index.ids()) == [last.dupdetect_id])
finally:
    with connection.schema_editor() as editor:
        editor.delete_model(Note)
    gate().close()
