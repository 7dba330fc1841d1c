"""The rows of every table as they are at one moment, as texts, in constant memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from licensing.everything.tables import Table
from licensing.keys.vault import Tampered, UnknownKey

CHUNK = 2_000  # rows fetched at once


class CannotWrite(Exception):
    """A row that no file can hold as it is. The message names table and row, never what it holds."""


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read within shows the database as it was at the first look. Nobody who writes has to wait.

    Inside a transaction it is that one's view that counts.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # Django's own would take SQLite's one write lock
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def chunks_of(table: Table) -> Iterator[list[list[str]]]:
    """The table's rows in the order of their ids, each as the texts of its columns. Raises `CannotWrite`."""
    places = {need: number for number, need in enumerate(table.needs)}
    columns = [(column.write, [places[need] for need in column.needs]) for column in table.columns]
    id_at, after = places["id"], None
    stored = table.model._default_manager.order_by("pk").values_list(*table.needs)
    while rows := list((stored.filter(pk__gt=after) if after is not None else stored)[:CHUNK]):
        yield [as_texts(table, columns, row, row[id_at]) for row in rows]
        after = rows[-1][id_at]


def as_texts(table: Table, columns: list[Any], row: tuple[Any, ...], row_id: object) -> list[str]:
    try:
        texts = [write(*(row[place] for place in needed)) for write, needed in columns]
    except (Tampered, UnknownKey) as problem:
        raise CannotWrite(f"{table.name}, {row_id}: its code cannot be opened ({problem}).") from None
    if any("\0" in text for text in texts):
        raise CannotWrite(f"{table.name}, {row_id}: it holds a NUL, which no file of tables can hold.")
    return texts
