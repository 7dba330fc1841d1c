"""The triggers of the assignment table, kept across migrations on SQLite.

To change a column SQLite rebuilds its table, and the table's triggers are gone; and it refuses to rename a rebuilt
table that a trigger speaks of. So they step aside before migrations go forward and stand again afterwards. PostgreSQL
keeps its triggers. The migrations have the statements of their day (0002); a test compares these with what they made.

A migration that breaks off leaves the database without them, until `migrate` has run to its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import connections
from django.db.migrations import Migration

TABLES: Final = {"licensing_keyassignment", "licensing_registrationkey"}
RULES: Final = """
    BEGIN
        SELECT RAISE(ABORT, 'a retired key serves nobody') FROM licensing_registrationkey k
        WHERE k.id = NEW.key_id AND k.state = 'retired';
        SELECT RAISE(ABORT, 'the key has no such seat') FROM licensing_registrationkey k
        WHERE k.id = NEW.key_id AND NEW.ends_at IS NULL AND k.seats IS NOT NULL
        AND (NEW.seat IS NULL OR NEW.seat > k.seats);
    END
"""
TRIGGERS: Final = {
    "assignment_added": f"BEFORE INSERT ON licensing_keyassignment FOR EACH ROW {RULES}",
    "assignment_changed": f"""BEFORE UPDATE OF key_id, seat, ends_at ON licensing_keyassignment
    FOR EACH ROW WHEN NEW.ends_at IS NULL {RULES}""",
}


def step_aside(*, using: str, plan: Sequence[tuple[Migration, bool]] = (), **kwargs: Any) -> None:
    """Before migrations (`pre_migrate`). Those that go back find what they take away, so then nothing happens."""
    if plan and not any(backwards for _, backwards in plan):
        run(using, [f"DROP TRIGGER IF EXISTS {name}" for name in TRIGGERS])


def stand_again(*, using: str, **kwargs: Any) -> None:
    """After migrations (`post_migrate`), where the tables are there."""
    if (
        connections[using].vendor == "sqlite"
        and set(connections[using].introspection.table_names()) >= TABLES
    ):
        run(using, [f"CREATE TRIGGER IF NOT EXISTS {name} {rule}" for name, rule in TRIGGERS.items()])


def run(using: str, statements: Sequence[str]) -> None:
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
