"""Lines that were sold and are kept without a license, since nobody has said yet what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from licensing.intake.meanings import Meanings
from licensing.intake.unplaced import next_lines
from licensing.models import Mapping, PurchaseLine, Store


@dataclass(frozen=True)
class Unmapped:
    """One of the store's products, by its names there. `mapped_at_times`: a mapping knows it at other dates."""

    product_ref: str
    variant: str
    name: str
    lines: int
    first: datetime
    last: datetime
    mapped_at_times: bool


def unmapped(store: Store) -> list[Unmapped]:
    """What was sold and waits for a mapping, the most sold first."""
    kept = PurchaseLine.objects.unplaced().filter(purchase__store=store).order_by()
    groups = kept.values_list("product_ref", "variant").annotate(
        Max("name"), Count("pk"), Min("purchase__ordered_at"), Max("purchase__ordered_at")
    )
    known = set(Mapping.objects.filter(store=store).values_list("product_ref", "variant"))
    found = [
        Unmapped(ref, variant, name or "", lines, first, last, (ref, variant) in known)
        for ref, variant, name, lines, first, last in groups
    ]
    return sorted(found, key=lambda each: (-each.lines, each.product_ref, each.variant))


def unmapped_rows(store: Store) -> Iterator[tuple[str, ...]]:
    """The same as rows of the mapping's file, the edition left open.

    Where a mapping knows the product at other dates, the row begins with the first day that it does not know: from
    the beginning, it would rewrite what was said of the earlier days.
    """
    for each in unmapped(store):
        begins = each.first.date().isoformat() if each.mapped_at_times else ""
        yield each.product_ref, each.variant, each.name, "", "1", begins, ""


def would_place(store: Store) -> int:
    """How many kept lines have a meaning now. Reads them all, a page at a time."""
    meanings = Meanings(store)
    lines = next_lines(store, None).values_list("product_ref", "variant", "purchase__ordered_at")
    return sum(
        bool(meanings.of(ref, variant, at=at)) for ref, variant, at in lines.iterator(chunk_size=2_000)
    )
