"""Support's own word on money that went back, beside the shop's: see `RefundMark`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from licensing.audit.trail import record
from licensing.intake import codes, told_twice
from licensing.intake.subscriptions import by_store, settle_each
from licensing.models import Purchase, PurchaseLine, RefundMark
from licensing.support.errors import (
    NotCounting,
    NotOnFile,
    Overtaken,
    ReasonMissing,
    ToldByShop,
    TooManyUnits,
)


def mark_refunded(
    purchase_id: UUID,
    *,
    by: str,
    reason: str,
    now: datetime,
    line_id: UUID | None = None,
    units: int | None = None,
) -> RefundMark:
    """Say that the whole order was paid back, or so many units of one of its lines (all marked ones together).

    Where two shops tell one order, it is said of the one that counts. The same word twice is said once; another number
    for the same line takes the place of the first. Raises `NotOnFile`, `ReasonMissing`, `NotCounting`, `TooManyUnits`.
    """
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        purchase = counting(purchase_id)
        line = line_of(purchase, line_id, units)
        standing = RefundMark.objects.filter(purchase=purchase, line=line, withdrawn_at=None).first()
        if standing and standing.units == units:
            return standing
        if standing:
            take_back([standing], by=by, now=now)
        mark = RefundMark.objects.create(
            purchase=purchase, line=line, units=units, by=by, reason=reason.strip()[:300], at=now
        )
        before = facts_of(purchase)
        settle(purchase, now=now)
        record(
            "purchase.marked_refunded",
            by=by,
            customer=purchase.buyer_id,
            row=purchase,
            reason=mark.reason,
            details={"before": before, "after": facts_of(purchase), "units": units},
        )
    return mark


def withdraw_marks(purchase_id: UUID, *, by: str, reason: str, now: datetime) -> Purchase:
    """Take support's word on the order back: what its shop says is left. Harmless where it was taken back already.

    Raises `NotOnFile`, `ReasonMissing`, and `ToldByShop` where support never said so and the shop did.
    """
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        purchase = counting(purchase_id)
        marks = list(RefundMark.objects.filter(purchase=purchase, withdrawn_at=None))
        if not marks:
            if purchase.refunded_at:
                raise ToldByShop
            return purchase
        before = facts_of(purchase)
        take_back(marks, by=by, now=now)
        settle(purchase, now=now)
        record(
            "purchase.refund_withdrawn",
            by=by,
            customer=purchase.buyer_id,
            row=purchase,
            reason=reason.strip(),
            details={"before": before, "after": facts_of(purchase)},
        )
    return purchase


def counting(purchase_id: UUID) -> Purchase:
    """The order, or the one that counts instead of it, locked. Raises `NotOnFile`, `NotCounting`."""
    found = Purchase.objects.filter(pk=purchase_id).values_list("same_as", flat=True)
    if not found:
        raise NotOnFile
    purchase = Purchase.objects.select_for_update(of=("self",)).get(pk=found[0] or purchase_id)
    if purchase.test or not purchase.confirmed_at:
        raise NotCounting
    return purchase


def line_of(purchase: Purchase, line_id: UUID | None, units: int | None) -> PurchaseLine | None:
    if line_id is None and units is None:
        return None
    line = purchase.lines.filter(pk=line_id).first() if line_id else None
    if line is None:
        raise NotOnFile("The order has no such `line`.")
    if units is None or not 1 <= units <= line.quantity:
        raise TooManyUnits
    return line


def take_back(marks: list[RefundMark], *, by: str, now: datetime) -> None:
    RefundMark.objects.filter(pk__in=[each.pk for each in marks]).update(withdrawn_at=now, withdrawn_by=by)


def settle(purchase: Purchase, *, now: datetime) -> None:
    """Bring the order, its units and the subscriptions that it pays for to what shop and support say together.

    Raises `Overtaken`.
    """
    told_twice.begin(purchase)
    told_twice.add_up(purchase)
    try:
        settle_each(by_store([purchase.pk]), now=now)
    except (codes.Overtaken, IntegrityError) as error:
        raise Overtaken from error
    purchase.refresh_from_db()


def facts_of(purchase: Purchase) -> dict[str, str | int | None]:
    at = purchase.refunded_at
    return {"refunded_at": at.isoformat() if at else None, "refunded_units": purchase.refunded_units}
