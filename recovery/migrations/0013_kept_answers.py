"""What the API answered to calls with an idempotency key, for an hour."""

from django.db import migrations, models
from django.db.models.functions import Now

import licensing.models.base


class Migration(migrations.Migration):
    dependencies = [("recovery", "0012_by_support")]

    operations = [
        migrations.CreateModel(
            "KeptAnswer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=licensing.models.base.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("mark", models.BinaryField(max_length=32, unique=True)),
                ("sent", models.BinaryField(max_length=32)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("sealed", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField(db_default=Now())),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "answer kept for a repeated call",
                "verbose_name_plural": "answers kept for repeated calls",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(status=None, sealed=None)
                        | models.Q(status__isnull=False, sealed__isnull=False),
                        name="kept_answers_are_whole",
                    )
                ],
            },
        ),
    ]
