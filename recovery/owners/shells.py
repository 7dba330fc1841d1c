"""Customers that a merge has emptied: as they were for the undo, then without a name, until the other is erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from licensing.models import Customer
from recovery.models import ChangeKind, ChangeState, OwnerChange
from recovery.owners.ending import close_cases
from recovery.owners.handover import is_empty

NAMELESS: Final = {
    "full_name": "",
    "company": "",
    "phone": "",
    "mailing_address": "",
    "newsletter_consent": None,
    "newsletter_source": "",
    "newsletter_at": None,
}


def forget_names(changes: Iterable[OwnerChange]) -> None:
    """The emptied side of these merges says nothing of a person any more. Its row stays: by it is known whose audit
    trail this is, when the other is erased."""
    for change in changes:
        if change.kind == ChangeKind.MERGE and change.customer_id and is_empty(change.customer_id):
            Customer.objects.filter(pk=change.customer_id).update(**NAMELESS)


def merged_into(customer: UUID) -> set[UUID]:
    """Whom merges have emptied for that customer, one after the other."""
    found: set[UUID] = set()
    into = {customer}
    while into:
        merges = OwnerChange.objects.filter(kind=ChangeKind.MERGE, state=ChangeState.DONE, other__in=into)
        into = {each for each in merges.values_list("customer", flat=True) if each} - found
        found |= into
    return {each for each in found if is_empty(each)}


def forget_of(customer: UUID, mailboxes: Iterable[str]) -> set[UUID]:
    """What changes of owner hold of a person who is erased, in the caller's transaction: nothing of theirs is running
    afterwards, and nothing of it can be undone. Gives whom merges had emptied for them: it was the same person."""
    shells = merged_into(customer)
    claimed = OwnerChange.objects.filter(new_address__in=list(mailboxes))
    for rows in (claimed, OwnerChange.objects.concerning(customer, *shells)):
        for change in rows:
            close_cases(change)
        rows.delete()
    Customer.objects.filter(pk__in=shells).delete()
    return shells
