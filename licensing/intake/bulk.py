"""Many rows of one table at once. Written by COPY on PostgreSQL, by one prepared statement elsewhere."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models import Lookup
from psycopg.adapt import PyFormat
from psycopg.types.datetime import DatetimeDumper

from licensing.intake.behind import CURRENT, Sent

T = TypeVar("T")


VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def new_id() -> str:
    """A version 7 UUID as `licensing.models.base.uuid7` makes it, but as text: half the work where rows are many."""
    return new_ids(1)[0]


def new_ids(many: int) -> list[str]:
    """So many at once, with one look at the clock: a fifth of the work again."""
    time_part = f"{time.time_ns() // 1_000_000:012x}"
    begin = f"{time_part[:8]}-{time_part[8:]}-7"
    chance = os.urandom(10 * many).hex()
    return [
        f"{begin}{chance[at : at + 3]}-{VARIANT[chance[at + 3]]}{chance[at + 4 : at + 7]}-{chance[at + 7 : at + 19]}"
        for at in range(0, 20 * many, 20)
    ]


@models.Field.register_lookup
class Among(Lookup):
    """`field__among=[...]`: as `__in`, but one parameter on PostgreSQL, however many values there are."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[Any]:
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        if not self.rhs:
            raise EmptyResultSet
        if connection.vendor == "postgresql" and isinstance(field, models.BinaryField):
            return f"{column} = ANY(%s::bytea[])", (*parameters, array_of_octets(self.rhs))
        values = [field.get_db_prep_value(value, connection) for value in self.rhs]
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s::{field.db_type(connection)}[])", (*parameters, values)
        places = ", ".join(["%s"] * len(values))
        return f"{column} IN ({places})", (*parameters, *values)


def array_of_octets(values: Iterable[bytes]) -> str:
    """As PostgreSQL writes such an array. The driver makes one, too, in four times as long."""
    return "{" + ",".join([f'"\\\\x{each.hex()}"' for each in values]) + "}"


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
    rest = {
        f: default(f, now)
        for name, f in concrete.items()
        if name not in fields and not isinstance(f, models.AutoField)
    }
    rest = {field: value for field, value in rest.items() if value is not None or field.has_db_default()}
    chosen = [*(concrete[name] for name in fields), *rest]
    constants = tuple(rest.values())
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
        with wrapped, sending(cursor, statement) as stream:
            write = stream.write_row
            for row in rows:
                write(row)


def sending(cursor: CursorWrapper, statement: str) -> AbstractContextManager[Any]:
    """Takes the rows of a COPY. Where they are written behind, its end does not wait until they are."""
    stream: AbstractContextManager[Any]
    if behind := CURRENT.get():
        behind.wait()
        stream = cursor.cursor.copy(statement, writer=Sent(cursor.cursor, behind))
    else:
        stream = cursor.copy(statement)
    return stream


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


def check_so_far() -> None:
    """Let PostgreSQL check what was written until now, which it would do at the commit, while the next rows are made.

    Of use only within `writing_behind`. For moments at which no row names another that is not written yet.
    """
    if CURRENT.get():
        with connection.cursor() as cursor:
            execute(cursor, "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED", None)


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
            execute(cursor, statement, [list(column) for column in zip(*rows, strict=True)])
        else:
            places = ", ".join(["%s"] * len(chosen))
            statement = f"WITH new ({columns(chosen)}) AS (VALUES ({places})) {rest}"
            cursor.executemany(statement, prepared(chosen, rows))


def set_all(model: type[models.Model], field: str, changed: Sequence[models.Model]) -> None:
    """Store this one field of all of them."""
    rows = [(each.pk, getattr(each, field)) for each in changed]
    update(model, ("id", field), rows, changes=f"{field} = new.{field}", where="TRUE")


def execute(cursor: CursorWrapper, statement: str, parameters: Sequence[Any] | None) -> None:
    """Or have it executed, where rows are written behind: its cursor may be closed meanwhile."""
    if behind := CURRENT.get():
        behind.wait()
        behind.leave(partial(cursor.connection.cursor().execute, statement, parameters))
    else:
        cursor.execute(statement, parameters)


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
