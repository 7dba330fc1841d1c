"""Whom a change concerns, and what stands in its way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from licensing.models import Customer, EmailAddress
from recovery.errors import AlreadyChanging, OwnerReadsIt
from recovery.limits import address_digest
from recovery.models import OwnerChange, RecoveryRequest
from recovery.models.owner_changes import WHOLE

PATIENCE: Final = (
    "500ms"  # less than the second after which PostgreSQL looks for deadlocks: an import never loses to us
)


def lock_customers(*customers: UUID | None, patient: bool = True) -> dict[UUID, Customer]:
    """These customers, held until the transaction ends: nothing new can be filed under them meanwhile.

    Not `patient`: OperationalError after half a second, for who tries again anyway.
    """
    if not patient and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    wanted = Customer.objects.filter(pk__in=[each for each in customers if each]).order_by("pk")
    list(wanted.select_for_update().values_list("pk"))
    return {each.pk: each for each in wanted}


def current_addresses(*customers: UUID | None) -> list[EmailAddress]:
    """Every mailbox that proves something for one of them, the oldest first."""
    ids = [each for each in customers if each]
    return list(EmailAddress.objects.current().filter(customer__in=ids).order_by("pk"))


def refuse_beside_another(*customers: UUID | None, apart_from: UUID | None = None) -> None:
    """Raises `AlreadyChanging` where one of these customers, held by the caller, has a whole change running: what
    its mails told of would not be what happens."""
    ids = [each for each in customers if each]
    beside = OwnerChange.objects.running().concerning(*ids).filter(kind__in=WHOLE)
    if beside.exclude(pk__in=[apart_from] if apart_from else []).exists():
        raise AlreadyChanging


def proof_since(addresses: Iterable[EmailAddress], moment: datetime) -> RecoveryRequest | None:
    """The last request that proved one of these mailboxes since then: its owner reads it."""
    boxes = [address_digest(each.canonical) for each in addresses]
    asked = RecoveryRequest.objects.for_keys().filter(mailbox__in=boxes)
    return asked.filter(verified_at__gte=moment).order_by("verified_at").last()


def refuse_if_owner_reads(addresses: Iterable[EmailAddress], *, since: datetime) -> None:
    """Raises `OwnerReadsIt` where one of these mailboxes was proved since."""
    if proof_since(addresses, since):
        raise OwnerReadsIt
