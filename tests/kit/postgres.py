"""A real PostgreSQL cluster of the test's own, thrown away afterwards."""

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql

from tests.kit.folders import scratch_folder
from tests.kit.ports import free_port
from tests.kit.processes import Running, start

_FAST = {"fsync": "off", "full_page_writes": "off"}  # survives any end of the server, but not of the machine


class Postgres:
    """Runs a cluster on a free port; `durable` makes it write as a production server does.

    PostgreSQL refuses to run as root: then it runs as the user postgres of Debian's package.
    """

    def __init__(self, *, durable: bool = False, settings: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = scratch_folder("postgres", owner=self._user)
        self._settings = {"max_connections": "200", **({} if durable else _FAST), **(settings or {})}
        self._make_cluster(durable)
        self._running = self._launch()

    @property
    def server(self) -> str:
        """postgres://… without a database."""
        return f"postgres://postgres@127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """postgres://… of the database `postgres`."""
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        """postgres://… of a database."""
        return f"{self.server}/{database}"

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Makes a database, as a copy of the template, and returns its address."""
        names = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
        self._execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**names))
        return self.url_of(name)

    def drop_database(self, name: str) -> None:
        """Removes a database, also from under those who are connected."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def terminate_backends(self) -> int:
        """Cuts every client's connection (pg_terminate_backend) and returns how many there were."""
        query = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        with psycopg.connect(self.url, autocommit=True) as connection:
            return len(connection.execute(query).fetchall())

    def dump(self, database: str) -> str:
        """Everything in the database as SQL text, for looking for secrets in it."""
        command = [program("pg_dump"), "--inserts", self.url_of(database)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def start(self) -> None:
        """Starts it again on the same port, with the same data."""
        if not self._running.is_running():
            self._running = self._launch()

    def stop(self) -> None:
        """Ends it in order, dropping its clients (a fast shutdown)."""
        self._running.stop(signal.SIGINT)

    def restart(self) -> None:
        """Stops and starts it."""
        self.stop()
        self.start()

    def crash(self) -> None:
        """Ends it on the spot: the next start recovers from the log (an immediate shutdown)."""
        self._running.stop(signal.SIGQUIT)

    def close(self) -> None:
        """Ends it for good and removes its files."""
        self.crash()
        self._running.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _make_cluster(self, durable: bool) -> None:
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"]
        command = [
            program("initdb"),
            f"--pgdata={self._data}",
            *options,
            *([] if durable else ["--no-sync"]),
        ]
        done = subprocess.run(command, cwd=self._folder, user=self._user, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"initdb failed: {done.stderr}")

    def _launch(self) -> Running:
        place = {"listen_addresses": "127.0.0.1", "port": str(self.port)}
        settings = {**place, "unix_socket_directories": str(self._folder), **self._settings}
        return start(
            [
                program("postgres"),
                "-D",
                str(self._data),
                *(f"--{key}={value}" for key, value in settings.items()),
            ],
            log=self._folder / "log",
            ready=self._answers,
            cwd=self._folder,
            user=self._user,
            ended_by=signal.SIGQUIT,
        )

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


def program(name: str) -> str:
    """Debian keeps the server's programs out of PATH; the newest version is taken."""
    versions = sorted(Path("/usr/lib/postgresql").glob("[0-9]*"), key=lambda folder: float(folder.name))
    candidates = [version / "bin" / name for version in reversed(versions)]
    found = next((str(path) for path in candidates if path.exists()), shutil.which(name))
    if found is None:
        raise FileNotFoundError(f"PostgreSQL's {name} is not installed; scripts/provision installs it")
    return found
