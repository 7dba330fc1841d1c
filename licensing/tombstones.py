"""Addresses of people who were erased, known again by a keyed digest when a shop tells of them once more.

The key is one of its own (`stored_key`), not the secret that links derive from: that one rotates, and these must be
known for as long as a shop may repeat an old order.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final

from django.db import connection
from django.db.models import Q

from licensing.keys.stored import stored_key
from licensing.models import Tombstone

KEY: Final = "tombstones"
ONE_SIDE_AT_A_TIME: Final = 0x65726173  # PostgreSQL's lock: orders are recorded, or somebody is erased


def bury(addresses: Iterable[str], *, now: datetime) -> None:
    """Remember that the owners of these canonical addresses were erased at that moment; the latest time counts."""
    key = stored_key(KEY)
    marks = [digest_of(address, key=key) for address in addresses]
    Tombstone.objects.bulk_create(
        [Tombstone(digest=mark, erased_at=now) for mark in marks], ignore_conflicts=True
    )
    Tombstone.objects.filter(Q(digest__in=marks), erased_at__lt=now).update(erased_at=now)


def erased_since(addresses: Collection[str]) -> dict[str, datetime]:
    """When the owner of each of these canonical addresses was erased; those of whom nobody was are left out.

    Two queries for all of them, one where nobody was ever erased.
    """
    if not addresses or not Tombstone.objects.exists():
        return {}
    key = stored_key(KEY)
    marks = {digest_of(address, key=key): address for address in addresses}
    found = Tombstone.objects.filter(digest__in=list(marks)).values_list("digest", "erased_at")
    return {marks[bytes(digest)]: erased_at for digest, erased_at in found}


def digest_of(address: str, *, key: bytes) -> bytes:
    return hmac.digest(key, address.encode(), "sha256")


def let_nobody_be_erased() -> None:
    """Until the transaction ends. Whoever records orders asks for this first: else one that had looked for
    tombstones before somebody was erased could bring them back after it. Many may hold it at once."""
    take_side("pg_advisory_xact_lock_shared")


def let_nothing_be_recorded() -> None:
    """Until the transaction ends; waits for those who record. SQLite has one writer at a time already."""
    take_side("pg_advisory_xact_lock")


def take_side(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [ONE_SIDE_AT_A_TIME])
