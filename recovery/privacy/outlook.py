"""What erasing a person would take, end and leave, for whoever is about to press the button."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from licensing.models import Case, KeyAssignment, PurchaseLine
from licensing.privacy.erasing_keys import of_others
from licensing.privacy.person import Person
from recovery.models import Exchange
from recovery.owners.disputes import gained_lately


@dataclass(frozen=True)
class Outlook:
    """Numbers of what is concerned. `given`: things that they bought and others own; `shared`: keys registered to them
    that serve somebody else, who needs that name to activate; `undoable`: whether something came to them so lately that
    it could be undone."""

    addresses: tuple[str, ...]
    orders: int
    licenses: int
    running_moves: int
    open_cases: int
    given: int
    shared: int
    undoable: bool

    @classmethod
    def of(cls, person: Person) -> Outlook:
        theirs = (
            KeyAssignment.objects.open().filter(license__in=person.licenses).exclude(key__registered_name="")
        )
        others = of_others(person).filter(key=OuterRef("key"))
        bought = PurchaseLine.objects.filter(purchase__in=person.bought, receiver__isnull=False)
        return cls(
            addresses=tuple(each.address for each in person.addresses if not each.former_since),
            orders=len(person.orders),
            licenses=len(person.licenses),
            running_moves=Exchange.objects.running().filter(license__in=person.licenses).count(),
            open_cases=Case.objects.filter(customer=person.customer, closed_at=None).count(),
            given=bought.exclude(receiver=person.customer).count(),
            shared=theirs.filter(Exists(others)).values("key").distinct().count(),
            undoable=gained_lately(person.customer.pk).exists(),
        )
