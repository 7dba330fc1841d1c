"""Gumroad's Ping, after its own code (`Purchase::PingNotification`, `User::PingNotification`) and its API's document
("GET /v2/sales/:id").

Decided here, since they do not say it:

- A ping is signed by nobody: it stays unconfirmed. With an API key the shop is asked for the sale that the ping names,
  and only what it answers counts. Whether it was a test is known to the ping alone.
- The order's reference is `order_number` (`order_id` in the API), which the export calls "Order Number"; the product is
  `short_product_id` (`product_permalink` in the API), the export's "Product ID"; variants are joined as the export
  joins them. So whatever comes later, ping or export, tells of the same order.
- The test button sends the vendor's last real sale, marked as a test. Its key is the real order's: it is left out.
- For a gift, Gumroad tells of the receiver's purchase, which has a number of its own; the export has the buyer's only.
  Such a gift is told under both: its key opens a case for support when the export comes.
- "refund" without "refunded" was of a part, and a ping does not say of how much: money that took no unit, until the
  API or an export says how many it paid for.
- A membership is paid until its next charge, reckoned from this one by its `recurrence`. What a cancellation ends ends
  by itself then, so these events are of no interest; no sale is in them either.
- Custom fields stand beside the shop's own under names that the vendor chose, and may hide them: with an API key, the
  shop's answer counts instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import Party, PurchaseRecord, Refund, Told
from licensing.intake.shop import Ask, Event, NotUnderstood, Received, Shop, digest
from licensing.intake.stores.form_fields import charset_of, form, inner
from licensing.intake.stores.gumroad_sales import (
    giver,
    is_gift,
    line_of,
    paid_until,
    part_refunded,
    payment_of,
    person,
)
from licensing.intake.stores.json_fields import Fields, dumped, envelope, known, loaded

FORM: Final = "application/x-www-form-urlencoded"
OF_PAYMENT: Final = frozenset({"sale", "refund", "dispute", "dispute_won"})
_NOT_KEPT: Final = re.compile(r"card(\[.*)?|ip_country|referrer|url_params(\[.*)?")
_SALE: Final = re.compile(r"[A-Za-z0-9_-]{1,100}={0,2}")


SUBSCRIBE: Final = (
    'curl -X PUT https://api.gumroad.com/v2/resource_subscriptions -d "access_token=$TOKEN" -d post_url={url}'
)


class GumroadPing(Shop):
    """All of Gumroad but its export."""

    title = "Gumroad"
    notifies = True
    signed = False
    api_host = "api.gumroad.com"
    api_key_name = "access token"
    steps = (
        "In Gumroad, open Settings, Advanced, and paste {url} into Ping endpoint.",
        "Gumroad signs nothing. Under Settings, Advanced, Applications, create an application, generate an access "
        "token with the scope view_sales, and enter it at this connection, as its API key: then every ping is checked "
        "with Gumroad before it counts.",
        "Refunds and disputes come only by resource subscriptions, which Gumroad's pages cannot add. With the token in "
        "the variable TOKEN, send three commands:",
        f"{SUBSCRIBE} -d resource_name=refund",
        f"{SUBSCRIBE} -d resource_name=dispute",
        f"{SUBSCRIBE} -d resource_name=dispute_won",
    )
    unscrubbed = frozenset({"license_key", "order_number", "sale_id", "subscription_id", "seller_id"})
    sample = "gumroad-sale.form"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        return Received("POST", body, headers={"content-type": FORM})

    def events(self, received: Received) -> Sequence[Event]:
        with envelope():
            ping = ping_of(received)
            kind = ping.text("resource_name", 40) or "sale"
            if kind not in OF_PAYMENT:
                return ()
            return [
                Event(
                    id=digest(received.body),
                    kind=kind,
                    payload=dumped(ping.values),
                    test=ping.flag("test"),
                )
            ]

    def told(self, event: Event, *, ask: Ask | None) -> Sequence[Told]:
        ping = loaded(event.payload)
        return (asked(ping, ask) if ask else from_ping(ping, of_a_part=event.kind == "refund"),)


def ping_of(received: Received) -> Fields:
    """The ping's fields, without what nobody needs here; forms within it as objects."""
    if "json" in received.content_type:
        fields = loaded(received.body).values
    else:
        flat = form(received.body, charset=charset_of(received.content_type))
        fields = dict(flat) | {name: inner(flat, name) for name in ("variants", "custom_fields")}
    return Fields({name: value for name, value in fields.items() if not _NOT_KEPT.fullmatch(name)})


def from_ping(ping: Fields, *, of_a_part: bool) -> PurchaseRecord:
    """What the ping itself says, which nobody has confirmed."""
    refunded = ping.flag("refunded")
    return PurchaseRecord(
        reference=ping.required("order_number"),
        ordered_at=ping.moment("sale_timestamp"),
        buyer=Party(ping.address("gifter_email")) if is_gift(ping) else person(ping, "email"),
        receiver=person(ping, "email") if is_gift(ping) else None,
        lines=(line_of(ping, "short_product_id", until=paid_until(ping, "sale_timestamp", "recurrence")),),
        payment=payment_of(ping, "sale_timestamp", refunded, (Refund(0),) if of_a_part else ()),
        references=(("sale", ping.required("sale_id")),),
        test=ping.flag("test"),
        confirmed=False,
    )


def asked(ping: Fields, ask: Ask) -> PurchaseRecord:
    """The same sale as Gumroad's API tells it."""
    sale_id = ping.required("sale_id")
    if not _SALE.fullmatch(sale_id):
        ping.reject("sale_id", "is not the id of a sale")
    sale = known(ask(f"/v2/sales/{sale_id}")).fields("sale")
    if sale.text("id", 200) != sale_id:
        raise NotUnderstood("Gumroad knows no such sale.")
    return from_answer(sale, test=ping.flag("test"))


def from_answer(sale: Fields, *, test: bool) -> PurchaseRecord:
    whole = sale.flag("refunded")
    part = (part_refunded(sale),) if sale.flag("partially_refunded") else ()
    owner = person(sale, "purchase_email" if "purchase_email" in sale else "email")
    return PurchaseRecord(
        reference=sale.required("order_id"),
        ordered_at=sale.moment("created_at"),
        buyer=giver(sale) if is_gift(sale) else owner,
        receiver=owner if is_gift(sale) else None,
        lines=(
            line_of(
                sale,
                "product_permalink",
                until=paid_until(sale, "created_at", "subscription_duration"),
                test=test,
            ),
        ),
        payment=payment_of(sale, "created_at", whole, part),
        references=(("sale", sale.required("id")),),
        test=test,
    )
