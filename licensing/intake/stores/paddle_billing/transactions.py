"""Transactions: what was bought, and each renewal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine, Told
from licensing.intake.shop import Ask, NeedsShop
from licensing.intake.stores.json_fields import Fields, known

MOST_UNITS: Final = 10_000
NOTHING: Final = "subscription_payment_method_change"


def completed(event: Fields, ask: Ask | None) -> Sequence[Told]:
    data = event.fields("data")
    if data.text("origin", 80) == NOTHING:
        return ()
    if ask is None:
        raise NeedsShop("Who bought is not in it; only Paddle's API tells.")
    buyer = buyer_of(answer(ask, f"/customers/{data.sure_identity('customer_id')}"))
    lines = lines_of(data, buyer.name, ask)
    at = data.moment_if_any("billed_at") or data.moment("created_at")
    invoice = data.text("invoice_number", 200)
    record = PurchaseRecord(
        reference=data.sure_identity("id"),
        ordered_at=at,
        buyer=buyer,
        lines=lines,
        payment=Payment(paid_at=at),
        references=(("invoice number", invoice),) if invoice else (),
    )
    return (record,)


def answer(ask: Ask, path: str) -> Fields:
    """The entity that Paddle's API answers with."""
    return known(ask(path), "answer").fields("data")


def buyer_of(customer: Fields) -> Party:
    return Party(
        email=customer.address("email"),
        name=customer.cut("name", 300),
        language=customer.cut("locale", 10),
        consent=customer.flag("marketing_consent") if "marketing_consent" in customer else None,
    )


def lines_of(data: Fields, name: str, ask: Ask) -> tuple[SoldLine, ...]:
    sold = data.fields("details").each("line_items")
    if not sold:
        data.reject("details.line_items", "is empty")
    once = bought_once(data)
    recurs = [
        bool(data.identity("subscription_id")) and each.identity("price_id") not in once for each in sold
    ]
    until = paid_until(data, ask) if any(recurs) else None
    return tuple(
        line_of(each, name, data.identity("subscription_id") if again else "", until if again else None)
        for each, again in zip(sold, recurs, strict=True)
    )


def bought_once(data: Fields) -> set[str]:
    """The prices of this transaction that do not recur: Paddle says that their `billing_cycle` is null."""
    prices = [item.fields("price") for item in data.each("items")]
    return {price.sure_identity("id") for price in prices if price.values.get("billing_cycle", ...) is None}


def paid_until(data: Fields, ask: Ask) -> datetime:
    period = data.fields("billing_period")
    if "ends_at" not in period:
        subscription = answer(ask, f"/subscriptions/{data.sure_identity('subscription_id')}")
        period = subscription.fields("current_billing_period")
    return period.moment("ends_at")


def line_of(line: Fields, name: str, subscription: str, until: datetime | None) -> SoldLine:
    product = line.fields("product")
    return SoldLine(
        product_ref=product.sure_identity("id"),
        variant=line.identity("price_id"),
        name=product.cut("name", 300),
        quantity=line.whole("quantity", low=1, high=MOST_UNITS),
        registered_name=name,
        reference=line.sure_identity("id"),
        subscription=subscription,
        paid_until=until,
    )
