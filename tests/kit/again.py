"""Rows that hundreds of tests begin from: made by the service itself every half minute, in between written again."""

import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Generic, TypeVar

from django.db import connection

FRESH: Final = 30.0  # seconds: nothing in the rows is older than that, as dates and leases in them would be
WRITES: Final = ("INSERT", "UPDATE", "DELETE")

T = TypeVar("T")
Statement = tuple[str, Any]


class Again(Generic[T]):
    """Each call writes the rows, for each test in its own transaction, and gives what `make` gave, as new objects.

    What the database is asked and told while `make` runs costs ten times what the telling alone does. `make` finds
    nothing there that it would take instead of its own, and refers to rows by ids that it gave, not the database.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._until = 0.0

    def __call__(self) -> T:
        if time.monotonic() > self._until:
            return self._make_anew()
        with connection.cursor() as cursor:
            for sql, parameters in self._statements:
                cursor.execute(sql, parameters)
        made: T = pickle.loads(self._made)
        return made

    def _make_anew(self) -> T:
        with written() as statements:
            made = self._make()
        self._made = pickle.dumps(made)
        self._statements = in_one_go(statements) if connection.vendor == "postgresql" else statements
        self._until = time.monotonic() + FRESH
        return made


@contextmanager
def written() -> Iterator[list[Statement]]:
    """The statements that write, in their order, as they are said inside."""
    statements: list[Statement] = []

    def keep(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.startswith(WRITES):
            statements.extend((sql, each) for each in (parameters if many else [parameters]))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(keep):
        yield statements


def in_one_go(statements: list[Statement]) -> list[Statement]:
    """PostgreSQL takes them together, with their values in them."""
    with connection.cursor() as cursor:
        return [(";".join(cursor.mogrify(sql, parameters) for sql, parameters in statements), None)]
