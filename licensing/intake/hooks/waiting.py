"""Events that wait, for an order or for a word that can be trusted, are told again when it may have come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from licensing.intake.hooks.events import put_back
from licensing.models import EventState, HookEvent, Purchase, PurchaseReference, Store

AT_ONCE: Final = 1_000
ANYWAY: Final = timedelta(hours=6)  # an order may have come under another of its names than the first


def wake(purchases: Sequence[Purchase], *, store: Store) -> int:
    """Have those told again that wait for one of these orders, by any of its names; how many that are."""
    if not purchases:
        return 0
    references = PurchaseReference.objects.filter(purchase__in=purchases).values_list("value", flat=True)
    names = {purchase.reference for purchase in purchases}.union(references)
    return put_back(
        HookEvent.objects.filter(state=EventState.WAITING, awaits__in=names, connection__store=store)
    )


def look_again() -> int:
    """Have those told again whose order is on file meanwhile, by whatever road; how many that are."""
    may_have_come = order_came() | Q(processed_at__lt=Now() - ANYWAY)
    waiting = HookEvent.objects.filter(may_have_come, state=EventState.WAITING, due_at__lte=Now())
    return put_back_some(waiting.values_list("pk", flat=True))


def look_again_after_file(store: Store) -> int:
    """The same for all of one store, without waiting for their turn: a file has brought many orders at once."""
    waiting = HookEvent.objects.filter(order_came(), state=EventState.WAITING, connection__store=store)
    doubtful = HookEvent.objects.filter(state=EventState.UNCONFIRMED, connection__store=store)
    return put_back(waiting) + put_back(doubtful.exclude(only_theirs()))


def order_came() -> Q:
    """Whether what an event waits for is on file in its store, by any name."""
    orders = Purchase.objects.filter(reference=OuterRef("awaits"), store=OuterRef("connection__store"))
    others = PurchaseReference.objects.filter(
        value=OuterRef("awaits"), purchase__store=OuterRef("connection__store")
    )
    return Q(Exists(orders) | Exists(others))


def only_theirs() -> Q:
    """Whether all that is on file of an order is what unconfirmed events said of it."""
    return Q(purchase__isnull=False, purchase__confirmed_at=None)


def look_for_confirmation() -> int:
    """The same for those that nobody confirmed, unless all that is on file of their order is what they said."""
    doubtful = HookEvent.objects.filter(state=EventState.UNCONFIRMED, due_at__lte=Now())
    return put_back_some(doubtful.exclude(only_theirs()).values_list("pk", flat=True))


def put_back_some(ids: Iterable[object]) -> int:
    """Those of them that wait still."""
    some = list(ids[:AT_ONCE])  # type: ignore[index]  # a query set
    waiting = [EventState.WAITING, EventState.UNCONFIRMED]
    return put_back(HookEvent.objects.filter(pk__in=some, state__in=waiting, payload__isnull=False))
