"""Notes the fingerprints of codes that stopped to count: each code is opened once for ever, in short transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.db import connection, transaction

from licensing.keys.code import CodeError, normalise
from licensing.keys.retired_document import fingerprint
from licensing.keys.retired_facts import unknown_ones
from licensing.keys.sealed import content_of
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import RegistrationKey, RetiredCode

LOOKED_UP: Final = 50_000  # ids in memory at a time; each look-up goes over all ended assignments
OPENED: Final = 2_000  # codes that are opened and noted in one transaction

# Not listed yet, at a sequence before the first. Somebody else may note the same at the same time.
INSERT: Final = {
    "postgresql": "INSERT INTO {table} (key_id, fingerprint, listed, sequence) "
    "SELECT key_id, mark, FALSE, 0 FROM unnest(%s::uuid[], %s::bytea[]) AS new (key_id, mark) ON CONFLICT DO NOTHING",
    "sqlite": "INSERT OR IGNORE INTO {table} (key_id, fingerprint, listed, sequence) VALUES (%s, %s, FALSE, 0)",
}

log = structlog.get_logger(__name__)


def note_new(editions: Sequence[UUID], *, now: datetime) -> None:
    """Note the codes of these editions that do not count and are not noted. Codes that cannot be read are logged."""
    unreadable = 0
    for ids in batches_of_ids(editions, now=now):
        marks = {key.pk: fingerprint_of(key) for key in keys_of(ids)}
        noted = {pk: mark for pk, mark in marks.items() if mark}
        insert(noted)
        unreadable += len(marks) - len(noted)
    if unreadable:
        log.error("codes_not_readable", count=unreadable, hint="they open with none of ENCRYPTION_KEYS")


def batches_of_ids(editions: Sequence[UUID], *, now: datetime) -> Iterator[list[UUID]]:
    for unknown in unknown_ones(editions, now=now):
        in_order = unknown.order_by("pk").values_list("pk", flat=True)
        ids = list(in_order[:LOOKED_UP])
        while ids:
            yield from (ids[start : start + OPENED] for start in range(0, len(ids), OPENED))
            ids = list(in_order.filter(pk__gt=ids[-1])[:LOOKED_UP]) if len(ids) == LOOKED_UP else []


def keys_of(ids: Sequence[UUID]) -> Iterator[RegistrationKey]:
    return RegistrationKey.objects.filter(pk__in=ids).select_related("edition").iterator(chunk_size=OPENED)


def fingerprint_of(key: RegistrationKey) -> bytes | None:
    """None for a code that cannot be read."""
    try:
        content = content_of(key)
        if key.file_name:
            return fingerprint(content)
        return fingerprint(normalise(content.decode(), form=key.edition.code_form).encode())
    except (Tampered, UnknownKey, UnicodeDecodeError, CodeError):
        return None


def insert(marks: dict[UUID, bytes]) -> None:
    statement = INSERT[connection.vendor].format(table=connection.ops.quote_name(RetiredCode._meta.db_table))
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(statement, [list(marks), list(marks.values())])
        else:
            cursor.executemany(statement, [(pk.hex, mark) for pk, mark in marks.items()])
