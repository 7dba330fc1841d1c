"""How much of each line waits, and for how long: all lines in one query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.utils.dateparse import parse_datetime

from config.morning.lines import AT, ENOUGH, Line
from licensing.console.cells import moment


@dataclass(frozen=True)
class Found:
    """A line of which something is there: `count` of them, the oldest since `oldest`."""

    line: Line
    count: int
    oldest: datetime
    now: datetime

    @property
    def number(self) -> str:
        return f"{ENOUGH}+" if self.count > ENOUGH else str(self.count)

    @property
    def title(self) -> str:
        return self.line.one if self.count == 1 else self.line.many

    @property
    def lead(self) -> str:
        """What stands before the age: of something that is still to come, the first."""
        if self.oldest > self.now:
            return "" if self.count == 1 else "the first"
        return "since" if self.count == 1 else "the oldest"

    @property
    def age(self) -> str:
        return moment(self.oldest, now=self.now)


def found(lines: Sequence[Line], *, now: datetime) -> list[Found]:
    """Those lines that are not empty, in their order."""
    if not lines:
        return []
    statements: list[str] = []
    values: list[Any] = []
    for number, line in enumerate(lines):
        statement, its = line.oldest(now).query.sql_with_params()
        # The ORM's own statements, joined: Django's union() takes no limits inside on SQLite.
        statements.append(f"SELECT {number}, COUNT(*), MIN({AT}) FROM ({statement}) AS line_{number}")  # noqa: S608
        values += its
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(statements), values)
        rows = cursor.fetchall()
    counted = {number: (count, oldest) for number, count, oldest in rows if count}
    return [
        Found(lines[number], counted[number][0], aware(counted[number][1]), now) for number in sorted(counted)
    ]


def aware(value: Any) -> datetime:
    """SQLite gives the moment as text, without its time zone."""
    told = value if isinstance(value, datetime) else parse_datetime(str(value))
    assert told is not None  # noqa: S101 - it was written by Django
    return told if told.tzinfo else told.replace(tzinfo=UTC)
