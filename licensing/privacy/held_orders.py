"""A customer's orders, licenses and keys, and what shops sent about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch, QuerySet

from licensing.intake.erased import names_a_person
from licensing.intake.hooks.events import payload_of
from licensing.intake.placing import open_codes
from licensing.keys.sealed import content_of
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import (
    HookEvent,
    KeyAsk,
    KeyAssignment,
    License,
    Purchase,
    PurchaseLine,
    RegistrationKey,
)
from licensing.privacy.person import Person
from licensing.privacy.sections import MASK, Asked, Row, Section, moment, section

BOOKS = "The order as long as the law makes the vendor keep it; that it was yours until you have it erased."
OF_OTHERS = "(left out, since it tells of somebody else, too)"
UNREADABLE = "(it cannot be read any more)"


def held(person: Person, asked: Asked) -> Iterator[Section]:
    yield section(
        "purchases",
        "What you bought, or were given",
        why="Your licenses follow from it.",
        kept=BOOKS,
        rows=(row for order in orders(person) for row in of_order(order, person, asked)),
    )
    yield section(
        "licenses",
        "Your licenses and their keys",
        why="This is what the service is for: to give them back to you.",
        kept=BOOKS,
        rows=(of_license(each, asked) for each in licenses(person)),
    )
    yield section(
        "key_requests",
        "When a shop asked for your keys",
        why="So that a shop that asks twice gets the same answer.",
        kept=BOOKS,
        rows=key_requests(person),
    )
    yield section(
        "notifications",
        "What shops sent about your orders",
        why="To record your order, and to look again where something was not understood.",
        kept="What was sent: 30 days after it was dealt with, 180 if nobody could. That it came: with the order.",
        rows=notifications(person, asked),
    )


def orders(person: Person) -> QuerySet[Purchase]:
    """Those that they bought; of those with something for them in it, only that."""
    found = Purchase.objects.filter(id__among=person.orders) if person.orders else Purchase.objects.none()
    parts = ("references", "refunds", "disputes", "refund_marks", "lines")
    return found.select_related("store").prefetch_related(*parts).order_by("ordered_at", "id")


def of_order(order: Purchase, person: Person, asked: Asked) -> Iterator[Row]:
    yours = order.pk in person.bought
    lines = [line for line in order.lines.all() if yours or line.receiver_id == person.customer.pk]
    row: Row = {
        "shop": order.store.title or order.store.name,
        "order": order.reference,
        "bought_by": "you" if yours else "somebody else",
        "ordered_at": moment(order.ordered_at),
        "state": str(order.state.label),
        "things": [of_line(line, person, asked) for line in lines],
    }
    yield row | (facts(order, of_another=order.pk in asked.from_others) if yours else {})


def facts(order: Purchase, *, of_another: bool) -> Row:
    """What only the buyer is told; of an order that was another's before, nothing that says who they were."""
    references = [
        each for each in order.references.all() if not of_another or not names_a_person(each.kind, each.value)
    ]
    paid_back = [
        {"at": moment(each.at), "units": each.units, "reference": each.reference}
        for each in order.refunds.all()
    ]
    marked = [
        {"at": moment(each.at), "units": each.units, "reason": "" if of_another else each.reason}
        for each in order.refund_marks.all()
        if each.withdrawn_at is None
    ]
    return {
        "recorded_at": moment(order.recorded_at),
        "confirmed_at": moment(order.confirmed_at),
        "paid_at": moment(order.paid_at),
        "refunded_at": moment(order.refunded_at),
        "refunded_units": order.refunded_units,
        "disputed_at": moment(order.disputed_at),
        "dispute_won_at": moment(order.won_at),
        "test_order": order.test,
        "newsletter_wanted": order.newsletter_consent,
        "other_references": [{"kind": each.kind, "value": each.value} for each in references],
        "paid_back": paid_back,
        "paid_back_by_support": marked,
        "disputes": [
            {"at": moment(each.at), "won_at": moment(each.won_at), "reference": each.reference}
            for each in order.disputes.all()
        ],
    }


