"""Mails that were refused or not sent are few among millions: the console lists them by an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recovery", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["refused", "withheld"])), fields=["state", "id"], name="mail_not_sent"
            ),
        ),
    ]
