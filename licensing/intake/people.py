"""Finds or makes the customers that a set of orders speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from licensing.intake import bulk
from licensing.intake.record import Party, PurchaseRecord
from licensing.models import Customer, EmailAddress, Store
from licensing.models.base import uuid7

DETAILS = ("full_name", "company", "phone", "mailing_address", "language")
CONSENT = ("newsletter_consent", "newsletter_source", "newsletter_at")


class Person:
    """What a set of orders says of one mailbox: the first word on each detail counts, the last one on consent."""

    def __init__(self) -> None:
        self.details = ["", "", "", "", ""]
        self.consent: tuple[bool, datetime] | None = None

    def add(self, party: Party, *, at: datetime) -> None:
        said = (party.name, party.company, party.phone, party.mailing_address, party.language)
        self.details = [known or new for known, new in zip(self.details, said, strict=True)]
        if party.consent is not None and (self.consent is None or at > self.consent[1]):
            self.consent = (party.consent, at)


def settle(records: Iterable[PurchaseRecord], *, store: Store, now: datetime) -> dict[str, UUID]:
    """Canonical address -> customer, for everybody in these new orders; who is not on file is put there.

    A customer on file keeps every detail they have: only empty ones are filled, and consent follows its latest date.
    """
    people = gathered(records)
    known = owners_of(people)
    source = f"bought at {store.name}"
    made = [(uuid7(), email, person) for email, person in people.items() if email not in known]
    insert(made, source=source, now=now)
    update([(known[email], person) for email, person in people.items() if email in known], source=source)
    return known | {email: customer_id for customer_id, email, _ in made}


def gathered(records: Iterable[PurchaseRecord]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for record in records:
        for party in (record.buyer, record.receiver):
            if party and party.email:
                people.setdefault(party.email, Person()).add(party, at=record.ordered_at)
    return people


def owners_of(emails: Iterable[str]) -> dict[str, UUID]:
    found = EmailAddress.objects.filter(canonical__in=list(emails))
    return dict(found.values_list("canonical", "customer_id"))


def insert(made: Sequence[tuple[UUID, str, Person]], *, source: str, now: datetime) -> None:
    bulk.insert(
        Customer,
        ("id", *DETAILS, *CONSENT),
        [(customer_id, *person.details, *consent_of(person, source)) for customer_id, _, person in made],
        now=now,
    )
    bulk.insert(
        EmailAddress,
        ("id", "customer_id", "address", "canonical"),
        [(uuid7(), customer_id, email, email) for customer_id, email, _ in made],
        now=now,
    )


def consent_of(person: Person, source: str) -> tuple[bool | None, str, datetime | None]:
    return (person.consent[0], source, person.consent[1]) if person.consent else (None, "", None)


def update(known: Sequence[tuple[UUID, Person]], *, source: str) -> None:
    fill_details([(customer_id, person.details) for customer_id, person in known])
    told = [(customer_id, person.consent) for customer_id, person in known if person.consent]
    follow_consent([(consent, source, at, customer_id, at) for customer_id, (consent, at) in told])


def fill_details(known: Sequence[tuple[UUID, Sequence[str]]]) -> None:
    """Only for those who lack something that the orders know, which is rare."""
    said = dict(known)
    lacking = []
    for customer in Customer.objects.filter(pk__in=list(said)):
        new = {
            name: value
            for name, value in zip(DETAILS, said[customer.pk], strict=True)
            if value and not getattr(customer, name)
        }
        for name, value in new.items():
            setattr(customer, name, value)
        if new:
            lacking.append(customer)
    Customer.objects.bulk_update(lacking, DETAILS)


def follow_consent(told: Sequence[tuple[bool, str, datetime, UUID, datetime]]) -> None:
    """The later date wins, compared in the statement that writes: what a customer said here since then stays."""
    if not told:
        return
    adapt = connection.ops.adapt_datetimefield_value
    rows = [
        (consent, source, adapt(at), plain_id(customer_id), adapt(at))
        for consent, source, at, customer_id, _ in told
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE licensing_customer SET newsletter_consent = %s, newsletter_source = %s, newsletter_at = %s "
            "WHERE id = %s AND (newsletter_at IS NULL OR newsletter_at < %s)",
            rows,
        )


def plain_id(value: UUID) -> UUID | str:
    return value if connection.features.has_native_uuid_field else value.hex
