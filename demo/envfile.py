"""The demo's own secrets: made on its first start, kept beside its data, so that the data stays readable."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

SECRETS = ("SECRET_KEY", "ENCRYPTION_KEYS", "FINGERPRINT_KEYS")
PASSWORD = "DEMO_SUPPORT_PASSWORD"  # noqa: S105  the name of a line, not a password


class NotADemo(SystemExit):
    """Data of a real service lies here; a demo must not touch it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds a database, but no demo.env: it is not a demo's. The demo was not started, and nothing "
            "was changed. Give the demo a folder of its own: make demo VAR_DIR=…"
        )


def read_or_make(folder: Path) -> dict[str, str]:
    """The lines of demo.env in that folder, which only its owner can read. Raises `NotADemo`."""
    path = folder / "demo.env"
    if not path.exists():
        if (folder / "recovery.sqlite3").exists():
            raise NotADemo(folder)
        folder.mkdir(parents=True, exist_ok=True)
        write_private(path, made_up())
    return dict(lines_of(path.read_text()))


def made_up() -> str:
    """Fresh secrets by the service's own command, and a password for the console."""
    environment = subprocess.run(
        [sys.executable, "-m", "config.newenv"], check=True, capture_output=True, text=True
    ).stdout
    kept = [line for line in environment.splitlines() if line.partition("=")[0] in SECRETS]
    return "\n".join([*kept, f"{PASSWORD}={secrets.token_urlsafe(12)}", ""])


def write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def lines_of(text: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (line.partition("=") for line in text.splitlines()) if name]
