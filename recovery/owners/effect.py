"""What a change does when its time has come. Runs in the caller's transaction, the customers held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from licensing.models import Customer, EmailAddress, License
from recovery.models import ChangeKind, OwnerChange
from recovery.owners.handover import ADDRESSES, OWNED, addresses, beside, everything_of, hand_over, orders

Before = dict[str, Any]


class Overtaken(Exception):
    """What it was about has changed meanwhile, so that it would do something else than its mails told."""


def take_effect(change: OwnerChange, *, now: datetime) -> None:
    """Do it, and keep what is needed to undo it in `moved`; unsaved. Raises `Overtaken`, having done nothing."""
    EFFECTS[ChangeKind(change.kind)](change, now)
    if change.other_id and (others := beside(change.moved.get("rows", {}), receiver=change.other_id)):
        change.moved["beside"] = others


def give_address(change: OwnerChange, now: datetime) -> None:
    """The new mailbox proves; those named prove nothing any more."""
    former = addresses(change.chosen.get("addresses", [])).filter(
        customer=change.customer_id, former_since=None
    )
    before = {"retired": ids(former)}
    if change.customer is None:
        raise Overtaken
    before |= make_current(change.new_address, owner=change.customer)
    addresses(before["retired"]).exclude(canonical=change.new_address).update(former_since=now)
    change.moved = before


def make_current(canonical: str, *, owner: Customer) -> Before:
    """The address proves for that customer. Raises `Overtaken` where it is another customer's."""
    known = EmailAddress.objects.select_for_update().filter(canonical=canonical).first()
    if known is None:
        made = EmailAddress.objects.create(customer=owner, address=canonical, canonical=canonical)
        return {"made": [str(made.pk)]}
    if known.customer_id != owner.pk:
        raise Overtaken
    if known.former_since is None:
        return {}
    revived = {str(known.pk): known.former_since.isoformat()}
    addresses(revived).update(former_since=None)
    return {"revived": revived}


def unite(change: OwnerChange, now: datetime) -> None:
    """Everything that is the one's becomes the other's; the one stays, empty."""
    if not (change.customer_id and change.other_id):
        raise Overtaken
    rows = everything_of(change.customer_id)
    change.moved = {"rows": hand_over(rows, giver=change.customer_id, receiver=change.other_id)}


def divide(change: OwnerChange, now: datetime) -> None:
    """The addresses, orders and licenses named become a new customer's."""
    chosen = change.chosen
    leaving = addresses(chosen.get("addresses", [])).filter(customer=change.customer_id, former_since=None)
    staying = EmailAddress.objects.current().filter(customer=change.customer_id).exclude(pk__in=leaving)
    if change.customer is None or len(leaving) != len(chosen.get("addresses", [])) or not staying.exists():
        raise Overtaken
    made = new_customer(chosen.get("name", ""), like=change.customer)
    rows = orders(chosen.get("purchases", []), chosen.get("licenses", []))
    rows[ADDRESSES] = leaving
    change.other = made
    change.moved = {
        "rows": hand_over(rows, giver=change.customer.pk, receiver=made.pk),
        "customer": str(made.pk),
    }


def part(change: OwnerChange, now: datetime) -> None:
    """One customer becomes two: with addresses of theirs that leave, or with a mailbox that is new."""
    (hand_on if change.new_address else divide)(change, now)


def hand_on(change: OwnerChange, now: datetime) -> None:
    """One license, one order with its licenses, or what a split names, becomes somebody else's."""
    before: Before = {}
    if change.customer is None:
        raise Overtaken
    if change.other is None:
        change.other, before = owner_of(change)
    moved = hand_over(what_is_handed_on(change), giver=change.customer.pk, receiver=change.other.pk)
    if not moved:
        raise Overtaken
    change.moved = {**before, "rows": moved}


def what_is_handed_on(change: OwnerChange) -> dict[str, QuerySet[Any]]:
    if change.kind == ChangeKind.SPLIT:
        return orders(change.chosen.get("purchases", []), change.chosen.get("licenses", []))
    if change.purchase_id:
        return orders([change.purchase_id])
    return {OWNED: License.objects.filter(pk__in=[change.license_id])}


def owner_of(change: OwnerChange) -> tuple[Customer, Before]:
    """The customer whom the proved mailbox is; made where nobody has it. Raises `Overtaken` for a former one."""
    canonical, giver = change.new_address, change.customer
    known = EmailAddress.objects.select_related("customer").filter(canonical=canonical).first()
    if giver is None or (known and (known.former_since or known.customer_id == giver.pk)):
        raise Overtaken
    if known:
        return known.customer, {}
    made = new_customer(change.chosen.get("name", ""), like=giver)
    return made, {**make_current(canonical, owner=made), "customer": str(made.pk)}


def new_customer(name: str, *, like: Customer) -> Customer:
    """Somebody new, whose mails are in the same language."""
    return Customer.objects.create(full_name=name, language=like.language)


def ids(rows: Any) -> list[str]:
    return [str(each) for each in rows.values_list("pk", flat=True)]


EFFECTS: Final[dict[ChangeKind, Callable[[OwnerChange, datetime], None]]] = {
    ChangeKind.ADDRESS: give_address,
    ChangeKind.MERGE: unite,
    ChangeKind.SPLIT: part,
    ChangeKind.REASSIGN: hand_on,
}
