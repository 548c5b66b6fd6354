"""The workflow task's table."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Make it."""

    initial = True
    dependencies = [("wagtailcore", "0089_log_entry_data_json_null_to_object")]
    operations = [
        migrations.CreateModel(
            name="DuplicateCheckTask",
            fields=[
                (
                    "task_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.task",
                    ),
                )
            ],
            options={"verbose_name": "duplicate check", "verbose_name_plural": "duplicate checks"},
            bases=("wagtailcore.task",),
        )
    ]
