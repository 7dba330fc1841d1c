import shutil
import subprocess
from pathlib import Path

from tests.kit.processes import ROOT


def refusal(folder: Path, *, python: str) -> str:
    """What `scripts/venv` says in a fresh checkout with that python, when it stops."""
    (folder / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "venv", folder / "scripts")
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    command = ["scripts/venv", "run"]
    done = subprocess.run(
        command, cwd=folder, env={"PATH": "/usr/bin:/bin", "PYTHON": python}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert not (folder / ".venv").exists()
    return done.stderr


def stand_in(folder: Path, script: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_says_which_package_brings_python(tmp_path: Path) -> None:
    assert "apt-get install python3 python3-venv" in refusal(tmp_path, python="no-such-python")


def test_refuses_another_version_of_python(tmp_path: Path) -> None:
    python = stand_in(tmp_path, "echo 3.9")

    said = refusal(tmp_path, python=python)

    assert "Python 3.11 is needed" in said
    assert "is Python 3.9" in said


def test_says_which_package_brings_venv(tmp_path: Path) -> None:
    python = stand_in(tmp_path, 'case "$2" in *ensurepip*) exit 1;; *) echo 3.11;; esac')

    assert "apt-get install python3-venv" in refusal(tmp_path, python=python)
