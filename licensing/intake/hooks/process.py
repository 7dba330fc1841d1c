"""Makes of events what they tell: one after another, each under a lease, so that any number of workers may do it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from licensing.intake.hooks.events import NEEDS_KEY
from licensing.intake.hooks.faults import place_of
from licensing.intake.hooks.filing import Verdict, file, settle
from licensing.intake.hooks.serving import serve
from licensing.intake.hooks.telling import told_of
from licensing.intake.hooks.unpacking import unpack
from licensing.intake.record import RowRejected
from licensing.intake.shop import NeedsShop, NotUnderstood, ShopSilent
from licensing.models import EventState, HookEvent

# Several times what writing down one event may take, and what asking its shop and writing what that says may take. A
# worker that dies leaves its event waiting that long.
LEASE: Final = timedelta(seconds=30)
LEASE_OF_ASKING: Final = timedelta(minutes=3)
SECONDS: Final = 60.0  # of one run; below Celery's hard time limit by far
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (0.5, 2, 5, 15, 60, 180, 360))
MOST_FAILURES: Final = 5  # of ours, before a person has to look; a shop that is silent is asked for ever
MOST_DEATHS: Final = (
    20  # of workers that had it in hand and never said why: one event must not kill them for ever
)
UNREADABLE: Final = (RecursionError, UnicodeError, json.JSONDecodeError)  # reading it again would end alike

log = structlog.get_logger(__name__)


def process_due(*, asking: bool | None = None, seconds: float = SECONDS) -> int:
    """Handle what is due, the oldest first, until nothing is or the time is up; how many were handled.

    `asking`: only events of connections with (or without) a key to their shop's API, which may be slow. A shop that is
    silent is left alone for the rest of the run. Raises what the database does when it is away.
    """
    handled, silent, end = 0, set[UUID](), monotonic() + seconds
    while monotonic() < end and (event := claim(due(asking=asking, apart_from=silent))):
        if not handle(event):
            silent.add(event.connection_id)
        handled += 1
    return handled


def process(event_id: UUID) -> None:
    """Handle that one at once, if nobody else does."""
    if event := claim(free().filter(pk=event_id)):
        handle(event)


def are_due(*, asking: bool) -> bool:
    """Whether there is anything for `process_due` to handle."""
    return due(asking=asking).exists()


def free() -> QuerySet[HookEvent]:
    unleased = Q(lease_until=None) | Q(lease_until__lt=Now())
    return HookEvent.objects.filter(unleased, state=EventState.RECEIVED, payload__isnull=False)


def due(*, asking: bool | None = None, apart_from: Collection[UUID] = ()) -> QuerySet[HookEvent]:
    events = free().filter(due_at__lte=Now())
    if asking is not None:
        events = events.filter(connection__sealed_api_key__isnull=not asking)
    return events.exclude(connection__in=apart_from) if apart_from else events


def claim(events: QuerySet[HookEvent]) -> HookEvent | None:
    """The oldest that nobody else has in hand, under a lease by the database's clock; its attempt counts at once."""
    with transaction.atomic():
        oldest = events.order_by("due_at", "id").select_related("connection__store")
        event = oldest.select_for_update(skip_locked=True, of=("self",)).first()
        if event:
            event.attempts = min(event.attempts + 1, 30_000)
            lease = LEASE_OF_ASKING if event.connection.sealed_api_key else LEASE
            HookEvent.objects.filter(pk=event.pk).update(attempts=event.attempts, lease_until=Now() + lease)
    return event


@dataclass(frozen=True, slots=True)
class Postponed:
    """It is told again later; whether because its shop is silent."""

    reason: str
    is_silent: bool = False


def handle(event: HookEvent) -> bool:
    """Bring it to its state, whatever that is; False if its shop did not answer.

    One that breaks its reader holds up no other: it is tried again a few times, and then kept for a person.
    """
    now = timezone.now()
    result = result_of(event, now=now)
    if isinstance(result, Verdict):
        settle_received(event, result, now=now)
    elif isinstance(result, Postponed):
        postpone(event, result.reason, now=now)
        return not result.is_silent
    return True


def result_of(event: HookEvent, *, now: datetime) -> Verdict | Postponed | None:
    """None where it is on file; else why not."""
    if event.attempts > MOST_DEATHS and not event.reason:
        return Verdict(EventState.NOT_UNDERSTOOD, "The worker that read it was ended, again and again.")
    try:
        (unpack if event.whole else tell)(event, now=now)
    except ShopSilent as silence:
        return Postponed(str(silence), is_silent=True)
    except NeedsShop:
        return Verdict(EventState.NOT_UNDERSTOOD, NEEDS_KEY)
    except (NotUnderstood, RowRejected) as problem:
        return Verdict(EventState.NOT_UNDERSTOOD, str(problem))
    except UNREADABLE as error:
        return Verdict(EventState.NOT_UNDERSTOOD, f"It cannot be read ({type(error).__name__}).")
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("event_not_processed", hook_event=str(event.pk), fault=place_of(error))
        return failed(event, f"It could not be processed ({type(error).__name__}).")
    return None


def failed(event: HookEvent, reason: str) -> Verdict | Postponed:
    over = event.attempts >= MOST_FAILURES
    return Verdict(EventState.NOT_UNDERSTOOD, reason) if over else Postponed(reason)


def tell(event: HookEvent, *, now: datetime) -> None:
    """The whole road of one event; keys are given at once to whoever may have them now."""
    if file(event, told_of(event), now=now):
        serve(event, now=now)


def settle_received(event: HookEvent, verdict: Verdict, *, now: datetime) -> None:
    with transaction.atomic():
        if HookEvent.objects.select_for_update().filter(pk=event.pk, state=EventState.RECEIVED).exists():
            settle(event, verdict, now=now)


def postpone(event: HookEvent, reason: str, *, now: datetime) -> None:
    later = now + PAUSES[min(event.attempts, len(PAUSES)) - 1]
    mine = HookEvent.objects.filter(pk=event.pk, state=EventState.RECEIVED)
    mine.update(due_at=later, lease_until=None, reason=reason[:500])
