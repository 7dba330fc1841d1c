"""Stripe's webhooks, after docs.stripe.com ("Receive Stripe events", "Verify webhook signatures manually", the Checkout
Session, Charge, Dispute, Invoice and InvoicePayment objects) and payloads in public code (stripe-ruby-mock).

Decided here, since the documents leave it open:

- An order's reference is the payment intent, which charges and disputes name, too; a session that cost nothing has none
  and is known by its own id.
- A session whose payment is not through (bank debits) is no order yet: `async_payment_succeeded` tells it in full.
- A session in `subscription` mode says nothing: its `invoice.paid`, like that of each renewal, is the order, with the
  invoice's id as its reference and the end of the line's period as what is paid until. Invoices without a subscription
  say nothing either: where Checkout makes one, the session is the order. Prorations renew nothing.
- Since API version 2025-03-31 invoices do not name their payment intent: the API is asked, so that refunds find them.
- The product is the line's product, and its price the variant: one product may be sold at prices that mean different
  editions, and a price that nobody mapped is kept and shown.
- `amount_refunded` is a running total. Less than the charge pays back units only if the session had one line and the
  amount is exactly so many times its price; else it is money that took no unit.
- Warnings ("early fraud", inquiries: status `warning_…`) are no disputes.
- The columns of its CSV reports are chosen on export, and none says what was bought: use the generic CSV with a map.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import Told
from licensing.intake.shop import Ask, Event, Received, Shop
from licensing.intake.stores.json_fields import Fields, envelope, loaded
from licensing.intake.stores.signatures import hex_sha256, is_fresh, is_signed, marked
from licensing.intake.stores.stripe.charges import disputed, refunded
from licensing.intake.stores.stripe.heard import Heard, is_test
from licensing.intake.stores.stripe.invoices import invoice
from licensing.intake.stores.stripe.sessions import session

HEADER: Final = "stripe-signature"


class Stripe(Shop):
    title = "Stripe"
    notifies = True
    signed = True
    secret_name = "Signing secret"  # noqa: S105  # its name only
    api_host = "api.stripe.com"
    api_key_name = "restricted API key"
    needs_api_key = True
    steps = (
        "In Stripe, open Developers (the Workbench), tab Webhooks, and click Add destination. Choose events from Your "
        "account, payload style Snapshot, and the destination type Webhook endpoint, with {url} as Endpoint URL. Where "
        "there is no Workbench: Developers, Webhooks, Add endpoint.",
        "Choose the events checkout.session.completed, checkout.session.async_payment_succeeded, charge.refunded, "
        "charge.dispute.created, charge.dispute.closed and invoice.paid.",
        "Open the endpoint that you made, copy its Signing secret, which begins with whsec_, and enter it at this "
        "connection.",
        "Under Developers, API keys, click Create restricted key, let it read Checkout Sessions and Invoices and "
        "nothing else, and enter it at this connection, as its API key: what was bought is not in the notification, so "
        "Stripe is asked.",
        "Test mode and each sandbox have endpoints, secrets and keys of their own: make a second connection in test "
        "mode for one of these.",
        "When you roll the secret, enter the new one at this connection, and let the former one stay valid until it "
        "expires in Stripe.",
    )
    unscrubbed = frozenset(
        {
            "id",
            "payment_intent",
            "charge",
            "invoice",
            "subscription",
            "product",
            "price",
            "customer",
            "number",
        }
        | {"latest_charge", "balance_transaction", "payment_link", "payment_method"}
    )
    sample = "stripe-session.json"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        stamp = str(int(now.timestamp()))
        signature = hex_sha256(secret, signed_part(stamp, body))
        headers = {"content-type": "application/json", HEADER: f"t={stamp},v1={signature}"}
        return Received("POST", body, headers=headers)

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        marks = marked(received.headers.get(HEADER, ""), between=",")
        stamps = marks.get("t", [])
        if len(stamps) != 1 or not is_fresh(stamps[0], now=now):
            return False
        return is_signed(signed_part(stamps[0], received.body), given=marks.get("v1", []), secrets=secrets)

    def events(self, received: Received) -> Sequence[Event]:
        with envelope():
            event = loaded(received.body)
            kind = event.required("type", 200)
            return [event_of(event, kind, received.body)] if kind in _READERS else []

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        read = _READERS.get(event.kind)
        return read(Heard(loaded(event.payload)), ask) if read else ()


def signed_part(stamp: str, body: bytes) -> bytes:
    return stamp.encode() + b"." + body


def event_of(event: Fields, kind: str, body: bytes) -> Event:
    return Event(
        id=event.required("id"),
        kind=kind,
        payload=body,
        at=event.seconds_if_any("created"),
        test=is_test(event),
    )


_READERS = {
    "checkout.session.completed": session,
    "checkout.session.async_payment_succeeded": session,
    "charge.refunded": refunded,
    "charge.dispute.created": disputed,
    "charge.dispute.closed": disputed,
    "invoice.paid": invoice,
}

SHOP = Stripe()
