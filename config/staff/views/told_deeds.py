"""A deed that waits for a second person, in the words of who decides: whom it concerns, and what the form says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from django.contrib.auth.models import User
from django.forms import BooleanField, ChoiceField, Field
from django.urls import Resolver404, ResolverMatch, resolve, reverse

from config.staff.approvals import Asked
from config.staff.models import Approval
from licensing.console.cells import page_of
from licensing.console.second_person import Mark, second_person_for
from licensing.models import Customer, with_addresses

Deed = Approval | Asked
UNSAID: Final = ("press", "_save", "action_checkbox", "post", "seen")  # fields that people do not see either

WHOSE: Final = ("customer_id", "pk")  # told as who it concerns
LABELS: Final = {"kind": "File", "deed": "What", "since": "From", "until": "To"}
PARTS: Final = {  # of addresses
    "zip": "CSV files (zip)",
    "xlsx": "a workbook (xlsx)",
    "role": "another role",
    "renew": "a new invitation: password, second factors and sessions are gone",
    "enable": "open the account again, with a new invitation",
}


@dataclass(frozen=True)
class Who:
    """A customer, or somebody of staff."""

    name: str
    address: str
    page: str
    customer: UUID | None = None


@dataclass(frozen=True)
class Told:
    """`what` in words, `who` where the page is somebody's, `facts` with the labels of the form."""

    what: str
    who: Who | None
    facts: Sequence[tuple[str, str]]
    why: str  # as the form said it; empty where it asks for none

    @property
    def title(self) -> str:
        """`Erase Amina Öberg, amina@vendor.example`."""
        return (
            ", ".join(filter(None, (f"{self.what} {self.who.name}", self.who.address)))
            if self.who
            else self.what
        )


def told(deeds: Iterable[Deed]) -> list[Told]:
    """In their order. Two queries, however many they are."""
    found = [(each, match_of(each)) for each in deeds]
    people = customers_of([match for _, match in found]) | accounts_of([match for _, match in found])
    return [in_words(deed, match, people) for deed, match in found]


def match_of(deed: Deed) -> ResolverMatch | None:
    """The page, unless this release has it no more."""
    try:
        return resolve(urlsplit(deed.address).path)
    except Resolver404:
        return None


def named(match: ResolverMatch | None) -> Any:
    """Whose page it is: a customer's id, or the number of an account."""
    if match is None:
        return None
    return match.kwargs.get("customer_id") or (
        match.kwargs.get("pk") if match.view_name == "staff_act" else None
    )


def customers_of(matches: Iterable[ResolverMatch | None]) -> dict[Any, Who]:
    ids = [each for each in map(named, matches) if isinstance(each, UUID)]
    rows = Customer.objects.filter(pk__in=ids).prefetch_related(with_addresses()) if ids else ()
    return {each.pk: customer_told(each) for each in rows}


def customer_told(customer: Customer) -> Who:
    current = [each.address for each in customer.known_addresses() if not each.former_since]
    address = next(iter(current), "")
    name = str(customer)
    return Who(name, "" if address == name else address, page_of(customer), customer.pk)


def accounts_of(matches: Iterable[ResolverMatch | None]) -> dict[Any, Who]:
    ids = [each for each in map(named, matches) if each is not None and not isinstance(each, UUID)]
    rows = User.objects.filter(pk__in=ids) if ids else ()
    return {
        str(each.pk): Who(str(each), each.email, reverse("staff_person", args=[each.pk])) for each in rows
    }


def in_words(deed: Deed, match: ResolverMatch | None, people: dict[Any, Who]) -> Told:
    mark = second_person_for(match.func) if match else None
    who = people.get(named(match))
    facts = [*said_by_address(deed, match), *fields_of(deed, mark)]
    why = next((value for name, _, value in facts if mark and name == mark.why), "")
    shown = [(label, value) for name, label, value in facts if not (mark and name == mark.why)]
    what = (mark.of if mark and who else "") or (f"{deed.title}:" if who else deed.title)
    return Told(what, who, shown, why)


def said_by_address(deed: Deed, match: ResolverMatch | None) -> Iterable[tuple[str, str, str]]:
    """Name, label and value of what is said by the page's address alone: which file, which deed, from which day."""
    said = {**match.kwargs} if match else {}
    parts = [*said.items(), *parse_qsl(urlsplit(deed.address).query)]
    for name, value in parts:
        if name not in WHOSE:
            yield name, LABELS.get(name, label_of(name)), PARTS.get(str(value), str(value))


def label_of(name: str) -> str:
    return name.strip("_").replace("_", " ").capitalize()


def fields_of(deed: Deed, mark: Mark | None) -> Iterable[tuple[str, str, str]]:
    """Name, label and value of what the form sends."""
    known: dict[str, Field] = mark.form.base_fields if mark and mark.form else {}
    for name, values in deed.fields:
        if name in UNSAID or name.startswith("initial-"):
            continue
        field = known.get(name)
        label = str(field.label) if field and field.label else label_of(name)
        yield name, label, ", ".join(value_told(field, value) for value in values)


def value_told(field: Field | None, value: str) -> str:
    if isinstance(field, ChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]  # flat choices
    return "yes" if isinstance(field, BooleanField) or value == "on" else value or "empty"
