"""Exchanges that wait for a key complete by themselves when one is there. A worker asks every few seconds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef

from licensing.keys.sources.remote import fetch_due
from licensing.keys.waiting import serve_answered
from licensing.models import KeyOrder, KeySource, OrderState
from recovery.errors import NoSuchLicense
from recovery.exchange.execute import end, is_possible, lock_exchange, serve
from recovery.models import Exchange, ExchangeState

UNANSWERED = [OrderState.OPEN, OrderState.REFUSED]
AT_ONCE = 500  # of one edition in one run; the next run goes on

log = structlog.get_logger(__name__)


def complete_waiting(*, now: datetime) -> int:
    """Serve those who wait, first come first served; how many were. One transaction each, so that nobody waits long."""
    editions = Exchange.objects.filter(state=ExchangeState.WAITING).values_list("to_edition", flat=True)
    return sum(complete_for(edition, now=now) for edition in editions.order_by().distinct())


def give_what_generators_make(*, now: datetime) -> int:
    """Ask for the keys that are due, and give them to the licenses and moves they were made for; how many were made.

    Takes as long as the generators do; never in a transaction.
    """
    made = fetch_due(now=now)
    serve_answered(now=now)
    complete_waiting(now=now)
    return made


def complete_for(edition_id: UUID, *, now: datetime) -> int:
    """Those who wait for a key of this edition. Where one of a pool finds nothing, the others would not either.

    Those whose key a generator is being asked for are left alone until it has answered.
    """
    asked = KeyOrder.objects.filter(license=OuterRef("license"), edition=edition_id, state__in=UNANSWERED)
    waiting = Exchange.objects.filter(state=ExchangeState.WAITING, to_edition=edition_id).order_by("id")
    waiting = waiting.exclude(Exists(asked.filter(edition__key_source=KeySource.REMOTE)))
    total = 0
    for exchange_id, source in list(waiting.values_list("pk", "to_edition__key_source")[:AT_ONCE]):
        served = tried(exchange_id, now=now)
        total += served or 0
        if served is None and source != KeySource.REMOTE:
            break
    return total


def tried(exchange_id: UUID, *, now: datetime) -> int | None:
    """As `complete_one`; one that cannot be done at all is logged, and holds up nobody else's."""
    try:
        return complete_one(exchange_id, now=now)
    except (
        OperationalError
    ):  # the database is away, or another transaction was in the way: the next run tries again
        raise
    except Exception:
        log.exception("move_not_completed", exchange=str(exchange_id))
        return 0


def complete_one(exchange_id: UUID, *, now: datetime) -> int | None:
    """1 when its key was there, None when not, 0 when nothing was to be done any more."""
    try:
        with transaction.atomic():
            exchange = lock_exchange(exchange_id)
            if exchange.state != ExchangeState.WAITING:
                return 0
            if not is_possible(exchange, exchange.license, now=now):
                end(exchange, ExchangeState.CANCELLED, now=now)
                return 0
            return len(serve([exchange], now=now)) or None
    except NoSuchLicense:
        return 0
