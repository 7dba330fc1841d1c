"""From the customer page to what is done elsewhere: who receives keys, and what is held about a person."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, PermissionsMixin
from django.urls import reverse
from django.utils.http import urlencode

from licensing.console.rights import one_of, who_has
from licensing.models import Customer


class Link(NamedTuple):
    """A page that begins with the customer, and the right without which it answers nothing."""

    title: str
    page: str
    permission: str
    in_query: str = ""  # the customer's name in the query; empty: they stand in the path
    short: str = ""  # in a sentence, for who may not follow it and is told who may

    def address(self, customer: Customer) -> str:
        if not self.in_query:
            return reverse(self.page, args=[customer.pk])
        return f"{reverse(self.page)}?{urlencode({self.in_query: str(customer.pk)})}"


OWNERS: Final = "recovery.change_ownerchange"
LINKS: Final = (
    Link("Another address", "admin:owner_change_address", OWNERS, "customer"),
    Link("Merge with a customer", "admin:owner_change_merge", OWNERS, "customer"),
    Link("Split into two", "admin:owner_change_split", OWNERS, "customer"),
    Link("Export what is held", "admin:customer_export", "licensing.export_customer", short="export"),
    Link("Erase this person", "admin:customer_erase", "licensing.erase_customer", short="erase"),
    Link("Who looked, and what was changed", "admin:audit_trail", "licensing.view_auditentry", "customer"),
)


def links_for(user: AbstractBaseUser | AnonymousUser, customer: Customer) -> list[dict[str, str]]:
    """Those that this person may follow."""
    return [
        {"title": link.title, "address": link.address(customer)}
        for link in LINKS
        if isinstance(user, PermissionsMixin) and user.has_perm(link.permission)
    ]


def closed_for(user: AbstractBaseUser | AnonymousUser) -> list[dict[str, str]]:
    """Of what customers ask for and this person may not do: what, and who may. A query each."""
    return [
        {"what": link.short, "who": one_of(who_has(link.permission))}
        for link in LINKS
        if link.short and isinstance(user, PermissionsMixin) and not user.has_perm(link.permission)
    ]
