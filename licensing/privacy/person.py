"""One customer as they are erased: what is theirs, and by which words they can be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import quote
from uuid import UUID

from django.db.models import Q, QuerySet

from licensing.models import Customer, EmailAddress, License, Purchase, PurchaseLine

SHORTEST: Final = 4  # letters and digits; fewer are found in anything


def plain(text: str) -> str:
    """Letters and digits alone, so that neither case nor spacing hides a name."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


@dataclass(frozen=True)
class Person:
    """The ids are those from before anything was changed; they go on naming what was this person's."""

    customer: Customer
    addresses: tuple[EmailAddress, ...]
    orders: frozenset[UUID]  # bought by them, or with something for them in it
    bought: frozenset[UUID]
    lines: frozenset[UUID]
    licenses: frozenset[UUID]

    @classmethod
    def of(cls, customer: Customer) -> Person:
        """Six queries."""
        bought = ids(Purchase.objects.filter(buyer=customer))
        received = PurchaseLine.objects.filter(receiver=customer)
        received_in = ids(Purchase.objects.filter(lines__receiver=customer))
        owned_in = ids(Purchase.objects.filter(lines__licenses__owner=customer))
        return cls(
            customer=customer,
            addresses=tuple(customer.addresses.order_by("id")),
            orders=bought | received_in | owned_in,
            bought=bought,
            lines=ids(received),
            licenses=ids(License.objects.filter(owner=customer)),
        )

    @property
    def mailboxes(self) -> list[str]:
        return [each.canonical for each in self.addresses]

    @cached_property
    def names(self) -> frozenset[str]:
        """How the person is called: as it is written."""
        customer = self.customer
        return frozenset(filter(None, (customer.full_name.strip(), customer.company.strip())))

    @cached_property
    def words(self) -> frozenset[str]:
        """What tells of this person wherever it stands, in plain letters."""
        told = (*self.names, self.customer.phone, *self.customer.mailing_address.splitlines())
        addresses = (each for row in self.addresses for each in (row.address, row.canonical))
        return frozenset(word for word in map(plain, (*told, *addresses)) if len(word) >= SHORTEST)

    def is_told_of_in(self, text: str) -> bool:
        """Whether the text tells of this person; rather once too often than too rarely."""
        if not text:
            return False
        letters = plain(text)
        return any(word in letters for word in self.words)

    def is_written_to_in(self, payload: bytes) -> bool:
        """Whether one of their addresses stands in what a shop sent, as it is or as forms and JSON write it."""
        lower = payload.lower()
        return any(form in lower for address in self.mailboxes for form in forms_of(address))


def forms_of(address: str) -> Iterator[bytes]:
    yield address.encode()
    yield quote(address, safe="").lower().encode()
    yield address.replace("@", "\\u0040").encode()


def ids(rows: QuerySet[Purchase] | QuerySet[PurchaseLine] | QuerySet[License]) -> frozenset[UUID]:
    return frozenset(rows.order_by().values_list("pk", flat=True))


def either(field: str, texts: Iterable[str], *, how: str) -> Q:
    """That one of the texts stands in the field."""
    found = Q(pk__in=[])
    for text in texts:
        found |= Q(**{f"{field}__{how}": text})
    return found
