"""What was done is taken back exactly; what happened since on its own stays. Customers are held by the caller."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models.functions import Now
from django.utils.dateparse import parse_datetime

from licensing.models import Customer
from recovery.models import ChangeKind, ChangeState, OwnerChange
from recovery.owners.handover import addresses, give_again, hand_back, hand_back_made, is_empty, withhold

UNDO_LIFE: Final = timedelta(days=30)
STOOD: Final = "stood"


def may_be_undone(change: OwnerChange) -> bool:
    """Whether it is in effect since less than 30 days, by the database's clock, and the last of its customers'."""
    young = OwnerChange.objects.filter(pk=change.pk, state=ChangeState.DONE, done_at__gt=Now() - UNDO_LIFE)
    return young.exists() and not followed(change)


def followed(change: OwnerChange) -> bool:
    """Whether something else was done since that builds on it: that has to be undone first."""
    since = OwnerChange.objects.concerning(*[each for each in (change.customer_id, change.other_id) if each])
    return since.filter(state=ChangeState.DONE, done_at__gt=change.done_at).exclude(pk=change.pk).exists()


def put_back(change: OwnerChange) -> None:
    """Everything is as it was before the change."""
    assert change.customer_id is not None  # noqa: S101 - a constraint says so
    moved, frozen = change.moved, change.frozen_at is not None
    if change.other_id:
        hand_back(moved.get("rows", {}), giver=change.customer_id, receiver=change.other_id, frozen=frozen)
        hand_back_made(moved, giver=change.customer_id, receiver=change.other_id)
    addresses(moved.get("silenced", [])).update(former_since=None)
    addresses(moved.get("made", [])).delete()
    addresses(moved.get("retired", [])).filter(customer=change.customer_id).update(former_since=None)
    for pk, since in moved.get("revived", {}).items():
        addresses([pk]).update(former_since=parse_datetime(since))
    if made := moved.get("customer"):
        remove_if_empty(change, UUID(made))


def remove_if_empty(change: OwnerChange, customer_id: UUID) -> None:
    """Whom the change made is gone again, unless something came to them on its own."""
    others = OwnerChange.objects.concerning(customer_id).exclude(pk=change.pk)
    if is_empty(customer_id) and not others.exists():
        OwnerChange.objects.filter(pk=change.pk).update(other=None)
        change.other = None
        Customer.objects.filter(pk=customer_id).delete()


def freeze(change: OwnerChange, *, now: datetime) -> None:
    """The keys of what changed hands reach nobody until support has decided: neither who had them nor who got them."""
    rows = change.moved.get("rows", {})
    gained = addresses(
        [*change.moved.get("made", []), *change.moved.get("revived", {}), *moved_addresses(change)]
    )
    silenced = [str(each) for each in gained.filter(former_since=None).values_list("pk", flat=True)]
    addresses(silenced).update(former_since=now)
    if change.other_id:
        withhold(rows, receiver=change.other_id)
    change.moved = {**change.moved, "silenced": silenced}
    change.frozen_at = now


def thaw(change: OwnerChange) -> None:
    """It stands after all: keys go where they went before somebody objected."""
    addresses(change.moved.get("silenced", [])).update(former_since=None)
    if change.other_id:
        give_again(change.moved.get("rows", {}), receiver=change.other_id)
    change.moved = {name: kept for name, kept in change.moved.items() if name != "silenced"} | {STOOD: True}
    change.frozen_at = None


def stood(change: OwnerChange) -> bool:
    """Whether support let it stand after somebody objected."""
    return bool(change.moved.get(STOOD))


def moved_addresses(change: OwnerChange) -> list[str]:
    """Mailboxes that prove for another customer than before. Of a split they only lost, so that they stay."""
    if change.kind != ChangeKind.MERGE:
        return []
    moved: list[str] = change.moved.get("rows", {}).get("licensing.emailaddress.customer", [])
    return moved
