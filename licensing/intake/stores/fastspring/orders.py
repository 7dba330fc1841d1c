"""Orders and renewals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine, Told
from licensing.intake.shop import Ask, NotUnderstood
from licensing.intake.stores.json_fields import Fields

MOST_UNITS: Final = 10_000
INTERNAL: Final = "fastspring"  # the kind of reference that the internal id is
THOUSANDTHS: Final = 1000  # of a second, in which FastSpring writes moments
_NEXT = ("next", "nextChargeDate", "deactivationDate", "end")


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
    at = order.seconds("changed", per_second=THOUSANDTHS)
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
        codes=codes_of(item),
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
            return subscription.seconds(name, per_second=THOUSANDTHS)
    return subscription.reject("next", "does not say when it ends")


def codes_of(item: Fields) -> tuple[str, ...]:
    """The keys among what FastSpring handed out; the rest is files and instructions.

    An answer of several lines may come back as one licence: so many lines as units are that many keys.
    """
    handed = item.fields("fulfillments")
    names = [name for name, value in handed.values.items() if isinstance(value, list)]
    keys = [each.code("license") for name in names for each in handed.each(name) if "license" in each]
    lines = [line.strip() for key in keys for line in key.splitlines() if line.strip()]
    return tuple(lines if len(lines) == item.whole("quantity", high=MOST_UNITS) else keys)
