"""What a customer has, before some of it changes hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Prefetch

from licensing.keys.code import mask
from licensing.models import Customer, EmailAddress, KeyAssignment, License, Purchase
from recovery.models import OwnerChange
from recovery.owners.concerned import current_addresses

MOST: Final = 100  # rows of a kind that a page shows


@dataclass(frozen=True)
class Side:
    """One of the customers concerned, with the newest of what is theirs. `more`: there is more than is listed."""

    customer: Customer
    addresses: list[EmailAddress]
    purchases: list[Purchase]
    licenses: list[License]
    more: bool
    running: OwnerChange | None

    @property
    def shares_codes(self) -> bool:
        """Whether several of the licenses listed have one key."""
        keys = [each.key_id for license in self.licenses for each in license.assignments.all()]
        return len(set(keys)) < len(keys)


def side_of(customer: Customer) -> Side:
    bought = customer.purchases.select_related("store").prefetch_related("lines").order_by("-pk")
    owned = customer.licenses.select_related("edition__product", "line__purchase")
    serving = KeyAssignment.objects.open().select_related("key").defer("key__sealed")
    chained = owned.prefetch_related(Prefetch("assignments", queryset=serving)).order_by("-pk")
    purchases, licenses = list(bought[: MOST + 1]), list(chained[: MOST + 1])
    return Side(
        customer=customer,
        addresses=current_addresses(customer.pk),
        purchases=purchases[:MOST],
        licenses=sorted(
            licenses[:MOST], key=lambda each: (each.line.purchase.reference, each.line_id, each.unit)
        ),
        more=max(len(purchases), len(licenses)) > MOST,
        running=OwnerChange.objects.running().concerning(customer.pk).first(),
    )


def told_order(purchase: Purchase) -> str:
    """So that it is told from others of the same customer: when it was, and what was bought."""
    lines = (
        each.name + (f" ({each.quantity} units)" if each.quantity > 1 else "")
        for each in purchase.lines.all()
    )
    return ": ".join(
        filter(None, [f"{purchase.reference}, {purchase.ordered_at:%Y-%m-%d}", ", ".join(lines)])
    )


def told_license(license: License) -> str:
    """So that it is told from others of the same order: its unit, and the key with the name on it."""
    parts = [str(license.edition), f"order {license.line.purchase.reference}"]
    if license.unit > 1 or license.line.quantity > 1:
        parts.append(f"unit {license.unit}")
    for each in license.assignments.all():
        parts.append(f"key {each.key.file_name or mask(each.key.tail)}")
        if each.key.registered_name:
            parts.append(f"registered to {each.key.registered_name}")
    return ", ".join(parts)
