"""The demo's one web process, as this program starts and stops it."""

import ctypes
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
PORT = re.compile("[0-9]{1,5}")
HIGHEST_PORT = 65_535
SECONDS_TO_START = 60
PR_SET_PDEATHSIG = 1  # prctl(2)
SECONDS_TO_STOP = 30


class CannotStart(SystemExit):
    """Said in one sentence on standard error; the exit status is 1."""


def possible_port(text: str) -> int:
    """The port that was asked for. Raises `CannotStart` when it is none."""
    if not PORT.fullmatch(text) or not 1 <= int(text) <= HIGHEST_PORT:
        raise CannotStart(
            f"PORT must be a whole number from 1 to {HIGHEST_PORT}, not {text!r}: make demo PORT=8000"
        )
    return int(text)


def refuse_a_taken_port(port: int) -> None:
    """Raises `CannotStart` when something listens there."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError as error:
            words = f"Port {port} of {HOST} is taken ({error.strerror}). Choose another: make demo PORT={another(port)}"
            raise CannotStart(words) from error


def another(port: int) -> int:
    return port + 1 if port < HIGHEST_PORT else port - 1


class Server:
    """In a group of its own: Ctrl-C at the terminal reaches this program only, which then stops the server once."""

    def __init__(self, port: int, *, cwd: Path) -> None:
        self.port = port
        self.cwd = cwd

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.web"], start_new_session=True, cwd=self.cwd, preexec_fn=end_with_us
        )
        return self

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while self.process.poll() is None and time.monotonic() < deadline:
            if answers(self.port):
                return
            time.sleep(0.05)
        raise CannotStart("The demo's web process did not start; what it said stands above.")

    def wait(self) -> None:
        """Returns never, unless the web process ends by itself: then it raises `CannotStart`."""
        self.process.wait()
        raise CannotStart("The demo's web process ended; what it said stands above.")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Asks the server to stop, waits, and leaves no process of its group behind."""
        for asked in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(asked, signal.SIG_IGN)
        self.process.terminate()
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            print("It does not stop by itself: ending it.", file=sys.stderr)
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # as it should be: nobody of the group is left
        self.process.wait()


def end_with_us() -> None:
    """Called in the child: it gets SIGTERM when this program dies without a word, by `kill -9` say (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def answers(port: int) -> bool:
    """Whether the service says that it can serve."""
    line = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        line.request("GET", "/health/ready")
        return line.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
