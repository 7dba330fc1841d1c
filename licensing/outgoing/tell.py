"""Writing what happened to the outbox, in the transaction that it happened in: neither is there without the other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from enum import Enum, auto
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from licensing.models import Delivery, Endpoint
from licensing.models.base import uuid7
from licensing.nudge import Nudger
from licensing.outgoing.kinds import Kind

Facts = Mapping[str, Any]

AT_ONCE: Final = 1_000  # rows in one statement

nudge = Nudger("recovery.deliver_events").nudge


class Road(Enum):
    """How orders come in just now."""

    LIVE = auto()
    FILE = auto()  # told singly only to endpoints that want orders from files, too
    TRIAL = auto()  # taken back at the end: told to nobody


_road: ContextVar[Road] = ContextVar("road_of_orders", default=Road.LIVE)


@contextmanager
def coming_by(road: Road) -> Iterator[None]:
    """What is recorded inside comes that way."""
    token = _road.set(road)
    try:
        yield
    finally:
        _road.reset(token)


def tell(kind: Kind, facts: Callable[[], Iterable[Facts]]) -> int:
    """Promise each endpoint that wants this kind one event for each of these facts; how many deliveries that are.

    In the caller's transaction. One small query where nobody listens; only then are the facts asked for.
    """
    listening, now = listeners(kind)
    return promise(kind, facts(), endpoints=listening, now=now) if now else 0


def listeners(kind: Kind) -> tuple[list[UUID], datetime | None]:
    """Those that want it, and the database's time; none where nobody does."""
    road = _road.get()
    if road is Road.TRIAL:
        return [], None
    on = Endpoint.objects.filter(enabled=True)
    on = on.filter(also_files=True) if road is Road.FILE else on
    rows = on.order_by("pk").annotate(clock=Now()).values_list("pk", "kinds", "clock")
    found = [(pk, clock) for pk, kinds, clock in rows if kind.name in kinds]
    return [pk for pk, _ in found], found[0][1] if found else None


def promise(kind: Kind, facts: Iterable[Facts], *, endpoints: Iterable[UUID], now: datetime) -> int:
    """The same for certain endpoints, whatever they want to be told of. `now`: the database's, which is not asked for
    it again with each row: that took most of the time of a file with many orders."""
    endpoints, at = list(endpoints), {"due_at": now, "created_at": now}
    rows = []
    for each in facts:
        event, body = uuid7(), body_of(kind, each, now=now)
        rows += [Delivery(endpoint_id=pk, event=event, kind=kind.name, body=body, **at) for pk in endpoints]
    if rows:
        Delivery.objects.bulk_create(rows, batch_size=AT_ONCE)
        transaction.on_commit(lambda: nudge(), robust=True)
    return len(rows)


def body_of(kind: Kind, facts: Facts, *, now: datetime) -> str:
    """The octets that are signed and sent, on every attempt the same."""
    said = {"type": kind.name, "timestamp": plain(now), "data": facts}
    return json.dumps(said, default=plain, separators=(",", ":"))


def plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is nothing that an event says")
