"""Codes that an order brings which is on file without any: its file has no column for them, its notification has them.

They are attached as they would have been, had that telling come first. So whichever of the two comes first, the end is
the same. A line that has, or had, a key already is left alone, and then so is its whole order: be it another code of
the shop, or one from the pool meanwhile, a person decides (`licensing.intake.contradictions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from licensing.intake.by_line import Again, compare, counterpart
from licensing.intake.contradictions import differences, sold_digests
from licensing.intake.late_codes import Desk, pairs
from licensing.intake.record import LateCodes, PurchaseRecord, SoldLine
from licensing.intake.units import Units, units_of
from licensing.models import Purchase, RowOutcome

Bringing = tuple[Units, SoldLine]


def bring(again: Sequence[Again], *, now: datetime) -> dict[UUID, RowOutcome]:
    """Attach the codes of these confirmed tellings, each of another order; what became of those that brought some.

    Raises as `licensing.intake.purchases.record`.
    """
    telling = [(told, purchase) for _, told, purchase in again if differs_by_codes(told, purchase)]
    if not telling:
        return {}
    units = units_of({purchase.pk for _, purchase in telling})
    found = {purchase.pk: bringing(told, purchase, units[purchase.pk]) for told, purchase in telling}
    desk = Desk(now)
    desk.open(each for those in found.values() for line, sold in those for each in pairs(late(sold), [line]))
    outcomes = {pk: attach(those, desk) for pk, those in found.items() if those}
    desk.close()
    return outcomes


def differs_by_codes(told: PurchaseRecord, purchase: Purchase) -> bool:
    """Whether the order, or a line of it, is told for sure, and as it is on file but for its codes."""
    if not (told.confirmed and any(line.codes for line in told.lines)):
        return False
    if not (purchase.complete and told.complete):
        return compare(purchase, told).differing == {"code"}
    return bytes(purchase.sold_digest) not in sold_digests(told) and set(differences(purchase, told)) == {
        "code"
    }


def bringing(told: PurchaseRecord, purchase: Purchase, units: Sequence[Units]) -> list[Bringing]:
    """The lines for which it has codes; none, if one of them has other codes already, or fewer units."""
    found = [(line, sold) for line, sold in matched(told, purchase, units) if brings(line, sold)]
    return found if all(takes(line, sold) for line, sold in found) else []


def matched(told: PurchaseRecord, purchase: Purchase, units: Sequence[Units]) -> Iterator[Bringing]:
    """Which line on file is meant by which that is told, as they are compared."""
    if purchase.complete and told.complete:
        yield from zip(units, told.lines, strict=True)
        return
    left = {each.line.pk: each for each in units}
    for sold in told.lines:
        if line := counterpart([each.line for each in left.values()], sold):
            yield left.pop(line.pk), sold


def brings(line: Units, sold: SoldLine) -> bool:
    return not all(line.keeps(code) or line.with_code(code) for code in sold.codes if code)


def takes(line: Units, sold: SoldLine) -> bool:
    return not line.served and not any(line.codes) and len(sold.codes) <= line.quantity


def attach(those: Sequence[Bringing], desk: Desk) -> RowOutcome:
    owned = [line for line, sold in those if is_owned(line, sold, desk)]
    return RowOutcome.NEEDS_PERSON if owned else RowOutcome.UPDATED


def is_owned(line: Units, sold: SoldLine, desk: Desk) -> bool:
    """Give the line its codes; whether one of them serves somebody else, so that they are kept for a person, too."""
    outcomes = given(line, sold, desk) if line.is_placed else set()
    owned = RowOutcome.NEEDS_PERSON in outcomes
    if owned or not line.is_placed:
        line.codes, line.changed = list(sold.codes), True
        desk.lines[line.line.pk] = line
    return owned


def given(line: Units, sold: SoldLine, desk: Desk) -> set[RowOutcome]:
    """A single code serves all units, several serve one each."""
    alone, told = len(sold.codes) == 1, late(sold)
    return {desk.assign(code, told, line, list(line.free(all_units=alone))) for code in told.codes}


def late(sold: SoldLine) -> LateCodes:
    return LateCodes((), tuple(code for code in sold.codes if code))
