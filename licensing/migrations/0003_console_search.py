"""Indexes for what support searches by: the last characters of a code, and how a name begins, in any case.

The latter is an index of PostgreSQL only: SQLite's LIKE takes none, and reads the names of the smallest vendor's
customers in milliseconds.
"""

from django.db import migrations, models

NAMES = {"customer_by_name": "full_name", "customer_by_company": "company"}


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for index, column in NAMES.items():
            schema_editor.execute(
                f"CREATE INDEX {index} ON licensing_customer (UPPER({column}::text) text_pattern_ops)"
            )


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for index in NAMES:
            schema_editor.execute(f"DROP INDEX {index}")


class Migration(migrations.Migration):
    dependencies = [("licensing", "0002_assignment_rules")]

    operations = [
        migrations.AlterModelOptions(
            name="emailaddress", options={"ordering": ["-id"], "verbose_name_plural": "email addresses"}
        ),
        migrations.AddIndex(
            model_name="registrationkey", index=models.Index(fields=["tail"], name="key_by_tail")
        ),
        migrations.RunPython(create, drop),
    ]
