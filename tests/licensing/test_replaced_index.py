"""An index of a large table is replaced while the release before serves customers."""

from collections.abc import Iterator
from importlib import import_module

import psycopg
import pytest
from django.db import OperationalError, connection

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the index is PostgreSQL's"),
]
migration = import_module("licensing.migrations.0027_parts_of_addresses")
READ = "SELECT FROM licensing_emailaddress"


@pytest.fixture
def reader() -> Iterator[psycopg.Connection]:
    """Somebody who is reading addresses, and has not ended."""
    to = connection.get_connection_params()
    place = {name: to[name] for name in ("host", "port", "user", "dbname")}
    with psycopg.connect(**place) as other:
        other.execute(READ)
        yield other


@pytest.fixture
def hurried() -> Iterator[None]:
    """Waits for no lock; what it made is taken away."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
        yield
        cursor.execute("SET lock_timeout TO DEFAULT")
        cursor.execute("DROP INDEX IF EXISTS address_by_part_new")


def indexes_of_parts() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'address_by_part%' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def test_the_new_index_of_addresses_is_made_while_they_are_read(
    reader: psycopg.Connection, hurried: None
) -> None:
    """The former one was dropped first: nobody could read an address until the new one was there."""
    replace = migration.replace_by(migration.OF_EXPRESSION)

    with (
        pytest.raises(OperationalError, match="lock timeout"),
        connection.schema_editor(atomic=False) as ours,
    ):
        replace(None, ours)  # only its last step waits for who reads

    assert indexes_of_parts() == ["address_by_part", "address_by_part_new"]
    reader.rollback()
    with connection.schema_editor(atomic=False) as ours:
        replace(None, ours)
    assert indexes_of_parts() == ["address_by_part"]
