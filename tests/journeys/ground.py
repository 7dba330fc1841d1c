"""What every service under test stands on: migrated databases to copy, and the collected static files."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Self

from tests.kit.folders import scratch_folder
from tests.kit.migrated import migrated_file, migrated_template, one_at_a_time, run_folder
from tests.kit.postgres import Postgres
from tests.kit.processes import ROOT

SETTINGS = "tests.journeys.settings"


class Ground:
    """Made once for many services. Everything in it is made when it is first wanted."""

    def __init__(self) -> None:
        self.folder = scratch_folder("ground")
        self.numbers = count(1)

    @cached_property
    def postgres(self) -> Postgres:
        return Postgres()

    @cached_property
    def static(self) -> Path:
        """The style sheets and scripts, collected as `make serve` does, once for the run."""
        collected = run_folder() / "static"
        with one_at_a_time("static"):
            if not collected.exists():
                env = self.embedded_env(self.folder / "none")
                manage("collectstatic", "--no-input", "--verbosity", "0", env=env)
                shutil.move(self.folder / "static", collected)
        return collected

    def database(self, mode: str) -> str:
        """The address of a fresh database with today's tables."""
        number = next(self.numbers)
        if mode == "server":
            return self.postgres.create_database(f"service_{number}", template=self.postgres_template)
        copy = self.folder / f"service-{number}.sqlite3"
        shutil.copy(migrated_file(), copy)
        return f"sqlite:///{copy}"

    @cached_property
    def postgres_template(self) -> str:
        return migrated_template(self.postgres.server)

    def embedded_env(self, database: Path) -> dict[str, str]:
        return {
            "MODE": "embedded",
            "REDIS_URL": "",
            "DATABASE_URL": f"sqlite:///{database}",
            "VAR_DIR": str(self.folder),
        }

    def close(self) -> None:
        if "postgres" in self.__dict__:
            self.postgres.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def manage(*arguments: str, env: Mapping[str, str]) -> str:
    """Runs a management command as the vendor does and returns what it printed; AssertionError when it fails."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=process_env(env), capture_output=True, text=True)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def process_env(env: Mapping[str, str]) -> dict[str, str]:
    """This run's environment with the given one laid over it."""
    return {**os.environ, "DJANGO_SETTINGS_MODULE": SETTINGS, **env}
