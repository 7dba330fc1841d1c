"""Who tells an endpoint of what just now: a few deliveries under a lease, by the database's clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Case, F, Q, QuerySet, When
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
    """What is due there first; see `claim_some`. None if nothing is."""
    return next(iter(claim_some(endpoint_id, owner=owner, most=1)), None)


def claim_some(endpoint_id: UUID, *, owner: UUID, most: int) -> list[Delivery]:
    """So many at most of what is due there first, leased to `owner`; the attempt at each counts at once.

    Many may claim together: rows that another transaction takes are passed over, and the update asks again.
    """
    skip = connection.features.has_select_for_update_skip_locked
    mine = due().filter(endpoint=endpoint_id).order_by("due_at", "id")
    with transaction.atomic():
        rows = mine.select_for_update(skip_locked=skip, of=("self",)).values_list("pk", flat=True)
        found = list(rows[:most])
        if not found or not leased(found, owner):
            return []
    return list(Delivery.objects.filter(pk__in=found, lease_owner=owner).order_by("due_at", "id"))


def leased(deliveries: list[UUID], owner: UUID) -> int:
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    waiting = Delivery.objects.filter(free, pk__in=deliveries, state=DeliveryState.WAITING)
    return waiting.filter(attempts__lt=MOST_ATTEMPTS).update(
        lease_owner=owner,
        lease_until=Now() + LEASE,
        attempts=F("attempts") + 1,
        attempt_at=Now(),
        first_attempt_at=Coalesce("first_attempt_at", Now()),
    )


def let_go(deliveries: list[UUID], *, owner: UUID) -> None:
    """Those that nothing was attempted with after all: as they were before they were claimed."""
    never = When(attempts=1, then=None)
    Delivery.objects.filter(pk__in=deliveries, lease_owner=owner, state=DeliveryState.WAITING).update(
        lease_owner=None,
        lease_until=None,
        attempts=F("attempts") - 1,
        attempt_at=Case(never, default=F("attempt_at")),
        first_attempt_at=Case(never, default=F("first_attempt_at")),
    )
