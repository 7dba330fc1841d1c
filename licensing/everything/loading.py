"""Puts a whole export on file in an empty database: all of it, or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from django.db import DataError, IntegrityError, connection, models, transaction

from licensing.everything.cells import NotThatKind
from licensing.everything.tables import Cells, CodeForms, Column, Late, Table, everything
from licensing.intake import bulk
from licensing.intake.encoding import FileRefused

CHUNK = 2_000
Told = Callable[[str, int], None]  # which table is read, and how many rows of it are


class NotEmpty(Exception):
    """The database has rows already. The message names the table."""


class Source(Protocol):
    def rows(self, name: str) -> Iterator[list[str]]:
        """The rows of that table, the header first. Raises `FileRefused`."""


def load(source: Source, *, now: datetime, told: Told) -> int:
    """Put everything in the source on file, with the ids it has, codes sealed anew; how many rows that were.

    Raises `NotEmpty`, and `FileRefused` for what cannot be read to its end or contradicts itself.
    """
    with said_of("the export"), transaction.atomic():
        refuse_unless_empty()
        forms = CodeForms()
        rows = 0
        for table in everything():
            rows += load_table(table, source, forms, now=now, told=told)
        for table in everything():
            if table.late:
                finish(table, table.late, source, forms)
    bulk.learn_sizes([table.model for table in everything()])
    return rows


def refuse_unless_empty() -> None:
    for table in everything():
        if table.model._default_manager.exists():
            raise NotEmpty(f"The database has {table.name.replace('_', ' ')} already.")


def load_table(table: Table, source: Source, forms: CodeForms, *, now: datetime, told: Told) -> int:
    done = 0
    for batch in bulk.batches(records(table, source), CHUNK):
        rows = [values(table, cells, forms, number) for number, cells in batch]
        with said_of(table.name):
            bulk.insert(table.model, table.gives, as_stored(table, rows), now=now)
            if not table.names_itself:
                look_at_what_is_named()
        done += len(batch)
        told(table.name, done)
    with said_of(table.name):
        look_at_what_is_named()
    return done


def records(table: Table, source: Source) -> Iterator[tuple[int, Cells]]:
    """Each row with its number in the file, as a dictionary."""
    rows = source.rows(table.name)
    header = next(rows, [])
    refuse_header(table, header)
    for number, row in enumerate(rows, 2):
        if len(row) != len(header):
            raise FileRefused(f"{table.name}, row {number}: it has {len(row)} cells, not {len(header)}.")
        yield number, dict(zip(header, row, strict=True))


def refuse_header(table: Table, header: Sequence[str]) -> None:
    missing = [name for name in table.header if name not in header]
    unknown = [name for name in header if name not in table.header]
    if missing:
        raise FileRefused(f"{table.name}: the columns {', '.join(missing)} are missing.")
    if unknown or len(set(header)) < len(header):
        raise FileRefused(f"{table.name}: there are columns that no export has, or one twice.")


def values(table: Table, cells: Cells, forms: CodeForms, number: int) -> list[Any]:
    row = read(table.columns, table, cells, forms, number)
    if table.late and table.late.applies(cells):
        for name, value in table.late.until_then.items():
            row[table.gives.index(name)] = value
    return row


def read(columns: Sequence[Column], table: Table, cells: Cells, forms: CodeForms, number: int) -> list[Any]:
    row: list[Any] = []
    for column in columns:
        try:
            row += column.read(cells[column.name], cells, forms)
        except NotThatKind as problem:
            raise FileRefused(f"{table.name}, row {number}, column {column.name}: {problem}.") from None
    return row


def as_stored(table: Table, rows: list[list[Any]]) -> list[list[Any]]:
    """JSON as text where rows are copied, which takes plain values only."""
    fields = {field.attname: field for field in table.model._meta.concrete_fields}
    places = [at for at, name in enumerate(table.gives) if isinstance(fields[name], models.JSONField)]
    if connection.vendor == "postgresql":
        for row in rows:
            for at in places:
                row[at] = None if row[at] is None else json.dumps(row[at])
    return rows


def finish(table: Table, late: Late, source: Source, forms: CodeForms) -> None:
    """What had to wait until every table was there."""
    names = ("id", *late.until_then)
    columns = [column for name in names for column in table.columns if column.name == name]
    waiting = ((number, cells) for number, cells in records(table, source) if late.applies(cells))
    changes = ", ".join(f"{name} = new.{name}" for name in late.until_then)
    for batch in bulk.batches(waiting, CHUNK):
        rows = [read(columns, table, cells, forms, number) for number, cells in batch]
        with said_of(table.name):
            bulk.update(table.model, names, rows, changes=changes, where="TRUE")


def look_at_what_is_named() -> None:
    """Let PostgreSQL check now what it would check at the end: it keeps a list of that in memory."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


@contextmanager
def said_of(what: str) -> Iterator[None]:
    """Turns what the database refuses into a sentence without data."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        rule = getattr(diagnosis, "constraint_name", None) or "a rule of the database"
        raise FileRefused(f"{what}: its rows contradict {rule}.") from None
    except (DataError, UnicodeEncodeError):
        raise FileRefused(f"{what}: it holds a value that its column cannot hold.") from None
