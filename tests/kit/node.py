"""The Node that Playwright brings along, for programs that are documented for it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from playwright._impl._driver import compute_driver_executable


def started(program: Path) -> subprocess.Popen[str]:
    """Its output, errors too, comes through a pipe, and what it asks for is typed into one."""
    node = compute_driver_executable()[0]
    pipe = subprocess.PIPE
    return subprocess.Popen([node, program], stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def read_until(node: subprocess.Popen[str], words: str) -> str:
    """What it says up to these words. Ends with what there was if the program does."""
    assert node.stdout
    said = ""
    while not said.endswith(words) and (letter := node.stdout.read(1)):
        said += letter
    return said


def type_in(node: subprocess.Popen[str], line: str) -> None:
    assert node.stdin
    node.stdin.write(f"{line}\n")
    node.stdin.flush()
