"""`manage.py export_audit`: the audit trail as a file for an auditor."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from licensing.audit.chain import chain
from licensing.audit.commands import RecordedCommand
from licensing.audit.export import lines


class Command(RecordedCommand):
    help = "Writes the audit trail, one JSON object a line, with what it says where that was not erased."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a new file, which only you can read")
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD")
        parser.add_argument(
            "--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="this day included"
        )

    def handle(self, *, file: Path, since: date | None, until: date | None, **_: Any) -> None:
        chain()
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as problem:
            raise CommandError(f"{file} cannot be written: {problem.strerror}") from None
        with os.fdopen(descriptor, "wb") as target:
            count = sum(
                target.write(piece) and piece.count(b"\n") for piece in lines(since=since, until=until)
            )
        self.stdout.write(f"{count:,} entries.")
