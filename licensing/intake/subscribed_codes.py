"""Gives the codes that came with the purchases of subscriptions to the licenses that have none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from licensing.intake import bulk
from licensing.intake.codes import CodeOwned, Codes
from licensing.intake.meanings import Item
from licensing.intake.placing import owned_case
from licensing.intake.units import ASSIGNMENT, Units
from licensing.models import Case, KeyAssignment, License, PurchaseLine


class Renewed(NamedTuple):
    """Licenses, the line that they hang on, the codes that came with each purchase, and how many units there are."""

    holder: PurchaseLine
    licenses: list[License]
    codes: list[tuple[str, ...]]
    units: int


def give_codes(groups: Sequence[Renewed], *, now: datetime) -> None:
    """In the order of the purchases, to each unit the first that is left; one that is in use already says nothing."""
    wanted = [each for group in groups if group.codes for each in left(group)]
    if not wanted:
        return
    book = Codes(((item, code) for _, item, code, _ in wanted), now=now)
    assignments: list[tuple[object, ...]] = []
    cases: list[Case] = []
    for holder, item, code, licenses in wanted:
        owner, name = licenses[0].owner_id, holder.registered_name
        try:
            key_id, seats = book.give(
                item, code, owner=str(owner) if owner else None, units=len(licenses), registered_name=name
            )
        except CodeOwned as owned:
            cases.append(owned_case(holder.purchase_id, holder.pk, item, code, owned.key_id))
            continue
        assignments += [
            (bulk.new_id(), key_id, str(license.pk), seat, now)
            for license, seat in zip(licenses, seats, strict=True)
        ]
    book.save(now=now)
    bulk.insert(KeyAssignment, ASSIGNMENT, assignments, now=now)
    Case.objects.bulk_create(cases, ignore_conflicts=True)


def left(group: Renewed) -> Iterator[tuple[PurchaseLine, Item, str, list[License]]]:
    """Which codes go to which licenses. One code of a line with many units serves all that are left."""
    units = Units.with_licenses(group.holder, group.licenses, quantity=group.units)
    for kept in group.codes:
        for code in kept:
            if not code or units.with_code(code):
                continue
            for item, free in list(units.free(all_units=len(kept) == 1)):
                units.took(item, code, free)
                yield group.holder, item, code, free
