"""An import that is killed loses nothing and does nothing twice."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from demo import sample_sales
from tests.kit.migrated import migrated_file, migrated_template
from tests.kit.waiting import wait_until

ROOT = Path(__file__).parents[3]
ROWS = 5_000  # several chunks on either database

Query = Callable[[str], int]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[tuple[str, Query]]:
    """A database of its own with all tables, as other processes reach it: its address, and a way to count in it."""
    configured = settings.DATABASES["default"]
    if "sqlite" in configured["ENGINE"]:
        file = tmp_path / "db.sqlite3"
        address, query = (
            f"sqlite:///{file}",
            lambda sql: int(sqlite3.connect(file, timeout=20).execute(sql).fetchone()[0]),
        )
        shutil.copy(migrated_file(), file)
        yield address, query
        return
    server = f"postgres://{configured['USER']}@{configured['HOST']}:{configured['PORT']}"
    name = f"resume_{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {migrated_template(server)}")
        with psycopg.connect(f"{server}/{name}", autocommit=True) as connection:
            yield f"{server}/{name}", lambda sql: int((connection.execute(sql).fetchone() or [0])[0])
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def command(*words: str, address: str) -> tuple[list[str], dict[str, str]]:
    environment = {name: value for name, value in os.environ.items() if name != "TEST_DATABASE"}
    return [sys.executable, "manage.py", *words, "--skip-checks"], environment | {"DATABASE_URL": address}


def run(*words: str, address: str) -> str:
    line, environment = command(*words, address=address)
    done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def import_words(path: Path) -> list[str]:
    return ["import_purchases", str(path), "--store", "shop", "--kind", "gumroad", "--create-editions"]


def kill_when_half_applied(path: Path, address: str, count: Query) -> None:
    line, environment = command(*import_words(path), address=address)
    process = subprocess.Popen(
        line, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until(lambda: count("SELECT count(*) FROM licensing_purchase"), what="a first chunk", timeout=60)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_a_killed_import_is_finished_by_the_next_one(tmp_path: Path, database: tuple[str, Query]) -> None:
    address, count = database
    path = tmp_path / "sales.csv"
    with path.open("w", newline="") as out:
        sample_sales.write(out, rows=ROWS)
    kill_when_half_applied(path, address, count)
    assert 0 < count("SELECT count(*) FROM licensing_purchase") < ROWS

    said = run(*import_words(path), address=address)

    assert f"{ROWS:,} unchanged" in said
    assert count("SELECT count(*) FROM licensing_purchase") == ROWS
    assert count("SELECT count(*) FROM licensing_purchaseline") == ROWS
    assert count("SELECT count(*) FROM licensing_license") == count(
        "SELECT sum(quantity) FROM licensing_purchaseline"
    )
    assert count("SELECT count(*) FROM licensing_importrow") == 0
    assert count("SELECT count(*) FROM licensing_importrun WHERE state <> 'applied'") == 0
