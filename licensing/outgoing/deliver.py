"""Tells endpoints what the outbox holds for them: at least once, each with the same id.

Each endpoint has a lane of its own in the worker's process, one attempt at a time: one that hangs holds up neither
another endpoint nor the worker's tasks, which only start lanes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Final
from uuid import UUID, uuid4

import structlog
from django.db import connections
from django.utils import timezone

from licensing.models import Delivery, Endpoint
from licensing.outgoing.claim import claim_some, endpoints_due, let_go
from licensing.outgoing.lanes import ending, guard, lanes, take_place
from licensing.outgoing.mark import Disabled, mark, mark_taken
from licensing.outgoing.send import Outcome, attempt
from licensing.outgoing.tell import nudge

BATCH: Final = 100  # leased together, so that claiming and writing down cost each of them little
BATCH_SECONDS: Final = 1.0  # so late at most it is noticed that the endpoint was changed or switched off
LANE_SECONDS: Final = 60.0  # then whoever is woken next goes on, perhaps another process

log = structlog.get_logger(__name__)


def start_lanes(*, disabled: Disabled) -> list[threading.Thread]:
    """A lane for each endpoint for which something is due, and that has none here yet. Returns at once.

    A process that ends meanwhile leaves what it has in hand to the lease.
    """
    found = [opened(endpoint_id, disabled) for endpoint_id in endpoints_due()]
    return [lane for lane in found if lane]


def opened(endpoint_id: UUID, disabled: Disabled) -> threading.Thread | None:
    with guard:
        if endpoint_id in lanes or ending.is_set():
            return None
        lane = threading.Thread(target=run_lane, args=(endpoint_id, disabled), name="endpoint", daemon=True)
        lanes[endpoint_id] = lane
        lane.start()
        return lane


def run_lane(endpoint_id: UUID, disabled: Disabled) -> None:
    more = False
    try:
        if take_place(endpoint_id):
            more = tell_one_by_one(endpoint_id, seconds=LANE_SECONDS, disabled=disabled)
    except Exception:  # a thread's error reaches nobody else; the next run tries again
        log.exception("endpoint_not_told", endpoint=str(endpoint_id))
    finally:
        connections.close_all()  # its place is free with that
        with guard:
            lanes.pop(endpoint_id, None)
    if more:
        nudge()


def tell_one_by_one(endpoint_id: UUID, *, seconds: float, disabled: Disabled) -> bool:
    """Until nothing is due there, or for so long; whether there may be more. The more, the quicker it takes them."""
    end, most = time.monotonic() + seconds, 1
    while time.monotonic() < end and not ending.is_set():
        told = tell_some(endpoint_id, most=most, disabled=disabled)
        if told is None:
            return False
        most = min(most * 4, BATCH) if told else 1
    return True


def tell_next(endpoint_id: UUID, *, disabled: Disabled) -> bool:
    """One attempt; False if nothing was due."""
    return tell_some(endpoint_id, most=1, disabled=disabled) is not None


def tell_some(endpoint_id: UUID, *, most: int, disabled: Disabled) -> bool | None:
    """One attempt each at so many, until one is not taken or a second is over; whether all were taken before. None if
    nothing was due.

    What is taken is written down at the end, together: so much is told twice if the process is killed.
    """
    owner, end = uuid4(), time.monotonic() + BATCH_SECONDS
    in_hand = claim_some(endpoint_id, owner=owner, most=most)
    if not in_hand:
        return None
    endpoint, told = Endpoint.objects.get(pk=endpoint_id), list[tuple[Delivery, Outcome]]()
    try:
        for delivery in in_hand:
            told.append((delivery, tried(delivery, endpoint)))
            if not told[-1][1].taken or time.monotonic() > end or ending.is_set():
                break
    finally:  # also where one broke us: those before it were taken
        written(told, owner=owner, disabled=disabled)
    if left := [each.pk for each in in_hand[len(told) :]]:
        let_go(left, owner=owner)
    return told[-1][1].taken and time.monotonic() <= end


def tried(delivery: Delivery, endpoint: Endpoint) -> Outcome:
    outcome = attempt(delivery, endpoint, now=timezone.now())
    log.info(
        "event_told", delivery=str(delivery.pk), kind=delivery.kind, taken=outcome.taken, answer=outcome.words
    )
    return outcome


def written(told: Sequence[tuple[Delivery, Outcome]], *, owner: UUID, disabled: Disabled) -> None:
    """Only the last may have failed."""
    if taken := [each for each in told if each[1].taken]:
        mark_taken(taken, owner=owner, disabled=disabled)
    for delivery, outcome in told[len(taken) :]:
        mark(delivery, outcome, owner=owner, disabled=disabled)
