"""Trigram indexes for what support types of an address, a name or a company: any part of it (PostgreSQL only).

One index for both columns of a customer: what a change of either costs is paid once. SQLite has nothing of the kind, and
reads the smallest vendor's rows one by one.
"""

from django.core.management.base import CommandError
from django.db import migrations
from django.db.utils import NotSupportedError, OperationalError, ProgrammingError

INDEXES = {
    "address_by_part": "licensing_emailaddress USING gin (canonical gin_trgm_ops)",
    "customer_by_part": (
        "licensing_customer USING gin (UPPER(full_name::text) gin_trgm_ops, UPPER(company::text) gin_trgm_ops)"
    ),
}
HOW_TO = """PostgreSQL's extension pg_trgm is missing, and this migration could not create it: {problem}
It comes with PostgreSQL (on some systems in a package of its own, such as postgresql-contrib). The owner of the
database may create it; if the service's user is another, have the owner or an administrator do it, once:
    psql -d YOUR_DATABASE -c "CREATE EXTENSION pg_trgm"
Then migrate again: nothing of this migration was kept."""


def create(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except (ProgrammingError, OperationalError, NotSupportedError) as error:
        raise CommandError(HOW_TO.format(problem=str(error).strip())) from error
    for name, place in INDEXES.items():
        schema_editor.execute(f"CREATE INDEX {name} ON {place}")


def drop(apps, schema_editor):
    """The extension stays: others may use it, and it costs nothing."""
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("licensing", "0019_erased_people")]

    operations = [migrations.RunPython(create, drop)]
