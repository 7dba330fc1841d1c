"""What has to be so before something of a customer's leaves. All raise `NotPossible`, in words for support."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from licensing.models import Customer, EmailAddress
from recovery.errors import NotPossible
from recovery.models import OwnerChange
from recovery.owners.concerned import current_addresses


def refuse_to_leave_nothing(addresses: Sequence[UUID], things: Sequence[UUID]) -> None:
    if addresses:
        raise NotPossible("Either addresses leave, or there is a new one for what leaves: not both.")
    if not things:
        raise NotPossible("Nothing would leave: say which orders or licenses do.")


def refuse_to_leave_nobody(customer: Customer, addresses: Sequence[UUID]) -> None:
    current = {each.pk for each in current_addresses(customer.pk)}
    if not addresses or not set(addresses) < current:
        raise NotPossible(
            "At least one current address must leave, and at least one must stay; or give a new one for what leaves."
        )


def refuse_own(change: OwnerChange) -> None:
    """Not where the new address is, or was, the giver's own."""
    if EmailAddress.objects.filter(canonical=change.new_address, customer=change.customer_id).exists():
        raise NotPossible("That is an address of the customer who has it.")
