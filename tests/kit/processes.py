"""Processes of ours under test: started with a log, ended in every way, looked after for what they leave."""

import contextlib
import http.client
import os
import signal
import subprocess
import urllib.parse
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.kit.guard import end_with_us
from tests.kit.ports import free_port, is_answering
from tests.kit.proc import FAMILY_MARK, family
from tests.kit.waiting import wait_until

__all__ = ["Running", "free_port", "http_answers", "port_answers", "start"]

ROOT = Path(__file__).resolve().parents[2]


@dataclass(eq=False)
class Running:
    """A process in a session of its own, and its descendants."""

    process: subprocess.Popen[bytes]
    log: Path
    family_mark: str

    @property
    def pid(self) -> int:
        """The number of the process itself, and of its session and group."""
        return self.process.pid

    def log_text(self) -> str:
        """What it and its descendants have printed so far."""
        return self.log.read_text(errors="replace")

    def is_running(self) -> bool:
        """Whether the process itself is there; its descendants do not count."""
        return self.process.poll() is None

    def members(self) -> list[int]:
        """The process and its descendants, as far as they run."""
        self.process.poll()
        return family(session=self.pid, mark=self.family_mark)

    def stop(self, by: signal.Signals = signal.SIGTERM, *, timeout: float = 30) -> int:
        """Signals the process as a supervisor does and returns its exit status, or raises TimeoutError."""
        if self.is_running():
            self.process.send_signal(by)
        return self._ended(timeout)

    def interrupt(self, *, timeout: float = 30) -> int:
        """Sends SIGINT to the whole group, as a terminal does at Ctrl-C, and returns the exit status."""
        if self.is_running():
            os.killpg(self.pid, signal.SIGINT)
        return self._ended(timeout)

    def kill9(self, *, alone: bool = False) -> None:
        """Kills the process and its descendants in one go, or it alone, and waits for its end."""
        if alone:
            self.process.kill()
        else:
            self._kill_members()
        self.process.wait()

    def pause(self) -> None:
        """Stops the whole group where it stands (SIGSTOP)."""
        os.killpg(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Lets a paused group go on."""
        os.killpg(self.pid, signal.SIGCONT)

    def assert_nothing_left(self, *, timeout: float = 5) -> None:
        """Fails when the process or a descendant still runs after `timeout` seconds."""
        wait_until(
            lambda: not self.members(), what=f"the end of all of {self.process.args!r}", timeout=timeout
        )

    def close(self) -> None:
        """Kills what is left."""
        while self.members():
            self._kill_members()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _kill_members(self) -> None:
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _ended(self, timeout: float) -> int:
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{self.process.args!r} still runs\n{_tail(self)}") from None


def start(
    command: Sequence[str],
    *,
    log: Path,
    ready: Callable[[], bool] | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    user: str | None = None,
    timeout: float = 30,
    ended_by: signal.Signals = signal.SIGKILL,
) -> Running:
    """Starts the command in a session of its own and returns when `ready` says so.

    `env` is laid over this process's environment. Output is appended to `log`. When the test run dies, the
    process gets `ended_by`. Raises RuntimeError with the end of the log when it ends before it is ready,
    TimeoutError when it is not ready after `timeout` seconds; it is killed then.
    """
    mark = uuid.uuid4().hex
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(env or {}), FAMILY_MARK: mark},
            cwd=cwd,
            user=user,
            start_new_session=True,
            preexec_fn=hear_ctrl_c,
        )
    running = Running(process, log, mark)
    end_with_us(running.pid, by=ended_by)
    if ready is not None:
        _wait_until_ready(running, ready, timeout)
    return running


def hear_ctrl_c() -> None:
    """Called in the child: a run that a shell put into the background has SIGINT ignored, and hands that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def port_answers(port: int) -> Callable[[], bool]:
    """Ready when a TCP connection to the port of 127.0.0.1 is accepted."""
    return lambda: is_answering(port)


def http_answers(url: str) -> Callable[[], bool]:
    """Ready when a GET of the http address is answered with a status below 500."""
    return lambda: _http_status(url) < 500


def _http_status(url: str) -> int:
    parts = urllib.parse.urlsplit(url)
    line = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=5)
    try:
        line.request("GET", parts.path or "/")
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return 599
    finally:
        line.close()


def _wait_until_ready(running: Running, ready: Callable[[], bool], timeout: float) -> None:
    try:
        what = f"{running.process.args!r} being ready"
        wait_until(lambda: not running.is_running() or ready(), what=what, timeout=timeout)
        if not running.is_running():
            raise RuntimeError(f"{running.process.args!r} ended with {running.process.returncode}")
    except (TimeoutError, RuntimeError) as problem:
        running.close()
        problem.add_note(_tail(running))
        raise


def _tail(running: Running) -> str:
    return "\n".join(running.log_text().splitlines()[-30:])