def of_line(line: PurchaseLine, person: Person, asked: Asked) -> Row:
    codes = kept_codes(line) if line.sealed_code and line.owner_id == person.customer.pk else ()
    return {
        "name": line.name,
        "shops_product": line.product_ref,
        "variant": line.variant,
        "quantity": line.quantity,
        "for": "you" if line.owner_id == person.customer.pk else "somebody else",
        "registered_name": line.registered_name,
        "reference": line.reference,
        "subscription": line.subscription_ref,
        "paid_until": moment(line.paid_until),
        "codes": [{"code": code if asked.codes else MASK} for code in codes],
    }


def kept_codes(line: PurchaseLine) -> tuple[str, ...]:
    try:
        return open_codes(str(line.pk), bytes(line.sealed_code or b""))
    except (Tampered, UnknownKey):
        return (UNREADABLE,)


def licenses(person: Person) -> QuerySet[License]:
    chain = KeyAssignment.objects.select_related("key__edition").order_by("id")
    found = License.objects.filter(owner=person.customer).prefetch_related(
        Prefetch("assignments", chain), "key_orders"
    )
    return found.select_related("edition__product", "line__purchase").order_by("id")


def of_license(license: License, asked: Asked) -> Row:
    edition = license.edition
    return {
        "product": edition.product.name,
        "version": edition.version,
        "platform": edition.get_platform_display(),
        "order": license.line.purchase.reference,
        "unit": license.unit,
        "subscription": license.subscription_ref,
        "ends_at": moment(license.expires_at),
        "refunded_at": moment(license.refunded_at),
        "revoked_at": moment(license.revoked_at),
        "revoked_because": license.revoked_reason,
        "keys": [of_assignment(each, asked) for each in license.assignments.all()],
        "asked_of_the_generator": [
            {"at": moment(each.created_at), "state": each.get_state_display()}
            for each in license.key_orders.all()
        ],
    }


def of_assignment(each: KeyAssignment, asked: Asked) -> Row:
    key = each.key
    return {
        "code": code_of(key) if asked.codes else f"{MASK}{key.tail}",
        "file_name": key.file_name,
        "registered_name": key.registered_name,
        "platform": key.edition.get_platform_display(),
        "from": moment(each.starts_at),
        "until": moment(each.ends_at),
        "ended_because": each.end_reason,
    }


def code_of(key: RegistrationKey) -> str:
    """A licence file as text where it is text; else what "Your licenses" has as a download."""
    try:
        return content_of(key).decode()
    except UnicodeDecodeError:
        return "(a file: download it from “Your licenses”)"
    except (Tampered, UnknownKey):
        return UNREADABLE


def key_requests(person: Person) -> Iterator[Row]:
    if not person.bought:
        return
    for ask in KeyAsk.objects.filter(purchase_line__purchase__id__among=person.bought).order_by("id"):
        yield {
            "order": ask.order,
            "asked_at": moment(ask.asked_at),
            "answered_at": moment(ask.answered_at),
            "state": ask.get_state_display(),
            "keys": ask.units,
        }


def notifications(person: Person, asked: Asked) -> Iterator[Row]:
    """Only of orders that they bought: those of a gift tell of its buyer. Of an order in which others have something,
    or which was another's before, not what was sent."""
    if not person.bought:
        return
    others = PurchaseLine.objects.filter(purchase__id__among=person.bought, receiver__isnull=False)
    shared = set(others.exclude(receiver=person.customer).values_list("purchase", flat=True))
    of_others = shared | asked.from_others
    events = HookEvent.objects.filter(purchase__id__among=person.bought).select_related("connection__store")
    for event in events.order_by("id").iterator(chunk_size=200):
        yield {
            "shop": event.connection.store.title or event.connection.store.name,
            "kind": event.kind,
            "received_at": moment(event.received_at),
            "what_was_sent": OF_OTHERS if event.purchase_id in of_others else sent(event, asked),
        }


def sent(event: HookEvent, asked: Asked) -> Any:
    if event.payload is None:
        return None
    if not asked.codes:
        return "(left out, since codes stand in it: it is in the customer's own download)"
    try:
        return payload_of(event).decode("utf-8", "replace")
    except (Tampered, UnknownKey):
        return UNREADABLE
