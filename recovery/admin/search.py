"""What a search term means for requests and mails: mailboxes are matched by their digests, which are indexed."""

from __future__ import annotations

from uuid import UUID

from licensing.console.search import as_address, customers, first, keys, orders
from licensing.models import EmailAddress, KeyAssignment, License, Purchase
from recovery.limits import address_digest, mailbox_digest
from recovery.models import RecoveryRequest


def mailboxes(term: str) -> set[bytes]:
    """Digests of the mailboxes meant: that address, known or not; else those of the customers that the term finds."""
    typed = as_address(term)
    if typed:
        return {address_digest(typed)}
    owners = customers(term) | owners_of_orders(term) | owners_of_keys(term)
    known = EmailAddress.objects.filter(customer__in=owners).values_list("canonical", flat=True)
    return {address_digest(each) for each in known}


def owners_of_orders(term: str) -> set[UUID]:
    return first(Purchase.objects.filter(pk__in=orders(term), buyer__isnull=False), "buyer")


def owners_of_keys(term: str) -> set[UUID]:
    licenses = KeyAssignment.objects.filter(key__in=keys(term)).order_by().values("license")
    return first(License.objects.filter(pk__in=licenses, owner__isnull=False), "owner")


def requests(term: str) -> set[UUID]:
    """Requests for those mailboxes."""
    found = mailboxes(term)
    return first(RecoveryRequest.objects.filter(mailbox__in=found)) if found else set()


def counted(term: str) -> set[bytes]:
    """What the limits count an address by: as a mailbox, and as exactly that address."""
    typed = as_address(term)
    return {mailbox_digest(typed), address_digest(typed)} if typed else set()
