"""The servers that a run measures against, all its own and gone with it: PostgreSQL, Redis, the mail sink, web."""

import base64
import contextlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Self

import psycopg

from tests.kit.folders import scratch_folder
from tests.kit.postgres import Postgres
from tests.kit.processes import free_port, http_answers, port_answers, start
from tests.kit.redis import Redis

ROOT = Path(__file__).resolve().parents[1]
MIGRATED = "migrated"  # a database with our tables in it, to be copied


class Machine:
    """Starts PostgreSQL (which writes as in production), Redis and the sink; `env` makes our programs use them."""

    def __init__(self) -> None:
        self.folder = scratch_folder("bench")
        self.postgres, self.redis = Postgres(durable=True), Redis()
        self.sink_port = free_port()
        command = [sys.executable, "-m", "bench.sink", str(self.sink_port)]
        self.sink = start(command, log=self.folder / "sink.log", ready=port_answers(self.sink_port))
        self.env = self.environment()
        database = self.new_database(MIGRATED, "template1")
        self.manage("migrate", "--no-input", database=database)
        self.manage("collectstatic", "--no-input", database=database)

    def environment(self) -> dict[str, str]:
        return {
            **{
                name: f"{key}:{new_secret()}"
                for name, key in (("ENCRYPTION_KEYS", "k1"), ("FINGERPRINT_KEYS", "a"))
            },
            "MODE": "server",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "REDIS_URL": self.redis.url,
            "SMTP_URL": f"smtp://127.0.0.1:{self.sink_port}",
            "MAIL_FROM": "keys@vendor.example",
            "SUPPORT_EMAIL": "support@vendor.example",
            "VENDOR_NAME": "Example Video Tools",
            "VAR_DIR": str(self.folder),
            "MAILS_PER_HOUR": "1000000",
            "TRUSTED_PROXIES": "1",
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    def new_database(self, name: str, template: str = MIGRATED) -> str:
        """A database's address: a copy of the template, in the place of an earlier one of that name."""
        self.postgres.drop_database(name)
        return self.postgres.create_database(name, template=template)

    def environment_of(self, database: str) -> dict[str, str]:
        """What our programs need to work with that database."""
        return {**os.environ, **self.env, "DATABASE_URL": database}

    def manage(self, *words: str, database: str) -> str:
        """Runs a command of manage.py and returns what it prints."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment_of(database), capture_output=True, text=True
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words[:1])} failed: {done.stdout}{done.stderr}")
        return done.stdout

    @contextlib.contextmanager
    def program(
        self, *words: str, database: str, port: int = 0, env: Mapping[str, str] | None = None
    ) -> Iterator[None]:
        """Runs one of our programs meanwhile, from when its port answers."""
        more = {"PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"} if port else {}
        running = start(
            [sys.executable, "-m", *words],
            log=self.folder / f"{words[0]}.log",
            env={**self.environment_of(database), **more, **(env or {})},
            ready=http_answers(f"http://127.0.0.1:{port}/") if port else None,
        )
        try:
            yield
        finally:
            running.close()

    @contextlib.contextmanager
    def web(self, database: str, *, settings: str = "config.settings") -> Iterator[int]:
        """The service's own web server, as `make serve` runs it; yields its port."""
        port = free_port()
        with self.program(
            "config.web", database=database, port=port, env={"DJANGO_SETTINGS_MODULE": settings}
        ):
            yield port

    def execute(self, database: str, statements: str) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute(statements.encode())

    def close(self) -> None:
        for server in (self.sink, self.redis, self.postgres):
            server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def new_secret() -> str:
    return base64.b64encode(os.urandom(32)).decode()
