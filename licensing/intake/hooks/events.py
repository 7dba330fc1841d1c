"""Events as they are kept: opening what they hold, telling them again, and what support says of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from licensing.intake.shop import Event
from licensing.keys.sealed import vault
from licensing.models import Connection, EventState, HookEvent
from licensing.nudge import Nudger

NEEDS_KEY: Final = (
    "Needs an API key: what the shop sends does not say all. Set it with `connections api-key NAME`, "
    "or at the connection."
)
FOR_A_PERSON: Final = (EventState.WAITING, EventState.UNCONFIRMED, EventState.NOT_UNDERSTOOD)

nudge = Nudger("licensing.process_events").nudge


class NotConfirmable(Exception):
    """Nothing of this event waits to be confirmed."""


def kept(event: HookEvent) -> Event:
    """What was kept of it. Raises `Tampered` or `UnknownKey`, ValueError if it has been dropped."""
    return Event(
        id=event.event_id, kind=event.kind, payload=payload_of(event), at=event.said_at, test=event.test
    )


def payload_of(event: HookEvent) -> bytes:
    """As `kept`, for a page that shows it."""
    if event.payload is None:
        raise ValueError("the payload has been dropped")
    return vault().decrypt(bytes(event.payload), identity=identity(event.pk))


def sealed(payload: bytes, *, event_id: UUID) -> bytes:
    return vault().encrypt(payload, identity=identity(event_id))


def identity(event_id: UUID) -> str:
    """What a payload is bound to."""
    return f"event:{event_id}:payload"


def unsettled() -> QuerySet[HookEvent]:
    """Those that wait for something: an order, a confirmation, a person, or a shop that did not answer."""
    return HookEvent.objects.filter(
        Q(state__in=FOR_A_PERSON) | Q(state=EventState.RECEIVED, attempts__gt=0) & ~Q(reason="")
    )


def replay(events: Iterable[HookEvent] | QuerySet[HookEvent]) -> int:
    """Have them told again, as if they had just come in; how many that are. Those whose payload was dropped are not."""
    again = HookEvent.objects.filter(pk__in=[event.pk for event in events], payload__isnull=False)
    return put_back(again, attempts=0, reason="")


def replay_for_key(connection: Connection) -> int:
    """Those of the connection that the shop's API can say more of."""
    open_ones = Q(state=EventState.NOT_UNDERSTOOD, reason=NEEDS_KEY) | Q(state=EventState.UNCONFIRMED)
    those = connection.events.filter(open_ones, payload__isnull=False)
    return put_back(those, attempts=0, reason="")


def confirm(event: HookEvent, *, now: datetime) -> None:
    """Support says that it is true: it is told again, as if it were signed. Raises `NotConfirmable`."""
    waiting = HookEvent.objects.filter(pk=event.pk, state=EventState.UNCONFIRMED, payload__isnull=False)
    if not put_back(waiting, attempts=0, reason="", confirmed_at=now):
        raise NotConfirmable


def put_back(events: QuerySet[HookEvent], **fields: object) -> int:
    """Among those that are to be processed, at once."""
    changed = events.update(state=EventState.RECEIVED, due_at=Now(), lease_until=None, **fields)
    if changed:
        transaction.on_commit(lambda: nudge(), robust=True)
    return changed
