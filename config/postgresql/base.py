"""Django's PostgreSQL backend, which can give up on a server that says nothing.

A server that is closed says so at once. One that hangs (a stopped process, a disk that does not answer) keeps its
connections open and its kernel goes on acknowledging packets: neither `statement_timeout`, which it would have to
enforce itself, nor TCP's own timeouts ever end the wait. So the end stands on this side.
"""

from functools import partial
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import waiting
from psycopg.abc import PQGen

SILENCE = "silence_seconds"  # the option of DATABASES["…"]["OPTIONS"]; without it, nobody gives up


class DatabaseWrapper(base.DatabaseWrapper):
    """With `silence_seconds` in its options: an `OperationalError` where the server's answer takes longer."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        wanted = dict(conn_params)
        seconds: float | None = wanted.pop(SILENCE, None)
        connection = super().get_new_connection(wanted)
        if seconds is not None:
            connection.wait = partial(answer_within, connection, seconds)
        return connection


def answer_within(
    connection: "psycopg.Connection[Any]", seconds: float, gen: PQGen[Any], interval: float = 0.1
) -> Any:
    """What psycopg's `Connection.wait` does, with an end. Nobody knows what became of the statement after that: so
    the connection is closed without a word to the server, which rolls back whatever was not committed."""
    try:
        return waiting.wait(gen, connection.pgconn.socket, interval=interval, timeout=seconds)
    except psycopg.errors._WaitTimeout as error:
        connection.pgconn.finish()
        raise psycopg.OperationalError(f"the database has not answered for {seconds:g} s") from error
