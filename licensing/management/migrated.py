"""Commands that say what is missing where the database has no tables yet."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError, connection
from django.db.migrations.executor import MigrationExecutor

from licensing.audit.commands import RecordedCommand


class OnTables(RecordedCommand):
    """A command that needs the tables as they are now."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """As Django's. Raises `CommandError` instead of the database's error if `migrate` was not run."""
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError):
            if unapplied():
                raise CommandError("The database has not all of its tables: run migrate first.") from None
            raise


def unapplied() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
