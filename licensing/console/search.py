"""What a search term may mean, each meaning looked up by an index of its own.

A planner given one OR over several tables reads all of them; asked one by one, with a limit, each of these is a few
pages of one index, on ten million rows as on ten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from licensing.addresses import AddressError, canonical
from licensing.keys.code import CodeError, normalise
from licensing.keys.sealed import vault
from licensing.models import (
    Customer,
    Edition,
    EmailAddress,
    Purchase,
    PurchaseReference,
    RegistrationKey,
    Store,
)

MOST: Final = 200  # rows of one meaning; who finds more is better served by typing more
SHORTEST_PREFIX: Final = 2
LONGEST_TAIL: Final = 8

Finder = Callable[[str], Collection[Any]]


def can_be_stored(text: str) -> bool:
    """Whether a column could hold it. PostgreSQL takes no NUL, and no half of a surrogate pair is UTF-8."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def itself(term: str) -> list[str]:
    """The term as it is, for columns that are compared exactly."""
    return [term]


def row_id(term: str) -> list[UUID]:
    """The id that logs and addresses of pages name a row by."""
    try:
        return [UUID(term)]
    except ValueError:
        return []


def customers(term: str) -> set[UUID]:
    """Customers with that address (present or former), with one beginning so, or whose name or company does."""
    if "@" in term:
        return customers_by_address(term)
    if len(term) < SHORTEST_PREFIX:
        return set()
    by_name = first(Customer.objects.filter(full_name__istartswith=term))
    by_company = first(Customer.objects.filter(company__istartswith=term))
    return customers_by_address(term) | by_name | by_company


def customers_by_address(term: str) -> set[UUID]:
    """The owner of exactly that mailbox; failing that, owners of mailboxes beginning so."""
    owner = set(EmailAddress.objects.filter(canonical=as_address(term)).values_list("customer", flat=True))
    if owner or len(term) < SHORTEST_PREFIX:
        return owner
    begins = EmailAddress.objects.filter(canonical__startswith=term.lower())
    return first(begins, "customer")


def addresses(term: str) -> set[UUID]:
    """Addresses equal to the term, or beginning with it."""
    exact = first(EmailAddress.objects.filter(canonical=as_address(term)))
    long_enough = len(term) >= SHORTEST_PREFIX
    return exact or (
        first(EmailAddress.objects.filter(canonical__startswith=term.lower())) if long_enough else set()
    )


def as_address(term: str) -> str:
    try:
        return canonical(term, smtputf8=True)
    except AddressError:
        return ""  # no address is empty: the database sees to it


def orders(term: str) -> set[UUID]:
    """Purchases with that order reference in any store, or with any other reference that reads so."""
    stores = list(
        Store.objects.values_list("pk", flat=True)
    )  # the index of order references begins with the store
    by_order = first(Purchase.objects.filter(store__in=stores, reference=term))
    return by_order | first(PurchaseReference.objects.filter(value=term), "purchase")


def keys(term: str) -> set[UUID]:
    """Keys whose code this is, in any spelling their edition forgives, or whose last characters these are."""
    tail = term.lstrip("•-")
    spellings = {tail, tail.upper(), tail.lower()} if tail and len(tail) <= LONGEST_TAIL else set()
    by_tail = first(RegistrationKey.objects.filter(tail__in=spellings)) if spellings else set()
    return by_tail | first(RegistrationKey.objects.filter(code_is(term)))


def code_is(term: str) -> Q:
    """Matches keys by the fingerprints that this code would have in each edition. Nothing is decrypted."""
    marks: dict[str, list[bytes]] = {}
    for edition, form in Edition.objects.values_list("pk", "code_form"):
        for slot, mark in fingerprints(term, form=form, edition=edition).items():
            marks.setdefault(f"fingerprint_{slot}__in", []).append(mark)
    found = Q(pk__in=[])
    for column, values in marks.items():
        found |= Q(**{column: values})
    return found


def fingerprints(term: str, *, form: str, edition: UUID) -> dict[str, bytes]:
    try:
        return dict(vault().fingerprints(normalise(term, form=form), edition=str(edition)))
    except CodeError:
        return {}


def first(rows: QuerySet[Any], column: str = "pk") -> set[UUID]:
    return set(rows.order_by().values_list(column, flat=True)[:MOST])


def first_id_at(moment: datetime) -> UUID:
    """No version 7 UUID made from then on is smaller."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
