"""A search over everything: each meaning of the term that somebody may look at, grouped by customer.

Exact meanings come first: where all of them mean one customer, that is the answer. The number of queries depends on the
meanings, never on what they find.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db.models import IntegerField, Model, OuterRef, Subquery

from licensing.console.cells import page_of
from licensing.console.containing import SHORTEST_PART
from licensing.console.hits import (
    MOST_SHOWN,
    Hit,
    Meaning,
    code,
    end_of_code,
    known_address,
    order,
    part_of_address,
    part_of_name,
)
from licensing.console.search import as_address
from licensing.console.terms import is_written_as_code
from licensing.models import (
    Customer,
    EmailAddress,
    License,
    Purchase,
    PurchaseReference,
    RegistrationKey,
    Tombstone,
    with_addresses,
)
from licensing.tombstones import erased_since
from recovery.admin.hits import change_of_address, request_of_address, request_of_part, row_of_id
from recovery.models import OwnerChange, RecoveryRequest

SHOWN: Final = MOST_SHOWN - 1  # customers
MANY: Final = 20  # licenses: more are not counted
ADDRESSES_SHOWN: Final = 4

EXACT: Final = (
    Meaning("an address, whole", (Customer, EmailAddress), known_address),
    Meaning("an order reference, a transaction or an invoice", (Purchase, PurchaseReference), order),
    Meaning("a code in any spelling", (RegistrationKey,), code),
)
PART_OF_ADDRESS: Final = Meaning("a part of an address", (Customer, EmailAddress), part_of_address)
PART_OF_NAME: Final = Meaning("a part of a name or company", (Customer,), part_of_name)
LOOSE: Final = (
    Meaning("the last characters of a code", (RegistrationKey,), end_of_code),
    Meaning("the address of a claim", (OwnerChange,), change_of_address),
    Meaning("the address of a request", (RecoveryRequest,), request_of_address),
)
PART_OF_REQUEST: Final = Meaning(
    "a part of the address of a recent request", (RecoveryRequest,), request_of_part
)
ID: Final = "the id of anything, or a Message-ID"

May = Callable[[type[Model]], bool]


class Counted(Subquery):
    """How many rows a subquery has."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


@dataclass
class Person:
    """A customer, and why they are here."""

    customer: Customer
    whys: list[str]

    @property
    def page(self) -> str:
        return page_of(self.customer)

    @property
    def licenses(self) -> str:
        counted: int = self.customer.counted  # type: ignore[attr-defined]  # annotated
        return f"{MANY}+" if counted > MANY else str(counted)

    @property
    def addresses(self) -> list[EmailAddress]:
        """Current ones first, the oldest of them first."""
        known = sorted(self.customer.known_addresses(), key=lambda each: (bool(each.former_since), each.id))
        return known[:ADDRESSES_SHOWN]

    @property
    def further(self) -> int:
        return len(self.customer.known_addresses()) - len(self.addresses)


@dataclass
class Result:
    """What was found: hits by their meaning's kind, what was tried, and whether there may be more."""

    hits: list[Hit] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    whole: bool = True
    people: list[Person] = field(default_factory=list)
    elsewhere: str = ""  # what stands before the @, where only that was found: at another domain
    erased_at: datetime | None = None  # when the owner of exactly this address was erased

    @property
    def customers(self) -> int:
        """How many of them something was found of."""
        return len({owner for hit in self.hits for owner in hit.owners})

    @property
    def groups(self) -> dict[str, list[Hit]]:
        """What has no customer, by what it is."""
        found: dict[str, list[Hit]] = {}
        for hit in self.hits:
            if not hit.owners:
                found.setdefault(hit.group, []).append(hit)
        return found

    def add(self, meanings: Iterable[Meaning], term: str) -> None:
        for meaning in meanings:
            found = meaning.find(term)
            self.hits += (hit for hit in found.hits if hit not in self.hits)
            self.whole &= found.whole
            self.tried.append(meaning.title)


def exactly(term: str, *, may: May, models: Sequence[type[Model]]) -> Result:
    """What the term means as a whole."""
    seen = [model for model in models if may(model)]
    by_id = Meaning(ID, (), partial(row_of_id, models=seen))
    result = Result()
    result.add([by_id, *allowed(EXACT, may)], term)
    return result


def loosely(result: Result, term: str, *, may: May) -> None:
    """Adds what the term means as a part of something, and everybody whom all of it is about."""
    for part in parts_for(term):
        add_where_there_is_room(result, part, term, may=may)
    result.add(allowed(LOOSE, may), term)
    add_where_there_is_room(result, PART_OF_REQUEST, term, may=may)
    if may(Customer):
        result.people = people(result.hits)
        result.whole &= result.customers <= SHOWN


def add_where_there_is_room(result: Result, meaning: Meaning, term: str, *, may: May) -> None:
    """A page that is full with one meaning needs no other of its kind."""
    if result.customers <= SHOWN:
        result.add(allowed([meaning], may), term)


def parts_for(term: str) -> tuple[Meaning, ...]:
    """A name more often than an address, where it can be either."""
    if is_written_as_code(term):
        return ()
    return (PART_OF_ADDRESS,) if "@" in term else (PART_OF_NAME, PART_OF_ADDRESS)


def further(result: Result, term: str, *, may: May) -> None:
    """For an address that nobody has: whether its owner was erased, and who has the same name at another domain."""
    local, at, _domain = as_address(term).partition("@")
    if not at or not may(Customer):
        return
    if may(Tombstone):
        result.erased_at = erased_since([as_address(term)]).get(as_address(term))
    if result.hits or len(local) < SHORTEST_PART:
        return
    found = part_of_address(f"{local}@")
    result.people, result.whole = people(found.hits), found.whole
    result.elsewhere = f"{local}@" if result.people else ""


def allowed(meanings: Iterable[Meaning], may: May) -> list[Meaning]:
    return [meaning for meaning in meanings if all(may(model) for model in meaning.models)]


def only_customer(result: Result) -> UUID | None:
    """The one customer whom all of it means; none where there is something else beside, or nobody."""
    owners = {owner for hit in result.hits for owner in hit.owners}
    return next(iter(owners)) if len(owners) == 1 and all(hit.owners for hit in result.hits) else None


def people(hits: Sequence[Hit]) -> list[Person]:
    """Those whom something means as a whole first, then those whom most is about, then the newest. Three queries."""
    if not hits:
        return []
    exact = {owner for hit in hits if hit.exact for owner in hit.owners}
    whys: dict[UUID, list[str]] = {}
    for hit in hits:
        for owner in hit.owners if hit.exact else hit.owners - exact:
            whys.setdefault(owner, []).append(hit.why)
    order = sorted(whys, key=lambda owner: (owner in exact, len(whys[owner]), owner), reverse=True)[:SHOWN]
    units = License.objects.filter(owner=OuterRef("pk")).order_by().values("pk")[: MANY + 1]
    rows = (
        Customer.objects.filter(pk__in=order)
        .prefetch_related(with_addresses())
        .annotate(counted=Counted(units))
    )
    found: dict[Any, Customer] = {row.pk: row for row in rows}
    return [Person(found[owner], list(dict.fromkeys(whys[owner]))) for owner in order if owner in found]
