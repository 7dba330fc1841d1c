"""The book of keys that are being made: who asks for which one now, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from licensing.keys.sealed import vault
from licensing.keys.sources.answers import Made
from licensing.models import Case, CaseKind, KeyOrder, KeySource, KeyState, OrderState

LEASE: Final = timedelta(minutes=2)  # several times what one question may take
# After the last of these tries the generator is asked on at its pace, and `in_trouble` names the order.
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (0.5, 2, 5, 15, 60, 180, 360))
LONGEST_PROBLEM: Final = 500  # characters, as the column
DUPLICATE: Final = "The generator gave a code that is already on file for this edition."


def claim(*, now: datetime, apart_from: Collection[UUID] = ()) -> KeyOrder | None:
    """One due order that nobody else asks for, under a lease; None if there is none. Its attempt counts at once.

    Orders wait whose edition has another source now, and whose license ended or was paid back meanwhile. `apart_from`:
    editions to leave alone.
    """
    with transaction.atomic():
        free = due(now=now).exclude(edition__in=apart_from)
        order = free.order_by("due_at", "id").select_for_update(skip_locked=True, of=("self",)).first()
        if order:
            order.attempts = min(order.attempts + 1, 30_000)
            KeyOrder.objects.filter(pk=order.pk).update(attempts=order.attempts, lease_until=Now() + LEASE)
    return order


def are_due(*, now: datetime) -> bool:
    """Whether there is an order to ask for."""
    return due(now=now).exists()


def due(*, now: datetime) -> QuerySet[KeyOrder]:
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    return wanted().filter(free, due_at__lte=now)


def wanted() -> QuerySet[KeyOrder]:
    paid_back = Q(
        license__line__purchase__refunded_at__isnull=False, license__line__purchase__refunded_units=None
    )
    orders = KeyOrder.objects.filter(
        state=OrderState.OPEN,
        edition__key_source=KeySource.REMOTE,
        license__revoked_at=None,
        license__refunded_at=None,
        license__line__purchase__same_as=None,
    )
    return orders.exclude(paid_back).select_related(
        "edition__product", "license__line__purchase", "license__owner"
    )


def answered(order: KeyOrder, made: Made, *, now: datetime) -> bool:
    """Store the key, reserved for the order, and note it, in one transaction; False if it could not be taken.

    A worker whose lease ended finds the order answered by another and changes nothing. A code that is on file
    already is refused, and a case tells a person.
    """
    with transaction.atomic():
        held = KeyOrder.objects.select_for_update().filter(pk=order.pk, state=OrderState.OPEN).first()
        if held is None:
            return False
        key = made.key(order.edition)
        key.state = KeyState.SERVING
        try:
            with transaction.atomic():
                key.save(force_insert=True)
        except IntegrityError:
            refused(order, DUPLICATE)
            return False
        KeyOrder.objects.filter(pk=order.pk).update(
            state=OrderState.ANSWERED, key=key, answered_at=now, problem="", lease_until=None
        )
        told = Case.objects.filter(kind=CaseKind.GENERATOR, closed_at=None, detail__order=str(order.pk))
        told.update(closed_at=now)
    return True


def refused(order: KeyOrder, problem: str) -> None:
    """Not asked again until a person says so (`ask_again`); a case tells them."""
    with transaction.atomic():
        mine = KeyOrder.objects.filter(pk=order.pk, state=OrderState.OPEN)
        if mine.update(state=OrderState.REFUSED, problem=problem[:LONGEST_PROBLEM], lease_until=None):
            open_case(order, problem[:LONGEST_PROBLEM])


def open_case(order: KeyOrder, problem: str) -> None:
    """One for each order, opened again where it is refused again."""
    marks = vault().fingerprints(str(order.pk), edition="order")
    Case.objects.update_or_create(
        kind=CaseKind.GENERATOR,
        purchase=order.license.line.purchase,
        digest=marks[min(marks)],
        defaults={
            "customer": order.license.owner,
            "detail": {"order": str(order.pk), "edition": order.edition.sku, "problem": problem},
            "closed_at": None,
        },
    )


def put_off(order: KeyOrder, problem: str, *, now: datetime) -> datetime:
    """Asked again after a pause that grows with the attempts; until when."""
    until = now + PAUSES[min(order.attempts, len(PAUSES)) - 1]
    mine = KeyOrder.objects.filter(pk=order.pk, state=OrderState.OPEN)
    mine.update(problem=problem[:LONGEST_PROBLEM], due_at=until, lease_until=None)
    return until


def put_off_others(order: KeyOrder, *, until: datetime) -> None:
    """The edition's other orders wait as long: the first is asked for again, and the rest follow when it is made."""
    free = Q(lease_until=None) | Q(lease_until__lt=Now())
    others = KeyOrder.objects.filter(free, edition=order.edition_id, state=OrderState.OPEN, due_at__lt=until)
    move(others.exclude(pk=order.pk), to=until)


def hasten_others(order: KeyOrder, *, now: datetime) -> None:
    """The generator answers again: those that were never asked for wait no longer."""
    open_ones = KeyOrder.objects.filter(edition=order.edition_id, state=OrderState.OPEN)
    move(open_ones.filter(attempts=0, due_at__gt=now), to=now)


def move(orders: QuerySet[KeyOrder], *, to: datetime) -> None:
    """Without waiting for rows that others hold: two workers that move many would wait for each other for ever."""
    with transaction.atomic():
        free = orders.select_for_update(skip_locked=True).values("pk")
        KeyOrder.objects.filter(pk__in=free).update(due_at=to)


def ask_again(order: KeyOrder, *, now: datetime) -> bool:
    """A person wants a refused order, or one that waits, asked for once more, at once, with the same request id."""
    stopped = Q(state=OrderState.REFUSED) | Q(state=OrderState.OPEN)
    return bool(
        KeyOrder.objects.filter(stopped, pk=order.pk).update(state=OrderState.OPEN, attempts=0, due_at=now)
    )


def in_trouble() -> QuerySet[KeyOrder]:
    """Orders that need a person: refused, or open after every pause but the longest."""
    tired = Q(state=OrderState.OPEN, attempts__gte=len(PAUSES))
    return KeyOrder.objects.filter(Q(state=OrderState.REFUSED) | tired)
