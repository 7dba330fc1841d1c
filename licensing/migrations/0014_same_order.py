from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Two orders that are one, or two people who are one, are asked about once; who may export everything is said."""

    dependencies = [("licensing", "0013_imports")]

    operations = [
        migrations.AlterModelOptions(
            "customer",
            {
                "ordering": ["-id"],
                "permissions": [("export_everything", "Can export everything, codes and addresses in clear")],
            },
        ),
        migrations.AddField(
            "purchase",
            "own_facts",
            models.JSONField(
                editable=False,
                help_text="What its own store said of its payment, where another's word on the same order counts, too.",
                null=True,
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.UniqueConstraint(
                fields=["kind", "digest"],
                condition=Q(kind__in=["same_order", "same_person"]),
                name="one_case_per_pair",
            ),
        ),
    ]
