"""Rows of files that wait to be put on file: people who were erased since are taken out of them there, too."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from licensing.intake.erased import without_erased
from licensing.intake.packed import pack
from licensing.intake.record import Told
from licensing.intake.staging import identity, opened
from licensing.keys.sealed import vault
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import ImportRow, Tombstone

CHUNK: Final = 500
AT_ONCE: Final = 20_000  # rows that somebody waits for; the housekeeping goes through all of them


def forget_staged(*, most: int | None = None) -> int:
    """Take erased people out of staged rows, at most so many looked at; how many rows changed.

    Without it they would not come back either, but stay, encrypted, for as long as nobody goes on with the file.
    """
    latest: datetime | None = Tombstone.objects.aggregate(latest=Max("erased_at"))["latest"]
    if latest is None:
        return 0
    waiting = ImportRow.objects.filter(payload__isnull=False, run__started_at__lt=latest).order_by("pk")
    after, looked, changed = 0, 0, 0
    while (most is None or looked < most) and (rows := list(waiting.filter(pk__gt=after)[:CHUNK])):
        changed += forget_in(rows)
        after, looked = rows[-1].pk, looked + len(rows)
    return changed


def forget_in(rows: list[ImportRow]) -> int:
    readable = [(row, told) for row in rows if (told := read(row))]
    clean, orders = without_erased([told for _, told in readable])
    if not orders:
        return 0
    changed = 0
    with transaction.atomic():
        for (row, before), after in zip(readable, clean, strict=True):
            if after is not before:
                sealed = vault().encrypt(pack(after), identity=identity(row.run_id, row.number))
                changed += ImportRow.objects.filter(pk=row.pk, payload__isnull=False).update(payload=sealed)
    return changed


def read(row: ImportRow) -> Told | None:
    try:
        return opened(row.run_id, row.number, bytes(row.payload or b""))
    except (Tampered, UnknownKey):
        return None
