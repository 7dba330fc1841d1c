"""`manage.py export_everything TARGET`: all that is on file, as CSV files or a workbook."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.checks import Tags
from django.core.management.base import CommandError

from licensing.audit.commands import RecordedCommand
from licensing.everything.kinds import write
from licensing.everything.rows import CannotWrite


class Command(RecordedCommand):
    requires_system_checks = (Tags.models, Tags.database)
    help = (
        "Writes everything on file, as it is at one moment: into a folder of CSV files, a .zip of them or an "
        ".xlsx. It holds every code and address in clear."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("target", type=Path, metavar="TARGET", help="out.zip, out.xlsx, or a new folder")

    def handle(self, *, target: Path, **options: Any) -> None:
        try:
            write(target)
        except FileExistsError:
            raise CommandError(f"{target} is there already. Nothing was written.") from None
        except CannotWrite as problem:
            raise CommandError(f"{problem} Nothing was written.") from None
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"Everything is in {target}, readable for you alone.")
        self.stderr.write(
            "It holds every registration code, name and address in clear: keep it as you keep your "
            "database, and delete it when it has served."
        )
