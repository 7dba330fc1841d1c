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

import structlog
from django.db import transaction

from licensing.keys.code import CodeError, normalise
from licensing.keys.listable import listable_editions
from licensing.keys.retired_document import Issue, digest, envelope, fingerprint, full_text
from licensing.keys.retired_facts import to_list, to_remove, unknown_ones
from licensing.keys.sealed import content_of
from licensing.keys.signing import NoSigningKey, current_key, sign_with
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import Edition, RegistrationKey, RetiredCode, RetiredList, SigningKey, SigningPurpose

LIFE: Final = timedelta(days=7)
RENEWED_AFTER: Final = timedelta(days=1)
LOOKED_UP: Final = 50_000  # ids in memory at a time; each look-up goes over all ended assignments
OPENED: Final = 1_000  # codes that are opened and noted in one transaction
NOT_LISTED_YET: Final = 0  # a sequence before the first

log = structlog.get_logger(__name__)


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


def note_new(editions: Sequence[UUID], *, now: datetime) -> None:
    """Note the fingerprints of codes that stopped to count, each once for ever."""
    unreadable = 0
    for ids in batches_of_ids(editions, now=now):
        unreadable += note(ids)
    if unreadable:
        log.error("codes_not_readable", count=unreadable, hint="they open with none of ENCRYPTION_KEYS")


def batches_of_ids(editions: Sequence[UUID], *, now: datetime) -> Iterator[list[UUID]]:
    unknown = unknown_ones(editions, now=now).order_by("pk").values_list("pk", flat=True)
    ids = list(unknown[:LOOKED_UP])
    while ids:
        yield from (ids[start : start + OPENED] for start in range(0, len(ids), OPENED))
        ids = list(unknown.filter(pk__gt=ids[-1])[:LOOKED_UP]) if len(ids) == LOOKED_UP else []


def note(ids: Sequence[UUID]) -> int:
    """How many could not be read. One that somebody else notes at the same time is noted once."""
    keys = RegistrationKey.objects.filter(pk__in=ids).select_related("edition")
    marks = {key.pk: fingerprint_of(key) for key in keys}
    rows = [
        RetiredCode(key_id=pk, fingerprint=mark, listed=False, sequence=NOT_LISTED_YET)
        for pk, mark in marks.items()
        if mark
    ]
    RetiredCode.objects.bulk_create(rows, ignore_conflicts=True)
    return len(marks) - len(rows)


def fingerprint_of(key: RegistrationKey) -> bytes | None:
    """None for a code that cannot be read."""
    try:
        content = content_of(key)
        if key.file_name:
            return fingerprint(content)
        return fingerprint(normalise(content.decode(), form=key.edition.code_form).encode())
    except (Tampered, UnknownKey, UnicodeDecodeError, CodeError):
        return None


def locked_list() -> RetiredList:
    """The one list, locked, without its document."""
    RetiredList.objects.get_or_create(pk=1)
    return RetiredList.objects.select_for_update().defer("document").get(pk=1)


def next_sequence(held: RetiredList, *, now: datetime) -> int:
    """Higher than all before; by the clock, so also than those that a database restored from a backup has forgotten."""
    return max(held.sequence + 1, int(now.timestamp()))


def turn(editions: Sequence[UUID], *, sequence: int, now: datetime) -> int:
    """Turn codes on and off by the facts; how many changed."""
    gone = to_remove(editions, now=now).update(listed=False, sequence=sequence)
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
