"""Lets PostgreSQL finish what it was sent while the next rows are made: on one connection, in one transaction.

A statement sent this way is ended by a thread, which does nothing but wait for the answer. Whatever else is asked of
the database waits for that first: it sees what was written, and an error arrives there at the latest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from django.db import connection
from psycopg.copy import LibpqWriter


class Behind:
    """The one statement that the database may still be busy with."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._pending: Future[Any] | None = None

    def leave(self, end: Callable[[], Any]) -> None:
        """Let a thread call this, which ends a statement. Nothing else may use the connection until `wait`."""
        self._pending = self._pool.submit(end)

    def wait(self) -> None:
        """Returns when the database is free. Raises what became of the statement, as Django's errors."""
        pending, self._pending = self._pending, None
        if pending is not None:
            with connection.wrap_database_errors:
                pending.result()

    def first(self, execute: Callable[..., Any], *statement: Any) -> Any:
        """Django calls this in the place of every statement."""
        self.wait()
        return execute(*statement)


class Sent(LibpqWriter):
    """Sends the rows of a COPY, and leaves it to the thread to hear what becomes of them."""

    def __init__(self, cursor: Any, behind: Behind) -> None:
        super().__init__(cursor)
        self._behind = behind

    def finish(self, exc: BaseException | None = None) -> None:
        if exc is None:
            self._behind.leave(super().finish)
        else:
            super().finish(exc)


CURRENT: Final[ContextVar[Behind | None]] = ContextVar("behind", default=None)


@contextmanager
def writing_behind() -> Iterator[None]:
    """Within the block, `bulk` returns as soon as rows are sent. At its end they are written, or their error is raised.

    Stands inside the transaction. Without PostgreSQL nothing changes.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with ThreadPoolExecutor(1) as pool:
        behind = Behind(pool)
        token = CURRENT.set(behind)
        try:
            with connection.execute_wrapper(behind.first):
                yield
            behind.wait()
        finally:
            CURRENT.reset(token)
