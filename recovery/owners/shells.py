"""Customers that a merge has emptied: kept for the undo, and no longer."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from licensing.models import Customer
from recovery.models import ChangeKind, ChangeState, OwnerChange
from recovery.owners.ending import close_cases
from recovery.owners.handover import is_empty


def remove_shells(changes: Iterable[OwnerChange]) -> None:
    """The emptied side of these merges, with the record of them; the audit trail keeps who did it."""
    for change in changes:
        if change.kind == ChangeKind.MERGE and change.customer_id and is_empty(change.customer_id):
            Customer.objects.filter(pk=change.customer_id).delete()


def forget_of(customer: UUID, mailboxes: Iterable[str]) -> None:
    """What changes of owner hold of a person who is erased, in the caller's transaction: nothing of theirs is running
    afterwards, and nothing of it can be undone."""
    merged = OwnerChange.objects.filter(other=customer, state=ChangeState.DONE)
    remove_shells(list(merged))
    claimed = OwnerChange.objects.filter(new_address__in=list(mailboxes))
    for rows in (claimed, OwnerChange.objects.concerning(customer)):
        for change in rows:
            close_cases(change)
        rows.delete()
