import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import licensing.models.base


class Migration(migrations.Migration):
    """An order may be disputed more than once: each dispute that its store names is kept. Those on file have no name,
    and stay what the order itself says."""

    dependencies = [("licensing", "0014_same_order")]

    operations = [
        migrations.CreateModel(
            name="PurchaseDispute",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=licensing.models.base.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField(blank=True, null=True)),
                ("won_at", models.DateTimeField(blank=True, null=True)),
                (
                    "purchase",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="disputes",
                        to="licensing.purchase",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("purchase", "reference"), name="a_dispute_once_per_purchase"
                    ),
                    models.CheckConstraint(
                        condition=Q(at__isnull=False) | Q(won_at__isnull=False),
                        name="a_dispute_began_or_was_won",
                    ),
                ],
            },
        ),
    ]
