"""Two connections of PostgreSQL that wait for each other, and which of them it ends."""

from django.db import connection


def looked_for_after(time: str) -> None:
    """How long this connection waits for a lock before PostgreSQL looks, once, whether it waits in a circle; if so, it
    is this one that is ended. Long enough, the other has begun to wait by then, however slow the machine."""
    with connection.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = %s", [time])


def somebody_waits() -> bool:
    """For a lock, in this database: the server is shared with other tests, and most locks name none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw before
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone() is not None
