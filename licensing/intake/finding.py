"""Finds the orders that a store means by one of their names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from licensing.intake.record import ORDER, LateCodes, Names, PaymentNews
from licensing.models import Purchase, PurchaseReference, Store

Named = PaymentNews | LateCodes
Name = tuple[str, str, bool]  # kind, value, whether of a test order


def orders_of(told: Sequence[Named], *, store: Store) -> list[Purchase | None]:
    """The order of each, locked where the database can; None where none of its names is on file.

    Its names are tried in turn; one that several orders have says nothing. What is confirmed speaks of confirmed
    orders only, since any other will be replaced; what is not, of those in the first place.
    """
    known = named(told, store=store)
    chosen = [chosen_of(each, known) for each in told]
    locked = Purchase.objects.filter(pk__in={pk for pk in chosen if pk}).order_by("pk").select_for_update()
    by_id = {purchase.pk: purchase for purchase in locked}
    return [by_id.get(pk) if pk else None for pk in chosen]


def named(told: Iterable[Named], *, store: Store) -> dict[Name, dict[UUID, bool]]:
    """Name -> the orders that have it, and whether each is confirmed."""
    names = {name for each in told for name in each.names}
    found: dict[Name, dict[UUID, bool]] = defaultdict(dict)
    orders = Purchase.objects.filter(store=store, reference__among={v for k, v in names if k == ORDER})
    for pk, value, test, confirmed in orders.values_list("pk", "reference", "test", "confirmed_at"):
        found[ORDER, value, test][pk] = confirmed is not None
    others = PurchaseReference.objects.filter(
        value__among={v for k, v in names if k != ORDER}, purchase__store=store
    )
    facts = ("purchase", "kind", "value", "purchase__test", "purchase__confirmed_at")
    for pk, kind, value, test, confirmed in others.values_list(*facts):
        found[kind, value, test][pk] = confirmed is not None
    return found


def chosen_of(told: Named, known: dict[Name, dict[UUID, bool]]) -> UUID | None:
    return chosen(told.names, known, told.test, confirmed=True) or (
        None if told.confirmed else chosen(told.names, known, told.test, confirmed=False)
    )


def chosen(names: Names, known: dict[Name, dict[UUID, bool]], test: bool, *, confirmed: bool) -> UUID | None:
    for kind, value in names:
        orders = [pk for pk, sure in known.get((kind, value, test), {}).items() if sure == confirmed]
        if len(orders) == 1:
            return orders[0]
    return None
