"""Rules that no constraint can say, kept across migrations on SQLite.

To change a column SQLite rebuilds its table, and the table's triggers are gone; and it refuses to rename a rebuilt
table that a trigger speaks of. So they step aside before migrations go forward and stand again afterwards. PostgreSQL
keeps its triggers. The migrations have the statements of their day (0002, 0016); a test compares these with what they
made.

A migration that breaks off leaves the database without them, until `migrate` has run to its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from django.db import connections
from django.db.migrations import Migration


class Trigger(NamedTuple):
    """Its statement after the name, and the tables it speaks of."""

    rule: str
    tables: frozenset[str]


ASSIGNMENT: Final = frozenset({"licensing_keyassignment", "licensing_registrationkey"})
SEATS: Final = """
    BEGIN
        SELECT RAISE(ABORT, 'a retired key serves nobody') FROM licensing_registrationkey k
        WHERE k.id = NEW.key_id AND k.state = 'retired';
        SELECT RAISE(ABORT, 'the key has no such seat') FROM licensing_registrationkey k
        WHERE k.id = NEW.key_id AND NEW.ends_at IS NULL AND k.seats IS NOT NULL
        AND (NEW.seat IS NULL OR NEW.seat > k.seats);
    END
"""
AUDIT: Final = ("licensing_auditentry", "licensing_auditlink")


def append_only(table: str) -> Iterator[tuple[str, Trigger]]:
    """What is written there stays: neither changed nor deleted."""
    for deed in ("UPDATE", "DELETE"):
        rule = f"BEFORE {deed} ON {table} BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END"
        yield f"{table}_no_{deed.lower()}", Trigger(rule, frozenset({table}))


TRIGGERS: Final = {
    "assignment_added": Trigger(f"BEFORE INSERT ON licensing_keyassignment FOR EACH ROW {SEATS}", ASSIGNMENT),
    "assignment_changed": Trigger(
        f"""BEFORE UPDATE OF key_id, seat, ends_at ON licensing_keyassignment
    FOR EACH ROW WHEN NEW.ends_at IS NULL {SEATS}""",
        ASSIGNMENT,
    ),
    **{name: trigger for table in AUDIT for name, trigger in append_only(table)},
}


def step_aside(*, using: str, plan: Sequence[tuple[Migration, bool]] = (), **kwargs: Any) -> None:
    """Before migrations (`pre_migrate`). Those that go back find what they take away, so then nothing happens."""
    if plan and not any(backwards for _, backwards in plan):
        run(using, [f"DROP TRIGGER IF EXISTS {name}" for name in TRIGGERS])


def stand_again(*, using: str, **kwargs: Any) -> None:
    """After migrations (`post_migrate`), where their tables are there."""
    if connections[using].vendor != "sqlite":
        return
    there = set(connections[using].introspection.table_names())
    standing = {name: trigger for name, trigger in TRIGGERS.items() if trigger.tables <= there}
    run(using, [f"CREATE TRIGGER IF NOT EXISTS {name} {each.rule}" for name, each in standing.items()])


def run(using: str, statements: Sequence[str]) -> None:
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
