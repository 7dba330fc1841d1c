"""Orders that a store tells line by line, as those do that ask for the key of one line at a time.

A line that nobody told yet is added, by the same buyer to the same receiver. A line that is on file is as it was sold,
and a telling of the whole order ends the telling by lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from licensing.intake import contradictions, refunds
from licensing.intake.anew import add_lines, placement_of
from licensing.intake.contradictions import (
    is_buyer,
    is_open,
    is_receiver,
    line_differences,
    sold_digests,
)
from licensing.intake.meanings import Meanings
from licensing.intake.placing import Placement
from licensing.intake.record import PurchaseRecord, SoldLine
from licensing.models import Purchase, PurchaseLine, RowOutcome

Again = tuple[int, PurchaseRecord, Purchase]


@dataclass
class Comparison:
    """What a record says otherwise than what is on file, and which of its lines are not there yet."""

    lines: list[PurchaseLine]
    differing: set[str] = field(default_factory=set)
    missing: list[SoldLine] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not self.differing and not self.missing


def told(again: Sequence[Again], *, meanings: Meanings, now: datetime) -> dict[int, RowOutcome]:
    """What became of each, where it or what is on file is not the whole order; each order told once."""
    outcomes: dict[int, RowOutcome] = {}
    added: list[tuple[int, Purchase, list[tuple[int, Placement]]]] = []
    for number, record, purchase in again:
        found = compare(purchase, record)
        if found.differing:
            disputed = is_open(purchase, found.differing, sold_digests(record))
            outcomes[number] = RowOutcome.NEEDS_PERSON if disputed else RowOutcome.UNCHANGED
            continue
        added.append((number, purchase, placements_of(purchase, found, meanings)))
        outcomes[number] = RowOutcome.UPDATED if contradictions.is_untold(purchase) else RowOutcome.UNCHANGED
        complete(purchase, record)
    add_lines([line for _, _, lines in added for line in lines], now=now)
    refunds.settle(purchase.pk for _, purchase, _ in added)
    return outcomes | {number: outcome_of(lines) for number, _, lines in added if lines}


def compare(purchase: Purchase, record: PurchaseRecord) -> Comparison:
    found = Comparison(list(purchase.lines.all()))
    if not is_buyer(purchase, record.buyer):
        found.differing.add("address")
    if not all(is_receiver(line, purchase, record.receiver) for line in found.lines):
        found.differing.add("receiver")
    left = list(found.lines)
    for sold in record.lines:
        if line := counterpart(left, sold):
            left.remove(line)
            found.differing.update(line_differences(line, sold))
        else:
            found.missing.append(sold)
    if (found.missing and purchase.complete) or (left and record.complete):
        found.differing.add("lines")
    return found


def agrees(purchase: Purchase, record: PurchaseRecord) -> bool:
    """Whether the record says what is on file, be it the whole order or a part; opens and changes nothing."""
    if record.complete and purchase.complete:
        return contradictions.agrees(purchase, record)
    return compare(purchase, record).agrees


def counterpart(lines: Sequence[PurchaseLine], sold: SoldLine) -> PurchaseLine | None:
    """The line on file that this is: by its reference if both have one, else by what was sold."""
    named = [line for line in lines if sold.reference and line.reference == sold.reference]
    alike = [
        line
        for line in lines
        if (line.product_ref, line.variant) == (sold.product_ref, sold.variant)
        and not (line.reference and sold.reference)
    ]
    return next(iter(named or alike), None)


def placements_of(purchase: Purchase, found: Comparison, meanings: Meanings) -> list[tuple[int, Placement]]:
    """The missing lines behind those that are there, each with its position."""
    owner = next((line.receiver_id for line in found.lines), purchase.buyer_id)
    if owner is None and purchase.erased_at:
        found.missing = [sold._replace(registered_name="") for sold in found.missing]
    first = max((line.position + 1 for line in found.lines), default=0)
    return [
        (position, placement_of(sold, purchase, owner=str(owner) if owner else None, meanings=meanings))
        for position, sold in enumerate(found.missing, start=first)
    ]


def complete(purchase: Purchase, record: PurchaseRecord) -> None:
    """Now the whole order was told, or its shop has said for the first time that it is so."""
    if (record.complete and not purchase.complete) or contradictions.is_untold(purchase):
        mine = Purchase.objects.filter(pk=purchase.pk)
        mine.update(complete=True, sold_digest=sold_digests(record)[0])


def outcome_of(lines: Sequence[tuple[int, Placement]]) -> RowOutcome:
    if any(placement.owned for _, placement in lines):
        return RowOutcome.NEEDS_PERSON
    return RowOutcome.UPDATED if all(placement.placed for _, placement in lines) else RowOutcome.UNPLACED
