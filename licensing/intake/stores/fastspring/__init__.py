"""FastSpring's webhooks, after developer.fastspring.com ("Webhooks Overview", `order.completed`, `return.created`,
`subscription.charge.completed`, "Webhook Expansion", "Returns API") and payloads in public code (the WooCommerce
gateway's handler, cachix/fastspring). Requests for keys are in `keys`.

Decided here, since the documents do not say it:

- The order's reference is the customer-facing `reference`, which the receipt shows and the request for a key names; the
  internal id is kept as a further reference.
- A subscription is renewed by `subscription.charge.completed`, which is an order of its own. `subscription.activated`
  comes beside `order.completed` and says no more than that: it is ignored, else every subscription would be two orders.
- When a subscription is paid until stands in the expanded object only. An order that merely names its subscription is
  not understood (a license without an end would be given for a month's money): switch webhook expansion on.
- Returns are made by amount (the Returns API takes product and amount), and the quantity in `return.created` is that of
  the line, not what came back. So a return of less than the order is compared with the order's lines as the API tells
  them: so many units if the amount is exactly that, else money that took no unit.
- One recipient with another address than the customer's is a gift's receiver; of several, the customer keeps the keys.
- There is no notification for a chargeback that was won: support closes these by hand.
- No public list of the columns of its CSV reports was found: use the generic CSV with a column map.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from licensing.intake.record import Told
from licensing.intake.shop import Ask, Event, Received, Shop
from licensing.intake.stores.fastspring.keys import (
    KEY_DESK,
    is_key_request,
    proves_key_request,
    signed_request,
)
from licensing.intake.stores.fastspring.orders import THOUSANDTHS, charged, completed, is_live
from licensing.intake.stores.fastspring.returns import charged_back, returned
from licensing.intake.stores.json_fields import Fields, dumped, envelope, loaded
from licensing.intake.stores.signatures import base64_sha256, is_signed


class FastSpring(Shop):
    title = "FastSpring"
    notifies = True
    signed = True
    secret_name = "HMAC SHA256 Secret"  # noqa: S105  # its name only
    api_host = "api.fastspring.com"
    api_key_name = "API credentials, user:password"
    steps = (
        "In FastSpring, open Developer Tools, Webhooks, Configuration, and click Add Webhook.",
        "Choose Live and Test Orders and switch on Enable Webhook Expansion.",
        "Click Add URL Endpoint, enter {url} and a long random HMAC SHA256 Secret, and enter the same secret at this "
        "connection.",
        "Choose the events order.completed, subscription.charge.completed, return.created and chargeback.created.",
        "To have keys made here: in the product's Fulfillments, choose Generate a License, Remote Server Request, and "
        "enter {url}, method HTTP POST, encoding UTF-8, output Single-Line License (Quantity Based). Not for "
        "subscriptions: when these end is told by webhooks only.",
        "Under its Parameters, send email, name, company, reference (of the order), internalProductName (the path of "
        "the product), quantity and test. Under Security, copy its Private Key: either use it as the webhook's secret, "
        "too, or make a second connection for these requests with the Private Key as its secret.",
        "For returns of a part of an order, enter API credentials as user:password at this connection, as its API key.",
    )
    unscrubbed = frozenset(
        {"id", "order", "reference", "return", "license", "subscription", "product", "account", "chargeback"}
    )
    key_desk = KEY_DESK
    sample = "fastspring-order.json"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        """A webhook, or a request for a key: these have a signature of their own."""
        headers = {"content-type": "application/json", "x-fs-signature": base64_sha256(secret, body)}
        return signed_request(body, secret) or Received("POST", body, headers=headers)

    def is_authentic(self, received: Received, *, secrets: Sequence[str], now: datetime) -> bool:
        if is_key_request(received):
            return proves_key_request(received, secrets=secrets)
        given = [received.headers.get("x-fs-signature", "")]
        return is_signed(received.body, given=given, secrets=secrets, signer=base64_sha256)

    def events(self, received: Received) -> Sequence[Event]:
        with envelope():
            events = loaded(received.body).each("events")
            return [event_of(each) for each in events if each.text("type", 80) in _READERS]

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        read = _READERS.get(event.kind)
        return read(loaded(event.payload), ask) if read else ()


def event_of(event: Fields) -> Event:
    return Event(
        id=event.required("id"),
        kind=event.required("type", 80),
        payload=dumped(event.values),
        at=event.seconds_if_any("created", per_second=THOUSANDTHS),
        test=not is_live(event),
    )


_READERS = {
    "order.completed": completed,
    "subscription.charge.completed": charged,
    "return.created": returned,
    "chargeback.created": charged_back,
}

SHOP = FastSpring()
