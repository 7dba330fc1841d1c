"""The disputes on file of orders: rows as soon as a store names one, until then the order's own facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from licensing.intake.disputes import OF_THE_ORDER, Fact, Standing, joined, said_in, standing
from licensing.intake.payments import alone
from licensing.intake.record import Payment
from licensing.models import Purchase, PurchaseDispute

Facts = dict[str, Fact]  # by the store's id; of the order as a whole under `OF_THE_ORDER`


def tell(said: Iterable[tuple[Payment, Purchase]], *, now: datetime) -> set[UUID]:
    """Store what is said of disputes, and set what they come to on the (unsaved) orders; those of which it was news.

    Where an order counts for another shop's, too, what its own store said is set: `told_twice` adds it up.
    """
    told = [(facts, order) for payment, order in said if (facts := said_in(payment, now=now))]
    if not told:
        return set()
    known = of([order for _, order in told])
    changed: dict[UUID, Facts] = {}
    for facts, order in told:
        more = together(known[order.pk], facts)
        if more != known[order.pk]:
            changed[order.pk] = known[order.pk] = more
            set_on(order, standing(more))
    write(changed)
    return set(changed)


def is_new(order: Purchase, payment: Payment, *, now: datetime) -> bool:
    """Whether a dispute or a win is not on file; changes nothing. That one is older than known is no news."""
    said = said_in(payment, now=now)
    known = of([order])[order.pk] if said else {}
    return any(
        reference not in known or (fact.won_at and not known[reference].won_at)
        for reference, fact in said.items()
    )


def standings(orders: Sequence[Purchase]) -> list[Standing]:
    """What each order's own store says comes to, in their order."""
    known = of(orders)
    return [standing(known[order.pk]) for order in orders]


def of(orders: Iterable[Purchase]) -> dict[UUID, Facts]:
    found: dict[UUID, Facts] = defaultdict(dict)
    by_id = {order.pk: order for order in orders}
    for row in PurchaseDispute.objects.filter(purchase__id__among=by_id.keys()):
        found[row.purchase_id][row.reference] = Fact(row.at, row.won_at)
    for pk, order in by_id.items():
        own = alone(order)
        if pk not in found and own.disputed_at:
            found[pk][OF_THE_ORDER] = Fact(own.disputed_at, own.won_at)
    return found


def together(known: Facts, said: Facts) -> Facts:
    return known | {reference: joined(known.get(reference), fact) for reference, fact in said.items()}


def set_on(order: Purchase, found: Standing) -> None:
    since, won_at = found.ends
    if order.own_facts is None:
        order.disputed_at, order.won_at = since, won_at
        return
    own = {
        "disputed_at": since.isoformat() if since else None,
        "won_at": won_at.isoformat() if won_at else None,
    }
    order.own_facts = order.own_facts | own


def write(changed: dict[UUID, Facts]) -> None:
    """One that names no dispute of an order that has none with a name is the order's own, and needs no row."""
    rows = [
        PurchaseDispute(purchase_id=pk, reference=reference, at=fact.at, won_at=fact.won_at)
        for pk, facts in changed.items()
        if facts.keys() - {OF_THE_ORDER}
        for reference, fact in facts.items()
    ]
    PurchaseDispute.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["purchase", "reference"], update_fields=["at", "won_at"]
    )
