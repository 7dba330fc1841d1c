"""What a kept event tells, as far as it can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.ask import ask_for
from licensing.intake.hooks.connections import shop_of
from licensing.intake.hooks.events import kept
from licensing.intake.record import PurchaseRecord, Told
from licensing.intake.shop import NotUnderstood
from licensing.models import HookEvent

MOST_UNITS: Final = 20_000  # of one event: each is a license, and all of them are made in one transaction


def told_of(event: HookEvent) -> Sequence[Told]:
    """What the event says of purchases; may ask the shop's API, so never call it in a transaction.

    Raises what `Shop.told` does, ValueError for a payload that was dropped, and `Tampered` or `UnknownKey`.
    """
    shop = shop_of(event.connection)
    ask = ask_for(event.connection, shop)
    told = shop.told(kept(event), ask=ask)
    refuse_too_many(told)
    is_test = event.test or event.connection.test
    trusted = shop.signed or ask is not None
    return [judged(each, event.confirmed_at, is_test=is_test, trusted=trusted) for each in told]


def judged(told: Told, confirmed_at: datetime | None, *, is_test: bool, trusted: bool) -> Told:
    """The shop's reader decides what is confirmed, unless nobody signed it and nobody was asked; support's word counts
    for more than either."""
    confirmed = confirmed_at is not None or (trusted and told.confirmed)
    return told._replace(confirmed=confirmed, test=told.test or is_test)


def refuse_too_many(told: Sequence[Told]) -> None:
    orders = [each for each in told if isinstance(each, PurchaseRecord)]
    if sum(line.quantity for order in orders for line in order.lines) > MOST_UNITS:
        raise NotUnderstood(f"It tells of more than {MOST_UNITS:,} units.")
