"""Invoices: each period of a subscription that was paid, the first one included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from licensing.intake.record import Names, Party, Payment, PurchaseRecord, SoldLine, Told
from licensing.intake.shop import Ask, NeedsShop, NotUnderstood
from licensing.intake.stores.json_fields import Fields
from licensing.intake.stores.stripe.heard import MOST_UNITS, Heard, further, listed, mailing_address

RENEWALS: Final = frozenset(
    {"subscription_create", "subscription_cycle", "subscription_update", "subscription"}
)


def invoice(heard: Heard, ask: Ask | None) -> Sequence[Told]:
    about = heard.about
    if about.text("billing_reason", 40) not in RENEWALS:
        return ()
    buyer = invoiced(about)
    lines = tuple(renewed(each, about, buyer.name) for each in invoice_lines(about, ask) if is_period(each))
    if not lines:
        return ()
    names = further(
        about, ("payment_intent", "payment_intent"), ("charge", "charge"), ("invoice number", "number")
    )
    record = PurchaseRecord(
        reference=about.sure_identity("id"),
        ordered_at=about.seconds("created"),
        buyer=buyer,
        lines=lines,
        payment=Payment(paid_at=heard.at),
        references=names if "payment_intent" in about else (*names, *intents(about, ask)),
        test=heard.test,
    )
    return (record,)


def invoiced(about: Fields) -> Party:
    return Party(
        email=about.address("customer_email"),
        name=about.cut("customer_name", 300),
        phone=about.cut("customer_phone", 60),
        mailing_address=mailing_address(about.fields("customer_address")),
    )


def invoice_lines(about: Fields, ask: Ask | None) -> list[Fields]:
    """Ten of them come with the invoice; of more, the API is asked."""
    lines = about.fields("lines")
    if not lines.flag("has_more"):
        return lines.each("data")
    if ask is None:
        raise NeedsShop("It has more lines than it holds; only Stripe's API tells them all.")
    return list(listed(f"/v1/invoices/{about.sure_identity('id')}/lines?limit=100", ask))


def is_period(line: Fields) -> bool:
    """Whether it is a period of a subscription that was paid, and no proration of another."""
    details = line.fields("parent").fields("subscription_item_details")
    return not (line.flag("proration") or details.flag("proration"))


def renewed(line: Fields, about: Fields, registered_name: str) -> SoldLine:
    priced = line.fields("pricing").fields("price_details")  # since 2025-03-31; before that, the price itself
    price = line.fields("price")
    return SoldLine(
        product_ref=priced.identity("product") or price.sure_identity("product"),
        variant=priced.identity("price") or price.identity("id"),
        name=line.cut("description", 300),
        quantity=line.whole("quantity", low=1, high=MOST_UNITS, missing=1),
        registered_name=registered_name,
        reference=line.sure_identity("id"),
        subscription=subscription_of(line, about),
        paid_until=line.fields("period").seconds("end"),
    )


def subscription_of(line: Fields, about: Fields) -> str:
    return (
        line.identity("subscription")
        or line.fields("parent").fields("subscription_item_details").identity("subscription")
        or about.identity("subscription")
        or about.fields("parent").fields("subscription_details").sure_identity("subscription")
    )


def intents(about: Fields, ask: Ask | None) -> Names:
    """The payment intents that paid an invoice which does not name one: refunds name them.

    None where nothing was to pay, or nobody can say: the order is known without them.
    """
    if not about.sure_money("amount_paid"):
        return ()
    payments = about.fields("payments").each("data") or asked(about, ask)
    found = (each.fields("payment").identity("payment_intent") for each in payments)
    return tuple(("payment_intent", each) for each in dict.fromkeys(found) if each)


def asked(about: Fields, ask: Ask | None) -> list[Fields]:
    try:
        path = f"/v1/invoice_payments?invoice={about.sure_identity('id')}&limit=100"
        return list(listed(path, ask)) if ask else []
    except NotUnderstood:
        return []
