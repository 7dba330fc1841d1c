"""Writing millions of rows: without looking up what refers to what, and with the spare indexes made afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def bulk(tables: Sequence[str]) -> Iterator[Any]:
    """A cursor to write these tables with, in one transaction, so that `now()` and the ids made of it are the same in
    all of them; afterwards they have their indexes again, and PostgreSQL knows them."""
    spare = spare_indexes(tables)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for name, _ in spare:
            cursor.execute(f'DROP INDEX "{name}"')
        yield cursor
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        for _, definition in spare:
            cursor.execute(definition)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def spare_indexes(tables: Sequence[str]) -> list[tuple[str, str]]:
    """Name and definition of every index of these tables that no constraint lives by."""
    query = """
        SELECT i.relname, pg_get_indexdef(x.indexrelid) FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
        LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid
        WHERE t.relname = ANY(%s) AND c.oid IS NULL AND NOT x.indisunique
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [list(tables)])
        return list(cursor.fetchall())
