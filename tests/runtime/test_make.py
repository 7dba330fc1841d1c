"""The commands of the Makefile that change files."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.kit.processes import ROOT


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
