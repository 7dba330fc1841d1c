"""Brings stored codes under the vault's first encryption key and its fingerprint keys, while the service runs.

The road of a rotation: configure the new key beside the old one (a new encryption key first in the list; a new
fingerprint key in the free slot), restart, rotate, take the old one away, restart, and rotate once more, which empties
the fingerprint slot that is no longer configured. Each step is a short transaction; it can be stopped and started
anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction

from licensing.intake import bulk
from licensing.intake.hooks import connections, events
from licensing.intake.placing import line_identity
from licensing.intake.staging import identity as staged_identity
from licensing.intake.uploads import part_identity
from licensing.keys.code import normalise
from licensing.keys.sealed import vault
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import (
    Connection,
    Endpoint,
    HookEvent,
    ImportPart,
    ImportRow,
    PurchaseLine,
    RegistrationKey,
    SigningKey,
    StoredKey,
)
from licensing.outgoing import endpoints

BATCH = 200  # rows that are locked at a time
PARTS = 8  # the same for pieces of uploaded files, of a megabyte each
Row = TypeVar("Row", bound=models.Model)
Progress = Callable[[int], None]


@dataclass
class Rotated:
    """How many rows were brought under the new keys, and how many could not be read at all."""

    keys: int = 0
    lines: int = 0
    staged: int = 0
    signing: int = 0
    events: int = 0
    connections: int = 0
    endpoints: int = 0
    stored: int = 0
    unreadable: int = 0


def rotate(*, progress: Progress) -> Rotated:
    """Re-encrypt and re-fingerprint every row that needs it. Look-ups and new rows go on meanwhile.

    Rows that no configured key opens are left as they are and counted.
    """
    done = Rotated()
    for keys in locked(RegistrationKey.objects.select_related("edition"), progress):
        done.keys += rotate_keys(keys, done)
    for lines in locked(PurchaseLine.objects.exclude(sealed_code=None), progress):
        done.lines += rotate_lines(lines, done)
    for rows in locked(ImportRow.objects.exclude(payload=None), progress):
        done.staged += rotate_staged(rows, done)
    for parts in locked(ImportPart.objects.all(), progress, size=PARTS):
        done.staged += rotate_parts(parts, done)
    for signing in locked(SigningKey.objects.all(), progress):
        done.signing += rotate_signing(signing, done)
    for stored in locked(StoredKey.objects.all(), progress):
        done.stored += rotate_stored(stored, done)
    for kept in locked(HookEvent.objects.exclude(payload=None), progress):
        done.events += rotate_events(kept, done)
    for connected in locked(Connection.objects.all(), progress):
        done.connections += sum(rotate_connection(connection, done) for connection in connected)
    for told in locked(Endpoint.objects.all(), progress):
        done.endpoints += sum(rotate_endpoint(endpoint, done) for endpoint in told)
    return done


def locked(rows: models.QuerySet[Row], progress: Progress, size: int = BATCH) -> Iterator[list[Row]]:
    """The rows in batches, each locked in a transaction of its own that lasts while the caller handles it."""
    after: Any = None
    while True:
        with transaction.atomic():
            left = rows.filter(pk__gt=after) if after is not None else rows
            batch = list(left.order_by("pk").select_for_update(of=("self",))[:size])
            if not batch:
                return
            yield batch
        after = batch[-1].pk
        progress(len(batch))


def rotate_keys(keys: list[RegistrationKey], done: Rotated) -> int:
    changed = [row for key in keys if (row := rotated_key(key, done))]
    fields = ("id", "sealed", "fingerprint_a", "fingerprint_b")
    bulk.update(RegistrationKey, fields, changed, changes=setting(fields), where="TRUE")
    return len(changed)


def rotated_key(key: RegistrationKey, done: Rotated) -> tuple[UUID, bytes, bytes | None, bytes | None] | None:
    """What the key's row should say; None if it says so already."""
    slots = {"a": key.fingerprint_a, "b": key.fingerprint_b}
    filled = {slot for slot, mark in slots.items() if mark is not None}
    sealed = bytes(key.sealed)
    try:
        if not vault().needs_rotation(sealed) and filled == set(vault().slots):
            return None
        content = vault().decrypt(sealed, identity=key.identity)
    except (Tampered, UnknownKey):
        done.unreadable += 1
        return None
    marks = vault().fingerprints(form_of(key, content), edition=str(key.edition_id))
    return key.pk, renewed(sealed, content, key.identity), marks.get("a"), marks.get("b")


