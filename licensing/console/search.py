"""What a search term may mean, each meaning looked up by an index of its own.

A planner given one OR over several tables reads all of them; asked one by one, with a limit, each of these is a few
pages of one index, on ten million rows as on ten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import idna
from django.db.models import Q, QuerySet

from licensing.addresses import AddressError, canonical
from licensing.console.containing import ADDRESSES, NAMES, Found, having
from licensing.console.terms import references, row_named, tails, words
from licensing.keys.code import CodeError, normalise
from licensing.keys.sealed import vault
from licensing.models import (
    Edition,
    EmailAddress,
    Purchase,
    PurchaseReference,
    RegistrationKey,
    Store,
)

MOST: Final = 200  # rows of one meaning; who finds more is better served by typing more
MOST_WORDS: Final = 6  # of a name

Finder = Callable[[str], Collection[Any]]


def can_be_stored(text: str) -> bool:
    """Whether a column could hold it. PostgreSQL takes no NUL, and no half of a surrogate pair is UTF-8."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def itself(term: str) -> list[str]:
    """The term as it is, for columns that are compared exactly."""
    return [term]


def row_id(term: str) -> list[UUID]:
    """The id that logs, pages' addresses and a mail's Message-ID name a row by."""
    named = row_named(term)
    return [named] if named else []


class Some(set[UUID]):
    """There may be more than these."""


def customers(term: str) -> set[UUID]:
    """Customers with that address (present or former), or else with such a part in an address, a name or a company."""
    exact = owners_of_address(term)
    if exact:
        return exact
    found = [owners_of_part(term), *([] if "@" in term else [owners_of_name(term)])]
    rows = frozenset[UUID]().union(*(each.customers for each in found))
    return set(rows) if all(each.whole for each in found) else Some(rows)


def owners_of_address(term: str) -> set[UUID]:
    """The owner of exactly that mailbox."""
    return first(EmailAddress.objects.filter(canonical=as_address(term)), "customer")


def addresses(term: str) -> set[UUID]:
    """Addresses equal to the term, or else those with such a part."""
    exact = first(EmailAddress.objects.filter(canonical=as_address(term)))
    if exact:
        return exact
    # Sorted out here: asked for both, the planner might read all that has the part.
    theirs = EmailAddress.objects.filter(customer__in=owners_of_part(term).customers)
    part = as_part(term)
    return {pk for pk, known in theirs.order_by().values_list("pk", "canonical") if part in known}


def owners_of_part(term: str, *, most: int = MOST) -> Found:
    """Customers with such a part in an address; none has a blank in it."""
    return Found() if " " in term else having(ADDRESSES, [as_part(term)], most=most)


def owners_of_name(term: str, *, most: int = MOST) -> Found:
    """Customers in whose name, or company, each of the words is, whole or in part, in whatever order."""
    return having(NAMES, words(term)[:MOST_WORDS], most=most)


def as_part(term: str) -> str:
    """A part of an address in the form that addresses are kept in: `Bücher.example` is `xn--bcher-kva.example`."""
    local, at, domain = term.rpartition("@")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except UnicodeError:
            return term
    return "".join(sign.lower() if sign.isascii() else sign for sign in local + at + domain)


def as_address(term: str) -> str:
    try:
        return canonical(term, smtputf8=True)
    except AddressError:
        return ""  # no address is empty: the database sees to it


def orders(term: str) -> set[UUID]:
    """Purchases with that order reference in any store, or with any other reference that reads so."""
    # The index of order references begins with the store.
    stores = list(Store.objects.values_list("pk", flat=True))
    spellings = references(term)
    by_order = first(Purchase.objects.filter(store__in=stores, reference__in=spellings))
    return by_order | first(PurchaseReference.objects.filter(value__in=spellings), "purchase")


def keys(term: str) -> set[UUID]:
    """Keys whose code this is, in any spelling their edition forgives, or whose last characters these are."""
    return keys_by_tail(term) | keys_by_code(term)


def keys_by_code(term: str) -> set[UUID]:
    return first(RegistrationKey.objects.filter(code_is(term)))


def keys_by_tail(term: str, *, most: int = MOST) -> set[UUID]:
    """At most so many: each is a page read from somewhere else on the disk."""
    spellings = tails(term)
    return first(RegistrationKey.objects.filter(tail__in=spellings), most=most) if spellings else set()


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


def first(rows: QuerySet[Any], column: str = "pk", *, most: int = MOST) -> set[UUID]:
    return set(rows.order_by().values_list(column, flat=True)[:most])


def first_id_at(moment: datetime) -> UUID:
    """No version 7 UUID made from then on is smaller."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
