"""Finds or makes the customers that a set of orders speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from licensing.intake import bulk
from licensing.intake.record import Party, PurchaseRecord
from licensing.models import Customer, EmailAddress, Store

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


def settle(records: Iterable[PurchaseRecord], *, store: Store, now: datetime) -> dict[str, str]:
    """Canonical address -> customer, for everybody in these new orders; who is not on file is put there.

    A customer on file keeps every detail they have: only empty ones are filled, and consent follows its latest date.
    """
    people = gathered(records)
    known = owners_of(people)
    source = f"bought at {store.name}"
    new = [(email, person) for email, person in people.items() if email not in known]
    made = [(customer_id, *each) for customer_id, each in zip(bulk.new_ids(len(new)), new, strict=True)]
    insert(made, source=source, now=now)
    update([(known[email], person) for email, person in people.items() if email in known], source=source)
    bulk.check_so_far()
    return known | {email: customer_id for customer_id, email, _ in made}


def gathered(records: Iterable[PurchaseRecord]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for record in records:
        for party in (record.buyer, record.receiver):
            if party and party.email:
                people.setdefault(party.email, Person()).add(party, at=record.ordered_at)
    return people


def owners_of(emails: Iterable[str]) -> dict[str, str]:
    found = EmailAddress.objects.filter(canonical__among=emails).values_list("canonical", "customer_id")
    return {canonical: str(customer_id) for canonical, customer_id in found}


def insert(made: Sequence[tuple[str, str, Person]], *, source: str, now: datetime) -> None:
    bulk.insert(
        Customer,
        ("id", *DETAILS, *CONSENT),
        [(customer_id, *person.details, *consent_of(person, source)) for customer_id, _, person in made],
        now=now,
    )
    bulk.insert(
        EmailAddress,
        ("id", "customer_id", "address", "canonical"),
        [
            (address_id, customer_id, email, email)
            for address_id, (customer_id, email, _) in zip(bulk.new_ids(len(made)), made, strict=True)
        ],
        now=now,
    )


def consent_of(person: Person, source: str) -> tuple[bool | None, str, datetime | None]:
    return (person.consent[0], source, person.consent[1]) if person.consent else (None, "", None)


def update(known: Sequence[tuple[str, Person]], *, source: str) -> None:
    """Fill what is empty, and let consent follow its later date, compared in the statement that writes: what a
    customer said here since then stays."""
    rows = [(customer_id, *person.details, *consent_of(person, source)) for customer_id, person in known]
    bulk.update(Customer, ("id", *DETAILS, *CONSENT), rows, changes=CHANGES, where=f"{LACKING} OR {LATER}")


HERE: Final = Customer._meta.db_table
LACKING: Final = " OR ".join(f"({HERE}.{name} = '' AND new.{name} <> '')" for name in DETAILS)
AT: Final = f"{HERE}.newsletter_at"
LATER: Final = f"{AT} < new.newsletter_at OR ({AT} IS NULL AND new.newsletter_at IS NOT NULL)"
CHANGES: Final = ", ".join(
    [
        *(f"{name} = CASE {HERE}.{name} WHEN '' THEN new.{name} ELSE {HERE}.{name} END" for name in DETAILS),
        *(f"{name} = CASE WHEN {LATER} THEN new.{name} ELSE {HERE}.{name} END" for name in CONSENT),
    ]
)
