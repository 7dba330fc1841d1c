"""Indexes that every sold unit paid for and no query needed.

- A code's uniqueness and the search for it share one index: it begins with the fingerprint now, so the two indexes of
  fingerprints alone are gone. The slot that only a rotation fills costs nothing while it is empty.
- Which licenses are upgrades of another is asked when that one is deleted; the many that upgrade none are not in it.

Kept, though they look spare: the indexes of an assignment's key and license, for those of the unique constraints hold
open assignments only, and history is asked for, too; `_like` of addresses, by which the console finds how one begins.

SQLite rebuilds the table of keys for this, and refuses to while the assignments' triggers speak of it: they are put
aside meanwhile.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

RULES = import_module("licensing.migrations.0002_assignment_rules")


def one_code(slot):
    return models.UniqueConstraint(
        fields=[f"fingerprint_{slot}", "edition"],
        condition=models.Q((f"fingerprint_{slot}__isnull", False)),
        name=f"one_code_per_edition_{slot}",
    )


class Migration(migrations.Migration):
    dependencies = [("licensing", "0004_one_index_each")]

    operations = [
        migrations.RunPython(RULES.drop, RULES.create),
        migrations.RemoveConstraint("registrationkey", "one_code_per_edition_a"),
        migrations.RemoveConstraint("registrationkey", "one_code_per_edition_b"),
        migrations.AddConstraint("registrationkey", one_code("a")),
        migrations.AddConstraint("registrationkey", one_code("b")),
        migrations.RemoveIndex("registrationkey", "key_by_fingerprint_a"),
        migrations.RemoveIndex("registrationkey", "key_by_fingerprint_b"),
        migrations.AlterField(
            model_name="license",
            name="upgrade_of",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="upgrades",
                to="licensing.license",
            ),
        ),
        migrations.AddIndex(
            "license",
            models.Index(
                fields=["upgrade_of"],
                name="upgrades_of_a_license",
                condition=models.Q(("upgrade_of__isnull", False)),
            ),
        ),
        migrations.RunPython(RULES.create, RULES.drop),
    ]
