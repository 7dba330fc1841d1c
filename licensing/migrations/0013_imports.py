import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("licensing", "0012_hooks")]

    operations = [
        migrations.AddField(
            "importrun",
            "reached",
            models.PositiveIntegerField(
                default=0, help_text="The row that was read last; in a dry run, tried last."
            ),
        ),
        migrations.AlterField(
            "importrun",
            "store",
            models.ForeignKey(
                help_text="Empty: uploaded, and nobody has said of which shop it is.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="imports",
                to="licensing.store",
            ),
        ),
        migrations.AlterField(
            "importrun",
            "state",
            models.CharField(
                choices=[
                    ("uploaded", "waits for you"),
                    ("staging", "being read"),
                    ("staged", "read and checked"),
                    ("applying", "being applied"),
                    ("applied", "applied"),
                    ("failed", "could not be read"),
                ],
                default="staging",
                max_length=10,
            ),
        ),
    ]
