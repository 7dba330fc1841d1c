from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("licensing", "0011_facts")]

    operations = [
        # A test order may have the number of a real one, and a cap counts keys, not requests.
        migrations.AddField("keyask", "test", models.BooleanField(default=False)),
        migrations.AddField(
            "keyask",
            "units",
            models.PositiveIntegerField(default=1, help_text="How many it asked for.", verbose_name="keys"),
        ),
        migrations.AlterField("keyask", "asked_at", models.DateTimeField()),
        migrations.RemoveConstraint("keyask", "one_ask_per_line"),
        migrations.AddConstraint(
            "keyask",
            models.UniqueConstraint(fields=["connection", "order", "line", "test"], name="one_ask_per_line"),
        ),
        migrations.AddField(
            "hookevent",
            "whole",
            models.BooleanField(
                default=False,
                help_text="The notification as it came, because what it tells could not be taken apart.",
            ),
        ),
        migrations.AddField(
            "hookevent",
            "confirmed_at",
            models.DateTimeField(
                blank=True, help_text="When support said that it is true, though nobody signed it.", null=True
            ),
        ),
        migrations.AddIndex(
            "hookevent",
            models.Index(
                condition=models.Q(("state", "unconfirmed")), fields=["due_at"], name="events_unconfirmed"
            ),
        ),
        migrations.AddIndex(
            "hookevent",
            models.Index(
                condition=models.Q(("lease_until__isnull", False), ("state", "done")),
                fields=["lease_until"],
                name="events_to_serve",
            ),
        ),
        migrations.AlterModelOptions(
            "hookevent", options={"ordering": ["-id"], "verbose_name": "notification"}
        ),
        migrations.AlterModelOptions(
            "keyask",
            options={
                "ordering": ["-id"],
                "verbose_name": "request for a key",
                "verbose_name_plural": "requests for keys",
            },
        ),
    ]
