"""What scripts/provision does on machines that lack something."""

import subprocess
from pathlib import Path

import pytest

from tests.kit.processes import ROOT

ALL = ["postgresql", "redis-server", "chromium-headless-shell", "fonts-noto-core", "fonts-noto-color-emoji"]
TOOLS = {
    "id": "echo 0",
    "env": 'exec /usr/bin/env "$@"',
    "apt-get": 'echo "$@" >> "$APT_LOG"',
}


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A machine with nothing but what the test puts there, as its PATH."""
    (tmp_path / "bin").mkdir()
    return tmp_path


def put(bare: Path, name: str, body: str) -> None:
    program = bare / "bin" / name
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/bash\n{body}\n")
    program.chmod(0o755)


def put_everything(bare: Path, *, version: str = "15") -> None:
    for name in ("redis-server", "chromium", f"../postgresql/{version}/bin/initdb"):
        put(bare, name, "exit 0")
    put(bare, f"../postgresql/{version}/bin/postgres", "exit 0")


def provision(bare: Path) -> "subprocess.CompletedProcess[str]":
    env = {
        "PATH": str(bare / "bin"),
        "POSTGRESQL_FOLDER": str(bare / "postgresql"),
        "APT_LOG": str(bare / "apt.log"),
        "BARE": str(bare),
    }
    command = ["/bin/bash", str(ROOT / "scripts/provision")]
    return subprocess.run(command, env=env, capture_output=True, text=True)


def test_is_silent_when_everything_is_there(bare: Path) -> None:
    put_everything(bare)
    done = provision(bare)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_finds_a_server_that_stands_in_the_path(bare: Path) -> None:
    put_everything(bare, version="13")
    put(bare, "initdb", "exit 0")
    put(bare, "postgres", "echo 'postgres (PostgreSQL) 16.4'")
    assert provision(bare).returncode == 0


def test_names_the_packages_and_the_command_where_it_may_not_install(bare: Path) -> None:
    put(bare, "id", "echo 1000")
    put(bare, "apt-get", 'touch "$APT_LOG"')
    put(bare, "sudo", "exit 1")
    done = provision(bare)
    assert done.returncode == 1
    assert f"apt-get install --no-install-recommends {' '.join(ALL)}" in done.stderr
    assert not (bare / "apt.log").exists()


def test_names_the_packages_where_there_is_no_apt(bare: Path) -> None:
    put(bare, "id", "echo 0")
    done = provision(bare)
    assert done.returncode == 1
    assert "postgresql redis-server chromium-headless-shell" in done.stderr


def test_asks_for_a_newer_server_than_the_one_there(bare: Path) -> None:
    put_everything(bare, version="13")
    put(bare, "id", "echo 0")
    done = provision(bare)
    assert done.returncode == 1
    assert "missing here: postgresql\n" in done.stderr


def test_installs_only_what_is_missing_as_root(bare: Path) -> None:
    put_everything(bare)
    (bare / "bin" / "redis-server").rename(bare / "redis-server")
    for name, body in TOOLS.items():
        put(bare, name, body)
    put(
        bare,
        "apt-get",
        TOOLS["apt-get"] + '; [[ $1 != install ]] || /bin/mv "$BARE/redis-server" "$BARE/bin/"',
    )
    assert provision(bare).returncode == 0
    calls = (bare / "apt.log").read_text().splitlines()
    assert calls == ["update -qq", "install -y -qq --no-install-recommends redis-server"]


@pytest.mark.parametrize(("known", "browser"), [(True, "chromium-headless-shell"), (False, "chromium")])
def test_takes_the_browser_without_windows_where_the_distribution_has_it(
    bare: Path, known: bool, browser: str
) -> None:
    put_everything(bare)
    (bare / "bin" / "chromium").rename(bare / browser)
    for name, body in TOOLS.items():
        put(bare, name, body)
    put(bare, "apt-get", f'{TOOLS["apt-get"]}; [[ $1 != install ]] || /bin/mv "$BARE/{browser}" "$BARE/bin/"')
    put(bare, "apt-cache", "exit 0" if known else "exit 100")
    assert provision(bare).returncode == 0
    packages = f"{browser} fonts-noto-core fonts-noto-color-emoji"
    assert f"install -y -qq --no-install-recommends {packages}\n" in (bare / "apt.log").read_text()


def test_needs_no_other_browser_beside_that(bare: Path) -> None:
    put_everything(bare)
    (bare / "bin" / "chromium").rename(bare / "bin" / "chromium-headless-shell")
    assert provision(bare).returncode == 0


def test_fails_when_the_installation_did_not_bring_what_was_missing(bare: Path) -> None:
    put_everything(bare, version="13")
    for name, body in TOOLS.items():
        put(bare, name, body)
    done = provision(bare)
    assert done.returncode == 1
    assert "missing here: postgresql\n" in done.stderr


def test_explains_a_failed_installation(bare: Path) -> None:
    for name, body in TOOLS.items():
        put(bare, name, body)
    put(bare, "apt-get", "exit 100")
    done = provision(bare)
    assert done.returncode == 1
    assert "apt-get update && apt-get install" in done.stderr
