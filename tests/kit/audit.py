"""The audit trail's triggers, switched off as an owner of the tables could."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from licensing.triggers import AUDIT, TRIGGERS, stand_again


@contextmanager
def unguarded() -> Iterator[None]:
    """Meanwhile the database lets everything be done to the trail."""
    switch("DISABLE", [f"DROP TRIGGER IF EXISTS {name}" for name in TRIGGERS])
    try:
        yield
    finally:
        switch("ENABLE", [])
        stand_again(using=connection.alias)


def switch(deed: str, on_sqlite: list[str]) -> None:
    tables = [f"ALTER TABLE {table} {deed} TRIGGER USER" for table in AUDIT]
    if connection.in_atomic_block and connection.vendor == "postgresql":
        tables.insert(0, "SET CONSTRAINTS ALL IMMEDIATE")  # else they are still to come
    with connection.cursor() as cursor:
        for statement in tables if connection.vendor == "postgresql" else on_sqlite:
            cursor.execute(statement)
