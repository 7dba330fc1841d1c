"""Codes that a store tells apart from the order that they were sold with: each serves one unit that has none yet.

A code that the line has already says nothing new; one for which no unit is left contradicts what is on file; one that
serves somebody else stays where it is. Both are a person's to decide. What cannot become a key yet is kept, encrypted,
on the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from licensing.intake import bulk
from licensing.intake.codes import CodeOwned, Codes
from licensing.intake.contradictions import is_open, is_untold
from licensing.intake.finding import orders_of
from licensing.intake.meanings import Item
from licensing.intake.placing import owned_case, seal_codes
from licensing.intake.record import LateCodes
from licensing.intake.refunds import named
from licensing.intake.units import ASSIGNMENT, Units, spaced, units_of
from licensing.keys.sealed import vault
from licensing.models import Case, KeyAssignment, License, Purchase, PurchaseLine, RowOutcome, Store


def heard(
    told: Sequence[tuple[int, LateCodes]], *, store: Store, now: datetime
) -> tuple[dict[int, RowOutcome], set[UUID]]:
    """What became of each, by its number, and the orders that they were about. An order that its shop has not told
    itself is as good as none: who filed it here may have taken the number of somebody else's.

    Raises as `licensing.intake.purchases.record`.
    """
    found = orders_of([each for _, each in told], store=store)
    orders = [None if order and is_untold(order) else order for order in found]
    units = units_of({order.pk for order in orders if order})
    desk = Desk(now)
    outcomes = {number: RowOutcome.NO_ORDER for number, _ in told}
    wanted = []
    for (number, each), order in zip(told, orders, strict=True):
        if order:
            lines = lines_of(each, units[order.pk])
            wanted.append((number, each, order, lines))
    desk.open(item_code for _, each, _, lines in wanted for item_code in pairs(each, lines))
    for number, each, order, lines in wanted:
        outcomes[number] = desk.take(each, order, lines)
    desk.close()
    return outcomes, {order.pk for order in orders if order}


def lines_of(told: LateCodes, units: Sequence[Units]) -> list[Units]:
    """Which lines of its order are meant."""
    meant = {line.pk for line in named([each.line for each in units], told.line)}
    found = [each for each in units if each.line.pk in meant]
    return [each for each in found if not told.variant or each.line.variant == told.variant] or (
        found if len(units) == 1 else []
    )


def pairs(told: LateCodes, lines: Iterable[Units]) -> Iterator[tuple[Item, str]]:
    for units in lines:
        for edition in {each.edition for each in units.licenses}:
            for code in told.codes:
                yield Item(edition, 1, str(edition.pk)), code


class Desk:
    """Takes codes one after the other, and writes what they come to in one go."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.codes: Codes | None = None
        self.assignments: list[tuple[object, ...]] = []
        self.cases: list[Case] = []
        self.expiring: dict[UUID, License] = {}
        self.lines: dict[UUID, Units] = {}

    def open(self, wanted: Iterable[tuple[Item, str]]) -> None:
        self.codes = Codes(wanted, now=self.now)

    def take(self, told: LateCodes, order: Purchase, lines: Sequence[Units]) -> RowOutcome:
        if not told.confirmed:
            known = all(
                any(each.keeps(code) or each.with_code(code) for each in lines) for code in told.codes
            )
            return RowOutcome.UNCHANGED if known and lines else RowOutcome.UNCONFIRMED
        if not lines:
            return self.contradicted(order, told) if order.complete else RowOutcome.NO_ORDER
        outcomes = [self.take_one(code, told, order, lines) for code in told.codes]
        worst = (RowOutcome.NEEDS_PERSON, RowOutcome.UPDATED)
        return next((each for each in worst if each in outcomes), RowOutcome.UNCHANGED)

    def take_one(self, code: str, told: LateCodes, order: Purchase, lines: Sequence[Units]) -> RowOutcome:
        for units in lines:
            if (having := units.with_code(code)) or units.keeps(code):
                later = self.prolong(units, having, told.expires_at)
                return RowOutcome.UPDATED if later else RowOutcome.UNCHANGED
        for units in lines:
            if units.is_placed and (free := list(units.free())):
                return self.assign(code, told, units, free)
            if not units.is_placed and units.keep(code):
                self.prolong(units, [], told.expires_at)
                self.lines[units.line.pk] = units
                return RowOutcome.UPDATED
        return self.contradicted(order, told)

    def assign(
        self, code: str, told: LateCodes, units: Units, free: Sequence[tuple[Item, list[License]]]
    ) -> RowOutcome:
        owned = False
        for item, licenses in free:
            try:
                self.give(item, code, units, licenses)
            except CodeOwned as problem:
                owned = True
                self.cases.append(
                    owned_case(units.line.purchase_id, units.line.pk, item, code, problem.key_id)
                )
            else:
                self.prolong(units, licenses, told.expires_at)
        if owned:
            units.keep(code, beyond=True)
            self.lines[units.line.pk] = units
        return RowOutcome.NEEDS_PERSON if owned else RowOutcome.UPDATED

    def give(self, item: Item, code: str, units: Units, licenses: Sequence[License]) -> None:
        assert self.codes is not None  # noqa: S101  opened before anything is taken
        owner, name = licenses[0].owner_id, units.line.registered_name
        key_id, seats = self.codes.give(
            item, code, owner=str(owner) if owner else None, units=len(licenses), registered_name=name
        )
        for license, seat in zip(licenses, seats, strict=True):
            self.assignments.append((bulk.new_id(), key_id, str(license.pk), seat, self.now))
        units.took(item, code, licenses)

    def prolong(self, units: Units, licenses: Sequence[License], until: datetime | None) -> bool:
        """The latest end that anybody told counts; on the line, as long as no license of its own has it."""
        if until is None:
            return False
        holders: Sequence[License | PurchaseLine] = licenses if units.is_placed else [units.line]
        later = False
        for each in holders:
            name = "expires_at" if isinstance(each, License) else "paid_until"
            known = getattr(each, name)
            if known is None or known < until:
                setattr(each, name, until)
                later = True
                if isinstance(each, License):
                    self.expiring[each.pk] = each
                else:
                    self.lines[each.pk] = units
        return later

    def contradicted(self, order: Purchase, told: LateCodes) -> RowOutcome:
        cause = f"{order.pk}:{told.line}:{told.variant}:{','.join(map(spaced, told.codes))}"
        marks = vault().fingerprints(cause, edition="late")
        disputed = is_open(order, {"code"}, [marks[slot] for slot in sorted(marks)])
        return RowOutcome.NEEDS_PERSON if disputed else RowOutcome.UNCHANGED

    def close(self) -> None:
        if self.codes:
            self.codes.save(now=self.now)
        bulk.insert(KeyAssignment, ASSIGNMENT, self.assignments, now=self.now)
        Case.objects.bulk_create(self.cases, ignore_conflicts=True)
        License.objects.bulk_update(self.expiring.values(), ["expires_at"])
        for units in self.lines.values():
            if units.changed:
                units.line.sealed_code = seal_codes(str(units.line.pk), units.codes)
        PurchaseLine.objects.bulk_update(
            [units.line for units in self.lines.values()], ["sealed_code", "paid_until"]
        )
