"""Whom support means by what it types: the customer of a claim with a typing error, or the other one of a merge."""

from __future__ import annotations

from typing import Final

from licensing.console.search import can_be_stored, code_is, customers, orders, row_id
from licensing.models import Customer, RegistrationKey
from recovery.owners.compare import buyers, owners_of_keys

MOST: Final = 10


def who(typed: str) -> list[Customer]:
    """By an id, an address, a name, an order or an exact code, the newest first; a code is compared by its mark."""
    term = typed.strip() if can_be_stored(typed) else ""
    if not term:
        return []
    coded = set(RegistrationKey.objects.filter(code_is(term)).values_list("pk", flat=True))
    ids = set(row_id(term)) | customers(term) | buyers(orders(term)) | owners_of_keys(coded)
    return list(Customer.objects.filter(pk__in=ids).prefetch_related("addresses").order_by("-pk")[:MOST])
