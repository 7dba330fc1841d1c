"""Databases with today's tables: migrated once for the whole run, whoever wants one first, and copied from then on."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests.kit.postgres import program
from tests.kit.processes import ROOT

RUN_FOLDER = "TEST_RUN_FOLDER"  # the environment variable that names it to every process of the run
TEMPLATE = "migrated"


def run_folder() -> Path:
    """Which goes with the run."""
    return Path(os.environ[RUN_FOLDER])


@contextmanager
def one_at_a_time(what: str) -> Iterator[None]:
    """Others of this run wait, and find it made."""
    with (run_folder() / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def migrated_file() -> Path:
    """An SQLite database, to be copied."""
    made = run_folder() / "migrated.sqlite3"
    with one_at_a_time("file"):
        if not made.exists():
            growing = run_folder() / "growing.sqlite3"
            _migrate(f"sqlite:///{growing}", mode="embedded")
            growing.rename(made)
    return made


def migrated_template(server: str) -> str:
    """The name of a database of that PostgreSQL server, to be copied by CREATE DATABASE … TEMPLATE."""
    with one_at_a_time("template"), psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [TEMPLATE]).fetchone():
            admin.execute("CREATE DATABASE growing")
            fill(f"{server}/growing")
            admin.execute(sql.SQL("ALTER DATABASE growing RENAME TO {}").format(sql.Identifier(TEMPLATE)))
    return TEMPLATE


def fill(url: str) -> None:
    """Gives an empty database of any PostgreSQL server its tables, and what migrations write into them."""
    dump = run_folder() / "migrated.sql"
    with one_at_a_time("dump"):
        if not dump.exists():
            _migrate(url, mode="server")
            growing = run_folder() / "growing.sql"
            _run([program("pg_dump"), f"--file={growing}", url])
            growing.rename(dump)
            return
    _run([program("psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", f"--file={dump}", url])


def _migrate(url: str, *, mode: str) -> None:
    own = {"MODE": mode, "DATABASE_URL": url, "VAR_DIR": os.environ[RUN_FOLDER]}
    redis = "redis://127.0.0.1:9/0" if mode == "server" else ""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": redis, **own}
    _run([sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"], env=env)


def _run(command: list[str], *, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
