"""Connections and what came in there, as commands print them: never a secret, an address or a whole code."""

from __future__ import annotations

from collections.abc import Iterator

from licensing.console.event_text import laid_out
from licensing.console.event_words import lines_without_meaning, outcome, reason_now
from licensing.console.told_words import counted
from licensing.intake.hooks.connections import shop_of
from licensing.models import Connection, HookEvent


def in_a_line(connection: Connection, *, unsettled: int) -> str:
    """What it is, what it still lacks, and what was heard and refused there."""
    facts = ", ".join([connection.store.kind, *marks(connection)])
    heard = f"{connection.heard_at:%Y-%m-%d %H:%M} UTC" if connection.heard_at else "never"
    waiting = f", {unsettled} unsettled" if unsettled else ""
    return f"{connection.store.name}/{connection.name} ({facts}): last heard {heard}, {refused(connection)}{waiting}"


def marks(connection: Connection) -> Iterator[str]:
    if connection.test:
        yield "test"
    if not connection.active:
        yield "paused"
    yield from lacks(connection)


def lacks(connection: Connection) -> Iterator[str]:
    """What has to be set before it does what it is for."""
    shop = shop_of(connection)
    if shop.signed and not connection.sealed_secret:
        yield "not ready: no secret"
    if shop.needs_api_key and not connection.sealed_api_key:
        yield "not ready: no API key"
    elif shop.api_host and not connection.sealed_api_key:
        yield "no API key"
    if shop.key_desk and not shop.signed and not connection.allowed_networks.strip():
        yield "nobody may ask for keys"


def refused(connection: Connection) -> str:
    last = f", last {connection.refused_at:%Y-%m-%d %H:%M} UTC" if connection.refused_at else ""
    return f"{connection.refusals} refused{last}"


def event_line(event: HookEvent) -> str:
    reason = reason_now(event, lines_without_meaning(event))
    return (
        f"{event.pk}  {event.received_at:%Y-%m-%d %H:%M}  {event.connection.store.name}/{event.connection.name}  "
        f"{event.kind or '-'}  {event.get_state_display()}. {reason}"
    ).rstrip()


def event_in_full(event: HookEvent) -> Iterator[str]:
    """Its state and reason, its order, and what it says with codes masked."""
    yield event_line(event)
    yield outcome(event)
    yield from (f"Order: {event.purchase.reference}" for _ in [0] if event.purchase)
    if event.awaits:
        yield f"It waits for: {event.awaits}"
    if event.cards_removed:
        yield f"{counted(event.cards_removed, 'card number')} removed."
    yield laid_out(event)
