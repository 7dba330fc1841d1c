"""`manage.py rotate_keys`: stored codes come under the newest encryption and fingerprint keys."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import CommandError

from licensing.audit.commands import RecordedCommand
from licensing.rotation import rotate


class Command(RecordedCommand):
    help = "Brings stored codes under the first of ENCRYPTION_KEYS and under all FINGERPRINT_KEYS. Safe at any time."

    def handle(self, **options: Any) -> None:
        self.looked_at = 0
        done = rotate(progress=self.tell)
        self.stdout.write(f"{done.keys:>9,} keys brought up to date")
        self.stdout.write(f"{done.lines:>9,} codes of lines without a mapping")
        self.stdout.write(f"{done.staged:>9,} rows of interrupted imports")
        self.stdout.write(f"{done.signing:>9,} keys that sign")
        self.stdout.write(f"{done.stored:>9,} keys of customers and of the audit trail")
        self.stdout.write(f"{done.events:>9,} notifications of shops")
        self.stdout.write(f"{done.connections:>9,} connections to shops")
        self.stdout.write(f"{done.endpoints:>9,} endpoints for events")
        if done.unreadable:
            raise CommandError(
                f"{done.unreadable:,} rows open with none of the configured keys. Keep the old keys configured."
            )
        self.stdout.write("Every stored code is under the newest keys now: the old ones can be taken away.")

    def tell(self, rows: int) -> None:
        self.looked_at += rows
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{self.looked_at:,} rows")
            sys.stderr.flush()
