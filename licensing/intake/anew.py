"""Orders that nobody knew: written with all that follows from them, table by table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from licensing.intake import bulk, dispute_rows, people, refunds, same_order
from licensing.intake.announce import announce_new
from licensing.intake.codes import Codes
from licensing.intake.contradictions import sold_digests
from licensing.intake.disputes import said_in
from licensing.intake.meanings import Meanings
from licensing.intake.payments import FACTS, facts_of
from licensing.intake.placing import Placement, codes_of, place
from licensing.intake.record import Party, PurchaseRecord, SoldLine
from licensing.models import Purchase, PurchaseLine, PurchaseReference, RowOutcome, Store

PURCHASE = (
    "id", "store_id", "reference", "buyer_id", "ordered_at", "test", "confirmed_at", *FACTS,
    "newsletter_consent", "complete", "sold_digest",
)  # fmt: skip
LINE = (
    "id", "purchase_id", "position", "product_ref", "variant", "name", "quantity", "receiver_id", "registered_name",
    "reference", "subscription_ref", "paid_until", "sealed_code", "placed_at",
)  # fmt: skip
REFERENCE = ("id", "purchase_id", "kind", "value")

Numbered = tuple[int, PurchaseRecord]


@dataclass
class Ledger:
    """The rows of new orders, collected for each table."""

    purchases: list[tuple[Any, ...]] = field(default_factory=list)
    references: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[tuple[int, Placement]] = field(default_factory=list)

    def insert(self, *, now: datetime) -> None:
        codes = codes_of([placement for _, placement in self.lines], now=now)
        bulk.insert(Purchase, PURCHASE, self.purchases, now=now)
        ids = bulk.new_ids(len(self.references))
        references = [(each, *rest) for each, rest in zip(ids, self.references, strict=True)]
        bulk.insert(PurchaseReference, REFERENCE, references, now=now)
        bulk.check_so_far()
        place_lines(self.lines, codes, now=now)


def add_lines(lines: Sequence[tuple[int, Placement]], *, now: datetime) -> None:
    """Write these lines, each with its position in its order, and what follows from them."""
    place_lines(lines, codes_of([placement for _, placement in lines], now=now), now=now)


def place_lines(lines: Sequence[tuple[int, Placement]], codes: Codes, *, now: datetime) -> None:
    place([placement for _, placement in lines], codes, now=now)
    bulk.insert(PurchaseLine, LINE, [line_row(*line, now=now) for line in lines], now=now)


def recorded_anew(
    new: Sequence[Numbered], *, store: Store, meanings: Meanings, now: datetime
) -> dict[int, RowOutcome]:
    """Put orders on file that are not there. A test, and what nobody confirmed, gets neither license nor key."""
    if not new:
        return {}
    customers = people.settle([known_of(each) for _, each in new], store=store, now=now)
    ledger = Ledger()
    ids = bulk.new_ids(len(new))
    placements = {
        number: enter(ledger, purchase_id, each, customers, store, meanings, now)
        for purchase_id, (number, each) in zip(ids, new, strict=True)
    }
    ledger.insert(now=now)
    if any(each.payment.refunds for _, each in new):
        orders = zip(ledger.purchases, new, strict=True)
        refunds.tell((UUID(row[0]), each.payment.refunds) for row, (_, each) in orders)
    if any(each.payment.disputes for _, each in new):
        orders = zip(ledger.purchases, new, strict=True)
        dispute_rows.write({UUID(row[0]): said_in(each.payment, now=now) for row, (_, each) in orders})
    told = list(zip(ledger.purchases, new, strict=True))
    same_order.offer([same_order.New(row[0], row[3], each) for row, (_, each) in told], store=store)
    announce_new([(row[0], row[3], each, placements[number]) for row, (number, each) in told], store=store)
    return {number: outcome_of(each, placements[number]) for number, each in new}


def known_of(told: PurchaseRecord) -> PurchaseRecord:
    """What is learned of people: of those whom nobody confirmed only that there is such a mailbox."""
    if told.confirmed:
        return told
    receiver = Party(told.receiver.email) if told.receiver else None
    return told._replace(buyer=Party(told.buyer.email), receiver=receiver)


def enter(
    ledger: Ledger,
    purchase_id: str,
    told: PurchaseRecord,
    customers: dict[str, str],
    store: Store,
    meanings: Meanings,
    now: datetime,
) -> list[Placement]:
    buyer, owner = customers.get(told.buyer.email), customers.get(told.owner.email)
    confirmed_at = now if told.confirmed else None
    identity = (purchase_id, str(store.pk), told.reference, buyer, told.ordered_at, told.test, confirmed_at)
    facts = facts_of(told.payment, now=now)
    sold_as = (told.buyer.consent, told.complete, sold_digests(told)[0])
    ledger.purchases.append((*identity, *facts, *sold_as))
    ledger.references += [(purchase_id, kind, value) for kind, value in told.references]
    counts = told.confirmed and not told.test
    placements = []
    for position, sold in enumerate(told.lines):
        items = meanings.of(sold.product_ref, sold.variant, at=told.ordered_at) if counts else ()
        placements.append(Placement(bulk.new_id(), purchase_id, owner, sold, items))
        ledger.lines.append((position, placements[-1]))
    return placements


def placement_of(sold: SoldLine, purchase: Purchase, *, owner: str | None, meanings: Meanings) -> Placement:
    """A further line of an order on file, on its way to its licenses."""
    counts = purchase.confirmed_at and not purchase.test
    items = meanings.of(sold.product_ref, sold.variant, at=purchase.ordered_at) if counts else ()
    return Placement(bulk.new_id(), str(purchase.pk), owner, sold, items)


def line_row(position: int, placement: Placement, *, now: datetime) -> tuple[Any, ...]:
    sold = placement.sold
    what = (sold.product_ref, sold.variant, sold.name, sold.quantity)
    names = (placement.owner_id, sold.registered_name, sold.reference, sold.subscription, sold.paid_until)
    kept = (placement.sealed_code, now if placement.placed else None)
    return (placement.line_id, placement.purchase_id, position, *what, *names, *kept)


def outcome_of(told: PurchaseRecord, placements: Iterable[Placement]) -> RowOutcome:
    placements = list(placements)
    if not told.confirmed:
        return RowOutcome.UNCONFIRMED
    if any(placement.owned for placement in placements):
        return RowOutcome.NEEDS_PERSON
    if not told.test and not all(placement.placed for placement in placements):
        return RowOutcome.UNPLACED
    return RowOutcome.REFUNDED if told.payment.refunded or told.payment.refunds else RowOutcome.NEW
