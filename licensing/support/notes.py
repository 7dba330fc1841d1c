"""Notes about a customer: written, and withdrawn. Never edited and never deleted one by one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from licensing.audit.trail import record
from licensing.models import Customer, CustomerNote
from licensing.support.errors import NotOnFile, ReasonMissing
from licensing.support.press import checked

LONGEST_NOTE = 4000  # characters


def write_note(customer_id: UUID, *, text: str, by: str, press: UUID, now: datetime) -> CustomerNote:
    """A note for all of support; the same press writes it once. Raises `NotOnFile`, `ReasonMissing`, `StalePage`."""
    if not text.strip():
        raise ReasonMissing
    with transaction.atomic():
        customer = Customer.objects.filter(pk=customer_id).first()
        if customer is None:
            raise NotOnFile
        note, made = CustomerNote.objects.get_or_create(
            pk=checked(press, now=now), defaults={"customer": customer, "by": by, "text": kept(text)}
        )
        if note.customer_id != customer_id:
            raise NotOnFile
        if made:
            note.refresh_from_db(fields=["written_at"])
            record("note.written", by=by, customer=customer_id, row=note)
    return note


def withdraw_note(note_id: UUID, *, by: str, now: datetime) -> bool:
    """It counts no more; its text is folded away, not destroyed. Whether it stood until now. Raises `NotOnFile`."""
    with transaction.atomic():
        note = CustomerNote.objects.filter(pk=note_id).first()
        if note is None:
            raise NotOnFile
        standing = CustomerNote.objects.filter(pk=note_id, withdrawn_at=None)
        withdrawn = standing.update(withdrawn_at=now, withdrawn_by=by)
        if withdrawn:
            record("note.withdrawn", by=by, customer=note.customer_id, row=note)
    return bool(withdrawn)


def kept(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\0", "").strip()[:LONGEST_NOTE]
