"""Lemon Squeezy's webhooks, after docs.lemonsqueezy.com ("Webhooks", "Signing requests", "Event types", the order,
license key, subscription, subscription invoice and variant objects) and remorses/lemonsqueezy-webhooks.

Decided here, since the documents leave it open:

- An event has no id: the digest of what was sent is. The same is sent again where we did not answer.
- An order's reference is its id, which keys and subscriptions name it by; its number, which counts for each store and
  stands on the receipt, and its identifier are further references. `first_order_item` is all that was sold: a checkout
  sells one thing.
- Whether an order begins a subscription is not in it. With an API key, the shop is asked for the variant and for the
  subscription, again if that is not made yet. Without a key every order is taken as bought outright.
- A renewal (`subscription_payment_success`) is an order of its own, `subscription-invoice-` and its id. What it renews
  is not in it, so that it needs the API key. The first payment is the order itself, and a changed plan renews nothing.
- An order that waits for its payment is kept for a person to replay: no event says that it was paid.
- A refund is a running total. It pays back units if it is exactly so many times the price of one.
- Keys come apart from their order, and again when they change. One that was disabled says nothing.
- No public list of the columns of its CSV files was found: use the generic CSV with a column map.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from licensing.intake.record import Told
from licensing.intake.shop import Ask, Event, Received, Shop, digest
from licensing.intake.stores.json_fields import Fields, envelope, loaded
from licensing.intake.stores.lemon_squeezy.orders import created, key, refunded
from licensing.intake.stores.lemon_squeezy.subscriptions import renewal_refunded, renewed
from licensing.intake.stores.signatures import hex_sha256, is_signed


class LemonSqueezy(Shop):
    title = "Lemon Squeezy"
    notifies = True
    signed = True
    secret_name = "Signing secret"  # noqa: S105  # its name only
    api_host = "api.lemonsqueezy.com"
    steps = (
        "In Lemon Squeezy, open Settings, Webhooks, and click the plus sign.",
        "Enter {url} as Callback URL, think of a long random Signing secret (6 to 40 characters), and enter the same "
        "secret at this connection.",
        "Choose the events order_created, order_refunded, license_key_created, license_key_updated, "
        "subscription_payment_success and subscription_payment_refunded, and save.",
        "If you sell subscriptions: in Settings, API, make an API key and enter it at this connection. What a payment "
        "renews is not in the notification, so Lemon Squeezy is asked.",
    )
    unscrubbed = frozenset(
        {
            "id",
            "identifier",
            "order_number",
            "order_id",
            "order_item_id",
            "product_id",
            "variant_id",
            "price_id",
        }
        | {"customer_id", "store_id", "subscription_id", "key", "key_short", "webhook_id"}
    )
    sample = "lemonsqueezy-order.json"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        headers = {"content-type": "application/json", "x-signature": hex_sha256(secret, body)}
        return Received("POST", body, headers=headers)

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        return is_signed(received.body, given=[received.headers.get("x-signature", "")], secrets=secrets)

    def events(self, received: Received) -> Sequence[Event]:
        with envelope():
            event = loaded(received.body)
            kind = event.fields("meta").required("event_name")
            return [event_of(event, kind, received.body)] if kind in _READERS else []

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        read = _READERS.get(event.kind)
        return read(loaded(event.payload).fields("data"), ask, test=event.test) if read else ()


def event_of(event: Fields, kind: str, body: bytes) -> Event:
    about = event.fields("data").fields("attributes")
    at = about.moment_if_any("updated_at")
    return Event(id=digest(body), kind=kind, payload=body, at=at, test=is_test(event, about))


def is_test(event: Fields, about: Fields) -> bool:
    """Whether it is about no real money. One that does not say so is refused: a test must never pass for an order."""
    said = [place.anything("test_mode") for place in (event.fields("meta"), about)]
    if not any(isinstance(each, bool) for each in said):
        about.reject("test_mode", "must be true or false")
    return True in said


_READERS = {
    "order_created": created,
    "order_refunded": refunded,
    "license_key_created": key,
    "license_key_updated": key,
    "subscription_payment_success": renewed,
    "subscription_payment_refunded": renewal_refunded,
}

SHOP = LemonSqueezy()
