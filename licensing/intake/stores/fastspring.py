"""FastSpring's webhooks, after developer.fastspring.com ("Webhooks Overview", `order.completed`, `return.created`,
`subscription.charge.completed`, "Webhook Expansion", "Returns API") and payloads in public code (the WooCommerce
gateway's handler, cachix/fastspring). Requests for keys are in `fastspring_keys`.

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
- No public document lists the columns of its CSV reports: use the generic CSV with a column map.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import (
    ORDER,
    Names,
    Party,
    Payment,
    PaymentNews,
    PurchaseRecord,
    Refund,
    RowRejected,
    SoldLine,
    Told,
)
from licensing.intake.shop import Ask, Event, NeedsShop, NotUnderstood, Received, Shop
from licensing.intake.stores.amounts import units_of
from licensing.intake.stores.fastspring_keys import KEY_DESK, is_key_request, proves_key_request
from licensing.intake.stores.json_fields import Fields, dumped, envelope, known, loaded
from licensing.intake.stores.signatures import base64_sha256, is_signed

MOST_UNITS: Final = 10_000
INTERNAL: Final = "fastspring"  # the kind of reference that the internal id is
_THOUSANDTHS: Final = 1000
_NEXT = ("next", "nextChargeDate", "deactivationDate", "end")


class FastSpring(Shop):
    title = "FastSpring"
    notifies = True
    signed = True
    secret_name = "HMAC SHA256 Secret"  # noqa: S105  # its name only
    api_host = "api.fastspring.com"
    steps = (
        "In FastSpring, open Developer Tools, Webhooks, Configuration, and click Add Webhook.",
        "Choose Live and Test Orders and switch on Enable Webhook Expansion.",
        "Click Add URL Endpoint, enter {url} and a long random HMAC SHA256 Secret, and type the same secret here.",
        "Choose the events order.completed, subscription.charge.completed, return.created and chargeback.created.",
        "To have keys made here: in the product's Fulfillments, choose Generate a License, Remote Server Request, "
        "enter {url}, method POST, UTF-8, and keep its private key: either use it as the webhook's secret, too, or "
        "make a second connection for these requests with the private key as its secret.",
        "For returns of a part of an order, add API credentials as user:password.",
    )
    unscrubbed = frozenset(
        {"id", "order", "reference", "return", "license", "subscription", "product", "account", "chargeback"}
    )
    key_desk = KEY_DESK
    sample = "fastspring-order.json"

    def sent(self, body: bytes, *, secret: str, now: datetime) -> Received:
        headers = {"content-type": "application/json", "x-fs-signature": base64_sha256(secret, body)}
        return Received("POST", body, headers=headers)

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
        at=event.seconds_if_any("created", per_second=_THOUSANDTHS),
        test=not is_live(event),
    )


def is_live(event: Fields) -> bool:
    """Whether it is about real money. One that does not say so is refused: a test must never pass for an order."""
    for place in (event, event.fields("data")):
        if isinstance(live := place.anything("live"), bool):
            return live
    return event.reject("live", "must be true or false")


def completed(event: Fields, ask: Ask | None) -> Sequence[Told]:
    return (order_of(event.fields("data"), test=not is_live(event), subscription=None),)


def charged(event: Fields, ask: Ask | None) -> Sequence[Told]:
    """A renewal. Failed charges have an event of their own, but `status` is the one that counts."""
    data = event.fields("data")
    if data.text("status", 40) != "successful":
        return ()
    if not data.is_object("order"):
        raise NotUnderstood("It only names its order: switch on Enable Webhook Expansion in FastSpring.")
    subscription = data.fields("subscription") if data.is_object("subscription") else None
    return (order_of(data.fields("order"), test=not is_live(event), subscription=subscription),)


def order_of(order: Fields, *, test: bool, subscription: Fields | None) -> PurchaseRecord:
    at = order.seconds("changed", per_second=_THOUSANDTHS)
    buyer = buyer_of(order)
    receiver = receiver_of(order, buyer)
    name = (receiver or buyer).name
    lines = tuple(line_of(item, subscription, name) for item in order.each("items"))
    if not lines:
        order.reject("items", "is empty")
    return PurchaseRecord(
        reference=order.required("reference"),
        ordered_at=at,
        buyer=buyer,
        receiver=receiver,
        lines=lines,
        payment=Payment(paid_at=at),
        references=((INTERNAL, order.required("id")),),
        test=test,
    )


def buyer_of(order: Fields) -> Party:
    contact = order.fields("customer") if "customer" in order else order.fields("account").fields("contact")
    return party_of(contact, order)


def party_of(contact: Fields, order: Fields) -> Party:
    return Party(
        email=contact.address("email"),
        name=f"{contact.cut('first', 150)} {contact.cut('last', 149)}".strip(),
        company=contact.cut("company", 300),
        phone=contact.cut("phone", 60),
        mailing_address=mailing_address(order.fields("address")),
        language=order.cut("language", 10),
        consent=contact.flag("subscribed") if "subscribed" in contact else None,
    )


def mailing_address(address: Fields) -> str:
    names = ("addressLine1", "addressLine2", "city", "regionDisplay", "postalCode", "country")
    places = [address.cut(name, 300) for name in names]
    return "\n".join(place for place in places if place)[:2000]


def receiver_of(order: Fields, buyer: Party) -> Party | None:
    people = [each.fields("recipient") for each in order.each("recipients")]
    others = {each.address("email"): each for each in people if "email" in each}
    if buyer.email in others or len(others) != 1:
        return None
    [(email, person)] = others.items()
    return Party(email, name=f"{person.cut('first', 150)} {person.cut('last', 149)}".strip())


def line_of(item: Fields, subscription: Fields | None, name: str) -> SoldLine:
    renewed = subscription_of(item, subscription)
    return SoldLine(
        product_ref=product_of(item),
        variant="",
        name=item.cut("display", 300),
        quantity=item.whole("quantity", low=1, high=MOST_UNITS),
        codes=codes_of(item.fields("fulfillments")),
        registered_name=name,
        subscription=renewed.required("id") if renewed else "",
        paid_until=paid_until(renewed) if renewed else None,
    )


def product_of(item: Fields) -> str:
    return (
        item.fields("product").required("product") if item.is_object("product") else item.required("product")
    )


def subscription_of(item: Fields, told: Fields | None) -> Fields | None:
    """What the item begins or renews: expanded in itself, or told beside its order."""
    if item.is_object("subscription"):
        return item.fields("subscription")
    if "subscription" not in item:
        return None
    if told is None or item.required("subscription") != told.required("id"):
        raise NotUnderstood(
            "It only names its subscription: switch on Enable Webhook Expansion in FastSpring."
        )
    return told


def paid_until(subscription: Fields) -> datetime:
    for name in _NEXT:
        if name in subscription:
            return subscription.seconds(name, per_second=_THOUSANDTHS)
    return subscription.reject("next", "does not say when it ends")


def codes_of(fulfillments: Fields) -> tuple[str, ...]:
    """The keys among what FastSpring handed out; the rest is files and instructions."""
    handed = [name for name, value in fulfillments.values.items() if isinstance(value, list)]
    licenses = (each for name in handed for each in fulfillments.each(name) if "license" in each)
    return tuple(each.code("license") for each in licenses)


def returned(event: Fields, ask: Ask | None) -> Sequence[Told]:
    data = event.fields("data")
    if not data.flag("completed"):
        return ()
    original, at = data.fields("original"), data.seconds_if_any("changed", per_second=_THOUSANDTHS)
    names: Names = ((ORDER, original.required("reference")), (INTERNAL, original.required("id")))
    if data.money("totalReturn") >= original.money("total"):
        payment = Payment(paid=False, refunded=True, refunded_at=at)
    else:
        if ask is None:
            raise NeedsShop(
                "A part of an order was returned; only FastSpring's API tells what its lines cost."
            )
        order = order_among(ask(f"/orders/{path_safe(original)}"))
        payment = Payment(paid=False, refunds=refunds_of(data, order, at))
    return (PaymentNews(names, payment, test=not is_live(event)),)


def path_safe(original: Fields) -> str:
    """The order's id as it may stand in a path: FastSpring's are base64 for URLs."""
    order = original.required("id")
    if not order.replace("-", "").replace("_", "").isalnum() or not order.isascii():
        original.reject("id", "is not an id of FastSpring's")
    return order


def order_among(answer: object) -> Fields:
    """The order in the API's answer, which is the order itself or a list of one under "orders"."""
    found = known(answer, "answer")
    return next(iter(found.each("orders")), found)


