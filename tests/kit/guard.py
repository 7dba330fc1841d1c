"""Ends the servers of a test run when the run ends, however it ends: also by `kill -9`.

A small process of its own reads what to end from a pipe. The pipe closes when the run is gone, whatever the
reason, and only then the guard acts; `atexit` and signal handlers would miss the hard ends.
"""

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from tests.kit.proc import FAMILY_MARK, is_running, started_at

_ROOT = Path(__file__).resolve().parents[2]
_GRACE = 10.0  # seconds that an ended server has to leave its folder
_telling = threading.Lock()


def end_with_us(pid: int, *, by: signal.Signals = signal.SIGKILL) -> None:
    """Sends the signal to the process group `pid` when this process is gone."""
    _tell(f"group {pid} {started_at(pid)} {int(by)}")


def remove_with_us(folder: Path) -> None:
    """Removes the folder when this process is gone, after the groups have ended."""
    _tell(f"folder {folder}")


def _tell(line: str) -> None:
    with _telling:
        pipe = _guard().stdin
        assert pipe is not None
        pipe.write(line.encode() + b"\n")
        pipe.flush()


@functools.cache
def _guard() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.kit.guard"]
    # It outlives its maker, so it must not count as one of the family that the maker may belong to.
    env = {name: value for name, value in os.environ.items() if name != FAMILY_MARK}
    return subprocess.Popen(command, stdin=subprocess.PIPE, cwd=_ROOT, env=env, start_new_session=True)


def main() -> None:
    """Reads until the pipe closes, then ends the groups and removes the folders it was told of."""
    told = [line.split(" ", 1) for line in sys.stdin.read().splitlines()]
    pids = [_end(rest) for kind, rest in told if kind == "group"]
    deadline = time.monotonic() + _GRACE
    while any(map(is_running, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    for folder in (rest for kind, rest in told if kind == "folder"):
        shutil.rmtree(folder, ignore_errors=True)


def _end(rest: str) -> int:
    pid, started, by = rest.split()
    # A group outlives its leader; but a leader with another start is a stranger who got the number later.
    if started_at(int(pid)) in (started, None):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(int(pid), int(by))
    return int(pid)


if __name__ == "__main__":
    main()
