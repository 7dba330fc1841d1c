"""Records what stores tell of orders: new ones with all that follows, known ones by their payment facts only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from licensing.intake import bulk, people
from licensing.intake.contradictions import contradicts, sold_digests
from licensing.intake.meanings import Meanings
from licensing.intake.payments import FACTS, facts_of, learn
from licensing.intake.placing import Placement, place
from licensing.intake.record import PurchaseRecord, Told
from licensing.models import Purchase, PurchaseLine, PurchaseReference, RowOutcome, Store

PURCHASE = (
    "id",
    "store_id",
    "reference",
    "buyer_id",
    "ordered_at",
    "test",
    *FACTS,
    "newsletter_consent",
    "sold_digest",
)
LINE = (
    "id", "purchase_id", "position", "product_ref", "variant", "name", "quantity", "receiver_id", "registered_name",
    "sealed_code", "placed_at",
)  # fmt: skip
REFERENCE = ("id", "purchase_id", "kind", "value")


def record(records: Sequence[Told], *, store: Store, meanings: Meanings, now: datetime) -> list[RowOutcome]:
    """What became of each record, in their order. Call it in a transaction.

    Raises `Overtaken` or IntegrityError where another transaction was quicker: roll back and call it again.
    """
    outcomes: dict[int, RowOutcome] = {}
    waiting = [(number, each) for number, each in enumerate(records) if isinstance(each, PurchaseRecord)]
    while (
        waiting
    ):  # an order that stands twice among them is looked at again when its first telling is on file
        told, waiting = first_tellings(waiting)
        known = on_file(store, told)
        new = [(number, each) for number, each in told if each.reference not in known]
        outcomes |= recorded_anew(new, store=store, meanings=meanings, now=now)
        again = [(number, each, known[each.reference]) for number, each in told if each.reference in known]
        outcomes |= told_again(again, now=now)
    return [outcomes[number] for number in range(len(records))]


Numbered = tuple[int, PurchaseRecord]


def first_tellings(numbered: Iterable[Numbered]) -> tuple[list[Numbered], list[Numbered]]:
    first: dict[str, Numbered] = {}
    later = [each for each in numbered if first.setdefault(each[1].reference, each) is not each]
    return list(first.values()), later


def on_file(store: Store, told: Iterable[Numbered]) -> dict[str, Purchase]:
    """Those orders that are known, locked where the database can, so that their facts are learned one by one."""
    references = [each.reference for _, each in told]
    found = Purchase.objects.filter(store=store, reference__among=references).select_for_update()
    return {purchase.reference: purchase for purchase in found}


def told_again(
    again: Iterable[tuple[int, PurchaseRecord, Purchase]], *, now: datetime
) -> dict[int, RowOutcome]:
    outcomes, learned = {}, []
    for number, told, purchase in again:
        refunded = purchase.refunded_at is not None
        if changed := learn(purchase, told, now=now):
            learned.append(purchase)
        if contradicts(purchase, told):
            outcomes[number] = RowOutcome.NEEDS_PERSON
        elif changed:
            newly_refunded = purchase.refunded_at is not None and not refunded
            outcomes[number] = RowOutcome.REFUNDED if newly_refunded else RowOutcome.UPDATED
        else:
            outcomes[number] = RowOutcome.UNCHANGED
    Purchase.objects.bulk_update(learned, FACTS)
    return outcomes


@dataclass
class Ledger:
    """The rows of new orders, collected for each table."""

    purchases: list[tuple[Any, ...]] = field(default_factory=list)
    references: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[tuple[str | None, int, Placement]] = field(default_factory=list)

    def insert(self, *, now: datetime) -> None:
        bulk.insert(Purchase, PURCHASE, self.purchases, now=now)
        bulk.insert(PurchaseReference, REFERENCE, self.references, now=now)
        place([placement for _, _, placement in self.lines], now=now)
        bulk.insert(PurchaseLine, LINE, [line_row(*line, now=now) for line in self.lines], now=now)


def recorded_anew(
    new: Sequence[Numbered], *, store: Store, meanings: Meanings, now: datetime
) -> dict[int, RowOutcome]:
    if not new:
        return {}
    customers = people.settle([each for _, each in new], store=store, now=now)
    ledger = Ledger()
    placements = {number: enter(ledger, each, customers, store, meanings, now) for number, each in new}
    ledger.insert(now=now)
    return {number: outcome_of(each, placements[number]) for number, each in new}


def enter(
    ledger: Ledger,
    told: PurchaseRecord,
    customers: dict[str, str],
    store: Store,
    meanings: Meanings,
    now: datetime,
) -> list[Placement]:
    purchase_id = bulk.new_id()
    buyer, owner = customers.get(told.buyer.email), customers.get(told.owner.email)
    facts = facts_of(told, now=now)
    identity = (purchase_id, str(store.pk), told.reference, buyer, told.ordered_at, told.test)
    ledger.purchases.append((*identity, *facts, told.buyer.consent, sold_digests(told)[0]))
    ledger.references += [(bulk.new_id(), purchase_id, kind, value) for kind, value in told.references]
    placements = []
    for position, sold in enumerate(told.lines):
        items = meanings.of(sold.product_ref, sold.variant, at=told.ordered_at)
        placements.append(Placement(bulk.new_id(), purchase_id, owner, sold, items))
        ledger.lines.append((owner, position, placements[-1]))
    return placements


def line_row(receiver: str | None, position: int, placement: Placement, *, now: datetime) -> tuple[Any, ...]:
    sold = placement.sold
    what = (sold.product_ref, sold.variant, sold.name, sold.quantity)
    placed_at = now if placement.placed else None
    return (
        placement.line_id, placement.purchase_id, position, *what, receiver, sold.registered_name,
        placement.sealed_code, placed_at,
    )  # fmt: skip


def outcome_of(told: PurchaseRecord, placements: Iterable[Placement]) -> RowOutcome:
    placements = list(placements)
    if any(placement.owned for placement in placements):
        return RowOutcome.NEEDS_PERSON
    if not all(placement.placed for placement in placements):
        return RowOutcome.UNPLACED
    return RowOutcome.REFUNDED if told.payment.refunded else RowOutcome.NEW
