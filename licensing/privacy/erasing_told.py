"""What shops and files said of the person: what is kept of it, encrypted or not, goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from licensing.intake.hooks.events import payload_of
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import EventState, HookEvent, ImportRun, KeyAsk, Purchase, PurchaseLine
from licensing.privacy.person import Person

CHUNK: Final = 500
DROPPED: Final = "It told of somebody whose data was erased here; what it held has been dropped."
OPEN: Final = (
    EventState.RECEIVED,
    EventState.WAITING,
    EventState.UNCONFIRMED,
    EventState.NOT_UNDERSTOOD,
)


def forget(person: Person) -> None:
    """Notifications of their orders, requests for their keys, and what files' first rows showed of them."""
    drop(HookEvent.objects.filter(pk__in=list(events_of(person))))
    if person.orders:
        asked_for(person).delete()
    forget_samples(person)


def drop(events: QuerySet[HookEvent]) -> None:
    """Their rows stay, so that a repetition is known by its id. What waited waits for nothing any more."""
    events.filter(state__in=OPEN).update(
        state=EventState.IGNORED, reason=DROPPED, awaits="", lease_until=None
    )
    events.update(payload=None)


def events_of(person: Person) -> Iterator[UUID]:
    """Those of their orders, and of those that belong to no order yet, whatever is sent to their address."""
    kept = HookEvent.objects.filter(payload__isnull=False)
    if person.orders:
        about = Q(purchase__id__among=person.orders) | waits_for(person)
        yield from kept.filter(about & ~of_living_buyer(person)).values_list("pk", flat=True)
    for event in kept.filter(purchase=None).defer("reason").iterator(chunk_size=CHUNK):
        if is_about(event, person):
            yield event.pk


def waits_for(person: Person) -> Q:
    """One of their orders; shops count alike, so that another shop's of the same number is another's."""
    theirs = Purchase.objects.filter(id__among=person.orders, store=OuterRef("connection__store"))
    return Q(Exists(theirs.filter(reference=OuterRef("awaits")))) & ~Q(awaits="")


def of_living_buyer(person: Person) -> Q:
    """What has to be worked on still, of an order that somebody else bought: without it their license, their refund or
    their key would be lost. Its payload goes as any other's does; that of the person is not put on file."""
    return Q(state__in=OPEN, purchase__buyer__isnull=False) & ~Q(purchase__buyer=person.customer)


def is_about(event: HookEvent, person: Person) -> bool:
    try:
        return person.is_written_to_in(payload_of(event))
    except (Tampered, UnknownKey):  # nobody can read it
        return False


def asked_for(person: Person) -> QuerySet[KeyAsk]:
    """By their lines, not those of others in the same order; and by the order's name, where a request came to
    nothing."""
    of_order = Q(purchase_line__purchase__id__among=person.orders)
    gone = KeyAsk.objects.filter(of_order & ~Q(Exists(others_lines(person)))).values_list("pk", flat=True)
    if not person.bought:
        return KeyAsk.objects.filter(pk__in=list(gone))
    orders = Purchase.objects.filter(id__among=person.bought, store=OuterRef("connection__store"))
    same = Q(Exists(orders.filter(reference=OuterRef("order"))), purchase_line=None)
    return KeyAsk.objects.filter(Q(pk__in=list(gone)) | same)


def others_lines(person: Person) -> QuerySet[PurchaseLine]:
    """Lines of what somebody else is to have, or has."""
    others = Q(receiver__isnull=False) & ~Q(receiver=person.customer)
    bought = Q(receiver=None, purchase__buyer__isnull=False) & ~Q(purchase__buyer=person.customer)
    owned = Q(licenses__owner__isnull=False) & ~Q(licenses__owner=person.customer)
    lines = PurchaseLine.objects.filter(pk=OuterRef("purchase_line"))
    return lines.filter(Q(licenses=None) & (others | bought) | owned)


def forget_samples(person: Person) -> None:
    """What became of a file's first rows is shown with half an address."""
    if not person.orders:
        return
    orders = Purchase.objects.filter(id__among=person.orders)
    references = set(orders.values_list("reference", flat=True))
    for run in ImportRun.objects.exclude(samples=[]).only("samples"):
        samples = [without(each, references) for each in run.samples]
        if samples != run.samples:
            ImportRun.objects.filter(pk=run.pk).update(samples=samples)


def without(sample: dict[str, Any], references: set[str]) -> dict[str, Any]:
    return sample | {"who": ""} if sample.get("order") in references else sample
