"""Tells endpoints of orders that came on file, and of money that went back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from math import inf
from typing import Any
from uuid import UUID

from licensing.intake.placing import Placement
from licensing.intake.record import PurchaseRecord
from licensing.models import ImportRun, Purchase, Store
from licensing.outgoing.facts import product_of, refund_of
from licensing.outgoing.kinds import IMPORT_FINISHED, PURCHASE_RECORDED, PURCHASE_REFUNDED, REFUND_WITHDRAWN
from licensing.outgoing.tell import tell

NO_PRODUCT = {"sku": None, "platform": None}
New = tuple[str, str | None, PurchaseRecord, Sequence[Placement]]  # its id, its buyer's, and what was sold


def announce_new(orders: Iterable[New], *, store: Store) -> None:
    """In the transaction that wrote them. Tests, and what nobody confirmed, are no orders yet."""
    counting = [each for each in orders if each[2].confirmed and not each[2].test]
    tell(PURCHASE_RECORDED, lambda: [facts_of(*each, store=store) for each in counting])
    back = [pk for pk, _, told, _ in counting if told.payment.refunded or told.payment.refunds]
    announce_refunds([UUID(pk) for pk in back])


def facts_of(
    pk: str, buyer: str | None, told: PurchaseRecord, placements: Sequence[Placement], *, store: Store
) -> Mapping[str, Any]:
    return {
        "purchase": pk,
        "store": store.name,
        "reference": told.reference,
        "customer": buyer,
        "ordered_at": told.ordered_at,
        "paid": told.payment.paid,
        "lines": [line for each in placements for line in lines_of(each)],
    }


def lines_of(placement: Placement) -> list[dict[str, Any]]:
    """A bundle is a line for each edition in it."""
    units = placement.sold.quantity
    known = [product_of(item.edition) | {"units": units * item.quantity} for item in placement.items]
    return known or [{**NO_PRODUCT, "units": units}]


def announce_refunds(purchases: Collection[UUID]) -> None:
    """Money went back for these, in the caller's transaction; as they stand now."""
    if purchases:
        found = Purchase.objects.filter(pk__in=purchases, test=False, confirmed_at__isnull=False)
        tell(PURCHASE_REFUNDED, lambda: [refund_of(each) for each in found.select_related("store")])


def paid_back(purchase: Purchase) -> float:
    """How much went back, for comparing: nothing, money that took no unit, some units, all."""
    if purchase.refunded_at is None:
        return 0
    return inf if purchase.refunded_units is None else purchase.refunded_units + 1


def announce_change(purchase: Purchase, *, before: float) -> None:
    """Of what another shop or support says of it there may be more now, or less."""
    after = paid_back(purchase)
    if after > before:
        announce_refunds([purchase.pk])
    elif after < before:
        tell(REFUND_WITHDRAWN, lambda: [refund_of(purchase)])


def announce_import(run: ImportRun) -> None:
    outcomes = {name: count for name, count in run.outcomes.items() if count}
    about = {"import": run.pk, "store": run.shop.name, "rows": run.rows, "outcomes": outcomes}
    tell(IMPORT_FINISHED, lambda: [about])
