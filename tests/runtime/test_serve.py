"""`make serve` where something that it stands on is missing: one line that says what, and what to do."""

import subprocess
from pathlib import Path

import pytest

from tests.kit.ports import free_port
from tests.kit.processes import ROOT
from tests.runtime.processes import surroundings

pytestmark = pytest.mark.journey


def test_says_in_one_line_that_postgresql_is_down(tmp_path: Path) -> None:
    port = free_port()
    redis = f"redis://127.0.0.1:{free_port()}/0"
    database = f"postgres://recovery:secret@127.0.0.1:{port}/recovery"
    env = surroundings(
        tmp_path, free_port(), {"MODE": "server", "DATABASE_URL": database, "REDIS_URL": redis}
    )

    done = subprocess.run(["scripts/serve"], cwd=ROOT, env=env, capture_output=True, text=True)

    said = done.stderr.strip().splitlines()
    assert done.returncode == 1
    assert said[-1].startswith(f"PostgreSQL at 127.0.0.1:{port} cannot be used (")
    assert "systemctl start postgresql" in said[-1]
    assert not [line for line in said if "Traceback" in line or "secret" in line]
    assert "Bringing the database up to date" not in done.stdout
