"""`manage.py import_keys FILE --edition SKU`: codes for an edition's pool."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from licensing.intake.encoding import FileRefused
from licensing.intake.keyfile import Filled, import_keys
from licensing.keys.waiting import serve_waiting
from licensing.management.migrated import OnTables
from licensing.models import Edition

SHOWN = 10  # row numbers that a line names


class Command(OnTables):
    help = (
        "Puts codes into an edition's pool: one on each line, or CSV with the columns code, name and seats."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--edition", required=True, metavar="SKU")
        parser.add_argument("--encoding", default="", help="if it is neither UTF-8 nor UTF-16")
        parser.add_argument(
            "--also-elsewhere", action="store_true", help="load codes that another edition has, too"
        )

    def handle(
        self, *, file: Path, edition: str, encoding: str, also_elsewhere: bool, **options: Any
    ) -> None:
        now = timezone.now()
        found = Edition.objects.filter(sku=edition).first()
        if found is None:
            known = ", ".join(Edition.objects.values_list("sku", flat=True)[:SHOWN]) or "none yet"
            raise CommandError(
                f"There is no edition with the SKU {edition!r} (known: {known}). Nothing was imported."
            )
        try:
            filled = import_keys(
                file, edition=found, encoding=encoding, also_elsewhere=also_elsewhere, now=now
            )
        except FileRefused as refusal:
            raise CommandError(f"{refusal} Nothing was imported.") from None
        self.report(filled, served=serve_waiting([found], now=now))

    def report(self, filled: Filled, *, served: int) -> None:
        self.stdout.write(
            f"{filled.new:>9,} new codes in the pool, {served:,} of them given to licenses that waited"
        )
        for words, numbers in (
            ("twice in the file", filled.repeated),
            ("in the pool already", filled.in_pool),
            ("owned already", filled.owned),
        ):
            rows = ", ".join(map(str, numbers[:SHOWN])) + (", …" if numbers[SHOWN:] else "")
            self.stdout.write(f"{len(numbers):>9,} {words}" + (f": rows {rows}" if numbers else ""))
