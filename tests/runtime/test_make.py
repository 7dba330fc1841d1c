"""The commands of the Makefile that change files, and the one that runs everything."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.processes import ROOT

TOOLS = ("python", "ruff", "djade", "mypy", "lint-imports")


def checkout(folder: Path) -> Path:
    """The Makefile with the tools of this run, and one template that is not in its form."""
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    page = folder / "recovery" / "templates" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text("{%load i18n%}\n<p>{{name}}</p>\n")
    return page


def test_format_succeeds_when_it_has_rewritten_a_template(tmp_path: Path) -> None:
    page = checkout(tmp_path)
    command = ["make", "--old-file", "dev-venv", "format"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "{% load i18n %}" in page.read_text()


PROGRAMS = ("scripts/venv", "scripts/provision", "scripts/checked", *(f".venv/bin/{name}" for name in TOOLS))


def stand_ins(folder: Path, *, failing: str) -> Path:
    """The Makefile, with programs that do nothing but note themselves; what is run with that word fails."""
    shutil.copy(ROOT / "Makefile", folder)
    body = f'#!/bin/sh\necho "$0 $*" >> {folder}/ran\ncase "$0 $*" in *{failing}*) exit 1;; esac\n'
    for name in PROGRAMS:
        program = folder / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(body)
        program.chmod(0o755)
    return folder


@pytest.mark.parametrize("failing", ["venv", "provision", "djade", "mypy", "lint-imports", "pytest"])
def test_all_of_it_fails_when_one_part_does_though_parts_run_side_by_side(
    failing: str, tmp_path: Path
) -> None:
    folder = stand_ins(tmp_path, failing=failing)

    assert subprocess.run(["make", "test"], cwd=folder, capture_output=True).returncode != 0


def test_all_of_it_is_packages_servers_lint_types_and_tests(tmp_path: Path) -> None:
    folder = stand_ins(tmp_path, failing="nothing")

    assert subprocess.run(["make", "test"], cwd=folder, capture_output=True).returncode == 0

    ran = (folder / "ran").read_text()
    for part in (
        "venv dev",
        "provision",
        "ruff check",
        "ruff format",
        "djade",
        "mypy",
        "lint-imports",
        "pytest -n",
    ):
        assert part in ran
    assert ran.index("provision") < ran.index("ruff check") < ran.index("pytest")
