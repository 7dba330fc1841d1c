import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.kit.migrated import fill, migrated_file, migrated_template
from tests.kit.postgres import Postgres

TOLD = {
    "migrations": "SELECT app || ' ' || name FROM django_migrations",
    "roles": "SELECT name FROM auth_group",
}
# By their names: PostgreSQL sets brackets otherwise once it has read its own words again.
OF_POSTGRES = {
    "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "rules": "SELECT conname FROM pg_constraint",
    "extensions": "SELECT extname FROM pg_extension",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with Postgres() as running:
        yield running


def told_by(url: str) -> dict[str, list[str]]:
    with psycopg.connect(url) as line:
        found = {name: line.execute(query).fetchall() for name, query in (TOLD | OF_POSTGRES).items()}
    return {name: sorted(row[0] for row in rows) for name, rows in found.items()}


def test_a_server_that_is_filled_again_has_all_that_the_first_one_has(server: Postgres) -> None:
    first, second = server.create_database("first"), server.create_database("second")
    fill(first)
    fill(second)

    assert all(told_by(first).values())
    assert told_by(second) == told_by(first)


def test_a_template_is_made_once_and_copied(server: Postgres) -> None:
    name = migrated_template(server.server)
    with psycopg.connect(server.url_of(name), autocommit=True) as line:
        line.execute("CREATE TABLE mark ()")

    copy = server.create_database("copy", template=migrated_template(server.server))

    with psycopg.connect(copy) as line:
        assert line.execute("SELECT count(*) FROM mark").fetchone() == (0,)


def test_a_copied_file_has_all_tables_and_leaves_the_next_copy_as_it_was(tmp_path: Path) -> None:
    for name in ("first", "second"):
        with sqlite3.connect(shutil.copy(migrated_file(), tmp_path / name)) as copy:
            assert all(copy.execute(query).fetchall() for query in TOLD.values())
            copy.execute("DELETE FROM django_migrations")
