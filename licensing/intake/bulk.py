"""Many rows of one table at once. Written by COPY on PostgreSQL, by one prepared statement elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Lookup
from psycopg.adapt import PyFormat
from psycopg.types.datetime import DatetimeDumper

T = TypeVar("T")


VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def new_id() -> str:
    """A version 7 UUID as `licensing.models.base.uuid7` makes it, but as text: half the work where rows are many."""
    time_part = f"{time.time_ns() // 1_000_000:012x}"
    chance = os.urandom(10).hex()
    return f"{time_part[:8]}-{time_part[8:]}-7{chance[:3]}-{VARIANT[chance[3]]}{chance[4:7]}-{chance[7:19]}"


@models.Field.register_lookup
class Among(Lookup):
    """`field__among=[...]`: as `__in`, but one parameter on PostgreSQL, however many values there are."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        values = [field.get_db_prep_value(value, connection) for value in self.rhs]
        if not values:
            raise EmptyResultSet
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s::{field.db_type(connection)}[])", (*parameters, values)
        places = ", ".join(["%s"] * len(values))
        return f"{column} IN ({places})", (*parameters, *values)


def insert(
    model: type[models.Model], fields: Sequence[str], rows: Sequence[Sequence[Any]], *, now: datetime
) -> None:
    """Write `rows`, whose values stand in the order of `fields` (column attributes: `store_id`, not `store`).

    Every other column gets its field's default. Values are plain: no enumeration members, no JSON. Constraints hold
    as always: raises IntegrityError, and then the transaction is lost.
    """
    if not rows:
        return
    concrete = {field.attname: field for field in model._meta.concrete_fields}
    rest = [f for name, f in concrete.items() if name not in fields and not isinstance(f, models.AutoField)]
    chosen = [*(concrete[name] for name in fields), *rest]
    constants = tuple(default(field, now) for field in rest)
    if connection.vendor == "postgresql":
        copy(model, chosen, ((*row, *constants) for row in rows))
    else:
        insert_each(model, chosen, ((*row, *constants) for row in rows))


def default(field: models.Field[Any, Any], now: datetime) -> Any:
    if getattr(field, "auto_now_add", False):
        return now
    return field.get_db_prep_save(field.get_default(), connection)


def copy(
    model: type[models.Model], fields: Sequence[models.Field[Any, Any]], rows: Iterable[Sequence[Any]]
) -> None:
    statement = f"COPY {table(model)} ({columns(fields)}) FROM STDIN"
    wrapped = connection.wrap_database_errors
    with connection.cursor() as cursor:
        cursor.adapters.register_dumper(datetime, Moments)
        with wrapped, cursor.copy(statement) as stream:
            write = stream.write_row
            for row in rows:
                write(row)


class Moments(DatetimeDumper):
    """Moments as text, each made once: an import writes a dozen an order, and nearly all are the same."""

    def upgrade(self, obj: datetime, format: PyFormat) -> Moments:
        return self

    def dump(self, obj: datetime) -> bytes:
        return as_text(obj)


@lru_cache(maxsize=1_000)
def as_text(moment: datetime) -> bytes:
    return str(moment).encode()


def insert_each(
    model: type[models.Model], fields: Sequence[models.Field[Any, Any]], rows: Iterable[Sequence[Any]]
) -> None:
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {table(model)} ({columns(fields)}) VALUES ({places})"  # noqa: S608  names of our own models
    with connection.cursor() as cursor:
        cursor.executemany(statement, prepared(fields, rows))


def learn_sizes(models: Sequence[type[models.Model]]) -> None:
    """Let PostgreSQL count the tables again, as it does by itself only later.

    Its plans go by what it last counted: taking a table for empty, it reads all of it for each chunk.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(map(table, models))}")


def suit_many_lookups() -> None:
    """Settings of PostgreSQL for the transaction at hand, which asks for thousands of rows by their keys.

    Left to itself the planner reads whole tables for that up to half a million rows. The commit need not wait for the
    disk: what a crash of the database takes back, the next run brings again; the run's last commit waits for all.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL synchronous_commit = off")


def update(
    model: type[models.Model],
    fields: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    changes: str,
    where: str,
) -> None:
    """Change many rows in one statement, found by `id`, the first of `fields`.

    `changes` and `where` are SQL over the table itself and over `new`, which has the columns of `fields`.
    """
    if not rows:
        return
    concrete = {field.attname: field for field in model._meta.concrete_fields}
    chosen = [concrete[name] for name in fields]
    rest = f"UPDATE {table(model)} SET {changes} FROM new WHERE {table(model)}.id = new.id AND ({where})"  # noqa: S608  our own names
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in chosen)
            statement = f"WITH new ({columns(chosen)}) AS (SELECT * FROM unnest({arrays})) {rest}"  # noqa: S608  the same
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])
        else:
            places = ", ".join(["%s"] * len(chosen))
            statement = f"WITH new ({columns(chosen)}) AS (VALUES ({places})) {rest}"
            cursor.executemany(statement, prepared(chosen, rows))


def prepared(fields: Sequence[models.Field[Any, Any]], rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """The values as a database without types of its own wants them."""
    return [
        [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)]
        for row in rows
    ]


def table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def columns(fields: Sequence[models.Field[Any, Any]]) -> str:
    return ", ".join(connection.ops.quote_name(field.column or "") for field in fields)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of `size`, without holding more than one of them."""
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch
