"""An order's lines with their licenses and every code that they have, or had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from django.db.models import Prefetch

from licensing.intake.meanings import Item
from licensing.intake.placing import open_codes
from licensing.keys.code import CodeError, normalise
from licensing.keys.sealed import vault
from licensing.models import KeyAssignment, License, PurchaseLine

ASSIGNMENT = ("id", "key_id", "license_id", "seat", "starts_at")


@dataclass
class Units:
    """A line with its licenses, and which of them have, or had, which code."""

    line: PurchaseLine
    licenses: list[License]
    codes: list[str]
    quantity: int
    served: dict[bytes, list[License]] = field(default_factory=dict)  # by a mark of the code
    changed: bool = False

    @classmethod
    def of(cls, line: PurchaseLine) -> Units:
        sealed = open_codes(str(line.pk), bytes(line.sealed_code)) if line.sealed_code else ()
        return cls.with_licenses(line, line.licenses.all(), sealed, quantity=line.quantity)

    @classmethod
    def with_licenses(
        cls, line: PurchaseLine, licenses: Iterable[License], codes: Sequence[str] = (), *, quantity: int
    ) -> Units:
        """The licenses of a line, whichever they hang on in the database; their assignments are read along."""
        units = cls(line, sorted(licenses, key=lambda each: each.unit), list(codes), quantity)
        for each in units.licenses:
            for assignment in each.assignments.all():
                for mark in (assignment.key.fingerprint_a, assignment.key.fingerprint_b):
                    units.served.setdefault(bytes(mark or b""), []).append(each)
        return units

    def took(self, item: Item, code: str, licenses: Sequence[License]) -> None:
        """These licenses have this code from now on."""
        for mark in marks_of(item, code):
            self.served.setdefault(mark, []).extend(licenses)

    @property
    def is_placed(self) -> bool:
        """Whether a code becomes a key at once: those of a subscription go to wherever its licenses hang."""
        return self.line.placed_at is not None and not self.line.subscription_ref

    def with_code(self, code: str) -> list[License]:
        editions = {each.edition for each in self.licenses} | {
            assignment.key.edition for each in self.licenses for assignment in each.assignments.all()
        }
        marks = [mark for edition in editions for mark in marks_of(Item(edition, 1, str(edition.pk)), code)]
        return [license for mark in marks for license in self.served.get(mark, ())]

    def keeps(self, code: str) -> bool:
        return spaced(code) in {spaced(each) for each in self.codes if each}

    def free(self, *, all_units: bool = False) -> Iterator[tuple[Item, list[License]]]:
        """Of each edition the licenses that one more unit of the line has, or all, as far as none had a key."""
        had = {license.pk for licenses in self.served.values() for license in licenses}
        by_edition = sorted(self.licenses, key=lambda each: str(each.edition_id))
        for edition_id, group in groupby(by_edition, key=lambda each: each.edition_id):
            mine = list(group)
            share = max(len(mine) // self.quantity, 1)
            left = [each for each in mine if each.pk not in had][: len(mine) if all_units else share]
            if left:
                yield Item(left[0].edition, share, str(edition_id)), left

    def keep(self, code: str, *, beyond: bool = False) -> bool:
        """Keep the code on the line for one more of its units; False if every unit has one. `beyond`: even so."""
        whole = len(self.codes) == 1 and bool(self.codes[0])  # it serves all units
        kept = list(self.codes) if not whole else self.codes * self.line.quantity
        kept += [""] * (self.line.quantity - len(kept))
        if "" in kept:
            kept[kept.index("")] = code
            self.codes = kept
        elif beyond:
            self.codes = [*self.codes, code]
        else:
            return False
        self.changed = True
        return True


def units_of(orders: Iterable[UUID]) -> dict[UUID, list[Units]]:
    history = KeyAssignment.objects.select_related("key__edition")
    licenses = License.objects.select_related("edition").prefetch_related(Prefetch("assignments", history))
    lines = PurchaseLine.objects.filter(purchase__id__among=set(orders)).order_by("position")
    found: dict[UUID, list[Units]] = {pk: [] for pk in orders}
    for line in lines.prefetch_related(Prefetch("licenses", licenses)):
        found[line.purchase_id].append(Units.of(line))
    return found


def marks_of(item: Item, code: str) -> list[bytes]:
    try:
        marks = vault().fingerprints(normalise(code, form=item.edition.code_form), edition=item.edition_id)
    except CodeError:
        return []
    return list(marks.values())


def spaced(code: str) -> str:
    try:
        return normalise(code, form="spaced")
    except CodeError:
        return code
