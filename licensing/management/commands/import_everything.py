"""`manage.py import_everything SOURCE`: an export of everything is put on file in an empty database."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.checks import Tags
from django.core.management.base import CommandError
from django.utils import timezone

from licensing.everything.kinds import opened
from licensing.everything.loading import NotEmpty, load
from licensing.intake.encoding import FileRefused
from licensing.intake.pace import seldom_collecting
from licensing.management.migrated import OnTables


class Command(OnTables):
    requires_system_checks = (Tags.models, Tags.database)
    help = "Puts what export_everything wrote on file, all of it or nothing. The database must be empty."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="SOURCE", help="the folder, .zip or .xlsx")

    def handle(self, *, source: Path, **options: Any) -> None:
        self.counts: dict[str, int] = {}
        try:
            with seldom_collecting():
                rows = load(opened(source), now=timezone.now(), told=self.counts.__setitem__)
        except (NotEmpty, FileRefused) as refusal:
            raise CommandError(f"{refusal} Nothing was imported.") from None
        for table, count in self.counts.items():
            self.stdout.write(f"{count:>11,} {table.replace('_', ' ')}")
        self.stdout.write(f"{rows:>11,} rows in all")
