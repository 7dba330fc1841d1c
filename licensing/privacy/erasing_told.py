"""What shops and files said of the person: what is kept of it, encrypted or not, goes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from licensing.intake.hooks.events import payload_of
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import EventState, HookEvent, ImportRun, KeyAsk, Purchase
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
        references = Purchase.objects.filter(id__among=person.orders).values("reference")
        about = Q(purchase__id__among=person.orders) | Q(awaits__in=references)
        yield from kept.filter(about).values_list("pk", flat=True)
    for event in kept.filter(purchase=None).defer("reason").iterator(chunk_size=CHUNK):
        if is_about(event, person):
            yield event.pk


def is_about(event: HookEvent, person: Person) -> bool:
    try:
        return person.is_written_to_in(payload_of(event))
    except (Tampered, UnknownKey):  # nobody can read it
        return False


def asked_for(person: Person) -> QuerySet[KeyAsk]:
    """By their lines; and by the order's name, where a request came to nothing."""
    orders = Purchase.objects.filter(id__among=person.orders)
    same = Q(order__in=orders.values("reference"), connection__store__in=orders.values("store"))
    return KeyAsk.objects.filter(Q(purchase_line__purchase__id__among=person.orders) | same)


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
