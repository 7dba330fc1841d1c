"""Rows that pass from one customer to another, remembered, so that each can go back where it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import ForeignKey, Model, Q, QuerySet

from licensing.models import Customer, EmailAddress, License, Purchase, PurchaseLine

Moved = dict[str, list[str]]  # "app.model.column" -> keys of the rows

LEFT: Final = frozenset(
    {  # what tells of the past of one customer stays with them
        "recovery.ownerchange.customer",
        "recovery.ownerchange.other",
    }
)
AT_ONCE: Final = 1000
ADDRESSES: Final = "licensing.emailaddress.customer"
BOUGHT: Final = "licensing.purchase.buyer"
RECEIVED: Final = "licensing.purchaseline.receiver"
OWNED: Final = "licensing.license.owner"
REACHING: Final = (OWNED, RECEIVED)  # whose rows say who is sent keys


def columns() -> Iterator[tuple[str, type[Model], str]]:
    """Every column that names a customer, as (its name, model, field): whatever is added later moves, too."""
    for relation in Customer._meta.related_objects:
        field = relation.field
        name = f"{field.model._meta.label_lower}.{field.name}"
        if isinstance(field, ForeignKey) and name not in LEFT:
            yield name, field.model, field.name


def hand_over(rows: dict[str, QuerySet[Any]], *, giver: UUID, receiver: UUID) -> Moved:
    """Of these rows, those that are the giver's become the receiver's. Both are held by the caller."""
    moved: Moved = {}
    for name, model, field in columns():
        if name in rows:
            keys = list(rows[name].filter(**{field: giver}).order_by().values_list("pk", flat=True))
            change_to(model, keys, field, before=Q(**{field: giver}), after=receiver)
            moved[name] = [str(each) for each in keys]
    return {name: keys for name, keys in moved.items() if keys}


def everything_of(customer: UUID) -> dict[str, QuerySet[Any]]:
    return {name: model._base_manager.filter(**{field: customer}) for name, model, field in columns()}


def orders(purchases: Sequence[Any], licenses: Sequence[Any] = ()) -> dict[str, QuerySet[Any]]:
    """These orders with their lines and licenses, and these licenses."""
    return {
        BOUGHT: Purchase.objects.filter(pk__in=purchases),
        RECEIVED: PurchaseLine.objects.filter(purchase__in=purchases),
        OWNED: License.objects.filter(Q(line__purchase__in=purchases) | Q(pk__in=licenses)),
    }


def hand_back(moved: Moved, *, giver: UUID, receiver: UUID | None, frozen: bool = False) -> None:
    """What was handed over and is still the receiver's (of frozen rows: nobody's) is the giver's again."""
    for name, model, field in columns():
        theirs = Q(**{field: receiver})
        if frozen and name in REACHING:
            theirs |= Q(**{f"{field}__isnull": True})
        change_to(model, moved.get(name, []), field, before=theirs, after=giver)


def beside(moved: Moved, *, receiver: UUID) -> list[str]:
    """Of the lines that were handed over, the licenses that were the receiver's already."""
    return [
        str(each) for some in made_of(moved, owner=receiver) for each in some.values_list("pk", flat=True)
    ]


def hand_back_made(moved: dict[str, Any], *, giver: UUID, receiver: UUID) -> None:
    """What became of the lines since, as of one whose product was said later, goes back with them."""
    for some in made_of(moved.get("rows", {}), owner=receiver):
        since = some.exclude(pk__in=moved.get("beside", []))
        License.objects.filter(pk__in=list(since.values_list("pk", flat=True))).update(owner=giver)


def made_of(moved: Moved, *, owner: UUID) -> Iterator[QuerySet[License]]:
    """That owner's licenses on lines that were handed over, or that are their buyer's, a part at a time."""
    theirs = License.objects.filter(owner=owner).order_by()
    for lines in chunks(moved.get(RECEIVED, [])):
        yield theirs.filter(line__in=lines).exclude(pk__in=moved.get(OWNED, []))
    for bought in chunks(moved.get(BOUGHT, [])):
        of_buyer = theirs.filter(line__purchase__in=bought, line__receiver=None)
        yield of_buyer.exclude(pk__in=moved.get(OWNED, []))


def withhold(moved: Moved, *, receiver: UUID) -> None:
    """Nobody is sent the keys of what was handed over, while it is not clear whose it is."""
    for name, model, field in columns():
        if name in REACHING:
            change_to(model, moved.get(name, []), field, before=Q(**{field: receiver}), after=None)


def give_again(moved: Moved, *, receiver: UUID) -> None:
    """What was withheld is the receiver's again."""
    for name, model, field in columns():
        if name in REACHING:
            nobodys = Q(**{f"{field}__isnull": True})
            change_to(model, moved.get(name, []), field, before=nobodys, after=receiver)


def change_to(model: type[Model], keys: Sequence[Any], field: str, *, before: Q, after: UUID | None) -> None:
    """Compared in the statement that writes: what has another owner since keeps them."""
    for some in chunks(keys):
        model._base_manager.filter(before, pk__in=some).update(**{field: after})


def chunks(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def is_empty(customer: UUID) -> bool:
    """Whether nothing on file names that customer any more."""
    return not any(rows.exists() for rows in everything_of(customer).values())


def addresses(ids: Iterable[Any]) -> QuerySet[EmailAddress]:
    return EmailAddress.objects.filter(pk__in=list(ids))
