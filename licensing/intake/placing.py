"""Turns sold lines into licenses and their keys, as the vendor's mapping says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from licensing.intake import bulk
from licensing.intake.codes import CodeOwned, Codes
from licensing.intake.meanings import Item
from licensing.intake.record import SoldLine
from licensing.keys.sealed import vault
from licensing.models import Case, CaseKind, KeyAssignment, License

Row = tuple[Any, ...]
LICENSE = ("id", "line_id", "unit", "edition_id", "owner_id", "expires_at")
ASSIGNMENT = ("id", "key_id", "license_id", "seat", "starts_at")


@dataclass(slots=True)
class Placement:
    """One line on its way to its licenses. `owned` is set where a code of it serves somebody else."""

    line_id: str
    purchase_id: str
    owner_id: str | None
    sold: SoldLine
    items: tuple[Item, ...]
    owned: bool = False

    @property
    def placed(self) -> bool:
        return bool(self.items)

    @property
    def sealed_code(self) -> bytes | None:
        """What is kept on the line itself: codes that became no key, for when a person has decided.

        Those of a subscription, too: its licenses may come to hang on another line.
        """
        kept = self.sold.codes and (self.owned or not self.placed or self.sold.subscription)
        return seal_codes(self.line_id, self.sold.codes) if kept else None


def placed_now(placements: Iterable[Placement]) -> list[Placement]:
    """Those of lines that the mapping knows, but for subscriptions: `licensing.intake.subscriptions` sees to them."""
    return [each for each in placements if each.placed and not each.sold.subscription]


def codes_of(placements: Iterable[Placement], *, now: datetime) -> Codes:
    """What is on file of the codes that `place` will be asked to give."""
    placed = placed_now(placements)
    wanted = ((item, code) for each in placed for item in each.items for code in each.sold.codes if code)
    return Codes(wanted, now=now)


def place(placements: Sequence[Placement], codes: Codes, *, now: datetime) -> None:
    """Write licenses, keys, assignments and cases for every line that the mapping knows; the others are left alone.

    `codes`: those of these placements, as they are on file. The caller's transaction writes the lines. Raises
    `Overtaken` and IntegrityError where another transaction was quicker: then begin again.
    """
    placed = placed_now(placements)
    units: list[Row] = []
    assignments: list[Row] = []
    cases: list[Case] = []
    for placement in placed:
        Placing(placement, codes, now).run(units, assignments, cases)
    codes.save(now=now)
    bulk.insert(License, LICENSE, units, now=now)
    ids = bulk.new_ids(len(assignments))
    rows = [(each, *rest) for each, rest in zip(ids, assignments, strict=True)]
    bulk.insert(KeyAssignment, ASSIGNMENT, rows, now=now)
    Case.objects.bulk_create(cases, ignore_conflicts=True)


class Placing:
    """One line: its units, numbered through all its editions, and the key of each."""

    def __init__(self, placement: Placement, codes: Codes, now: datetime) -> None:
        self.placement = placement
        self.codes = codes
        self.now = now

    def run(self, units: list[Row], assignments: list[Row], cases: list[Case]) -> None:
        placement, number = self.placement, 0
        for item in placement.items:
            for code, count in pieces(placement.sold, item.quantity):
                licenses = bulk.new_ids(count)
                of_edition = (item.edition_id, placement.owner_id, placement.sold.paid_until)
                for license_id in licenses:
                    number += 1
                    units.append((license_id, placement.line_id, number, *of_edition))
                try:
                    assignments += self.served(item, code, licenses)
                except CodeOwned as owned:
                    placement.owned = True
                    cases.append(
                        owned_case(placement.purchase_id, placement.line_id, item, code, owned.key_id)
                    )

    def served(self, item: Item, code: str, licenses: Sequence[str]) -> Iterable[Row]:
        if not code:
            return ()
        name, owner = self.placement.sold.registered_name, self.placement.owner_id
        key_id, seats = self.codes.give(item, code, owner=owner, units=len(licenses), registered_name=name)
        return [
            (key_id, license_id, seat, self.now) for license_id, seat in zip(licenses, seats, strict=True)
        ]


def owned_case(purchase_id: UUID | str, line_id: UUID | str, item: Item, code: str, key_id: str) -> Case:
    cause = f"{line_id}:{item.edition_id}:{code}"
    return Case(
        kind=CaseKind.KEY_OWNED,
        purchase_id=purchase_id,
        digest=next(iter(vault().fingerprints(cause, edition="case").values())),
        detail={"key": str(key_id), "edition": item.edition.sku},
    )


def pieces(sold: SoldLine, each: int) -> Iterator[tuple[str, int]]:
    """(code, how many licenses it serves): one code serves all units, several serve one unit each, none ("") waits."""
    if len(sold.codes) == 1:
        yield sold.codes[0], sold.quantity * each
        return
    for code in sold.codes:
        yield code, each
    if waiting := sold.quantity - len(sold.codes):
        yield "", waiting * each


def seal_codes(line_id: str, codes: Sequence[str]) -> bytes:
    return vault().encrypt(json.dumps(list(codes)).encode(), identity=line_identity(line_id))


def open_codes(line_id: str, sealed: bytes) -> tuple[str, ...]:
    """The codes that a line keeps. Raises `Tampered` or `UnknownKey`."""
    return tuple(json.loads(vault().decrypt(sealed, identity=line_identity(line_id))))


def line_identity(line_id: str) -> str:
    return f"line:{line_id}"
