"""What stores tell of people who were erased here: their orders are recorded, they are not.

An order that was placed after the erasure is a new contract, and brings the person back with only that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from licensing.intake.record import Party, PurchaseRecord, SoldLine, Told
from licensing.models import Purchase, Store
from licensing.tombstones import erased_since

NOBODY: Final = Party("")
# Kinds of references that name the buyer instead of the order.
OF_PEOPLE: Final = frozenset({"account", "customer", "email", "contact", "user", "buyer"})

Order = tuple[str, bool]
Erased = Mapping[str, datetime]


def without_erased(told: Sequence[Told]) -> tuple[Sequence[Told], set[Order]]:
    """The same without whoever was erased since they bought, and which orders that changed.

    What is told is given back as it is where nobody was ever erased.
    """
    erased = erased_since(addresses_in(told))
    if not erased:
        return told, set()
    clean = [forgotten(each, erased) if isinstance(each, PurchaseRecord) else each for each in told]
    orders = {
        (before.reference, before.test)
        for before, after in zip(told, clean, strict=True)
        if isinstance(before, PurchaseRecord) and before is not after
    }
    return clean, orders


def tells_of_erased(told: Sequence[Told]) -> bool:
    """Whether somebody who was erased since is among those of whom it tells."""
    return bool(without_erased(told)[1])


def addresses_in(told: Iterable[Told]) -> set[str]:
    orders = (each for each in told if isinstance(each, PurchaseRecord))
    parties = (party for each in orders for party in (each.buyer, each.receiver) if party)
    return {party.email for party in parties if party.email}


def forgotten(told: PurchaseRecord, erased: Erased) -> PurchaseRecord:
    """The very same record where it tells of nobody who was erased after it."""
    buyer = is_erased(told.buyer, told, erased)
    receiver = told.receiver is not None and is_erased(told.receiver, told, erased)
    if not (buyer or receiver):
        return told
    owner = receiver if told.receiver else buyer
    names = {party.name for party, gone in ((told.buyer, buyer), (told.receiver, receiver)) if party and gone}
    return told._replace(
        buyer=NOBODY if buyer else told.buyer,
        receiver=NOBODY if receiver else told.receiver,
        lines=tuple(nameless(line, names, always=owner) for line in told.lines),
        references=tuple(each for each in told.references if not buyer or not names_a_person(*each)),
    )


def is_erased(party: Party, told: PurchaseRecord, erased: Erased) -> bool:
    return party.email in erased and told.ordered_at <= erased[party.email]


def nameless(line: SoldLine, names: set[str], *, always: bool) -> SoldLine:
    return line._replace(registered_name="") if always or line.registered_name in names else line


def names_a_person(kind: str, value: str) -> bool:
    """Whether a reference of an order says who bought it, such as their account's address at the shop."""
    return kind in OF_PEOPLE or "@" in value


def mark(orders: set[Order], *, store: Store, now: datetime) -> None:
    """Note that somebody of these orders was erased, so that nothing told of their people later is a contradiction."""
    for test in {test for _, test in orders}:
        references = [reference for reference, each in orders if each == test]
        known = Purchase.objects.filter(store=store, reference__among=references, test=test, erased_at=None)
        known.update(erased_at=now)
