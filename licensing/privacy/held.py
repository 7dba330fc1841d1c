"""What is held of a customer besides their orders: contact data, cases, notes, looks at their data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from licensing.audit.sealing import opened_with
from licensing.keys.stored import existing_key
from licensing.models import AuditEntry, Case, CodeReveal, Customer
from licensing.privacy import held_orders
from licensing.privacy.person import Person
from licensing.privacy.sections import Asked, Row, Section, moment, section

ALWAYS: Final = "Until you have it erased."


def held(person: Person, asked: Asked) -> Iterator[Section]:
    """Section by section, in as many queries for thousands of licenses as for one."""
    yield section(
        "contact",
        "Who you are",
        why="To know you again when you ask for your keys. Your shop handed it over with your order.",
        kept=ALWAYS,
        rows=contact(person.customer),
    )
    yield section(
        "addresses",
        "Your email addresses",
        why="Keys are mailed to these addresses only, and you are found by them.",
        kept=ALWAYS,
        rows=addresses(person),
    )
    yield from held_orders.held(person, asked)
    yield section(
        "cases",
        "What a person had to look at",
        why="Something about your data or an order was not clear, and support decides.",
        kept=ALWAYS,
        rows=cases(person),
    )
    yield section(
        "notes",
        "What support wrote down about you",
        why="So that whoever helps you next knows what was said.",
        kept=ALWAYS,
        rows=notes(person.customer),
    )
    yield section(
        "looks_at_codes",
        "When support looked at one of your codes",
        why="Codes are hidden from support; each look needs a reason.",
        kept=ALWAYS,
        rows=looks(person, asked),
    )
    yield section(
        "record",
        "Who looked at your data or changed it",
        why="So that nobody does it unseen.",
        kept="What it says of you: until you have it erased. That something was done, without you: for good.",
        rows=on_record(person.customer),
    )


def contact(customer: Customer) -> Iterator[Row]:
    yield {
        "name": customer.full_name,
        "company": customer.company,
        "phone": customer.phone,
        "postal_address": customer.mailing_address,
        "language": customer.language,
        "newsletter_wanted": customer.newsletter_consent,
        "newsletter_asked_where": customer.newsletter_source,
        "newsletter_asked_at": moment(customer.newsletter_at),
        "on_file_since": moment(customer.created_at),
    }


def addresses(person: Person) -> Iterator[Row]:
    for each in person.addresses:
        yield {
            "address": each.address,
            "compared_as": each.canonical,
            "former_since": moment(each.former_since),
            "on_file_since": moment(each.created_at),
        }


def cases(person: Person) -> Iterator[Row]:
    """What differs may name others; that, and their ids, are left out."""
    found = Case.objects.filter(customer=person.customer).order_by("id")
    of_orders = (
        Case.objects.filter(purchase__id__among=person.bought) if person.bought else Case.objects.none()
    )
    for case in (found | of_orders).distinct().select_related("purchase"):
        yield {
            "about": case.get_kind_display(),
            "order": case.purchase.reference if case.purchase else None,
            "opened_at": moment(case.opened_at),
            "closed_at": moment(case.closed_at),
        }


def notes(customer: Customer) -> Iterator[Row]:
    for note in customer.notes.order_by("id").iterator(chunk_size=2_000):
        yield {
            "written_at": moment(note.written_at),
            "text": note.text,
            "withdrawn_at": moment(note.withdrawn_at),
        }


def looks(person: Person, asked: Asked) -> Iterator[Row]:
    for look in CodeReveal.objects.filter(license__in=person.licenses).select_related("key").order_by("id"):
        yield {
            "at": moment(look.at),
            "code_ends_with": look.key.tail,
            "reason": look.get_reason_display(),
            "in_words": "" if look.license_id in asked.from_others else look.words,
        }


def on_record(customer: Customer) -> Iterator[Row]:
    """Of the people of support only that it was one of them: they have rights, too."""
    name = f"customer:{customer.pk}"
    key = existing_key(name)
    if key is None:
        return
    for entry in AuditEntry.objects.filter(customer=customer.pk).order_by("id").iterator(chunk_size=2_000):
        said = opened_with(key, entry) if entry.key == name else {}
        yield {
            "at": moment(entry.at),
            "by": {"": "you", "command": "the vendor's technicians"}.get(entry.by, "support"),
            "what": entry.action,
            "reason": str(said.get("reason", "")),
            "details": [{"name": key, "value": str(value)} for key, value in said.get("details", {}).items()],
        }
