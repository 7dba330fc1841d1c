"""Changes that somebody objected to, or still can: until that is over nothing is built on them, nor made final."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from recovery.errors import Disputed
from recovery.models import ChangeKind, ChangeState, OwnerChange
from recovery.models.owner_changes import OwnerChangeQuerySet
from recovery.owners.undoing import UNDO_LIFE

SIDES: Final = ("customer", "other")


def beside_a_dispute() -> Exists:
    """Of a change in the query around it: that something else of one of its customers is frozen."""
    same = Q()
    for theirs in SIDES:
        for side in SIDES:
            same |= Q(**{theirs: OuterRef(side)})
    return Exists(OwnerChange.objects.filter(same, frozen_at__isnull=False))


def refuse_to_erase(customer: UUID, *, themselves: bool) -> None:
    """Raises `Disputed` where erasing that customer, held by the caller, would settle whose keys these are.

    While somebody objects nobody who is concerned is erased: the keys would be lost to whose they turn out to be. Who
    came by an address or by keys of another lately does not erase `themselves` before it is too late to object: a thief
    would leave nothing to undo. Support may.
    """
    concerned = OwnerChange.objects.concerning(customer).filter(state=ChangeState.DONE)
    if concerned.filter(frozen_at__isnull=False).exists():
        raise Disputed
    if themselves and gained_lately(customer).exists():
        raise Disputed


def gained_lately(customer: UUID) -> OwnerChangeQuerySet:
    """What brought that customer an address, or something of another's, and can be objected to still."""
    gained = Q(other=customer) | Q(customer=customer, kind=ChangeKind.ADDRESS)
    lately = OwnerChange.objects.filter(gained, state=ChangeState.DONE)
    return lately.filter(done_at__gt=Now() - UNDO_LIFE)
