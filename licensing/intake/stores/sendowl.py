"""SendOwl's webhooks, after its help ("Using webhooks") and its API's document (orders version 1.3, licenses).

Decided here, since they do not say it:

- Signed is the whole body, as it was sent, with the signing key secret of the API page.
- A webhook has no id: the same body is the same event. It tells the order's state at that moment, so one event may
  say what another says, too.
- Complete, free and imported orders are paid; failed ones and those in review are not, and are not told. "Refunded"
  is the whole order. Money back that left the order complete stands in `refund_transactions`: so many units if the
  order has one line and all of it pays exactly these, else money that took no unit.
- A chargeback and a dispute look alike. An order in dispute that is settled in the vendor's favour becomes complete
  again, which every order that never was in dispute is, too: support closes these by hand.
- Until when a subscription is paid is in no field that is documented. Its states are not understood, since a license
  without an end would be given for a month's money.
- Registration codes are in no webhook. With an API key, the shop is asked for the order's.
- A giftee owns what was bought.
- No public document lists the columns of its reports: use the generic CSV with a column map.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from licensing.intake.record import ORDER, LateCodes, Party, Payment, PurchaseRecord, Refund, SoldLine, Told
from licensing.intake.shop import Ask, Event, NotUnderstood, Received, Shop, digest
from licensing.intake.stores.amounts import units_of
from licensing.intake.stores.json_fields import Fields, dumped, envelope, known, loaded
from licensing.intake.stores.signatures import base64_sha256, is_signed

MOST_UNITS: Final = 10_000
SIGNATURE: Final = "x-sendowl-hmac-sha256"
EVENT: Final = "x-sendowl-event"
PAID: Final = frozenset({"complete", "free", "imported"})
DISPUTED: Final = frozenset({"chargeback", "charged_back", "in_dispute"})
UNPAID: Final = frozenset({"failed", "fraud_review", "pending", "initial", "created"})
SOLD_AS: Final = ("product", "package", "bundle")
_AMOUNT: Final = re.compile(r"\D{0,8}([0-9][0-9.,]{0,20})\D{0,8}")
_ID: Final = re.compile(r"\d{1,20}", re.ASCII)


class SendOwl(Shop):
    title = "SendOwl"
    notifies = True
    signed = True
    secret_name = "Signing key secret"  # noqa: S105  what it is called there
    api_host = "api.sendowl.com"
    api_key_name = "API key and secret, key:secret"
    steps = (
        "In SendOwl, open Settings, SendOwl API, enable it, copy the Signing key secret, and enter it at this "
        "connection.",
        "Open Settings, Webhooks, Add a webhook, enter {url}, and choose the event Order completed.",
        "Add one more webhook in the same way for each of Free order issued, Order imported, Refund issued, In dispute "
        "and Order charged back.",
        "To have registration codes that SendOwl gave out, enter the API key and secret as key:secret at this "
        "connection, as its API key.",
    )
    unscrubbed = frozenset({"id", "gateway_transaction_id", "key"})
    sample = "sendowl-completed.json"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        headers = {
            "content-type": "application/json",
            EVENT: "order_completed",
            SIGNATURE: base64_sha256(secret, body),
        }
        return Received("POST", body, headers=headers)

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        given = [received.headers.get(SIGNATURE, "")]
        return is_signed(received.body, given=given, secrets=secrets, signer=base64_sha256)

    def events(self, received: Received) -> Sequence[Event]:
        with envelope():
            order = loaded(received.body).fields("order")
            if not order.values:
                raise NotUnderstood("There is no order in it.")
            kind = received.headers.get(EVENT, "")[:80] or "order"
            return [Event(id=digest(received.body), kind=kind, payload=dumped(order.values))]

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        order = Fields(loaded(event.payload).values, "order")
        record = order_of(order)
        if not record.payment.paid:
            return ()
        return (record, *codes_of(record, ask)) if ask else (record,)


def order_of(order: Fields) -> PurchaseRecord:
    cart = order.fields("cart")
    lines = tuple(line_of(item) for item in cart.each("cart_items"))
    if not lines:
        cart.reject("cart_items", "is empty")
    when, name = (cart, "completed_checkout_at") if "completed_checkout_at" in cart else (order, "created_at")
    gift = "giftee_email" in order
    return PurchaseRecord(
        reference=order.required("id"),
        ordered_at=when.moment(name),
        buyer=Party(
            email=order.address("buyer_email"),
            name=order.cut("buyer_name", 300),
            mailing_address=order.cut("buyer_country", 300),
            consent=order.flag("can_market_to_buyer") if "can_market_to_buyer" in order else None,
        ),
        receiver=Party(order.address("giftee_email"), order.cut("giftee_name", 300)) if gift else None,
        lines=lines,
        payment=payment_of(order, lines),
        references=tuple(transactions_of(order)),
    )


def line_of(item: Fields) -> SoldLine:
    """A product, or a bundle of several that is sold as one."""
    kind = next((kind for kind in SOLD_AS if item.is_object(kind)), SOLD_AS[0])
    product = item.fields(kind)
    return SoldLine(
        product_ref=product.required("id"),
        variant="" if kind == SOLD_AS[0] else kind,
        name=product.cut("name", 300),
        quantity=item.whole("quantity", low=1, high=MOST_UNITS, missing=1),
    )


def payment_of(order: Fields, lines: Sequence[SoldLine]) -> Payment:
    state = order.required("state", 60).lower().replace(" ", "_")
    if state.startswith("subscription"):
        raise NotUnderstood("It is of a subscription, and does not say until when that is paid.")
    if state not in PAID | DISPUTED | UNPAID | {"refunded"}:
        order.reject("state", "is none that SendOwl documents")
    return Payment(
        paid=state not in UNPAID,
        refunded=state == "refunded",
        disputed=state in DISPUTED,
        refunds=part_refunded(order, lines) if state in PAID else (),
    )


def part_refunded(order: Fields, lines: Sequence[SoldLine]) -> tuple[Refund, ...]:
    """All that was paid back so far, as a running total."""
    refunds = [each.fields("refund_transaction") for each in order.each("refund_transactions")]
    if not refunds:
        return ()
    paid_back = sum((amount(refund, "amount") for refund in refunds), Decimal(0))
    if len(lines) != 1 or "settled_gross" not in order:
        return (Refund(0),)
    price = amount(order, "settled_gross")
    units = units_of(paid_back, price=price, quantity=lines[0].quantity)
    return (Refund(units),)


def amount(fields: Fields, name: str) -> Decimal:
    """An amount with or without its currency's sign; what was paid back is written as less than nothing."""
    match = _AMOUNT.fullmatch(fields.text(name, 60))
    return (
        Fields({name: match[1]}, fields.path).money(name)
        if match
        else fields.reject(name, "is not an amount")
    )


def transactions_of(order: Fields) -> list[tuple[str, str]]:
    ids = [each.text("gateway_transaction_id", 200) for each in order.each("transactions")]
    return [("transaction", each) for each in dict.fromkeys(ids) if each]


def codes_of(record: PurchaseRecord, ask: Ask) -> list[LateCodes]:
    """What the shop gave out for the order, by product."""
    if not _ID.fullmatch(record.reference):
        raise NotUnderstood("Its order has no number that can be asked for.")
    answer = ask(f"/api/v1/orders/{record.reference}/licenses")
    found: dict[str, list[str]] = {}
    for each in answer if isinstance(answer, list) else []:
        given = license_of(each)
        if (code := given.code("key")) and not given.flag("order_refunded"):
            found.setdefault(given.text("product_id", 200), []).append(code)
    names = ((ORDER, record.reference),)
    return [LateCodes(names, tuple(codes), line=product) for product, codes in found.items()]


def license_of(answer: Any) -> Fields:
    """One license, by itself or under its name, as SendOwl's other lists are."""
    fields = known(answer)
    return fields.fields("license") if fields.is_object("license") else fields


SHOP = SendOwl()
