"""What two shops say of the payment of one order counts together: a refund that either tells is one.

The order that counts has both their facts, made anew of what each said whenever one of them says more: so the order in
which they speak changes nothing, and what was its own comes back when they turn out to be two orders after all.

Support's word counts in the same way (`RefundMark`): as one more that tells of the order, beside its shop. So a later
file neither undoes a mark nor is contradicted by it, and taking the mark back leaves exactly what the shop said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from licensing.intake import dispute_rows, refunds
from licensing.intake.announce import announce_change, paid_back
from licensing.intake.disputes import of_shops
from licensing.intake.payments import FACTS, LEARNED, UNITS, alone, learn, written
from licensing.intake.record import Payment
from licensing.intake.refunds import MARKED
from licensing.models import Purchase, PurchaseRefund, RefundMark

SAME: Final = "same order "  # and its id: the line that another shop's units are filed under


def count_for_both(said: Sequence[tuple[Payment, Purchase]], *, now: datetime) -> None:
    """What was just learned of these orders is learned of those that they are the same as. Call it in the transaction
    that learned it. Costs nothing where no order is told twice."""
    counting = set()
    for payment, order in said:
        if order.own_facts is not None:
            own = alone(order)
            learn(own, payment, now=now)
            Purchase.objects.filter(pk=order.pk).update(own_facts=written(own))
            counting.add(order.pk)
        if order.same_as_id:
            counting.add(order.same_as_id)
    found = list(Purchase.objects.filter(pk__in=counting).order_by("pk").select_for_update())
    for purchase in sorted(
        found, key=lambda each: each.same_as_id is None
    ):  # copies before what counts for them
        add_up(purchase)
    for _, order in said:
        if order.pk in counting:
            order.refresh_from_db(fields=FACTS)


def with_counting(purchases: Collection[UUID]) -> set[UUID]:
    """These orders, and those that count instead of one of them."""
    copies = Purchase.objects.filter(pk__among=set(purchases), same_as__isnull=False)
    return {*purchases, *(pk for pk in copies.values_list("same_as", flat=True) if pk)}


def begin(purchase: Purchase) -> None:
    """Keep apart what its own store said of this order, which from now on counts for others, too."""
    if purchase.own_facts is None:
        purchase.own_facts = written(purchase)
        purchase.save(update_fields=["own_facts"])


def add_up(purchase: Purchase) -> None:
    """Make the facts of the order that counts of what is said of it, of those that are the same, and of what support
    marked. Where none of these is any more, they are its own again."""
    before = paid_back(purchase)
    copies = list(Purchase.objects.filter(same_as=purchase).order_by("pk"))
    marks = list(RefundMark.objects.filter(purchase=purchase, withdrawn_at=None).select_related("line"))
    facts = together([alone(purchase), *copies, *map(as_told, marks)])
    facts["disputed_at"], facts["won_at"] = of_shops(dispute_rows.standings([purchase, *copies]))
    for name in FACTS:
        setattr(purchase, name, facts[name])
    purchase.own_facts = purchase.own_facts if copies or marks else None
    purchase.save(update_fields=[*FACTS, "own_facts"])
    settle_units(purchase, copies, marks)
    announce_change(purchase, before=before)


def as_told(mark: RefundMark) -> Purchase:
    """The order as support tells it; never saved."""
    return Purchase(refunded_at=mark.at, refunded_units=mark.units)


def together(orders: Sequence[Purchase]) -> dict[str, Any]:
    """The earliest of each moment; paid back as a whole if one says so, else as many units as are added up later."""
    facts: dict[str, Any] = {
        name: min((at for each in orders if (at := getattr(each, name))), default=None) for name in LEARNED
    }
    whole = any(each.refunded_at and each.refunded_units is None for each in orders)
    units = max((each.refunded_units or 0 for each in orders if each.refunded_at), default=None)
    return facts | {UNITS: None if whole else units}


def settle_units(purchase: Purchase, copies: Iterable[Purchase], marks: Iterable[RefundMark]) -> None:
    """Units that were paid back at one shop are those that were at the other, and those that support marked: the
    larger number counts, not the sum.

    Another shop's number stands as a running total; it says nothing of which line it was. Support's says it.
    """
    others: dict[str, tuple[int | None, datetime | None]] = {
        f"{SAME}{each.pk}": (each.refunded_units, each.refunded_at)
        for each in copies
        if each.refunded_at and each.refunded_units
    }
    others |= {f"{MARKED}{each.line.position}": (each.units, each.at) for each in marks if each.line}
    theirs = PurchaseRefund.objects.filter(purchase=purchase)
    gone = theirs.filter(Q(line__startswith=SAME) | Q(line__startswith=MARKED)).exclude(line__in=others)
    gone.update(units=0)
    for line, (units, at) in others.items():
        values = {"units": units, "at": at}
        PurchaseRefund.objects.update_or_create(purchase=purchase, line=line, reference="", defaults=values)
    settled = refunds.settle(
        [purchase.pk]
    )  # with those that are gone still there, so that their units count again
    gone.delete()
    purchase.refunded_units = settled.get(purchase.pk, purchase.refunded_units)
