"""Who tells an endpoint of what just now: one delivery at a time under a lease, by the database's clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from licensing.models import Delivery, DeliveryState, Endpoint

LEASE: Final = timedelta(seconds=90)  # several times what an attempt may take, the look-up of a name included
MOST_ATTEMPTS: Final = 30_000  # what the column holds


def due() -> QuerySet[Delivery]:
    """What may be told now: not to an endpoint that is off, or that failed a moment ago."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    ready = Q(endpoint__rests_until=None) | Q(endpoint__rests_until__lte=Now())
    return Delivery.objects.filter(
        free, ready, endpoint__enabled=True, state=DeliveryState.WAITING, due_at__lte=Now()
    )


def endpoints_due() -> list[UUID]:
    """Those for which something is due. A small query for each that is on: the deliveries of one may be millions."""
    on = Endpoint.objects.filter(enabled=True).order_by("pk").values_list("pk", flat=True)
    return [pk for pk in on if due().filter(endpoint=pk).exists()]


def claim(endpoint_id: UUID, *, owner: UUID) -> Delivery | None:
    """What is due there first, leased to `owner`; its attempt counts at once. None if nothing is.

    Many may claim together: rows that another transaction takes are passed over, and the update asks again.
    """
    skip = connection.features.has_select_for_update_skip_locked
    mine = due().filter(endpoint=endpoint_id).order_by("due_at", "id")
    with transaction.atomic():
        found = mine.select_for_update(skip_locked=skip, of=("self",)).values_list("pk", flat=True).first()
        if found is None or not leased(found, owner):
            return None
    return Delivery.objects.get(pk=found)


def leased(delivery_id: UUID, owner: UUID) -> bool:
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    waiting = Delivery.objects.filter(free, pk=delivery_id, state=DeliveryState.WAITING)
    taken = waiting.filter(attempts__lt=MOST_ATTEMPTS).update(
        lease_owner=owner,
        lease_until=Now() + LEASE,
        attempts=F("attempts") + 1,
        attempt_at=Now(),
        first_attempt_at=Coalesce("first_attempt_at", Now()),
    )
    return bool(taken)
