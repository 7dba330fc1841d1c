"""WooCommerce's webhooks, after its REST API's document ("Orders", version 3) and its own code (`WC_Webhook`). The
key files of its license managers are in `woocommerce_licenses`.

Decided here, since they do not say it:

- The order's reference is `id`, which license managers' files name, too; `number`, which plugins change and the
  receipt shows, is kept as a further reference.
- A delivery has an id of its own, a repeated order has none: the same body is the same event.
- Saving a webhook sends one ping, `webhook_id=1` as a form, which is signed by nobody and must be answered with 200,
  or the webhook is not switched on. Just that is accepted unsigned; it says nothing.
- Paid is what is in progress or completed, or has a date of payment under a status that a plugin made. A cancelled
  order that had been paid stays so until it is refunded: that a shop cancels says nothing of the money.
- An order is told once it is paid: until then buyers correct their address and vendors the items, under the same
  `id`.
- `refunds` has amounts only. One that pays exactly so many units of one line, with or without tax, took these; any
  other took none. The status "refunded" is the whole order.
- A line is named by the id of the very thing sold, the variation's if there is one, as license managers' files name
  it.
- WooCommerce has no sales file of its own, and every plugin's has other columns: use the column mapper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from licensing.intake.record import Party, Payment, PurchaseRecord, Refund, SoldLine, Told
from licensing.intake.shop import Ask, Event, NotUnderstood, Received, Shop, digest
from licensing.intake.stores.amounts import units_of
from licensing.intake.stores.json_fields import Fields, dumped, envelope, loaded
from licensing.intake.stores.signatures import base64_sha256, is_signed
from licensing.intake.stores.woocommerce_licenses import EXPORTS

MOST_UNITS: Final = 10_000
SIGNATURE: Final = "x-wc-webhook-signature"
TOPIC: Final = "x-wc-webhook-topic"
ORDER_TOPICS: Final = frozenset({"order.created", "order.updated", "order.restored"})
PAID: Final = frozenset({"processing", "completed", "refunded"})
UNPAID: Final = frozenset({"pending", "on-hold", "failed"})
NO_ORDER_YET: Final = frozenset({"checkout-draft", "auto-draft", "draft", "trash", "new"})
NOT_KEPT: Final = frozenset({"meta_data", "_links", "customer_ip_address", "customer_user_agent"})
_PING: Final = re.compile(rb"webhook_id=\d{1,20}")


class WooCommerce(Shop):
    title = "WooCommerce"
    exports = EXPORTS
    notifies = True
    signed = True
    secret_name = "Secret"  # noqa: S105  what it is called there
    steps = (
        "In WordPress, open WooCommerce, Settings, Advanced, Webhooks, and click Add webhook.",
        "Think of a long random Secret and enter it at this connection first: saving the webhook sends a ping at once.",
        "Enter {url} as Delivery URL and the same Secret.",
        "Choose Status Active, Topic Order created, API version WP REST API Integration v3, and save.",
        "Add a second webhook in the same way with the Topic Order updated, for payments and refunds.",
        "WooCommerce sends nothing again, and after five failures in a row it sets the webhook to Disabled without "
        "a word. If Last heard stays old, look there, and set it to Active again. Orders that were missed: export "
        "them as CSV (with any export plugin), and import the file; you are asked what its columns are.",
    )
    unscrubbed = frozenset({"id", "number", "order_key", "transaction_id"})
    sample = "woocommerce-completed.json"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        headers = {
            "content-type": "application/json",
            TOPIC: "order.updated",
            SIGNATURE: base64_sha256(secret, body),
        }
        return Received("POST", body, headers=headers)

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        if is_ping(received):
            return True
        given = [received.headers.get(SIGNATURE, "")]
        return is_signed(received.body, given=given, secrets=secrets, signer=base64_sha256)

    def events(self, received: Received) -> Sequence[Event]:
        topic = received.headers.get(TOPIC, "order.updated")
        if is_ping(received) or topic not in ORDER_TOPICS:
            return ()
        order = loaded(received.body)
        with envelope():
            if order.is_object("order"):
                raise NotUnderstood("It is of the Legacy REST API: choose WP REST API Integration v3.")
            at = order.moment_if_any("date_modified_gmt")
        return [Event(id=digest(received.body), kind=topic, payload=dumped(kept(order)), at=at)]

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        order = loaded(event.payload)
        if order.text("status", 40) in NO_ORDER_YET:
            return ()
        record = order_of(order)
        return (record,) if record.payment.paid else ()


def is_ping(received: Received) -> bool:
    return bool(_PING.fullmatch(received.body.strip()))


def kept(order: Fields) -> dict[str, object]:
    """Without what plugins and payment gateways put beside the order, which nobody reads here."""
    return {name: value for name, value in order.values.items() if name not in NOT_KEPT}


def order_of(order: Fields) -> PurchaseRecord:
    items = order.each("line_items")
    if not items:
        order.reject("line_items", "is empty")
    return PurchaseRecord(
        reference=order.required("id"),
        ordered_at=order.moment("date_created_gmt"),
        buyer=buyer_of(order.fields("billing")),
        lines=tuple(line_of(item) for item in items),
        payment=payment_of(order, items),
        references=references_of(order),
    )


def buyer_of(billing: Fields) -> Party:
    places = ("address_1", "address_2", "city", "state", "postcode", "country")
    found = [billing.cut(place, 300) for place in places]
    return Party(
        email=billing.address("email"),
        name=" ".join([billing.cut(name, 149) for name in ("first_name", "last_name") if name in billing]),
        company=billing.cut("company", 300),
        phone=billing.cut("phone", 60),
        mailing_address="\n".join([place for place in found if place])[:2000],
    )


def line_of(item: Fields) -> SoldLine:
    product, variation = item.required("product_id"), item.text("variation_id", 200)
    variant = "" if variation == "0" else variation
    return SoldLine(
        product_ref=product,
        variant=variant,
        name=item.cut("name", 300),
        quantity=item.whole("quantity", low=1, high=MOST_UNITS),
        reference=variant or product,
    )


def payment_of(order: Fields, items: Sequence[Fields]) -> Payment:
    status = order.required("status", 40)
    paid_at = order.moment_if_any("date_paid_gmt")
    paid = status in PAID or (paid_at is not None and status not in UNPAID)
    return Payment(
        paid=paid,
        paid_at=paid_at if paid else None,
        refunded=status == "refunded",
        refunds=()
        if status == "refunded"
        else tuple(refund_of(each, items) for each in order.each("refunds")),
    )


def refund_of(refund: Fields, items: Sequence[Fields]) -> Refund:
    """Of the one line that the amount pays so many units of, or of none."""
    reference = refund.required("id")
    paid_back = abs(money(refund, "total"))
    found = [(item, units) for item in items if (units := units_back(item, paid_back))]
    if len(found) != 1:
        return Refund(0, reference=reference)
    [(item, units)] = found
    return Refund(units, line=line_of(item).reference, reference=reference)


def units_back(item: Fields, paid_back: Decimal) -> int:
    quantity = item.whole("quantity", low=1, high=MOST_UNITS)
    net = item.money("total")
    prices = (net + item.money("total_tax"), net)
    return next(
        (u for price in prices if (u := units_of(paid_back, price=price, quantity=quantity))),
        0,
    )


def money(fields: Fields, name: str) -> Decimal:
    """An amount as it is written; WooCommerce writes what was paid back as less than nothing."""
    return Fields({name: fields.raw(name).strip().removeprefix("-")}, fields.path).money(name)


def references_of(order: Fields) -> tuple[tuple[str, str], ...]:
    found = (("number", order.text("number", 200)), ("transaction", order.text("transaction_id", 200)))
    return tuple((kind, value) for kind, value in found if value)


SHOP = WooCommerce()
