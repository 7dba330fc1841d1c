"""The demo's mail server: mails become `.eml` files, which `/mailbox/` shows. Nothing leaves the machine."""

import hashlib
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from recovery.mail.letter import Letter, Outcome, Verdict


class MailboxTransport:
    """Takes mails as SMTP would, and writes each into settings.MAILBOX_DIR."""

    def announce(self, letter: Letter) -> None:
        """There is nothing to be done in advance."""

    def send(self, letter: Letter) -> Outcome:
        """Accepted once the whole file stands under its name; a full disk is a server out of reach."""
        try:
            name = store(letter.content, folder=settings.MAILBOX_DIR, now=datetime.now(UTC))
        except OSError as error:
            return Outcome(Verdict.DEFERRED, "connect", f"the demo's mailbox: {error.strerror}")
        return Outcome(Verdict.ACCEPTED, "end_of_data", f"250 written as {name}")

    def close(self) -> None:
        """Nothing is open between two mails."""


def store(mail: bytes, *, folder: Path, now: datetime) -> str:
    """Writes the file under another name first, so that no reader sees half of it; its name sorts by time."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{now:%Y%m%dT%H%M%S.%fZ}-{hashlib.sha256(mail).hexdigest()[:8]}.eml"
    handle, unfinished = tempfile.mkstemp(dir=folder, prefix=".")
    with os.fdopen(handle, "wb") as file:
        file.write(mail)
    Path(unfinished).rename(folder / name)
    return name
