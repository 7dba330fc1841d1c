"""The rules that triggers hold survive migrations that rebuild their tables, which SQLite does to change a column."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import IntegrityError, connection
from django.db.migrations import Migration
from django.db.models import CharField, Model

from licensing.models import KeyAssignment, RegistrationKey
from tests import factories
from tests.licensing.test_assignment_rules import put

pytestmark = pytest.mark.django_db(transaction=True)


def widen(model: type[Model], column: str, by: int) -> None:
    """Change the length of a text column, as a migration would."""
    present = model._meta.get_field(column)
    assert isinstance(present, CharField)
    old, new = present.clone(), present.clone()
    for field, length in ((old, 0), (new, by)):
        field.set_attributes_from_name(column)
        field.model = model
        field.max_length = (field.max_length or 0) + length
    with connection.schema_editor() as editor:
        editor.alter_field(model, old, new, strict=False)


@pytest.fixture(autouse=True)
def rebuild() -> Iterator[None]:
    """Leave the tables with their triggers, whatever the test did."""
    yield
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")


def test_the_rules_hold_after_the_assignments_were_rebuilt() -> None:
    widen(KeyAssignment, "end_reason", 1)

    call_command("migrate", verbosity=0)

    with pytest.raises(IntegrityError):
        put(factories.key(seats=2), seat=3)


def test_the_rules_hold_while_and_after_the_keys_are_rebuilt() -> None:
    """SQLite refuses to rename a table that a trigger speaks of while it is not there: they step aside."""
    plan = [(Migration("0099_wider", "licensing"), False)]
    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan, apps=apps)
    widen(RegistrationKey, "retired_reason", 1)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    with pytest.raises(IntegrityError):
        put(factories.key(seats=2), seat=3)


def test_going_back_finds_the_triggers_that_it_takes_away() -> None:
    plan = [(Migration("0002_assignment_rules", "licensing"), True)]
    before = triggers()

    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan, apps=apps)

    assert triggers() == before


def test_the_triggers_are_those_that_the_migration_made() -> None:
    before = triggers()
    plan = [(Migration("0099_wider", "licensing"), False)]

    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan, apps=apps)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")

    assert len(before) == 2
    assert triggers() == before


def triggers() -> set[str]:
    """Their definitions, white space aside."""
    query = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'licensing_keyassignment'",
        "postgresql": "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE tgrelid = 'licensing_keyassignment'::regclass AND NOT tgisinternal",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {" ".join(sql.split()).replace("IF NOT EXISTS ", "") for (sql,) in cursor.fetchall()}
