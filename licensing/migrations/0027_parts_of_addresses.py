"""The trigram index of addresses is one of an expression, so that only searches for a part use it.

Of the column itself, PostgreSQL takes it for `=`, too, and in a table that was never analysed prefers it to the unique
index: the first import's look for a thousand addresses took ten seconds.

Made beside the one that it replaces, and not in one transaction with its end: that locks the table even for those who
read it, and the release before is serving customers meanwhile.
"""

from django.db import migrations, transaction

CREATE = "CREATE INDEX address_by_part_new ON licensing_emailaddress USING gin ({} gin_trgm_ops)"
OF_COLUMN, OF_EXPRESSION = CREATE.format("canonical"), CREATE.format("(canonical || '')")


def replace_by(statement):
    def replace(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("DROP INDEX IF EXISTS address_by_part_new")  # of a run that was broken off
            schema_editor.execute(statement)
            with transaction.atomic(schema_editor.connection.alias):
                schema_editor.execute("DROP INDEX address_by_part")
                schema_editor.execute("ALTER INDEX address_by_part_new RENAME TO address_by_part")

    return replace


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("licensing", "0026_many_purchases_by_hand")]

    operations = [migrations.RunPython(replace_by(OF_EXPRESSION), replace_by(OF_COLUMN))]
