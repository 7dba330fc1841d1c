"""Subscriptions: what an order begins, and the payments that renew it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import (
    ORDER,
    Names,
    Party,
    Payment,
    PaymentNews,
    PurchaseRecord,
    Refund,
    SoldLine,
    Told,
)
from licensing.intake.shop import Ask, NeedsShop, ShopSilent
from licensing.intake.stores.json_fields import Fields, known

MOST_UNITS: Final = 10_000


def begun(order: str, variant: str, ask: Ask) -> Fields | None:
    """The subscription that an order began; None if it was for something that is bought outright.

    Raises `ShopSilent` where there must be one, but is not yet.
    """
    if (
        not known(ask(f"/v1/variants/{variant}"), "variant")
        .fields("data")
        .fields("attributes")
        .flag("is_subscription")
    ):
        return None
    found = known(ask(f"/v1/subscriptions?filter%5Border_id%5D={order}"), "subscriptions").each("data")
    if not found:
        raise ShopSilent("Its subscription has not been made yet.")
    return found[0]


def paid_until(subscription: Fields) -> datetime:
    """When it renews, or where it was cancelled, ends."""
    about = subscription.fields("attributes")
    return about.moment_if_any("ends_at") or about.moment("renews_at")


def subscription_of(invoice: Fields, ask: Ask | None) -> Fields:
    if ask is None:
        raise NeedsShop("What was paid for is not in it; only Lemon Squeezy's API tells.")
    path = f"/v1/subscriptions/{invoice.sure_identity('subscription_id')}"
    return known(ask(path), "subscription").fields("data")


def reference_of(data: Fields) -> str:
    """A renewal's reference as an order: the ids of invoices count apart from those of orders."""
    return f"subscription-invoice-{data.sure_identity('id')}"


def renewed(data: Fields, ask: Ask | None, *, test: bool) -> Sequence[Told]:
    invoice = data.fields("attributes")
    if invoice.text("billing_reason", 40) != "renewal":
        return ()
    subscription, at = subscription_of(invoice, ask), invoice.moment("created_at")
    buyer = buyer_of(subscription.fields("attributes"))
    record = PurchaseRecord(
        reference=reference_of(data),
        ordered_at=at,
        buyer=buyer,
        lines=(line_of(subscription, buyer.name),),
        payment=Payment(paid_at=at),
        test=test,
    )
    return (record,)


def buyer_of(about: Fields) -> Party:
    return Party(about.address("user_email"), name=about.cut("user_name", 300))


def line_of(subscription: Fields, registered_name: str) -> SoldLine:
    about = subscription.fields("attributes")
    item = about.fields("first_subscription_item")
    return SoldLine(
        product_ref=about.sure_identity("product_id"),
        variant=about.sure_identity("variant_id"),
        name=about.cut("product_name", 300),
        quantity=item.whole("quantity", low=1, high=MOST_UNITS, missing=1),
        registered_name=registered_name,
        subscription=subscription.sure_identity("id"),
        paid_until=paid_until(subscription),
    )


def renewal_refunded(data: Fields, ask: Ask | None, *, test: bool) -> Sequence[Told]:
    invoice = data.fields("attributes")
    at = invoice.moment_if_any("refunded_at") or invoice.moment_if_any("updated_at")
    if invoice.flag("refunded") or invoice.money("refunded_amount") >= invoice.sure_money("total"):
        payment = Payment(paid=False, refunded=True, refunded_at=at)
    else:
        payment = Payment(paid=False, refunds=(Refund(0, at=at),))
    return (PaymentNews(names_of(data, ask), payment, test=test),)


def names_of(data: Fields, ask: Ask | None) -> Names:
    """The order that was paid: the first payment is that of the order itself."""
    invoice = data.fields("attributes")
    if invoice.text("billing_reason", 40) != "initial":
        return ((ORDER, reference_of(data)),)
    about = subscription_of(invoice, ask).fields("attributes")
    return ((ORDER, about.sure_identity("order_id")),)
