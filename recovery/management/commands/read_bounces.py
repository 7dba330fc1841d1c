"""`manage.py read_bounces`: one mail that came back, from standard input, or all that a maildir holds."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from recovery.mail.reports import MOST_BYTES
from recovery.mail.returned import take_back

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = (
        "Reads one mail that came back from standard input, as a mail server's pipe, or with --maildir every new one. "
        "Ends with 0 whether it meant something or not, with 75 (try again later) when the database cannot be used."
    )
    requires_system_checks: list[str] = []  # a mail server starts this for every mail

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--recipient", default="", metavar="ADDRESS", help="whom the mail came for, by its envelope"
        )
        parser.add_argument(
            "--maildir", type=Path, metavar="PATH", help="read what is in new/ and move it to cur/"
        )

    def handle(self, *, recipient: str, maildir: Path | None, **options: Any) -> None:
        try:
            if maildir:
                read_maildir(maildir)
            else:
                take_back(all_of(sys.stdin.buffer), recipient=recipient, now=timezone.now())
        except (OperationalError, InterfaceError):
            log.error("bounces_put_off")
            sys.exit(os.EX_TEMPFAIL)


def all_of(stream: BinaryIO) -> bytes:
    """As much as is read of a mail. The rest is taken and dropped, so that the sender's pipe does not break."""
    mail = stream.read(MOST_BYTES)
    while stream.read(MOST_BYTES):
        pass
    return mail


def read_maildir(maildir: Path) -> None:
    """Take every mail of new/, oldest first, to cur/ once it is settled: what breaks off is done again, harmlessly."""
    new, seen = maildir / "new", maildir / "cur"
    if not (new.is_dir() and seen.is_dir()):
        raise CommandError(f"{maildir} is not a maildir: it has no new/ and cur/.")
    for path in sorted(new.iterdir()):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            take_file(path, seen / f"{path.name.partition(':')[0]}:2,S")


def take_file(path: Path, seen: Path) -> None:
    try:
        with path.open("rb") as file:
            take_back(file.read(MOST_BYTES), now=timezone.now())
        path.rename(seen)
    except FileNotFoundError:
        return  # another run has taken it
