"""Takes a person out of what customers own. Orders, amounts, licenses and keys stay, as the vendor's books need them;
nobody owns these any more, and nothing in them says who did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.utils.module_loading import import_string

from licensing.keys.stored import destroy_key
from licensing.models import Case, CaseKind, CodeReveal, Customer, License, Purchase, RefundMark
from licensing.privacy import erasing_keys, erasing_orders, erasing_told
from licensing.privacy.person import Person, either
from licensing.tombstones import bury

ERASED = "(erased)"
# What of a case's detail says how orders hang together, in ids and words of ours.
OF_BOOKS = frozenset(
    {"differs", "key", "edition", "other", "same", "moved", "given", "exchange", "rule", "by"}
)


@dataclass(frozen=True)
class Erased:
    """How much was kept without the person."""

    orders: int
    licenses: int
    addresses: int


def erase(person: Person, *, now: datetime) -> Erased:
    """Erase the customer, in the caller's transaction, which holds `let_nothing_be_recorded`.

    Raises IntegrityError where something was given to the customer meanwhile: roll back and begin again.
    """
    bury(person.mailboxes, now=now)
    erasing_told.forget(person)
    erasing_keys.forget(person)
    erasing_orders.forget(person, now=now)
    close_cases(person, now=now)
    forget_supports_words(person)
    forget_names_in_log(person)
    for path in settings.ALSO_FORGETS:
        import_string(path)(person)
    Customer.objects.filter(pk=person.customer.pk).delete()
    destroy_key(f"customer:{person.customer.pk}")
    return Erased(orders=len(person.orders), licenses=len(person.licenses), addresses=len(person.addresses))


def close_cases(person: Person, *, now: datetime) -> None:
    """Whatever was to be decided about the person is not any more; of orders, what the books need stays."""
    own = str(person.customer.pk)
    theirs = Case.objects.filter(customer=person.customer)
    theirs.filter(Q(purchase=None) | Q(kind=CaseKind.SAME_PERSON)).delete()
    Case.objects.filter(kind=CaseKind.SAME_PERSON, detail__other=own).delete()
    of_orders = Q(purchase__id__among=person.orders) if person.orders else Q(pk__in=[])
    for case in Case.objects.filter(of_orders | Q(customer=person.customer)):
        detail = case.detail if isinstance(case.detail, dict) else {}
        case.detail = {name: value for name, value in detail.items() if name in OF_BOOKS}
        case.closed_at = case.closed_at or now
        case.customer_id = None if case.customer_id == person.customer.pk else case.customer_id
        case.save(update_fields=["detail", "closed_at", "customer"])


def forget_supports_words(person: Person) -> None:
    """That somebody looked, or marked a refund, stays; why, in their own words, goes. Notes go with the customer."""
    CodeReveal.objects.filter(license__in=person.licenses).exclude(words="").update(words=ERASED)
    RefundMark.objects.filter(purchase__in=person.orders).update(reason=ERASED)


def forget_names_in_log(person: Person) -> None:
    """Django's own log of the console calls things by their names."""
    rows = [str(person.customer.pk), *(str(each.pk) for each in person.addresses)]
    texts = [*person.names, *(each.address for each in person.addresses), *person.mailboxes]
    told = either("object_repr", texts, how="icontains") | either("change_message", texts, how="icontains")
    LogEntry.objects.filter(Q(object_id__in=rows) | told).update(object_repr=ERASED, change_message="")


def owns_nothing(customer: Customer) -> bool:
    """Whether nothing on file is the customer's but their data."""
    bought = Purchase.objects.filter(buyer=customer)
    return not (bought.exists() or License.objects.filter(owner=customer).exists())
