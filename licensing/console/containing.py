"""Rows with a text anywhere in a column, in bounded work: however many rows there are, however common the text.

No one way does all. Beginnings are pages of a B-tree. A text in every hundredth row is found by reading some thousand
rows, while an index of trigrams would read lists of millions; one in three rows of ten million is found by that index
only. So each way is tried in this order, up to what a page can show; the last has a time that it may take, and is not
tried where the rows that were read say that there are too many for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Model

from licensing.models import Customer, EmailAddress

SHORTEST_BEGINNING: Final = 2
SHORTEST_PART: Final = 3  # letters or digits in a row: fewer make no trigram
ENOUGH: Final = 26  # as many among the newest rows are all that is asked for
MOST_BY_INDEX: Final = 25_000  # rows that the index finds in time
NEWEST: Final = {"postgresql": 3_000, "sqlite": 200_000}  # rows read one by one; SQLite has no other way
PATIENCE: Final = 40  # milliseconds that the index may take
CANCELLED: Final = "57014"  # PostgreSQL's query_canceled: here, the time was up

_RUN = re.compile(rf"[^\W_]{{{SHORTEST_PART},}}")


@dataclass(frozen=True)
class Place:
    """Columns of text, and whose they are: the column with the customer's id."""

    model: type[Model]
    columns: tuple[str, ...]
    owner: str
    begins: str  # SQL: the column is like a pattern, as the index of beginnings is written
    has: str  # the same as the index of trigrams is written

    def owners(self, like: str, columns: Sequence[str], patterns: Sequence[str], *, rows: str = "") -> str:
        """SQL: whose rows match all patterns in one of the columns. Nothing that anybody typed stands in it."""
        of_one = " OR ".join(matching(like, column, patterns) for column in columns)
        return f"SELECT {self.owner} AS owner FROM {rows or self.model._meta.db_table} WHERE {of_one}"  # noqa: S608


def matching(like: str, column: str, patterns: Sequence[str]) -> str:
    kind = "::text" if connection.vendor == "postgresql" else ""
    return "(" + " AND ".join([f"{like.format(column + kind)} ESCAPE '\\'"] * len(patterns)) + ")"


# An index of the column itself would be taken for `=`, too: see the migration that made this one.
ADDRESSES: Final = Place(
    EmailAddress, ("canonical",), "customer_id", begins="{} LIKE %s", has="({} || '') LIKE %s"
)
_IN_ANY_CASE: Final = "UPPER({}) LIKE UPPER(%s)"
NAMES: Final = Place(Customer, ("full_name", "company"), "id", begins=_IN_ANY_CASE, has=_IN_ANY_CASE)


@dataclass(frozen=True)
class Found:
    """Customers; not `whole` where there may be others."""

    customers: frozenset[UUID] = frozenset()
    whole: bool = True


def having(place: Place, parts: Sequence[str], *, most: int) -> Found:
    """Customers in one of whose columns each part is, those first whose column begins with the parts as they stand."""
    begin = beginning(place, " ".join(parts), most=most)
    if len(begin) >= most or not any(_RUN.search(part) for part in parts):
        return Found(begin, whole=len(begin) < most and len("".join(parts)) >= SHORTEST_PART)
    patterns = [f"%{escaped(part)}%" for part in parts]
    newest = among_newest(place, patterns, most=most)
    if len(newest) >= ENOUGH or connection.vendor != "postgresql":
        return Found(begin | newest, whole=len(newest) < ENOUGH)
    too_many = likely(place, len(newest)) > MOST_BY_INDEX
    others = None if too_many else by_index(place, patterns, most=most)
    if others is None:
        return Found(begin | newest, whole=False)
    return Found(begin | newest | others, whole=len(others) < most)


def beginning(place: Place, text: str, *, most: int) -> frozenset[UUID]:
    if len(text) < SHORTEST_BEGINNING:
        return frozenset()
    pattern = [f"{escaped(text)}%"]
    # Each column by itself: of two joined by OR, an index gives all before the limit counts.
    each = (
        asked(f"{place.owners(place.begins, [column], pattern)} LIMIT {most}", pattern)
        for column in place.columns
    )
    return frozenset[UUID]().union(*each)


def among_newest(place: Place, patterns: Sequence[str], *, most: int) -> frozenset[UUID]:
    table, newest = place.model._meta.db_table, NEWEST[connection.vendor]
    rows = f"(SELECT * FROM {table} ORDER BY id DESC LIMIT {newest}) newest"  # noqa: S608 - nothing typed
    wanted = [*patterns] * len(place.columns)
    return asked(f"{place.owners(place.has, place.columns, patterns, rows=rows)} LIMIT {most}", wanted)


def likely(place: Place, among_newest: int) -> float:
    """How many rows there are of which so many are among the newest, by the database's own estimate of its rows."""
    if not among_newest:
        return 0
    with connection.cursor() as cursor:
        table = place.model._meta.db_table
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [table])
        (rows,) = cursor.fetchone() or (0,)
    return float(rows) / NEWEST[connection.vendor] * among_newest


def by_index(place: Place, patterns: Sequence[str], *, most: int) -> frozenset[UUID] | None:
    """None where time was up: each of its trigrams is common, and all of them together are not."""
    # Planned without the limit in sight, which would make reading the whole table look cheap.
    hits = f"WITH hits AS MATERIALIZED ({place.owners(place.has, place.columns, patterns)})"
    try:
        with bounded():
            wanted = [*patterns] * len(place.columns)
            return asked(f"{hits} SELECT owner FROM hits LIMIT {most}", wanted)  # noqa: S608 - nothing typed
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != CANCELLED:
            raise
        return None


@contextmanager
def bounded() -> Iterator[None]:
    """Statements inside use an index and one process, and are cancelled when their time is up."""
    settings = {"statement_timeout": str(PATIENCE), "enable_seqscan": "off", "jit": "off"}
    settings["max_parallel_workers_per_gather"] = "0"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))
        yield
        # For whoever has a transaction open around this one.
        cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings))


def asked(statement: str, patterns: Sequence[str]) -> frozenset[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(statement, patterns)
        return frozenset(UUID(str(owner)) for (owner,) in cursor.fetchall())


def escaped(part: str) -> str:
    """Signs that LIKE would take for wildcards, as themselves."""
    return re.sub(r"([\\%_])", r"\\\1", part)
