"""Writing down how an attempt ended, and what follows from it for the delivery and its endpoint.

Every statement asks whether the lease is still ours: whoever lost it writes nothing.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from licensing.audit.trail import record
from licensing.models import Delivery, DeliveryState, Endpoint, WhyOff
from licensing.outgoing.send import Outcome

# Between the attempts for one delivery; the tenth comes after three days and three hours, and is the last.
PAUSES: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
PATIENCE: Final = timedelta(days=3)
# Between attempts at an endpoint that takes nothing, whichever delivery it is: with many waiting, each on its own would
# be a storm.
RESTS: Final = tuple(timedelta(seconds=seconds) for seconds in (0, 10, 30, 120, 300, 600))
NOTED: Final = timedelta(minutes=1)  # so exactly it is known when an endpoint last took something
OUTAGE: Final = timedelta(minutes=10)  # who comes back after that long is told at once of all that waited

Disabled = Callable[[Endpoint], object]

log = structlog.get_logger(__name__)


def mark(delivery: Delivery, outcome: Outcome, *, owner: UUID, disabled: Disabled) -> bool:
    """Write it down and let go of the lease; whether the delivery was still ours.

    `disabled` is called, in the same transaction, where this was the end of the endpoint.
    """
    ours = Delivery.objects.filter(pk=delivery.pk, lease_owner=owner, state=DeliveryState.WAITING)
    let_go = {"lease_owner": None, "lease_until": None, "answer": outcome.words}
    with transaction.atomic():
        if outcome.taken:
            done = ours.update(state=DeliveryState.DELIVERED, done_at=Now(), **let_go)
        else:
            done = given_up(ours, outcome, let_go) or ours.update(due_at=Now() + pause(delivery), **let_go)
        if done:
            (went_well if outcome.taken else went_wrong)(delivery.endpoint_id, outcome, disabled)
    return bool(done)


def mark_taken(told: Sequence[tuple[Delivery, Outcome]], *, owner: UUID, disabled: Disabled) -> None:
    """The same of several that one endpoint took, in one transaction."""
    words: dict[str, list[UUID]] = defaultdict(list)
    for delivery, outcome in told:
        words[outcome.words].append(delivery.pk)
    with transaction.atomic():
        done = [taken(ids, answer, owner=owner) for answer, ids in words.items()]
        if any(done):
            went_well(told[0][0].endpoint_id, told[0][1], disabled)


def taken(deliveries: list[UUID], answer: str, *, owner: UUID) -> int:
    ours = Delivery.objects.filter(pk__in=deliveries, lease_owner=owner, state=DeliveryState.WAITING)
    return ours.update(
        state=DeliveryState.DELIVERED, done_at=Now(), answer=answer, lease_owner=None, lease_until=None
    )


def given_up(ours: Any, outcome: Outcome, let_go: dict[str, Any]) -> int:
    """Those that were tried for three days, by the database's clock; at an endpoint that is gone, at once."""
    over = ours if outcome.gone else ours.filter(first_attempt_at__lte=Now() - PATIENCE)
    done: int = over.update(state=DeliveryState.FAILED, done_at=Now(), **let_go)
    return done


def pause(delivery: Delivery) -> timedelta:
    """Give or take a tenth, so that what failed together does not come back together."""
    return jittered(PAUSES[min(delivery.attempts, len(PAUSES)) - 1])


def jittered(span: timedelta) -> timedelta:
    return span * random.uniform(0.9, 1.1)  # noqa: S311 - no secret


def went_well(endpoint_id: UUID, outcome: Outcome, disabled: Disabled) -> None:
    """Most successes write nothing here: the endpoint's row is one for all who tell it."""
    here = Endpoint.objects.filter(pk=endpoint_id)
    if here.filter(failing_since__lte=Now() - OUTAGE).exists():
        hasten(endpoint_id)
    stale = Q(answered_at=None) | Q(answered_at__lt=Now() - NOTED)
    here.filter(stale | Q(failures__gt=0)).update(
        answered_at=Now(), failing_since=None, failures=0, rests_until=None
    )


def hasten(endpoint_id: UUID) -> None:
    """It is back: what was put off for hours goes now."""
    later = Delivery.objects.filter(endpoint=endpoint_id, state=DeliveryState.WAITING, due_at__gt=Now())
    later.update(due_at=Now())


def went_wrong(endpoint_id: UUID, outcome: Outcome, disabled: Disabled) -> None:
    endpoint = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    rest = jittered(RESTS[min(endpoint.failures, len(RESTS) - 1)])
    Endpoint.objects.filter(pk=endpoint_id).update(
        failures=F("failures") + 1,
        failing_since=Coalesce("failing_since", Now()),
        rests_until=Now() + rest,
    )
    if outcome.gone:
        switch_off(endpoint, Q(), WhyOff.GONE, disabled)
    else:
        switch_off(endpoint, Q(failing_since__lte=Now() - PATIENCE), WhyOff.FAILING, disabled)


def switch_off(endpoint: Endpoint, when: Q, why: WhyOff, disabled: Disabled) -> None:
    """Once, whoever else finds the same at this moment."""
    here = Endpoint.objects.filter(when, pk=endpoint.pk, enabled=True)
    if here.update(enabled=False, disabled_at=Now(), disabled_because=why):
        log.error("endpoint_disabled", endpoint=str(endpoint.pk), because=str(why))
        record("endpoint.disabled", by="worker", row=endpoint, details={"because": why})
        disabled(endpoint)
