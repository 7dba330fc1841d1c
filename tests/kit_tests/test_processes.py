"""Starting, ending and looking after processes; the guard that ends them when the test run dies."""

import http.client
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.proc import is_running
from tests.kit.processes import ROOT, Running, free_port, http_answers, port_answers, start
from tests.kit.waiting import wait_until

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
# The child leaves the session, as a daemon does.
PARENT = (
    "import subprocess, sys, time;"
    f"child = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}], start_new_session=True);"
    "time.sleep(600)"
)
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPER}"
ORPHANING = (
    "import pathlib, signal, sys, time\n"
    "from tests.kit.redis import Redis\n"
    "server = Redis()\n"
    "print(server.pid, server._folder, flush=True)\n"
    "time.sleep(600)\n"
)


def python(code: str, log: Path, *, says: str = "up") -> Running:
    return start([sys.executable, "-c", code], log=log, ready=lambda: says in log.read_text())


def test_starts_a_server_and_waits_for_its_answer(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    address = f"http://127.0.0.1:{port}/pyproject.toml"
    with start(command, log=tmp_path / "log", ready=http_answers(address)) as server:
        assert port_answers(port)()
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        line.request("GET", "/pyproject.toml")
        assert b"[project]" in line.getresponse().read()
        line.close()
        assert "GET /pyproject.toml" in server.log_text()
    assert not port_answers(port)()


def test_hands_over_the_environment(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import os; print(os.environ['WORD'])"
    with start([sys.executable, "-c", code], log=log, env={"WORD": "handed over"}) as running:
        assert running.stop(signal.SIGCONT) == 0
        assert running.log_text() == "handed over\n"


def test_tells_why_a_process_did_not_come_up(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended with 3") as failure:
        start([sys.executable, "-c", "print('why'); exit(3)"], log=tmp_path / "log", ready=lambda: False)
    assert failure.value.__notes__ == ["why"]


def test_kills_what_does_not_come_up_in_time(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = f"import os; print(os.getpid(), flush=True); {SLEEPER}"
    with pytest.raises(TimeoutError):
        start([sys.executable, "-c", code], log=log, ready=lambda: "never" in log.read_text(), timeout=0.5)
    started = log.read_text().split()
    assert all(not is_running(int(word)) for word in started if word.isdigit())


def test_stops_a_process_by_a_signal(tmp_path: Path) -> None:
    with python(SLEEPER, tmp_path / "log") as running:
        assert running.stop() == -signal.SIGTERM
        running.assert_nothing_left()


def test_stops_a_group_as_ctrl_c_does(tmp_path: Path) -> None:
    with python(SLEEPER, tmp_path / "log") as running:
        assert running.interrupt() in (1, -signal.SIGINT)
        assert "KeyboardInterrupt" in running.log_text()


def test_says_when_a_process_does_not_stop(tmp_path: Path) -> None:
    with python(STUBBORN, tmp_path / "log") as running:
        with pytest.raises(TimeoutError, match="still runs"):
            running.stop(timeout=0.1)
        assert running.is_running()
    assert not running.is_running()


def test_sees_a_child_that_outlived_its_parent_and_left_the_session(tmp_path: Path) -> None:
    with python(PARENT, tmp_path / "log") as running:
        running.kill9(alone=True)
        with pytest.raises(TimeoutError):
            running.assert_nothing_left(timeout=0.1)
    running.assert_nothing_left()


def test_kills_a_process_with_its_descendants(tmp_path: Path) -> None:
    with python(PARENT, tmp_path / "log") as running:
        assert len(running.members()) == 2
        running.kill9()
        running.assert_nothing_left()


def test_ends_the_servers_of_a_run_that_was_itself_killed() -> None:
    run = subprocess.Popen([sys.executable, "-c", ORPHANING], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    pid, folder = run.stdout.readline().split()
    assert is_running(int(pid))
    run.kill()
    run.communicate()
    wait_until(lambda: not is_running(int(pid)), what="the end of the orphaned server")
    wait_until(lambda: not Path(folder).exists(), what="the end of its folder")
