"""One transaction for somebody who waits: begun again where another was quicker, given up within two seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, Final, TypeVar

from django.db import DatabaseError, OperationalError, connection, transaction

from licensing.intake.apply import is_passing
from licensing.intake.codes import Overtaken
from licensing.keys.assign import KeyUnavailable

SECONDS: Final = 1.0  # for all statements but the last, and as long again for that one

T = TypeVar("T")


def within(work: Callable[[], T]) -> T:
    """What the work gives, in a transaction of its own. It may be begun several times.

    Raises DatabaseError, `Overtaken` or `KeyUnavailable` where it could not be done in time.
    """
    until = monotonic() + SECONDS
    while True:
        try:
            with lock_soon(until), transaction.atomic(), in_time(until):
                return work()
        except (DatabaseError, Overtaken, KeyUnavailable) as error:
            passing = isinstance(error, KeyUnavailable) or is_passing(error)
            if monotonic() > until or not passing:
                raise


@contextmanager
def in_time(until: float) -> Iterator[None]:
    """In a transaction: no statement begins too late, and on PostgreSQL none waits longer than what is left now."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(left(until))])
    with connection.execute_wrapper(refuse_after(until)):
        yield


def refuse_after(until: float) -> Callable[..., Any]:
    def run(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if monotonic() > until:
            raise OperationalError("who waits for this has waited long enough")
        return execute(sql, params, many, context)

    return run


@contextmanager
def lock_soon(until: float) -> Iterator[None]:
    """SQLite waits for its one write lock when a transaction begins: not longer than what is left."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {left(until)}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def left(until: float) -> int:
    """Milliseconds, at least one: none would mean no limit."""
    return max(1, int((until - monotonic()) * 1000))
