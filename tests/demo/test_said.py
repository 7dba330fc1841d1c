"""What the demo prints can be typed as it stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

from demo import envfile
from demo.__main__ import ROOT, words

PRINT_URL = "from django.conf import settings; print(settings.PUBLIC_URL)"


def test_the_commands_know_at_which_port_the_demo_runs(tmp_path: Path) -> None:
    envfile.read_or_make(tmp_path)
    said = words(url="", port=8123, password="", buyers=[], folder=tmp_path)
    line = next(each for each in said.splitlines() if "Commands" in each)
    environment = dict(re.findall(r"(\w+)=(\S+)", line))

    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-v",
            "0",
            "-c",
            "from django.conf import settings as s; print(s.PUBLIC_URL)",
        ],
        cwd=ROOT,
        env=environment | {"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "http://127.0.0.1:8123"


def test_the_addresses_to_try_stand_below_each_other(tmp_path: Path) -> None:
    said = words(
        url="", port=8123, password="", buyers=["one@example.com", "two@example.com"], folder=tmp_path
    )

    first, second = (line for line in said.splitlines() if "@" in line)
    assert "Try it with" in first
    assert second.strip() == "two@example.com"
    assert first.index("one@") == second.index("two@")


def test_a_command_whose_reader_has_seen_enough_ends_quietly(tmp_path: Path) -> None:
    envfile.read_or_make(tmp_path)
    environment = {"PATH": os.environ["PATH"], "MODE": "demo", "VAR_DIR": str(tmp_path)}
    environment["ENV_FILE"] = str(tmp_path / "demo.env")
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "manage.py", "help"],
        cwd=ROOT,
        env=environment,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (1, "")
