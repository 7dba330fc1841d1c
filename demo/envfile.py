"""The demo's own secrets: made on its first start, kept beside its data, so that the data stays readable."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

SECRETS = ("SECRET_KEY", "ENCRYPTION_KEYS", "FINGERPRINT_KEYS")
PASSWORD = "DEMO_SUPPORT_PASSWORD"  # noqa: S105  the name of a line, not a password


class SecretsLost(SystemExit):
    """A demo's data without the secrets it was made with: its codes could never be read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds demo.sqlite3, but no demo.env with its secrets. Nothing was changed. Remove demo.sqlite3 "
            "to begin anew."
        )


def read_or_make(folder: Path) -> dict[str, str]:
    """The lines of demo.env in that folder, which only its owner can read. Raises `SecretsLost`."""
    path = folder / "demo.env"
    if not path.exists():
        if (folder / "demo.sqlite3").exists():
            raise SecretsLost(folder)
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
