"""One order that two shops tell (the payment's processor and the cart): noticed by the payment's name, never assumed.

A case is opened on the newer order and names the other. Only a person says that they are the same.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models.functions import Coalesce

from licensing.intake.record import PurchaseRecord
from licensing.models import Case, CaseKind, Purchase, Store

# The kinds of references that name a payment, at whichever shop. Any other may be the same by chance.
PAYMENTS: Final = ("transaction", "payment_intent", "charge", "payment", "capture", "paypal", "stripe")
SHORTEST: Final = 8  # characters
APART: Final = timedelta(days=3)  # a cart and its processor may date one order differently
FEW: Final = 3  # a name that more orders have is no payment's
MOST: Final = 20_000  # rows looked at for one chunk
ONE_AT_A_TIME: Final = 0x73616D65  # PostgreSQL's lock for looking: two imports must see each other's orders


class New(NamedTuple):
    """An order that was just recorded. `buyer`: the customer's id, if one is known."""

    purchase_id: str
    buyer: str | None
    record: PurchaseRecord


class Twin(NamedTuple):
    """An order of another store that has one of the names."""

    order_id: UUID
    name: str
    ordered_at: datetime
    buyer_id: UUID | None


def offer(new: Sequence[New], *, store: Store) -> int:
    """Open a case for each of these orders that may be one that another store told; how many were opened.

    Call it last in the transaction that recorded them. Tests, and what nobody confirmed, are the same as nothing.
    """
    told = [each for each in new if each.record.confirmed and not each.record.test]
    others = list(Store.objects.exclude(pk=store.pk).values_list("pk", flat=True)) if told else []
    names = by_name(told) if others else {}
    if not names:
        return 0
    look_one_at_a_time()
    cases = {bytes(case.digest): case for case in plausible(names, others)}
    open_cases = Case.objects.filter(kind=CaseKind.SAME_ORDER)
    known = {bytes(each) for each in open_cases.filter(digest__in=cases).values_list("digest", flat=True)}
    opened = [case for digest, case in cases.items() if digest not in known]
    Case.objects.bulk_create(opened, ignore_conflicts=True)
    return len(opened)


def by_name(told: Iterable[New]) -> dict[str, list[tuple[New, str]]]:
    """The names by which another shop might know a payment: who has each, and as what kind; "" is the order's own."""
    names: dict[str, list[tuple[New, str]]] = defaultdict(list)
    for each in told:
        for kind, value in (*each.record.references, ("", each.record.reference)):
            if (kind in PAYMENTS or not kind) and names_a_payment(value):
                names[value].append((each, kind))
    return names


def names_a_payment(value: str) -> bool:
    """Words such as "manual_purchase", and zeros that fill a column, are no payment's name."""
    return len(value) >= SHORTEST and any(sign.isdigit() for sign in value) and len(set(value)) > 3


def look_one_at_a_time() -> None:
    """Whoever looks next waits until this transaction ends, and then sees what it recorded."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def plausible(names: dict[str, list[tuple[New, str]]], others: Sequence[UUID]) -> Iterator[Case]:
    found = list(twins(names, others))
    having: dict[str, set[UUID]] = defaultdict(set)
    for twin in found:
        having[twin.name].add(twin.order_id)
    for twin in found:
        for each, kind in names[twin.name]:
            if len(having[twin.name]) <= FEW and fits(each, twin):
                yield case_of(each, twin, kind)


def twins(names: dict[str, list[tuple[New, str]]], others: Sequence[UUID]) -> Iterator[Twin]:
    """Orders of these stores under these names, in one query. Of orders that are one already, the one that counts.

    Two orders' own references are no name of a payment: several shops count alike.
    """
    payments = [name for name, known in names.items() if any(kind for _, kind in known)]
    when = [each.record.ordered_at for known in names.values() for each, _ in known]
    around = (shifted(min(when), -APART), shifted(max(when), APART))
    sure = Purchase.objects.filter(ordered_at__range=around, test=False, confirmed_at__isnull=False)
    real = sure.filter(store__in=others).order_by()
    by_reference = real.filter(reference__among=payments)
    by_payment = real.filter(references__value__among=list(names), references__kind__in=PAYMENTS)
    counts = Coalesce("same_as", "pk")
    found = by_payment.values_list(counts, "references__value", "ordered_at", "buyer").union(
        by_reference.values_list(counts, "reference", "ordered_at", "buyer"), all=True
    )
    return (Twin(*row) for row in found[:MOST])


def shifted(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:  # a shop's "never", at the end of time
        return moment


def fits(new: New, twin: Twin) -> bool:
    """Whether both can be one order: sold at about the same time, to the same customer as far as both know theirs."""
    near = abs(new.record.ordered_at - twin.ordered_at) <= APART
    return near and (not new.buyer or not twin.buyer_id or new.buyer == str(twin.buyer_id))


def case_of(new: New, twin: Twin, kind: str) -> Case:
    other = str(twin.order_id)
    return Case(
        kind=CaseKind.SAME_ORDER,
        purchase_id=new.purchase_id,
        digest=pair_digest(new.purchase_id, other),
        detail={"other": other, "matched": f"{kind or 'order'} {twin.name}"},
    )


def pair_digest(one: str, other: str) -> bytes:
    """The same for both orders of a pair, whichever came first and under whatever keys: it is made of ids alone."""
    return hashlib.sha256(":".join(sorted([one, other])).encode()).digest()
