"""What a search finds, with whose it is and why: the finders' ids in words. No code is read or shown."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model

from licensing.console.cells import page_of
from licensing.console.search import (
    as_address,
    as_part,
    keys_by_code,
    keys_by_tail,
    orders,
    owners_of_name,
    owners_of_part,
)
from licensing.console.terms import references
from licensing.keys.code import mask
from licensing.models import EmailAddress, KeyAssignment, Purchase, PurchaseLine, RegistrationKey

MOST_SHOWN = 26  # one more than a page has room for
WITHOUT_BUYER = "Purchases without a buyer"
WITHOUT_OWNER = "Keys that nobody has"


@dataclass(frozen=True)
class Hit:
    """One thing that the term means. Without owners it stands in a group of its own, as a link to its page."""

    why: str
    owners: frozenset[UUID] = frozenset()
    exact: bool = True
    group: str = ""
    page: str = ""
    is_code: bool = False  # the term is a code on file, as a whole


@dataclass(frozen=True)
class Hits:
    """What one meaning of the term found. Not `whole`: there may be more of that kind."""

    hits: tuple[Hit, ...] = ()
    whole: bool = True


@dataclass(frozen=True)
class Meaning:
    """One thing that a term may be: what it is called, which models whoever searches must be allowed to look at."""

    title: str
    models: tuple[type[Model], ...]
    find: Callable[[str], Hits]


def known_address(term: str) -> Hits:
    address = as_address(term)
    if not address:
        return Hits()
    rows = EmailAddress.objects.filter(canonical=address)
    return Hits(
        tuple(
            Hit(
                f"{'former address' if row.former_since else 'address'} {row.address}",
                frozenset([row.customer_id]),
            )
            for row in rows.order_by()
        )
    )


def part_of_address(term: str) -> Hits:
    found = owners_of_part(term, most=MOST_SHOWN)
    return Hits(one_each(f"“{as_part(term)}” in an address", found.customers), found.whole)


def part_of_name(term: str) -> Hits:
    found = owners_of_name(term, most=MOST_SHOWN)
    return Hits(one_each(f"“{term}” in the name or company", found.customers), found.whole)


def one_each(why: str, customers: Collection[UUID]) -> tuple[Hit, ...]:
    return tuple(Hit(why, frozenset([customer]), exact=False) for customer in customers)


def order(term: str) -> Hits:
    """Orders in any shop, by their number or by any other reference that a shop has for them."""
    found = sorted(orders(term), reverse=True)[:MOST_SHOWN]
    if not found:
        return Hits()
    rows = Purchase.objects.filter(pk__in=found).select_related("store").prefetch_related("references")
    receivers = owners_by(PurchaseLine.objects.filter(purchase__in=found), "purchase", "receiver")
    return Hits(
        tuple(of_order(each, receivers.get(each.pk, set()), term) for each in rows), len(found) < MOST_SHOWN
    )


def of_order(purchase: Purchase, receivers: set[UUID], term: str) -> Hit:
    owners = receivers | ({purchase.buyer_id} if purchase.buyer_id else set())
    spellings = references(term)
    named = next((each for each in purchase.references.all() if each.value in spellings), None)
    as_named = f"{named.kind} {named.value} of " if named and purchase.reference not in spellings else ""
    words = f"{as_named}order {purchase.reference}, {purchase.store}"
    return Hit(words, frozenset(owners), group=WITHOUT_BUYER, page=page_of(purchase))


def code(term: str) -> Hits:
    return of_keys(keys_by_code(term), exact=True)


def end_of_code(term: str) -> Hits:
    return of_keys(keys_by_tail(term, most=MOST_SHOWN), exact=False)


def of_keys(found: set[UUID], *, exact: bool) -> Hits:
    """Keys by their last characters, with everybody whom they serve or served."""
    if not found:
        return Hits()
    shown = sorted(found, reverse=True)[:MOST_SHOWN]
    rows = RegistrationKey.objects.filter(pk__in=shown).select_related("edition")
    keys = rows.only("tail", "file_name", "state", "edition__sku")
    owners = owners_by(KeyAssignment.objects.filter(key__in=shown), "key", "license__owner")
    hits = (
        Hit(
            f"code {key.file_name or mask(key.tail)}, {key.edition.sku}",
            frozenset(owners.get(key.pk, ())),
            exact=exact,
            group=WITHOUT_OWNER,
            page=page_of(key),
            is_code=exact,
        )
        for key in keys
    )
    return Hits(tuple(hits), len(found) < MOST_SHOWN)


def owners_by(rows: Any, of: str, owner: str) -> dict[UUID, set[UUID]]:
    """Of each thing its owners; a code for all buyers has many, of whom the first suffice."""
    found: dict[UUID, set[UUID]] = {}
    for thing, who in rows.exclude(**{owner: None}).order_by().values_list(of, owner)[: MOST_SHOWN * 8]:
        found.setdefault(thing, set()).add(who)
    return found
