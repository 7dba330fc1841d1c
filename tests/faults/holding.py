"""Locks in the service's database, to hold its worker at one exact statement while it is killed there."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from tests.journeys.service import Service
from tests.kit.waiting import wait_until

WAITING = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock' AND query LIKE %s"
)


class Hold:
    """A lock that somebody else now waits for."""

    def __init__(self, locker: psycopg.Connection, watcher: psycopg.Connection) -> None:
        self.locker, self.watcher = locker, watcher

    def waiters(self, query: str = "%") -> list[int]:
        """Backends that wait for a lock with a statement like that one."""
        return [pid for (pid,) in self.watcher.execute(WAITING, [query]).fetchall()]

    def wait_until_met(self, query: str, *, timeout: float) -> None:
        wait_until(lambda: self.waiters(query), what=f"a worker held at {query!r}", timeout=timeout)

    def end_waiters(self) -> None:
        """Ends what killed clients have left behind: a backend finishes its statement even when nobody listens."""
        for pid in self.waiters():
            self.watcher.execute("SELECT pg_terminate_backend(%s)", [pid])
        wait_until(lambda: not self.waiters(), what="the end of the backends of killed clients")


@contextmanager
def held(service: Service, lock: str, *values: object) -> Iterator[Hold]:
    """Within it, the statement's locks are held."""
    with (
        psycopg.connect(service.database_url) as locker,
        psycopg.connect(service.database_url, autocommit=True) as watcher,
    ):
        locker.execute(lock.encode(), list(values))
        yield Hold(locker, watcher)
        locker.rollback()
