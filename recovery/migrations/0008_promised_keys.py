import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("licensing", "0012_hooks"), ("recovery", "0007_words")]

    operations = [
        migrations.AddField(
            "message",
            "ask",
            models.ForeignKey(
                "licensing.keyask",
                blank=True,
                db_index=False,
                help_text="The shop's request whose key was promised by mail.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mails",
            ),
        ),
        migrations.AlterField(
            "message",
            "kind",
            models.CharField(
                choices=[
                    ("challenge", "proof of the mailbox"),
                    ("keys", "the keys"),
                    ("muted", "requests are muted"),
                    ("replacement", "the new key"),
                    ("undone", "a move was undone"),
                    ("declined", "a move was declined"),
                    ("question", "support asks back"),
                    ("promised", "the key that a shop was promised"),
                    ("alert", "an alert to support"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            "message",
            models.UniqueConstraint(
                condition=models.Q(ask__isnull=False), fields=["ask"], name="one_mail_per_promised_key"
            ),
        ),
        migrations.AddConstraint(
            "message",
            models.CheckConstraint(
                condition=~models.Q(kind="promised") | models.Q(ask__isnull=False),
                name="promised_keys_name_their_ask",
            ),
        ),
    ]
