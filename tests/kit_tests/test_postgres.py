"""The PostgreSQL of the tests: real, and at the test's mercy."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.kit.postgres import Postgres


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with Postgres() as running:
        yield running


def answer(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_answers_in_version_15_or_newer(server: Postgres) -> None:
    assert int(str(answer(server.url, "SHOW server_version_num"))) >= 150000


def test_writes_to_the_disk_only_where_that_matters(server: Postgres) -> None:
    assert answer(server.url, "SHOW fsync") == "off"
    with Postgres(durable=True) as durable:
        assert answer(durable.url, "SHOW fsync") == "on"


def test_keeps_committed_rows_over_a_restart_and_a_crash(server: Postgres) -> None:
    url = server.create_database("kept")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE word AS SELECT 'kept' AS text")
    server.restart()
    server.crash()
    server.start()
    assert answer(url, "SELECT text FROM word") == "kept"


def test_copies_and_drops_databases(server: Postgres) -> None:
    with psycopg.connect(server.create_database("first")) as connection:
        connection.execute("CREATE TABLE word AS SELECT 'copied' AS text")
    copy = server.create_database("second", template="first")
    assert answer(copy, "SELECT text FROM word") == "copied"
    server.drop_database("second")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(copy)


def test_cuts_its_clients(server: Postgres) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("SELECT 1")
        assert server.terminate_backends() >= 1
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_dumps_what_a_thief_would_read(server: Postgres) -> None:
    with psycopg.connect(server.create_database("dumped")) as connection:
        connection.execute("CREATE TABLE word AS SELECT 'to be found' AS text")
    assert "to be found" in server.dump("dumped")
