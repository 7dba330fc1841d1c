"""The web process alone, as `python -m config.web` runs it, with files of its own."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.kit.ports import free_port
from tests.kit.processes import Running, http_answers, start

WEB = [sys.executable, "-m", "config.web"]


def surroundings(folder: Path, port: int, more: Mapping[str, str]) -> dict[str, str]:
    """The test run's secrets, and the embedded mode unless `more` says otherwise."""
    own = {
        "MODE": "embedded",
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "VAR_DIR": str(folder),
        "LISTEN": "127.0.0.1",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LOG_LEVEL": "INFO",
        "WEB_WORKERS": "1",
    }
    return {**os.environ, **own, **more}


@contextmanager
def web_process(folder: Path, **more: str) -> Iterator[tuple[Running, str]]:
    """The running process, once it answers, and its address."""
    port = free_port()
    env = surroundings(folder, port, more)
    url = f"http://127.0.0.1:{port}"
    with start(WEB, log=folder / "web.log", env=env, ready=http_answers(f"{url}/health/live")) as running:
        yield running, url
