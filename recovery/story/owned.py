"""What a customer owns and bought: licenses with their keys' history, masked, and orders. The latest of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from licensing.holdings import Standing, standing_of
from licensing.models import KeyAssignment, License, Purchase, PurchaseLine, RefundMark, with_addresses
from recovery.story.latest import Latest

LOOKED_AT: Final = 200  # orders, before the newest are chosen by their date
SECRETS = ("key__sealed", "key__fingerprint_a", "key__fingerprint_b")


@dataclass(frozen=True)
class Owned:
    """A license, its standing in the customer's words, and every key that served it, the latest first."""

    license: License
    standing: Standing
    keys: tuple[KeyAssignment, ...]

    @property
    def key(self) -> KeyAssignment | None:
        """What serves it now."""
        return next((each for each in self.keys if each.ends_at is None), None)

    @property
    def is_movable(self) -> bool:
        """What was paid back, disputed away or ended moves nowhere."""
        gone = (Standing.REFUNDED, Standing.DISPUTED, Standing.ENDED)
        return self.license.revoked_at is None and self.standing not in gone

    @property
    def former(self) -> tuple[KeyAssignment, ...]:
        return tuple(each for each in self.keys if each.ends_at is not None)


def licenses_of(customer_id: UUID, *, most: int, now: datetime) -> Latest[Owned]:
    """The newest licenses. Two queries; no code is read."""
    return units_of(License.objects.filter(owner=customer_id), most=most, now=now)


def units_of(rows: QuerySet[License], *, most: int, now: datetime) -> Latest[Owned]:
    """The newest of these licenses. Two queries; no code is read."""
    chain = KeyAssignment.objects.select_related("key__edition").defer(*SECRETS).order_by("-id")
    licenses = (
        rows.select_related("edition__product", "line__purchase__store")
        .defer("line__sealed_code")
        .prefetch_related(Prefetch("assignments", chain, to_attr="keys"))
        .order_by("-id")
    )
    found = list(licenses[: most + 1])
    return Latest([owned(each, now=now) for each in by_unit(found[:most])], len(found) > most)


def by_unit(licenses: Sequence[License]) -> list[License]:
    """Those of one line together, in the order of their units, where the newest of them stood."""
    places: dict[object, int] = {}
    for place, each in enumerate(licenses):
        places.setdefault(each.line_id or each.pk, place)
    return sorted(licenses, key=lambda each: (places[each.line_id or each.pk], each.unit))


def owned(license: License, *, now: datetime) -> Owned:
    keys: list[KeyAssignment] = license.keys  # type: ignore[attr-defined]  # Prefetch's to_attr
    has_key = any(each.ends_at is None for each in keys)
    return Owned(license, standing_of(license, has_key=has_key, now=now), tuple(keys))


def purchases_of(customer_id: UUID, *, most: int) -> Latest[Purchase]:
    """The newest orders by their date that the customer bought, or was given something on; of those that were filed
    last, where they are very many. Seven queries."""
    bought = Purchase.objects.filter(buyer=customer_id).order_by("-id").values_list("ordered_at", "pk")
    lines = PurchaseLine.objects.filter(receiver=customer_id).order_by("-purchase")
    given = lines.values_list("purchase__ordered_at", "purchase")
    newest = [pk for _, pk in sorted({*bought[:LOOKED_AT], *given[:LOOKED_AT]}, reverse=True)]
    marks = RefundMark.objects.filter(withdrawn_at=None)
    rows = (
        Purchase.objects.filter(pk__in=newest[:most])
        .select_related("store", "same_as")
        .prefetch_related(
            Prefetch("lines", PurchaseLine.objects.select_related("receiver").defer("sealed_code")),
            with_addresses("lines__receiver"),
            "references",
            Prefetch("refund_marks", marks, to_attr="marks"),
        )
        .order_by("-ordered_at", "-id")
    )
    return Latest(list(rows), len(newest) > most)
