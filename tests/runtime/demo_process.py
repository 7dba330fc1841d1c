"""The demo as `make demo` starts it, with the repository's sample sales and data of its own."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.browser import Browser
from demo.envfile import read_or_make
from tests.kit.migrated import migrated_file, one_at_a_time, run_folder
from tests.kit.ports import free_port
from tests.kit.processes import ROOT, Running, http_answers, start
from tests.kit.waiting import wait_until

OF_A_REAL_SERVICE = "recovery.sqlite3", b"a real service's data"
SALES = ROOT / "demo" / "sample-sales.csv"
FOR_REAL_USE = ("DATABASE_URL", "SMTP_URL", "REDIS_URL", "PUBLIC_URL", "LISTEN", "MODE", "WEB_WORKERS")
# The settings of the test run are for a real service; the demo would refuse them, and take their words for its own.
OF_THE_TESTS = (
    "MAIL_FROM",
    "SUPPORT_EMAIL",
    "VENDOR_NAME",
    "SECRET_KEY",
    "ENCRYPTION_KEYS",
    "FINGERPRINT_KEYS",
)


TRY_IT_WITH: re.Pattern[str] = re.compile(r"Try it with +((?:\S+@\S+\s+)+)")


@dataclass(frozen=True)
class Demo:
    running: Running
    url: str
    folder: Path

    def buyer(self) -> str:
        """The first address that it says to try."""
        return self.buyers()[0]

    def buyers(self) -> list[str]:
        wait_until(lambda: TRY_IT_WITH.search(self.running.log_text()), what="its words")
        return str(TRY_IT_WITH.findall(self.running.log_text())[-1]).split()

    def ask(self, address: str) -> None:
        browser = Browser()
        page = browser.get(f"{self.url}/")
        form = page.form("/")
        assert form is not None
        assert browser.send(page, form, email=address).status == 200

    def mails(self, count: int) -> list[str]:
        """The mails' names, newest first, once there are that many."""
        wait_until(lambda: len(self.names()) >= count, what=f"{count} mails")
        return self.names()

    def names(self) -> list[str]:
        return sorted((path.stem for path in (self.folder / "mailbox").glob("*.eml")), reverse=True)


def command(port: int | str, *, sales: Path = SALES, module: str = "demo") -> list[str]:
    return [sys.executable, "-m", module, "--port", str(port), "--sales", str(sales)]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Laid over this process's environment: what a user's shell has not set is empty."""
    return {**dict.fromkeys((*FOR_REAL_USE, *OF_THE_TESTS), ""), "VAR_DIR": str(folder), **more}


def whole_environment(folder: Path, **more: str) -> dict[str, str]:
    return {**os.environ, **environment(folder, **more)}


@contextmanager
def demo_process(folder: Path) -> Iterator[Demo]:
    """Running and answering; ended with the block, whatever happened in it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = folder / f"demo-{port}.log"
    ready = http_answers(f"{url}/health/ready")
    with start(command(port), log=log, env=environment(folder), ready=ready, timeout=120) as running:
        yield Demo(running, url, folder)


def begun(folder: Path) -> Path:
    """The folder, with a copy of what a demo's first start and Ctrl-C left, beside the data of a real service."""
    first = run_folder() / "demo"
    with one_at_a_time("demo"):
        if not first.exists():
            begin(run_folder() / "demo-begins").rename(first)
    return shutil.copytree(
        first, folder, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.log")
    )


def begin(folder: Path) -> Path:
    """It takes seconds of processor time: sales, keys. The tables would take ten more; the tour makes them as well."""
    folder.mkdir()
    read_or_make(folder)
    shutil.copy(migrated_file(), folder / "demo.sqlite3")
    name, data = OF_A_REAL_SERVICE
    (folder / name).write_bytes(data)
    with demo_process(folder) as demo:
        demo.buyer()
        assert "Reading" in demo.running.log_text()
        assert demo.running.interrupt() == 0
        demo.running.assert_nothing_left()
    return folder
