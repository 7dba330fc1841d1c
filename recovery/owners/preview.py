"""What a customer has, before some of it changes hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from licensing.models import Customer, EmailAddress, License, Purchase
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


def side_of(customer: Customer) -> Side:
    purchases = list(customer.purchases.select_related("store").order_by("-pk")[: MOST + 1])
    licenses = list(
        customer.licenses.select_related("edition__product", "line__purchase").order_by("-pk")[: MOST + 1]
    )
    return Side(
        customer=customer,
        addresses=current_addresses(customer.pk),
        purchases=purchases[:MOST],
        licenses=licenses[:MOST],
        more=max(len(purchases), len(licenses)) > MOST,
        running=OwnerChange.objects.running().concerning(customer.pk).first(),
    )
