"""Where the database lacks pg_trgm, whoever migrates is told what to do."""

from importlib import import_module

import pytest
from django.core.management.base import CommandError
from django.db import connection

from licensing.models import Customer

MIGRATION = import_module("licensing.migrations.0020_parts_of_names")


def migrate_as_somebody() -> None:
    """As a user who owns nothing, in a database without the extension; undone with the test."""
    with connection.cursor() as cursor, connection.schema_editor(atomic=False) as editor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP EXTENSION pg_trgm CASCADE")
            cursor.execute("CREATE ROLE somebody")
            cursor.execute("SET LOCAL ROLE somebody")
        MIGRATION.create(None, editor)


@pytest.mark.django_db
def test_says_who_can_create_the_extension_and_how() -> None:
    if connection.vendor == "postgresql":
        with pytest.raises(CommandError, match='CREATE EXTENSION pg_trgm"'):
            migrate_as_somebody()
    else:
        migrate_as_somebody()
        assert not Customer.objects.exists()
