"""The facts of payment: what a later record may change of an order, and nothing else.

Facts are only ever added. An older file that does not know of a refund undoes none, whatever order files come in.
"""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from licensing.intake import disputes
from licensing.intake.record import Payment
from licensing.models import Purchase

FACTS = ("paid_at", "refunded_at", "refunded_units", "disputed_at", "won_at")
MOMENTS = ("paid_at", "refunded_at", "disputed_at", "won_at")
LEARNED = ("paid_at", "refunded_at")  # what disputes come to, `licensing.intake.disputes` says
UNITS: Final = "refunded_units"
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
    disputed_at, won_at = disputes.standing(disputes.said_in(said, now=now)).ends
    return Facts(
        paid_at=(said.paid_at or now) if said.paid else None,
        refunded_at=refunded_at(said, now) if said.refunded or said.refunds else None,
        refunded_units=0 if said.refunds and not said.refunded else None,
        disputed_at=disputed_at,
        won_at=won_at,
    )


def refunded_at(said: Payment, now: datetime) -> datetime:
    """Since when there is a refund: the earliest moment that is told of any."""
    told = [each.at for each in said.refunds if each.at]
    return min([*told, said.refunded_at] if said.refunded_at else told, default=now)


def learn(purchase: Purchase, payment: Payment, *, now: datetime) -> bool:
    """Add to the (unsaved) purchase what is said of money that came and went; whether anything was new.

    Of two moments the earlier counts, so that it does not matter which was told first.
    """
    before = _facts(purchase)
    said = facts_of(payment, now=now)
    if said == before:
        return False
    if payment.refunded or purchase.refunded_at is None:
        purchase.refunded_units = said.refunded_units
    for name in LEARNED:
        known, new = getattr(purchase, name), getattr(said, name)
        if new and (known is None or new < known):
            setattr(purchase, name, new)
    return before != _facts(purchase)


def says_more(purchase: Purchase, payment: Payment, *, now: datetime) -> bool:
    """Whether it says something of such money that is not known. That a known fact is older than known, is not."""
    said = facts_of(payment, now=now)
    unknown = any(getattr(said, name) and getattr(purchase, name) is None for name in LEARNED)
    return unknown or (payment.refunded and purchase.refunded_units is not None)


def alone(purchase: Purchase) -> Purchase:
    """The order as its own store tells it; never saved."""
    if purchase.own_facts is None:
        return Purchase(**{name: getattr(purchase, name) for name in FACTS})
    told = {
        name: datetime.fromisoformat(at) if (at := purchase.own_facts.get(name)) else None for name in MOMENTS
    }
    return Purchase(**told, refunded_units=purchase.own_facts.get(UNITS))


def written(purchase: Purchase) -> dict[str, Any]:
    """Its facts as JSON. Of units only whether they are all or some: how many, its refunds say."""
    told = {name: at.isoformat() if (at := getattr(purchase, name)) else None for name in MOMENTS}
    return told | {UNITS: None if purchase.refunded_units is None else 0}
