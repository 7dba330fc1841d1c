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
    ]
