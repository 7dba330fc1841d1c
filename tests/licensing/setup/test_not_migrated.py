"""Commands in a database without all of its tables."""

from argparse import ArgumentParser
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection
from django.db.migrations.recorder import MigrationRecorder

from licensing.management.migrated import OnTables

pytestmark = pytest.mark.django_db


class Asking(OnTables):
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """None."""

    def handle(self, **options: Any) -> None:
        raise ProgrammingError('relation "nothing" does not exist')


def test_says_to_migrate_where_migrations_are_missing() -> None:
    MigrationRecorder(connection).migration_qs.filter(app="licensing").delete()

    with pytest.raises(CommandError, match="run migrate first"):
        call_command(Asking())


def test_another_fault_of_the_database_is_told_as_it_is() -> None:
    with pytest.raises(ProgrammingError, match="nothing"):
        call_command(Asking())
