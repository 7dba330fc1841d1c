"""Puts on file what an event tells, and with it, in the same transaction, what became of the event."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from licensing.intake.apply import ATTEMPTS, is_passing
from licensing.intake.codes import Overtaken
from licensing.intake.erased import tells_of_erased
from licensing.intake.finding import orders_of
from licensing.intake.hooks.doubt import reason_for
from licensing.intake.hooks.waiting import wake
from licensing.intake.meanings import Meanings
from licensing.intake.purchases import record
from licensing.intake.record import LateCodes, PaymentNews, PurchaseRecord, Told
from licensing.models import (
    EventState,
    HookEvent,
    Purchase,
    PurchaseLine,
    RowOutcome,
    Store,
)

SERVING: Final = timedelta(minutes=2)  # within which keys are given, or somebody else gives them
NO_ORDER: Final = "The order that it speaks of is not on file yet, or only by hand: its shop has not told it."
ERASED: Final = "It tells of somebody whose data was erased here; what it held has been dropped."
CONTRADICTS: Final = "It contradicts what is on file; see its case."
# Whoever waits for such an order would only wait again.
NOTHING_NEW: Final = frozenset({RowOutcome.UNCHANGED, RowOutcome.NO_ORDER})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an event."""

    state: EventState
    reason: str = ""
    awaits: str = ""
    purchases: list[Purchase] = field(default_factory=list)


def file(event: HookEvent, told: Sequence[Told], *, now: datetime) -> list[Purchase]:
    """Record it, once: an event that somebody else has done with meanwhile is left as it is. The orders it was about.

    Raises what the database does where others were quicker again and again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return attempt_file(event, told, now=now)
        except (Overtaken, DatabaseError) as error:
            if attempt == ATTEMPTS or not is_passing(error):
                raise
            time.sleep(random.uniform(0, 0.05 * attempt))  # noqa: S311  jitter, no secret
    raise AssertionError("the loop returns or raises")


def attempt_file(event: HookEvent, told: Sequence[Told], *, now: datetime) -> list[Purchase]:
    if not locked(event):
        return []
    store = event.connection.store
    outcomes = record(told, store=store, meanings=Meanings(store), now=now) if told else []
    verdict = verdict_of(told, outcomes, store=store, now=now)
    if not NOTHING_NEW.issuperset(outcomes):
        wake(verdict.purchases, store=store)  # before this event waits itself, or it would never rest
    settle(event, verdict, now=now)
    if tells_of_erased(told):
        drop(event, verdict)
    return verdict.purchases


def drop(event: HookEvent, verdict: Verdict) -> None:
    """Keep nothing of what was sent of people who were erased; what waits for somebody then waits for nothing."""
    here = HookEvent.objects.filter(pk=event.pk)
    if verdict.state in (EventState.DONE, EventState.IGNORED):
        here.update(payload=None)
    else:
        here.update(payload=None, state=EventState.IGNORED, reason=ERASED, awaits="")


def locked(event: HookEvent) -> bool:
    """Whether it is still to be processed; nobody else decides that while this transaction lasts."""
    waiting = HookEvent.objects.filter(pk=event.pk, state=EventState.RECEIVED)
    return waiting.select_for_update().first() is not None


def settle(event: HookEvent, verdict: Verdict, *, now: datetime) -> None:
    """Write what became of it. Orders that may wait for keys stay under a lease until these are given."""
    to_serve = verdict.state == EventState.DONE and verdict.purchases
    HookEvent.objects.filter(pk=event.pk).update(
        state=verdict.state,
        reason=verdict.reason[:500],
        awaits=verdict.awaits,
        purchase=verdict.purchases[0] if verdict.purchases else None,
        processed_at=now,
        due_at=now + pause(event),
        lease_until=Now() + SERVING if to_serve else None,
    )


def pause(event: HookEvent) -> timedelta:
    """Before it is looked at again: none at first, then twice as long each time, at most a day."""
    return timedelta(hours=min(2 ** (event.attempts - 2), 24)) if event.attempts > 1 else timedelta(0)


def verdict_of(
    told: Sequence[Told], outcomes: Sequence[RowOutcome], *, store: Store, now: datetime
) -> Verdict:
    """What waits for an order comes first, then what is not confirmed: the whole event is told again later."""
    if not told:
        return Verdict(EventState.IGNORED)
    purchases = purchases_of(told, store=store)
    if missing := [
        each for each, outcome in zip(told, outcomes, strict=True) if outcome == RowOutcome.NO_ORDER
    ]:
        return Verdict(EventState.WAITING, NO_ORDER, name_of(missing[0]), purchases)
    if RowOutcome.UNCONFIRMED in outcomes:
        reason = reason_for(told, purchases, store=store, now=now)
        return Verdict(EventState.UNCONFIRMED, reason, purchases=purchases)
    reasons = [CONTRADICTS] if RowOutcome.NEEDS_PERSON in outcomes else []
    reasons += unplaced(purchases) if RowOutcome.UNPLACED in outcomes else []
    return Verdict(EventState.DONE, " ".join(reasons), purchases=purchases)


def name_of(told: Told) -> str:
    """What the event waits for: the first name of its order."""
    return told.reference if isinstance(told, PurchaseRecord) else told.names[0][1]


def purchases_of(told: Sequence[Told], *, store: Store) -> list[Purchase]:
    """The orders that were told of, as far as they are on file."""
    orders = {(each.reference, each.test) for each in told if isinstance(each, PurchaseRecord)}
    found = Purchase.objects.filter(store=store, reference__in={reference for reference, _ in orders})
    named = orders_of([each for each in told if isinstance(each, PaymentNews | LateCodes)], store=store)
    all_found = [each for each in found if (each.reference, each.test) in orders] + [
        each for each in named if each
    ]
    return list({each.pk: each for each in all_found}.values())


def unplaced(purchases: Sequence[Purchase]) -> list[str]:
    """Which of their products no mapping knows."""
    lines = PurchaseLine.objects.filter(purchase__in=purchases, placed_at=None)
    names = dict.fromkeys(lines.values_list("product_ref", flat=True)[:10])
    return [f"No mapping says what “{name}” is." for name in names]
