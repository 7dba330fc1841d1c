"""The chain over the audit trail: each link's digest covers its entry and the link before it.

A link is made after its entry's commit, under one lock, in a short transaction of its own: an entry's own transaction
may last and hold rows that others wait for. What a killed process left, the next one links.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import UTC
from typing import Final

from django.db import connection, transaction

from licensing.keys.stored import stored_key
from licensing.models import AuditEntry, AuditLink, AuditPending

KEY: Final = "audit-chain"
LOCK: Final = 0x6C72_6175_6469_74  # any number that nothing else locks by
AT_ONCE: Final = 500


def chain() -> int:
    """Link what waits, in the order of its ids; how many entries were linked."""
    linked, number = 0, AT_ONCE
    while number == AT_ONCE:
        with transaction.atomic():
            linked += (number := link_some())
    return linked


def link_some() -> int:
    hold_the_chain()
    waiting = [
        each.entry for each in AuditPending.objects.select_related("entry").order_by("entry")[:AT_ONCE]
    ]
    if not waiting:
        return 0
    last = AuditLink.objects.order_by("-number").first()
    AuditLink.objects.bulk_create(links(waiting, after=last, key=stored_key(KEY)))
    AuditPending.objects.filter(entry__in=waiting).delete()
    return len(waiting)


def hold_the_chain() -> None:
    """Until the transaction ends. SQLite has one writer at a time already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def links(entries: list[AuditEntry], *, after: AuditLink | None, key: bytes) -> Iterator[AuditLink]:
    number, digest = (after.number, bytes(after.digest)) if after else (0, b"")
    for entry in entries:
        number += 1
        digest = digest_of(entry, number=number, before=digest, key=key)
        yield AuditLink(number=number, entry=entry, digest=digest)


def digest_of(entry: AuditEntry, *, number: int, before: bytes, key: bytes) -> bytes:
    """HMAC-SHA256 over the digest before, the number and every column of the entry, each with its length in front.

    Keyed, so that who can write to the database but has not our keys cannot make the chain anew.
    """
    parts = (
        before,
        str(number).encode(),
        entry.pk.bytes,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds").encode(),
        entry.by.encode(),
        entry.action.encode(),
        entry.customer.bytes if entry.customer else b"",
        entry.model.encode(),
        entry.row.encode(),
        entry.key.encode(),
        bytes(entry.sealed),
    )
    return hmac.digest(key, b"".join(len(part).to_bytes(4, "big") + part for part in parts), "sha256")
