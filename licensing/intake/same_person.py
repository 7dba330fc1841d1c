"""One person under two addresses: suggested to support where two customers are alike in more than their name.

Never merged: a family shares a phone and an address, and whoever is merged reads the other's keys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, islice
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Upper

from licensing.intake import bulk
from licensing.intake.same_order import pair_digest
from licensing.models import Case, CaseKind, Customer, EmailAddress, PurchaseReference

CHUNK: Final = 1_000
FEW: Final = 4  # what more customers share (a school's phone, a reseller's name) says nothing of a person
SHORTEST_PHONE: Final = 6  # digits
ACCOUNT: Final = "account"  # the kind of reference that is the buyer's account at the shop, an address

Alike = dict[tuple[UUID, UUID], set[str]]  # two customers, the older first, and in what they are alike


def suggest(customers: QuerySet[Customer], *, most: int | None = None) -> int:
    """Open a case for each pair of one of these customers and another that may be one person, unless there was one
    already; how many were opened. The newest first, at most so many."""
    opened = 0
    for chunk in bulk.batches(islice(newest_first(customers), most), CHUNK):
        opened += suggest_for(chunk)
    return opened


def newest_first(customers: QuerySet[Customer]) -> Iterator[UUID]:
    before = None
    while True:
        left = customers.filter(pk__lt=before) if before else customers
        found = list(left.order_by("-pk").values_list("pk", flat=True)[:CHUNK])
        yield from found
        if len(found) < CHUNK:
            return
        before = found[-1]


def suggest_for(chunk: Sequence[UUID]) -> int:
    alike: Alike = defaultdict(set)
    for pairs in (by_name(chunk), by_account(chunk)):
        for pair, words in pairs:
            alike[pair].update(words)
    cases = {bytes(case.digest): case for case in map(case_of, alike.items())}
    of_people = Case.objects.filter(kind=CaseKind.SAME_PERSON)
    known = {bytes(each) for each in of_people.filter(digest__in=cases).values_list("digest", flat=True)}
    opened = [case for digest, case in cases.items() if digest not in known]
    Case.objects.bulk_create(opened, ignore_conflicts=True)
    return len(opened)


def by_name(chunk: Sequence[UUID]) -> Iterator[tuple[tuple[UUID, UUID], list[str]]]:
    """Those of the same name, and the same phone, company or postal address."""
    groups: dict[tuple[str, str, str], list[UUID]] = defaultdict(list)
    for customer in namesakes(chunk):
        for word, value in traits(customer):
            groups[plain(customer.full_name), word, value].append(customer.pk)
    asked = set(chunk)
    for (_, word, _), group in groups.items():
        if len(group) <= FEW:
            for pair in combinations(sorted(group), 2):
                if asked.intersection(pair):
                    yield pair, ["name", word]


def namesakes(chunk: Sequence[UUID]) -> QuerySet[Customer]:
    """Everybody who is called like one of these, themselves included, by the index of names."""
    called = Customer.objects.filter(pk__in=chunk).exclude(full_name="").annotate(called=Upper("full_name"))
    same = Customer.objects.annotate(called=Upper("full_name")).filter(called__in=called.values("called"))
    return same.only("id", "full_name", "company", "phone", "mailing_address")


def traits(customer: Customer) -> Iterator[tuple[str, str]]:
    phone = "".join(sign for sign in customer.phone if sign.isdigit())
    if len(phone) >= SHORTEST_PHONE:
        yield "phone", phone
    if company := plain(customer.company):
        yield "company", company
    if postal := plain(customer.mailing_address):
        yield "postal address", postal


def plain(text: str) -> str:
    return " ".join(text.casefold().split())


def by_account(chunk: Sequence[UUID]) -> Iterator[tuple[tuple[UUID, UUID], list[str]]]:
    """Those who bought while signed in to the shop under another customer's address, and these others."""
    accounts = PurchaseReference.objects.filter(kind=ACCOUNT, purchase__buyer__isnull=False)
    mine = accounts.filter(purchase__buyer__in=chunk).values_list("purchase__buyer", "value")
    owners = owners_of({address for _, address in mine})
    yield from (
        ordered(buyer, owners[address]) for buyer, address in mine if owners.get(address, buyer) != buyer
    )
    mailboxes = dict(EmailAddress.objects.filter(customer__in=chunk).values_list("canonical", "customer"))
    theirs = accounts.filter(value__in=mailboxes).values_list("purchase__buyer", "value")
    yield from (
        ordered(buyer, mailboxes[address]) for buyer, address in theirs if mailboxes[address] != buyer
    )


def owners_of(addresses: Iterable[str]) -> dict[str, UUID]:
    found = EmailAddress.objects.filter(canonical__in=addresses)
    return dict(found.values_list("canonical", "customer"))


def ordered(one: UUID, other: UUID) -> tuple[tuple[UUID, UUID], list[str]]:
    return (min(one, other), max(one, other)), ["account at the shop"]


def case_of(found: tuple[tuple[UUID, UUID], set[str]]) -> Case:
    (older, newer), words = found
    return Case(
        kind=CaseKind.SAME_PERSON,
        customer_id=newer,
        digest=pair_digest(str(older), str(newer)),
        detail={"other": str(older), "alike": sorted(words)},
    )
