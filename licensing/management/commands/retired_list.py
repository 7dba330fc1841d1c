"""`manage.py retired_list`: brings the list of retired codes up to date, and says how it stands."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from licensing.keys.listable import judge
from licensing.keys.retired import refresh
from licensing.keys.retired_reading import NotIssued, current
from licensing.keys.signing import NoSigningKey
from licensing.models import Edition, RetiredCode


class Command(BaseCommand):
    help = (
        "Brings the list of retired codes up to date, and says how it stands. The worker does it by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rebuild", action="store_true", help="Issue a new list even if nothing changed."
        )

    def handle(self, *, rebuild: bool, **options: Any) -> None:
        try:
            issued = refresh(now=timezone.now(), rebuild=rebuild)
            state = current()
        except (NoSigningKey, NotIssued) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("A new list was issued." if issued else "Nothing has changed.")
        self.stdout.write(
            f"{RetiredCode.objects.filter(listed=True).count():>9,} codes, {state.size:,} bytes"
        )
        self.stdout.write(f"Sequence {state.sequence}, signed by {state.signed_by}")
        self.stdout.write(
            f"Issued {state.issued_at:%Y-%m-%d %H:%M}, expires {state.expires_at:%Y-%m-%d %H:%M}"
        )
        for edition in Edition.objects.filter(checks_retired_list=True):
            self.stdout.write(f"{edition.sku}: {judge(edition).sentence}")
