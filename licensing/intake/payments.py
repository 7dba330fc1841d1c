"""The facts of payment: what a later record may change of an order, and nothing else.

Facts are only ever added. An older file that does not know of a refund undoes none, whatever order files come in.
"""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from licensing.intake.record import PurchaseRecord
from licensing.models import Purchase

FACTS = ("confirmed_at", "paid_at", "refunded_at", "refunded_units", "disputed_at", "won_at")
_facts = attrgetter(*FACTS)


class Facts(NamedTuple):
    confirmed_at: datetime | None = None
    paid_at: datetime | None = None
    refunded_at: datetime | None = None
    refunded_units: int | None = None
    disputed_at: datetime | None = None
    won_at: datetime | None = None


def facts_of(record: PurchaseRecord, *, now: datetime) -> Facts:
    """What the record says; moments that it does not know are `now`, when we were told."""
    said = record.payment
    return Facts(
        confirmed_at=now if record.confirmed else None,
        paid_at=(said.paid_at or now) if said.paid else None,
        refunded_at=(said.refunded_at or now) if said.refunded else None,
        refunded_units=said.refunded_units if said.refunded else None,
        disputed_at=(said.disputed_at or now) if said.disputed or said.won else None,
        won_at=(said.won_at or now) if said.won else None,
    )


def learn(purchase: Purchase, record: PurchaseRecord, *, now: datetime) -> bool:
    """Add to the (unsaved) purchase what the record knows and it does not; whether anything was new."""
    before = _facts(purchase)
    said = facts_of(record, now=now)
    if said.refunded_at:
        purchase.refunded_units = units_refunded(purchase, said)
    for name in ("confirmed_at", "paid_at", "refunded_at", "disputed_at", "won_at"):
        if getattr(purchase, name) is None:
            setattr(purchase, name, getattr(said, name))
    return before != _facts(purchase)


def units_refunded(purchase: Purchase, said: Facts) -> int | None:
    """The larger of both refunds; None, the whole order, is the largest."""
    if purchase.refunded_at is None:
        return said.refunded_units
    if purchase.refunded_units is None or said.refunded_units is None:
        return None
    return max(purchase.refunded_units, said.refunded_units)