def refunds_of(data: Fields, order: Fields, at: datetime | None) -> tuple[Refund, ...]:
    sold = {product_of(line): line for line in order.each("items")}
    return tuple(refund_of(item, sold, data.required("return"), at) for item in data.each("items"))


def refund_of(item: Fields, sold: dict[str, Fields], reference: str, at: datetime | None) -> Refund:
    line = sold.get(product := product_of(item))
    if line is None:
        raise RowRejected(item.where("product"), "is not on its order")
    quantity = line.whole("quantity", low=1, high=MOST_UNITS)
    units = units_of(item.money("subtotal"), price=line.money("subtotal"), quantity=quantity)
    return Refund(units, line=product, reference=reference, at=at)


def charged_back(event: Fields, ask: Ask | None) -> Sequence[Told]:
    data = event.fields("data")
    at = event.seconds_if_any("created", per_second=_THOUSANDTHS)
    payment = Payment(paid=False, disputed=True, disputed_at=at)
    return (PaymentNews(names_of(data), payment, test=not is_live(event)),)


def names_of(data: Fields) -> Names:
    """What a chargeback calls its order: expanded, it has the reference, too."""
    if not data.is_object("order"):
        return ((INTERNAL, data.required("order")),)
    order = data.fields("order")
    return ((ORDER, order.required("reference")), (INTERNAL, order.required("id")))


_READERS = {
    "order.completed": completed,
    "subscription.charge.completed": charged,
    "return.created": returned,
    "chargeback.created": charged_back,
}

SHOP = FastSpring()
