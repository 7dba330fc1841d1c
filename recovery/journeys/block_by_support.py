"""Support mutes a mailbox of a customer on their behalf, and lifts what keeps mail from it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from licensing.audit.trail import record
from licensing.models import EmailAddress
from recovery.errors import NoSuchAddress
from recovery.limits import address_digest
from recovery.mail.outbox import promise
from recovery.mail.silence import silence
from recovery.mail.unasked import unasked
from recovery.models import MessageKind, Mute, Origin, Suppression
from recovery.reasons import needed


def mute_for(customer_id: UUID, *, address_id: UUID, by: str, reason: str, now: datetime) -> bool:
    """No requests for that mailbox for 30 days; what is open for it ends. Whether it was not muted before.

    A mail tells its reader and carries the way back (threats, row 57). Raises `NoSuchAddress`, `ReasonNeeded`.
    """
    needed(reason)
    with transaction.atomic():
        address = owned(customer_id, address_id)
        box = address_digest(address.canonical)
        if Mute.objects.filter(mailbox=box, lifted_at=None, until__gt=now).exists():
            return False
        request = unasked(address, origin=Origin.SUPPORT)
        if not silence(request, by=by):
            return False
        promise(MessageKind.MUTED, request)
        mute = Mute.objects.get(mailbox=box, lifted_at=None)
        told = {"address": address.address, "until": mute.until.isoformat()}
        record("mute.set", by=by, customer=customer_id, row=mute, reason=reason.strip(), details=told)
    return True


def lift_mute(customer_id: UUID, *, address_id: UUID, by: str, reason: str, now: datetime) -> bool:
    """Requests for that mailbox are served again. Whether it was muted. Raises `NoSuchAddress`, `ReasonNeeded`."""
    return lifted(Mute, customer_id, address_id=address_id, by=by, reason=reason, now=now)


def lift_suppression(customer_id: UUID, *, address_id: UUID, by: str, reason: str, now: datetime) -> bool:
    """Mail to that mailbox is tried again. Whether it was held dead. Raises `NoSuchAddress`, `ReasonNeeded`."""
    return lifted(Suppression, customer_id, address_id=address_id, by=by, reason=reason, now=now)


def lifted(
    model: type[Mute] | type[Suppression],
    customer_id: UUID,
    *,
    address_id: UUID,
    by: str,
    reason: str,
    now: datetime,
) -> bool:
    needed(reason)
    with transaction.atomic():
        address = owned(customer_id, address_id)
        block = model._default_manager.filter(
            mailbox=address_digest(address.canonical), lifted_at=None
        ).first()
        if block is None or not model._default_manager.filter(pk=block.pk, lifted_at=None).update(
            lifted_at=now
        ):
            return False
        record(
            f"{model._meta.model_name}.lifted",
            by=by,
            customer=customer_id,
            row=block,
            reason=reason.strip(),
            details={"address": address.address},
        )
    return True


def owned(customer_id: UUID, address_id: UUID) -> EmailAddress:
    """An address of the customer, current or former, locked."""
    known = EmailAddress.objects.select_related("customer").select_for_update(of=("self",))
    address = known.filter(pk=address_id, customer=customer_id).first()
    if address is None:
        raise NoSuchAddress
    return address
