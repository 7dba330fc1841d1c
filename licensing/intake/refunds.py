"""Which units a refund pays back, and so ends: decided by all refunds of an order together, whichever came first.

- A refund with a reference adds to the others; without one it is a running total, of which the largest counts.
- It ends the last units of its line (of each edition, where a line is a bundle). Money back that names no line of an
  order with several ends none of them, until everything is paid back: nobody can say which were meant.
- What is told of an order line by line may grow, so there units never add up to the whole order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from licensing.intake import bulk
from licensing.intake.record import Refund
from licensing.models import KeyAssignment, License, Purchase, PurchaseLine, PurchaseRefund

MARKED: Final = "support's line "  # and its position: what units that support marked are filed under
Key = tuple[UUID, str, str]  # purchase, line, reference


Settled = dict[UUID, int | None]  # purchase -> how many of its units are paid back; None: all of them


def tell(said: Iterable[tuple[UUID, Sequence[Refund]]]) -> Settled:
    """Store these refunds and end what they pay back; the purchases of which something was new."""
    merged = largest(said)
    if not merged:
        return {}
    known = on_file(purchase for purchase, _, _ in merged)
    new = [refund_of(key, each) for key, each in merged.items() if key not in known]
    more = [known[key] for key, each in merged.items() if key in known and learn(known[key], each)]
    PurchaseRefund.objects.bulk_create(new)
    PurchaseRefund.objects.bulk_update(more, ["units", "at"])
    changed = {each.purchase_id for each in (*new, *more)}
    return settle(changed)


def is_new(purchase_id: UUID, refunds: Sequence[Refund]) -> bool:
    """Whether one of them is not on file; changes nothing."""
    merged = largest([(purchase_id, refunds)])
    known = on_file([purchase_id]) if merged else {}
    return any(key not in known or each.units > known[key].units for key, each in merged.items())


def on_file(purchases: Iterable[UUID]) -> dict[Key, PurchaseRefund]:
    found = PurchaseRefund.objects.filter(purchase__id__among=set(purchases))
    return {(each.purchase_id, each.line, each.reference): each for each in found}


def largest(said: Iterable[tuple[UUID, Sequence[Refund]]]) -> dict[Key, Refund]:
    merged: dict[Key, Refund] = {}
    for purchase_id, refunds in said:
        for each in refunds:
            key = (purchase_id, each.line, each.reference)
            earlier = merged.get(key)
            merged[key] = each._replace(
                units=max(each.units, earlier.units if earlier else 0),
                at=first_of(each.at, earlier.at if earlier else None),
            )
    return merged


def refund_of(key: Key, said: Refund) -> PurchaseRefund:
    purchase_id, line, reference = key
    return PurchaseRefund(
        purchase_id=purchase_id, line=line, reference=reference, units=said.units, at=said.at
    )


def learn(known: PurchaseRefund, said: Refund) -> bool:
    before = (known.units, known.at)
    known.units, known.at = max(known.units, said.units), first_of(known.at, said.at)
    return before != (known.units, known.at)


def first_of(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def settle(purchases: Iterable[UUID]) -> Settled:
    """Bring those of the purchases that have refunds by unit, and their licenses, to what these say together."""
    refunded = PurchaseRefund.objects.filter(purchase__id__among=set(purchases)).values("purchase")
    found = list(Purchase.objects.filter(pk__in=refunded).prefetch_related("lines", "refunds"))
    licenses = licenses_of(found)
    counted: list[Purchase] = []
    changed: list[License] = []
    for purchase in found:
        back = PaidBack(list(purchase.lines.all()), list(purchase.refunds.all()))
        if purchase.refunded_units is not None:
            whole = purchase.complete and back.total >= back.quantity
            purchase.refunded_units = None if whole else back.total
            counted.append(purchase)
        changed += end_units(purchase, back, licenses)
    bulk.set_all(Purchase, "refunded_units", counted)
    bulk.set_all(License, "refunded_at", changed)
    return {purchase.pk: purchase.refunded_units for purchase in found}


def licenses_of(purchases: Iterable[Purchase]) -> dict[UUID, list[License]]:
    """By line, in the order of their units; without those of subscriptions."""
    lines = [line.pk for each in purchases for line in each.lines.all() if not line.subscription_ref]
    by_line: dict[UUID, list[License]] = defaultdict(list)
    for each in License.objects.filter(line__id__among=lines).order_by("unit"):
        by_line[each.line_id].append(each)
    return by_line


class PaidBack:
    """What the refunds of one order add up to: `units` of each line, and `total` of them all."""

    def __init__(self, lines: Sequence[PurchaseLine], refunds: Sequence[PurchaseRefund]) -> None:
        self.lines = sorted(lines, key=lambda line: line.position)
        self.quantity = sum(line.quantity for line in lines)
        self.units: dict[UUID, int] = dict.fromkeys((line.pk for line in self.lines), 0)
        scopes: dict[tuple[UUID, ...], list[PurchaseRefund]] = defaultdict(list)
        for refund in refunds:
            scopes[tuple(line.pk for line in named(self.lines, refund.line))].append(refund)
        unnamed = scopes.pop((), [])
        for scope, told in sorted(scopes.items(), key=lambda each: len(each[0])):
            self.take(scope, added_up(told))
        named_units = sum(self.units.values())
        added, running = parts(unnamed)
        self.total = min(max(named_units + added, running), self.quantity)

    def take(self, scope: tuple[UUID, ...], units: int) -> None:
        """From the last of the lines first."""
        for line in reversed([line for line in self.lines if line.pk in scope]):
            taken = min(units, line.quantity - self.units[line.pk])
            self.units[line.pk] += taken
            units -= taken


def named(lines: Sequence[PurchaseLine], name: str) -> Sequence[PurchaseLine]:
    """The lines that a store means by a line's reference or product; an order's only line has every name.

    Support says which line it means by its position.
    """
    if len(lines) == 1:
        return lines
    if name.startswith(MARKED):
        return [line for line in lines if name == f"{MARKED}{line.position}"]
    by_reference = [line for line in lines if name and line.reference == name]
    return by_reference or [line for line in lines if name and line.product_ref == name]


def added_up(refunds: Iterable[PurchaseRefund]) -> int:
    return max(parts(refunds))


def parts(refunds: Iterable[PurchaseRefund]) -> tuple[int, int]:
    """The sum of those with a reference, and the largest running total."""
    added = running = 0
    for each in refunds:
        if each.reference:
            added += each.units
        else:
            running = max(running, each.units)
    return added, running


def end_units(
    purchase: Purchase, back: PaidBack, licenses: Mapping[UUID, Sequence[License]]
) -> Iterator[License]:
    """Mark the licenses that are paid back, and no others; those of which this is news."""
    for line in back.lines:
        mine = licenses.get(line.pk, ())
        ended = {each.pk for each in last_units(line, mine, back.units[line.pk])}
        for each in mine:
            at = purchase.refunded_at if each.pk in ended else None
            if each.refunded_at != at:
                each.refunded_at = at
                yield each


def last_units(line: PurchaseLine, mine: Sequence[License], units: int) -> Iterator[License]:
    """The licenses of the line's last so many units; of each edition, as it was sold, its share."""
    if not units or not mine:
        return
    blocks: dict[UUID, list[License]] = defaultdict(list)
    sold = editions_sold(mine) if len(mine) != line.quantity else {}
    for each in mine:
        blocks[sold.get(each.pk, line.pk)].append(each)
    for block in blocks.values():
        share = len(block) * units // line.quantity
        yield from block[len(block) - share :]


def editions_sold(licenses: Sequence[License]) -> dict[UUID, UUID]:
    """License -> the edition that it began with, wherever it has moved since."""
    history = KeyAssignment.objects.filter(license__in=licenses).order_by("-id")
    first = dict(history.values_list("license_id", "key__edition_id"))
    return {each.pk: first.get(each.pk, each.edition_id) for each in licenses}
