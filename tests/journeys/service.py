"""The real service as processes: granian, Celery worker and beat (server), or all in the one web process (embedded)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from typing import Any, Self

from tests.journeys.browser import Browser
from tests.journeys.ground import SETTINGS, Ground
from tests.journeys.records import records_of
from tests.kit.folders import scratch_folder
from tests.kit.ports import free_port
from tests.kit.processes import Running, http_answers, start
from tests.kit.redis import Redis
from tests.kit.smtp import SmtpServer
from tests.kit.waiting import wait_until

COMMANDS = {
    "web": ["-m", "config.web"],
    "worker": [
        "-m",
        "celery",
        "--app",
        "config",
        "--quiet",
        "worker",
        "--queues",
        "recovery",
        "--concurrency",
        "1",
    ],
    "intake": [
        "-m",
        "celery",
        "--app",
        "config",
        "--quiet",
        "worker",
        "--queues",
        "intake",
        "--concurrency",
        "1",
    ],
    "beat": ["-m", "celery", "--app", "config", "--quiet", "beat", "--max-interval", "1"],
}
Unblock = Callable[[], AbstractContextManager[Any]]


class Service:
    """One service with its own database, broker and mail server; `unblock` is pytest-django's, for `records`."""

    def __init__(
        self,
        ground: Ground,
        mode: str,
        *,
        unblock: Unblock,
        settings_module: str = SETTINGS,
        settings: Mapping[str, Any] | None = None,
        log_level: str = "INFO",
        roles: tuple[str, ...] = ("web", "worker", "beat"),
        patience: float = 30.0,
    ) -> None:
        self.ground, self.mode, self.unblock = ground, mode, unblock
        self.patience = patience  # seconds that tests wait for what must come
        self.roles = roles if mode == "server" else ("web",)
        self.folder = scratch_folder("service")
        (self.folder / "static").symlink_to(ground.static)
        self.port = free_port()
        self.database_url = ground.database(mode)
        self.smtp = SmtpServer()
        self.redis = Redis() if mode == "server" else None
        self.processes: dict[str, Running] = {}
        self.numbers = count(1)
        self.env = self._environment(settings_module, settings or {}, log_level)
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def broker(self) -> Redis:
        """The Redis of the server mode."""
        assert self.redis is not None, "the embedded mode has no broker"
        return self.redis

    def browser(self) -> Browser:
        """A new visitor."""
        return Browser(self.url)

    def new_address(self) -> str:
        """A mailbox, and a domain, that nobody else has used here."""
        number = next(self.numbers)
        return f"canary.anna{number}@mail{number}.example"

    @contextmanager
    def records(self) -> Iterator[None]:
        """Within it, models and factories of this process are those of the service."""
        with self.unblock(), records_of(self.database_url):
            yield

    def start(self, *roles: str) -> None:
        """Starts the roles that do not run (all of them, if none is named); the web process answers then."""
        for role in roles or self.roles:
            if role not in self.processes or not self.processes[role].is_running():
                self.processes[role] = self.launch(role)
        if "web" in (roles or self.roles):
            ready = http_answers(f"{self.url}/health/ready")
            wait_until(lambda: ready() or self._one_has_ended(), what="the web process", timeout=60)

    def launch(self, role: str, *arguments: str) -> Running:
        """One more process of that role, which the caller ends."""
        if role == "beat":  # each beat its own schedule file, as on two hosts
            arguments = ("--schedule", str(self.folder / f"beat-{next(self.numbers)}"), *arguments)
        command = [sys.executable, *COMMANDS[role], *arguments]
        return start(command, log=self.folder / f"{role}.log", env=self.env)

    def kill9(self, role: str) -> None:
        """`kill -9` of all processes of that role at once."""
        self.processes[role].kill9()

    def kill_children(self, role: str) -> None:
        """`kill -9` of the processes that the role's first process started; that one goes on."""
        running = self.processes[role]
        for pid in running.members():
            if pid != running.pid:
                os.kill(pid, signal.SIGKILL)

    def log_text(self) -> str:
        """Everything that its processes have printed."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(log.read_text(errors="replace") for log in logs)

    def close(self) -> None:
        for running in self.processes.values():
            running.close()
        for server in (self.smtp, self.redis):
            if server is not None:
                server.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _one_has_ended(self) -> bool:
        ended = [role for role, running in self.processes.items() if not running.is_running()]
        assert ended == [], self.log_text()
        return False

    def _environment(self, module: str, settings: Mapping[str, Any], log_level: str) -> dict[str, str]:
        return {
            "MODE": self.mode,
            "DJANGO_SETTINGS_MODULE": module,
            "TEST_SETTINGS": json.dumps(dict(settings)),
            "ENV_FILE": "",
            "VAR_DIR": str(self.folder),
            "TMPDIR": str(self.folder),  # a killed process leaves its temporary folders behind
            "PUBLIC_URL": self.url,
            "LISTEN": "127.0.0.1",
            "PORT": str(self.port),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis.url if self.redis else "",
            "SMTP_URL": self.smtp.url,
            "TRUSTED_PROXIES": "1",
            "MAIL_LEASE_SECONDS": "1",
            "MAILS_PER_HOUR": "1000000",
            "WEB_WORKERS": "1",
            "LOG_LEVEL": log_level,
        }
