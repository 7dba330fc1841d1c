"""Deliveries that a person wants told once more, under the same id: whoever took them before knows them by it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from licensing.audit.trail import record
from licensing.models import Delivery, DeliveryState, Endpoint
from licensing.outgoing.endpoints import refuse_off
from licensing.outgoing.tell import nudge


def replay(deliveries: list[UUID], *, by: str) -> int:
    """Tell these again, whatever became of them; how many. Those whose endpoint is off are left as they are."""
    on = Delivery.objects.filter(pk__in=deliveries, endpoint__enabled=True)
    with transaction.atomic():
        again = {each.pk: each for each in on.select_related("endpoint")}
        done = put_back(Delivery.objects.filter(pk__in=list(again)))
        for endpoint in {each.endpoint for each in again.values()}:
            mine = [str(each.pk) for each in again.values() if each.endpoint_id == endpoint.pk]
            rested(endpoint)
            record("endpoint.replayed", by=by, row=endpoint, details={"deliveries": mine})
    return done


def replay_failed(endpoint_id: UUID, *, since: datetime, by: str) -> int:
    """Tell again what was given up of all that happened since then; how many. Raises `NotPossible` where it is off."""
    with transaction.atomic():
        endpoint = Endpoint.objects.get(pk=endpoint_id)
        refuse_off(endpoint)
        failed = Delivery.objects.filter(
            endpoint=endpoint_id, state=DeliveryState.FAILED, created_at__gte=since
        )
        done = put_back(failed)
        rested(endpoint)
        record("endpoint.replayed", by=by, row=endpoint, details={"since": str(since), "deliveries": done})
    return done


def put_back(deliveries: QuerySet[Delivery]) -> int:
    """Among those that wait, at once, with all attempts before them. One that is in hand just now is told once more."""
    changed = deliveries.update(
        state=DeliveryState.WAITING,
        done_at=None,
        attempts=0,
        first_attempt_at=None,
        due_at=Now(),
        lease_owner=None,
        lease_until=None,
    )
    if changed:
        transaction.on_commit(lambda: nudge(), robust=True)
    return changed


def rested(endpoint: Endpoint) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(rests_until=None)
