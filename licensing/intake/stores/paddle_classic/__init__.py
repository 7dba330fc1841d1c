"""Paddle Classic's alerts and its fulfilment webhook, after developer.paddle.com/webhook-reference ("Verifying
webhooks", `payment_succeeded`, `payment_refunded`, `payment_dispute_…`, `locker_processed`, `subscription_payment_…`,
"Fulfillment Webhook"); the signature was checked against alerts of Paddle's own simulator in public code. Paddle
Billing is another kind.

Decided here, since the documents leave it open:

- The secret is the vendor's public key, with which nothing can be signed: the console's test button is refused for
  this kind, and that is as it should be. Given a private key instead, `sent` signs with it and its public half checks:
  so the tests do it.
- The scheme has no moment of sending, so a replay is noticed by `alert_id` alone.
- An order's reference is `order_id` (`p_order_id` in fulfilment), which stands on the receipt; the checkout's id is a
  further reference.
- A full refund is the order. Of a partial one nobody says what the order had cost: it is money that took no unit, as is
  tax paid back (`vat`).
- `payment_dispute_closed` says that the dispute was won, so the document.
- A subscription is paid until the end of its `next_bill_date`, in UTC.
- `locker_processed` tells the licence that the buyer got. So many lines as units are that many keys, else it is one.
- Alerts do not say whether they are a test: Paddle's sandbox is an account of its own, and its connection is in test
  mode.
- Its help page ("An Insight into the Transactions Report") describes the report's columns, but no file with them was
  found: use the generic CSV with a column map.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from licensing.intake.record import Told
from licensing.intake.shop import Ask, Event, NotUnderstood, Received, Shop
from licensing.intake.stores.form_fields import form
from licensing.intake.stores.json_fields import Fields, envelope
from licensing.intake.stores.paddle_classic.alerts import READERS
from licensing.intake.stores.paddle_classic.fulfilment import KEY_DESK, fields_of, octets_of
from licensing.intake.stores.paddle_classic.signature import SIGNATURE, proves, signature


class PaddleClassic(Shop):
    title = "Paddle Classic"
    notifies = True
    signed = True
    methods = ("POST", "GET")
    secret_name = "Public key"  # noqa: S105  # its name only, and not even a secret
    steps = (
        "In Paddle, open Developer Tools, Public Key, and copy the whole key, with its first and last line, and enter "
        "it at this connection.",
        "Open Developer Tools, Alerts / Webhooks, and enter {url} as the address for alerts.",
        "Choose Payment Success, Payment Refunded, Payment Dispute Created and Closed, Locker Processed, Subscription "
        "Payment Success and Subscription Payment Refunded.",
        "To have keys made here: in the product's Fulfillment, choose Server Notification (webhook), enter {url}, "
        "method POST, and add the fields p_customer_email and p_customer_name. The buyer is mailed what is answered.",
        "For the sandbox, make a second connection in test mode, with the sandbox's public key.",
    )
    unscrubbed = frozenset(
        {
            "alert_id",
            "order_id",
            "p_order_id",
            "checkout_id",
            "product_id",
            "p_product_id",
            "licence",
            SIGNATURE,
        }
        | {"subscription_id", "subscription_payment_id", "subscription_plan_id", "user_id", "receipt_url"}
    )
    key_desk = KEY_DESK
    sample = "paddle-classic-payment.form"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        fields = form(body)
        fields[SIGNATURE] = signature(fields, secret)
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return Received("POST", urlencode(fields).encode(), headers=headers)

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        try:
            fields = fields_of(received)
        except NotUnderstood:
            return False
        return any([proves(fields, secret) for secret in secrets])  # noqa: C419  # all of them, always

    def events(self, received: Received) -> Sequence[Event]:
        with envelope():
            alert = Fields(dict(fields_of(received)))
            kind = alert.required("alert_name")
            return [event_of(alert, kind, octets_of(received))] if kind in READERS else []

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        read = READERS.get(event.kind)
        return read(Fields(dict(form(event.payload)))) if read else ()


def event_of(alert: Fields, kind: str, payload: bytes) -> Event:
    return Event(alert.required("alert_id"), kind, payload, at=alert.moment_if_any("event_time"))


SHOP = PaddleClassic()
