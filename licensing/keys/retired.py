"""The list of codes that no longer count, as applications fetch it (docs/retired-keys.md; threats.md, rows 55 and 58).

A refresh has two steps. New codes are opened once each, in short transactions, to note their fingerprints; such a row
is not listed yet. Then one transaction, under the lock of the one list, turns rows on and off by the facts and signs
the list anew. Whatever breaks off in between is found by the next refresh.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Final
from uuid import UUID

from django.db import transaction

from licensing.keys.listable import listable_editions
from licensing.keys.retired_document import Issue, digest, envelope, full_text
from licensing.keys.retired_facts import to_list, to_remove
from licensing.keys.retired_notes import note_new
from licensing.keys.signing import NoSigningKey, current_key, sign_with
from licensing.models import Edition, RetiredCode, RetiredList, SigningKey, SigningPurpose

LIFE: Final = timedelta(days=7)
RENEWED_AFTER: Final = timedelta(days=1)


def refresh(*, now: datetime, rebuild: bool = False) -> bool:
    """Bring the list up to the facts; whether a new one was issued.

    One is issued when a code came or went, when the present one is a day old or signed by another key, or for
    `rebuild`. Raises `NoSigningKey`, unless nobody checks the list and there never was one. Safe at any time, also
    twice at once; not in a transaction of the caller's, which would hold all that is noted here.
    """
    if not is_wanted():
        return False
    key = current_key(SigningPurpose.RETIRED)
    editions = listable_editions()
    note_new(editions, now=now)
    with transaction.atomic():
        held = locked_list()
        sequence = next_sequence(held, now=now)
        changed = turn(editions, sequence=sequence, now=now)
        due = bool(changed) or rebuild or is_old(held, key, now=now)
        if due:
            issue(Issue(sequence, now, now + LIFE), key)
        RetiredList.objects.filter(pk=held.pk).update(checked_at=now)
    return due


def is_wanted() -> bool:
    """Whether there is something to do: without a key, only once an application checks the list or got one before."""
    try:
        current_key(SigningPurpose.RETIRED)
    except NoSigningKey:
        checked = Edition.objects.filter(checks_retired_list=True)
        return checked.exists() or RetiredList.objects.exclude(issued_at=None).exists()
    return True


def locked_list() -> RetiredList:
    """The one list, locked, without its document."""
    RetiredList.objects.get_or_create(pk=1)
    return RetiredList.objects.select_for_update().defer("document").get(pk=1)


def next_sequence(held: RetiredList, *, now: datetime) -> int:
    """Higher than all before; by the clock, so also than those that a database restored from a backup has forgotten."""
    return max(held.sequence + 1, int(now.timestamp()))


def turn(editions: Sequence[UUID], *, sequence: int, now: datetime) -> int:
    """Turn codes on and off by the facts; how many changed."""
    gone = sum(codes.update(listed=False, sequence=sequence) for codes in to_remove(editions, now=now))
    return gone + to_list(editions, now=now).update(listed=True, sequence=sequence)


def is_old(held: RetiredList, key: SigningKey, *, now: datetime) -> bool:
    return held.issued_at is None or held.signed_by != key.name or now - held.issued_at >= RENEWED_AFTER


def issue(this: Issue, key: SigningKey) -> None:
    """Sign and store the whole list as it stands."""
    codes = dict(listed_codes())
    signed = full_text(this, codes)
    RetiredList.objects.filter(pk=1).update(
        sequence=this.sequence,
        issued_at=this.issued_at,
        expires_at=this.expires_at,
        digest=digest(codes),
        signed_by=key.name,
        document=envelope(signed, key=key.name, signature=sign_with(key, signed.encode())),
    )


def listed_codes() -> Iterator[tuple[str, bytes]]:
    """SKU -> its packed fingerprints. Sorted by the database: a million of them make no million objects at once."""
    listed = RetiredCode.objects.filter(listed=True).order_by("key__edition__sku", "fingerprint")
    rows = listed.values_list("key__edition__sku", "fingerprint").iterator(chunk_size=10_000)
    for sku, of_sku in groupby(rows, key=itemgetter(0)):
        yield sku, b"".join(mark for mark, _ in groupby(bytes(mark) for _, mark in of_sku))
