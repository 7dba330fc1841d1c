"""Tells endpoints what the outbox holds for them: at least once, each with the same id.

Each endpoint has a lane of its own in the worker's process, one attempt at a time: one that hangs holds up neither
another endpoint nor the worker's tasks, which only start lanes.
"""

from __future__ import annotations

import threading
import time
from typing import Final
from uuid import UUID, uuid4

import structlog
from django.db import connections
from django.utils import timezone

from licensing.models import Endpoint
from licensing.outgoing.claim import claim, endpoints_due
from licensing.outgoing.lanes import ending, guard, lanes, take_place
from licensing.outgoing.mark import Disabled, mark
from licensing.outgoing.send import attempt
from licensing.outgoing.tell import nudge

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
    """Until nothing is due there, or for so long; whether there may be more."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not ending.is_set():
        if not tell_next(endpoint_id, disabled=disabled):
            return False
    return True


def tell_next(endpoint_id: UUID, *, disabled: Disabled) -> bool:
    """One attempt; False if nothing was due."""
    owner = uuid4()
    delivery = claim(endpoint_id, owner=owner)
    if delivery is None:
        return False
    endpoint = Endpoint.objects.get(pk=endpoint_id)
    outcome = attempt(delivery, endpoint, now=timezone.now())
    mark(delivery, outcome, owner=owner, disabled=disabled)
    log.info(
        "event_told", delivery=str(delivery.pk), kind=delivery.kind, taken=outcome.taken, answer=outcome.words
    )
    return True
