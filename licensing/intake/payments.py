"""The facts of payment: what a later record may change of an order, and nothing else.

Facts are only ever added. An older file that does not know of a refund undoes none, whatever order files come in.
"""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from licensing.intake.record import Payment
from licensing.models import Purchase

FACTS = ("paid_at", "refunded_at", "refunded_units", "disputed_at", "won_at")
MOMENTS = ("paid_at", "refunded_at", "disputed_at", "won_at")
_facts = attrgetter(*FACTS)


class Facts(NamedTuple):
    paid_at: datetime | None = None
    refunded_at: datetime | None = None
    refunded_units: int | None = None
    disputed_at: datetime | None = None
    won_at: datetime | None = None


def facts_of(said: Payment, *, now: datetime) -> Facts:
    """What is said; moments that nobody tells are `now`, when we were told.

    Units that were paid back count as none here: `licensing.intake.refunds` adds them up.
    """
    return Facts(
        paid_at=(said.paid_at or now) if said.paid else None,
        refunded_at=refunded_at(said, now) if said.refunded or said.refunds else None,
        refunded_units=0 if said.refunds and not said.refunded else None,
        disputed_at=(said.disputed_at or now) if said.disputed or said.won else None,
        won_at=(said.won_at or now) if said.won else None,
    )


def refunded_at(said: Payment, now: datetime) -> datetime:
    """Since when there is a refund: the earliest moment that is told of any."""
    told = [each.at for each in said.refunds if each.at]
    return min([*told, said.refunded_at] if said.refunded_at else told, default=now)


def learn(purchase: Purchase, payment: Payment, *, now: datetime) -> bool:
    """Add to the (unsaved) purchase what is said of its payment; whether anything was new.

    Of two moments the earlier counts, so that it does not matter which was told first.
    """
    before = _facts(purchase)
    said = facts_of(payment, now=now)
    if said == before:
        return False
    if payment.refunded or purchase.refunded_at is None:
        purchase.refunded_units = said.refunded_units
    for name in MOMENTS:
        known, new = getattr(purchase, name), getattr(said, name)
        if new and (known is None or new < known):
            setattr(purchase, name, new)
    return before != _facts(purchase)


def says_more(purchase: Purchase, payment: Payment, *, now: datetime) -> bool:
    """Whether it says something that is not known of the purchase. That a known fact is older than known, is not."""
    said = facts_of(payment, now=now)
    unknown = any(getattr(said, name) and getattr(purchase, name) is None for name in MOMENTS)
    return unknown or (payment.refunded and purchase.refunded_units is not None)