def form_of(key: RegistrationKey, content: bytes) -> str:
    """What the key is found by: the normal form of a code, the exact bytes of a file."""
    return content.hex() if key.file_name else normalise(content.decode(), form=key.edition.code_form)


def rotate_lines(lines: list[PurchaseLine], done: Rotated) -> int:
    sealed = [(line.pk, bytes(line.sealed_code or b""), line_identity(str(line.pk))) for line in lines]
    changed = [(pk, new) for pk, old, identity in sealed if (new := resealed(old, identity, done))]
    fields = ("id", "sealed_code")
    bulk.update(PurchaseLine, fields, changed, changes=setting(fields), where="TRUE")
    return len(changed)


def rotate_staged(rows: list[ImportRow], done: Rotated) -> int:
    """Rows of an import that was interrupted."""
    sealed = [(row.pk, bytes(row.payload or b""), staged_identity(row.run_id, row.number)) for row in rows]
    changed = [(pk, new) for pk, old, identity in sealed if (new := resealed(old, identity, done))]
    fields = ("id", "payload")
    bulk.update(ImportRow, fields, changed, changes=setting(fields), where="TRUE")
    return len(changed)


def rotate_parts(parts: list[ImportPart], done: Rotated) -> int:
    """Pieces of uploaded files that were not imported yet."""
    sealed = [(part.pk, bytes(part.sealed), part_identity(part.run_id, part.number)) for part in parts]
    changed = [(pk, new) for pk, old, identity in sealed if (new := resealed(old, identity, done))]
    for pk, new in changed:
        ImportPart.objects.filter(pk=pk).update(sealed=new)
    return len(changed)


def rotate_signing(keys: list[SigningKey], done: Rotated) -> int:
    """Private halves, those of withdrawn keys too: the old encryption key shall open nothing any more."""
    changed = [(key.pk, new) for key in keys if (new := resealed(bytes(key.sealed), key.identity, done))]
    for pk, sealed in changed:
        SigningKey.objects.filter(pk=pk).update(sealed=sealed)
    return len(changed)


def rotate_stored(keys: list[StoredKey], done: Rotated) -> int:
    """Keys that the service made for itself: those of customers, of the audit trail, …"""
    changed = [(key.pk, new) for key in keys if (new := resealed(bytes(key.sealed), key.identity, done))]
    StoredKey.objects.bulk_update([StoredKey(name=name, sealed=new) for name, new in changed], ["sealed"])
    return len(changed)


def rotate_events(kept: list[HookEvent], done: Rotated) -> int:
    """What shops sent, as long as it is kept."""
    sealed = [(event.pk, bytes(event.payload or b""), events.identity(event.pk)) for event in kept]
    changed = [(pk, new) for pk, old, identity in sealed if (new := resealed(old, identity, done))]
    fields = ("id", "payload")
    bulk.update(HookEvent, fields, changed, changes=setting(fields), where="TRUE")
    return len(changed)


def rotate_connection(connection: Connection, done: Rotated) -> bool:
    """Its address, what signs its notifications, and the key to its shop's API; whether any was not under the first."""
    parts = {part: connections.identity(connection.pk, part) for part in connections.PARTS}
    return rotate_parts_of(connection, parts, done)


def rotate_endpoint(endpoint: Endpoint, done: Rotated) -> bool:
    """What signs the events that it is told of."""
    parts = {part: endpoints.identity(endpoint.pk, part) for part in endpoints.PARTS}
    return rotate_parts_of(endpoint, parts, done)


def rotate_parts_of(row: models.Model, parts: dict[str, str], done: Rotated) -> bool:
    """The row's columns `sealed_…`, each with what it is bound to; whether any was not under the first key."""
    changed = {}
    for part, identity in parts.items():
        old = getattr(row, f"sealed_{part}")
        if old and (new := resealed(bytes(old), identity, done)):
            changed[f"sealed_{part}"] = new
    if changed:
        type(row)._default_manager.filter(pk=row.pk).update(**changed)
    return bool(changed)


def resealed(sealed: bytes, identity: str, done: Rotated) -> bytes | None:
    """The same under the first key; None if it is, or cannot be read."""
    try:
        if not vault().needs_rotation(sealed):
            return None
        return renewed(sealed, vault().decrypt(sealed, identity=identity), identity)
    except (Tampered, UnknownKey):
        done.unreadable += 1
        return None


def renewed(sealed: bytes, content: bytes, identity: str) -> bytes:
    return vault().encrypt(content, identity=identity) if vault().needs_rotation(sealed) else sealed


def setting(fields: tuple[str, ...]) -> str:
    return ", ".join(f"{field} = new.{field}" for field in fields[1:])
