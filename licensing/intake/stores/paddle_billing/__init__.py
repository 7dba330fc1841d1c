"""Paddle Billing's notifications, after developer.paddle.com ("Webhooks", "Signature verification", the transaction,
adjustment, customer and subscription entities) and hookdeck/webhook-skills. Paddle Classic is another kind.

Decided here, since the documents leave it open:

- An order's reference is the transaction's id; the number on its invoice is a further reference. `transaction.paid` is
  no order: Paddle says `transaction.completed` when all is done, and only that has invoice and subscription.
- Who bought is not in the notification: the API is asked for the customer. Their business and postal address would each
  be one more question, and are left out.
- Product and variant are Paddle's product and price. A line belongs to the subscription if its price recurs; it is paid
  until the transaction's billing period ends, or where there is none, the subscription's, for which the API is asked.
- A changed payment method is a transaction, too, of nothing: it says nothing.
- Only approved adjustments count. `credit` changes what is owed, not what was bought; a warning is no dispute yet.
  `chargeback_reverse`, or a chargeback that turned `reversed`, is a dispute that was won.
- A partial refund is compared with the transaction's lines as the API tells them: a `full` item is all units of its
  line, another as many as its amount is exactly the price of; tax and prorations are money that took no unit.
- Notifications do not say whether they are a test: Paddle's sandbox is an account of its own, and its connection is in
  test mode.
- Its reports are described ("Transaction line items"), but in no copy that could be read with the headings as they
  are spelt in the file: use the generic CSV with a column map.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import Told
from licensing.intake.shop import Ask, Event, Received, Shop
from licensing.intake.stores.json_fields import Fields, envelope, loaded
from licensing.intake.stores.paddle_billing.adjustments import adjusted
from licensing.intake.stores.paddle_billing.transactions import completed
from licensing.intake.stores.signatures import hex_sha256, is_fresh, is_signed, marked

HEADER: Final = "paddle-signature"


class PaddleBilling(Shop):
    title = "Paddle Billing"
    notifies = True
    signed = True
    secret_name = "Secret key"  # noqa: S105  # its name only
    api_host = "api.paddle.com"
    needs_api_key = True
    test_api_host = "sandbox-api.paddle.com"
    steps = (
        "In Paddle, open Developer tools, Notifications, and click New destination.",
        "Choose Webhook and enter {url}.",
        "Choose the events transaction.completed, adjustment.created and adjustment.updated, and save.",
        "Open the destination again (Edit destination), copy its Secret key, which begins with pdl_ntfset_, and "
        "enter it at this connection.",
        "In Developer tools, Authentication, make an API key that may read customers, transactions and subscriptions, "
        "and enter it at this connection: who bought is not in the notification, so Paddle is asked.",
        "For the sandbox, make a second connection in test mode, with the sandbox's secret and key.",
    )
    unscrubbed = frozenset(
        {
            "id",
            "event_id",
            "notification_id",
            "transaction_id",
            "subscription_id",
            "customer_id",
            "invoice_id",
        }
        | {
            "invoice_number",
            "price_id",
            "product_id",
            "item_id",
            "address_id",
            "business_id",
            "payment_method_id",
        }
        | {"payment_attempt_id", "stored_payment_method_id", "discount_id", "checkout_id"}
    )
    sample = "paddle-transaction.json"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        stamp = str(int(now.timestamp()))
        signature = hex_sha256(secret, signed_part(stamp, body))
        headers = {"content-type": "application/json", HEADER: f"ts={stamp};h1={signature}"}
        return Received("POST", body, headers=headers)

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        marks = marked(received.headers.get(HEADER, ""), between=";")
        stamps = marks.get("ts", [])
        if len(stamps) != 1 or not is_fresh(stamps[0], now=now):
            return False
        return is_signed(signed_part(stamps[0], received.body), given=marks.get("h1", []), secrets=secrets)

    def events(self, received: Received) -> Sequence[Event]:
        with envelope():
            event = loaded(received.body)
            kind = event.required("event_type")
            return [event_of(event, kind, received.body)] if kind in _READERS else []

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        read = _READERS.get(event.kind)
        return read(loaded(event.payload), ask) if read else ()


def signed_part(stamp: str, body: bytes) -> bytes:
    return stamp.encode() + b":" + body


def event_of(event: Fields, kind: str, body: bytes) -> Event:
    at = event.moment_if_any("occurred_at")
    return Event(id=event.required("event_id"), kind=kind, payload=body, at=at)


_READERS = {
    "transaction.completed": completed,
    "adjustment.created": adjusted,
    "adjustment.updated": adjusted,
}

SHOP = PaddleBilling()
