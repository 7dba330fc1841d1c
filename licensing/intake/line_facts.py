"""What a later telling adds to a line that is on file: its name in the store, and what it begins or renews.

An export often knows neither, a notification both; whichever comes first, the line has them in the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from licensing.intake.by_line import agrees, counterpart
from licensing.intake.record import PurchaseRecord, SoldLine
from licensing.models import Purchase, PurchaseLine

FIELDS = ("reference", "subscription_ref", "paid_until")


def learn(told: Sequence[tuple[PurchaseRecord, Purchase]]) -> set[UUID]:
    """Learn it of those orders that are told as they are on file; those of which something was new."""
    telling = [
        (record, purchase)
        for record, purchase in told
        if any(line.reference or line.subscription for line in record.lines) and agrees(purchase, record)
    ]
    if not telling:
        return set()
    lines: dict[UUID, list[PurchaseLine]] = defaultdict(list)
    found = PurchaseLine.objects.filter(purchase__id__among={purchase.pk for _, purchase in telling})
    for line in found.defer("sealed_code").order_by("position"):
        lines[line.purchase_id].append(line)
    changed = [line for record, purchase in telling for line in learned(record, lines[purchase.pk])]
    PurchaseLine.objects.bulk_update(changed, FIELDS)
    return {line.purchase_id for line in changed}


def learned(record: PurchaseRecord, lines: Sequence[PurchaseLine]) -> list[PurchaseLine]:
    """The lines that change, unsaved."""
    left, changed = list(lines), []
    for sold in record.lines:
        if line := counterpart(left, sold):
            left.remove(line)
            if add(line, sold):
                changed.append(line)
    return changed


def add(line: PurchaseLine, sold: SoldLine) -> bool:
    before = [getattr(line, name) for name in FIELDS]
    line.reference = line.reference or sold.reference
    line.subscription_ref = line.subscription_ref or sold.subscription
    if sold.subscription and line.subscription_ref == sold.subscription:
        line.paid_until = later_of(line.paid_until, sold.paid_until)
    return before != [getattr(line, name) for name in FIELDS]


def later_of(one: datetime | None, other: datetime | None) -> datetime | None:
    """Of one period the end that is told counts, and the later of two; none, if nobody tells one."""
    return max(one, other) if one and other else one or other
