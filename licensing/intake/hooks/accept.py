"""Takes a notification in: known to be the shop's, taken apart, kept. Nothing is made of it yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, Q

from licensing.intake.cards import scrub
from licensing.intake.hooks.connections import secrets_of, shop_of
from licensing.intake.hooks.envelope import packed
from licensing.intake.hooks.events import nudge, sealed
from licensing.intake.hooks.faults import place_of
from licensing.intake.hooks.payloads import scrubbed
from licensing.intake.shop import Event, NotUnderstood, Received, Shop, digest
from licensing.models import Connection, EventState, HookEvent

LARGEST: Final = 1024 * 1024  # octets of a notification
MOST_EVENTS: Final = 1_000  # in one notification
LONGEST_ID: Final = 200  # as the column
HEARD_EVERY: Final = timedelta(seconds=10)  # a busy shop's row is not written for every notification

log = structlog.get_logger(__name__)


class Forged(Exception):
    """Nothing says that the shop sent it."""


def check(connection: Connection, received: Received, *, now: datetime) -> None:
    """Raises `Forged`, and counts it. Nothing of what was sent is parsed for that."""
    if not is_authentic(connection, received, now=now):
        refused(connection, now=now)
        raise Forged


def is_authentic(connection: Connection, received: Received, *, now: datetime) -> bool:
    """A reader that breaks on what was sent has not found it to be the shop's."""
    try:
        secrets = secrets_of(connection, now=now)
        return shop_of(connection).is_authentic(received, secrets=secrets, now=now)
    except Exception as error:
        log.error("signature_not_checked", connection=str(connection.pk), fault=place_of(error))
        return False


def refused(connection: Connection, *, now: datetime) -> None:
    Connection.objects.filter(pk=connection.pk).update(refusals=F("refusals") + 1, refused_at=now)


def accept(connection: Connection, received: Received, *, now: datetime) -> None:
    """Keep what it tells, each event once, and wake a worker. Call `check` before.

    What cannot be taken apart is kept whole, for a person: its shop would only send the same again. Raises what the
    database does when it is away; the shop has then to send it again.
    """
    HookEvent.objects.bulk_create(rows(connection, received), ignore_conflicts=True)
    heard(connection, now=now)
    transaction.on_commit(lambda: nudge(), robust=True)


def rows(connection: Connection, received: Received) -> list[HookEvent]:
    shop = shop_of(connection)
    try:
        return taken_apart(connection, shop, received)
    except NotUnderstood as problem:
        return [whole(connection, shop, received, reason=str(problem))]


def taken_apart(connection: Connection, shop: Shop, received: Received) -> list[HookEvent]:
    """As the shop's reader does it, which may break on what nobody foresaw. Raises `NotUnderstood` only."""
    try:
        told = shop.events(received)
        if len(told) > MOST_EVENTS:
            raise NotUnderstood(f"It holds more than {MOST_EVENTS:,} events.")
        return [row_of(connection, shop, event) for event in told]
    except NotUnderstood:
        raise
    except Exception as error:
        log.error("notification_not_read", shop=shop.title, fault=place_of(error))
        raise NotUnderstood(f"It could not be read ({type(error).__name__}).") from error


def row_of(connection: Connection, shop: Shop, event: Event) -> HookEvent:
    payload, cards = scrubbed(event.payload, apart_from=shop.unscrubbed)
    row = HookEvent(
        connection=connection,
        event_id=storable(event.id),
        kind=scrub("".join(character for character in event.kind if character.isprintable()))[0][:80],
        test=event.test or connection.test,
        said_at=event.at,
        cards_removed=cards,
    )
    row.payload = sealed(payload, event_id=row.pk)
    return row


def whole(connection: Connection, shop: Shop, received: Received, *, reason: str) -> HookEvent:
    """The notification as one event that nobody understood."""
    body, cards = scrubbed(received.body, apart_from=shop.unscrubbed)
    query, more = scrubbed(received.query.encode("utf-8", "replace"), apart_from=shop.unscrubbed)
    row = HookEvent(
        connection=connection,
        event_id=digest(received.method.encode(), received.query.encode("utf-8", "replace"), received.body),
        state=EventState.NOT_UNDERSTOOD,
        reason=reason[:500],
        test=connection.test,
        whole=True,
        cards_removed=cards + more,
    )
    kept = received._replace(body=body, query=query.decode("utf-8", "replace"))
    row.payload = sealed(packed(kept), event_id=row.pk)
    return row


def storable(event_id: str) -> str:
    """The shop's id; what no column takes, too long or not printable, becomes a digest of it."""
    if 0 < len(event_id) <= LONGEST_ID and event_id.isprintable():
        return event_id
    return digest(event_id.encode("utf-8", "surrogatepass"))


def heard(connection: Connection, *, now: datetime) -> None:
    """Note that the shop was heard, every few seconds at most."""
    before = now - HEARD_EVERY
    if connection.heard_at is None or connection.heard_at < before:
        silent = Q(heard_at=None) | Q(heard_at__lt=before)
        Connection.objects.filter(silent, pk=connection.pk).update(heard_at=now)
