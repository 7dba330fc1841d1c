"""The trigram index of addresses is one of an expression, so that only searches for a part use it.

Of the column itself, PostgreSQL takes it for `=`, too, and in a table that was never analysed prefers it to the unique
index: the first import's look for a thousand addresses took ten seconds.
"""

from django.db import migrations

CREATE = "CREATE INDEX address_by_part ON licensing_emailaddress USING gin ({} gin_trgm_ops)"
OF_COLUMN, OF_EXPRESSION = CREATE.format("canonical"), CREATE.format("(canonical || '')")


def replace_by(statement):
    def replace(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute("DROP INDEX address_by_part")
            schema_editor.execute(statement)

    return replace


class Migration(migrations.Migration):
    dependencies = [("licensing", "0026_many_purchases_by_hand")]

    operations = [migrations.RunPython(replace_by(OF_EXPRESSION), replace_by(OF_COLUMN))]
