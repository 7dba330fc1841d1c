"""Orders, what was paid back of them, and their keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from licensing.intake.record import (
    ORDER,
    LateCodes,
    Party,
    Payment,
    PaymentNews,
    PurchaseRecord,
    Refund,
    SoldLine,
    Told,
)
from licensing.intake.shop import Ask, NotUnderstood
from licensing.intake.stores.amounts import units_of
from licensing.intake.stores.json_fields import Fields
from licensing.intake.stores.lemon_squeezy.subscriptions import begun, paid_until

MOST_UNITS: Final = 10_000
PAID: Final = frozenset({"paid", "refunded", "partial_refund"})


def created(data: Fields, ask: Ask | None, *, test: bool) -> Sequence[Told]:
    order = data.fields("attributes")
    if (status := order.required("status", 40)) == "pending":
        raise NotUnderstood("The order is not paid yet: replay this when it is.")
    if status not in PAID:
        return ()
    at = order.moment("created_at")
    buyer = Party(order.address("user_email"), name=order.cut("user_name", 300))
    record = PurchaseRecord(
        reference=data.sure_identity("id"),
        ordered_at=at,
        buyer=buyer,
        lines=(line_of(data, buyer.name, ask),),
        payment=Payment(paid_at=at),
        references=further(order),
        test=test,
    )
    return (record,)


def further(order: Fields) -> tuple[tuple[str, str], ...]:
    found = [("order number", order.text("order_number", 200)), ("identifier", order.text("identifier", 200))]
    return tuple((kind, value) for kind, value in found if value)


def line_of(data: Fields, registered_name: str, ask: Ask | None) -> SoldLine:
    item = data.fields("attributes").fields("first_order_item")
    variant = item.sure_identity("variant_id")
    subscription = begun(data.sure_identity("id"), variant, ask) if ask else None
    return SoldLine(
        product_ref=item.sure_identity("product_id"),
        variant=variant,
        name=item.cut("product_name", 300),
        quantity=quantity_of(item),
        registered_name=registered_name,
        reference=item.sure_identity("id"),
        subscription=subscription.sure_identity("id") if subscription else "",
        paid_until=paid_until(subscription) if subscription else None,
    )


def quantity_of(item: Fields) -> int:
    return item.whole("quantity", low=1, high=MOST_UNITS, missing=1)


def refunded(data: Fields, ask: Ask | None, *, test: bool) -> Sequence[Told]:
    order = data.fields("attributes")
    item, at = order.fields("first_order_item"), order.moment_if_any("refunded_at")
    total = order.sure_money("total")
    back = order.money("refunded_amount")  # not there in older versions, which knew whole refunds only
    if order.flag("refunded") or back >= total:
        payment = Payment(paid=False, refunded=True, refunded_at=at)
    else:
        units = units_of(back, price=total, quantity=quantity_of(item))
        payment = Payment(paid=False, refunds=(Refund(units, line=item.sure_identity("id"), at=at),))
    return (PaymentNews(((ORDER, data.sure_identity("id")),), payment, test=test),)


def key(data: Fields, ask: Ask | None, *, test: bool) -> Sequence[Told]:
    about = data.fields("attributes")
    if about.flag("disabled"):
        return ()
    code = about.code("key") or about.reject("key", "is empty")
    late = LateCodes(
        ((ORDER, about.sure_identity("order_id")),),
        (code,),
        line=about.identity("order_item_id"),
        expires_at=about.moment_if_any("expires_at"),
        test=test,
    )
    return (late,)
