"""Orders, their lines and licenses without the person who bought or owned them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from licensing.intake.erased import OF_PEOPLE
from licensing.intake.placing import open_codes
from licensing.keys.vault import Tampered, UnknownKey
from licensing.models import License, Purchase, PurchaseLine, PurchaseReference
from licensing.privacy.person import Person


def forget(person: Person, *, now: datetime) -> None:
    """What was sold, paid and paid back stays. `sold_digest` names the buyer, if only to us: the next telling of the
    same order makes it anew without them."""
    orders = Purchase.objects.filter(id__among=person.orders)
    if person.orders:
        orders.update(erased_at=now, sold_digest=b"")
        forget_references(person)
        forget_lines(person)
    Purchase.objects.filter(buyer=person.customer).update(buyer=None, newsletter_consent=None)
    License.objects.filter(owner=person.customer).update(owner=None, revoked_reason="")
    PurchaseLine.objects.filter(receiver=person.customer).update(receiver=None, registered_name="")


def forget_references(person: Person) -> None:
    named = PurchaseReference.objects.filter(purchase__id__among=person.orders)
    personal = Q(kind__in=OF_PEOPLE) | Q(value__contains="@")
    named.filter(personal, purchase__buyer=person.customer).delete()
    told = [pk for pk, value in named.values_list("pk", "value") if person.is_told_of_in(value)]
    PurchaseReference.objects.filter(pk__in=told).delete()


def forget_lines(person: Person) -> None:
    """In a gift the other's name may stand on the line; it stays, if it is not this person's. What somebody else is to
    have, and has to be placed yet, stays as it was told: their key is made of it."""
    others = Q(receiver__isnull=False, placed_at=None) & ~Q(receiver=person.customer)
    lines = PurchaseLine.objects.filter(~others, purchase__id__among=person.orders)
    changed = [line for line in lines if is_changed(line, person)]
    PurchaseLine.objects.bulk_update(changed, ["registered_name", "sealed_code"], batch_size=500)


def is_changed(line: PurchaseLine, person: Person) -> bool:
    """Whether the line, unsaved, lost a name, or codes that are made of one."""
    before = (line.registered_name, line.sealed_code)
    if person.is_told_of_in(line.registered_name):
        line.registered_name = ""
    if line.sealed_code and any(map(person.is_told_of_in, kept_codes(line))):
        line.sealed_code = None
    return before != (line.registered_name, line.sealed_code)


def kept_codes(line: PurchaseLine) -> tuple[str, ...]:
    try:
        return open_codes(str(line.pk), bytes(line.sealed_code or b""))
    except (Tampered, UnknownKey):  # nobody can read it
        return ()
