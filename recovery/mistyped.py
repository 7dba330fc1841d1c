"""Addresses that a change of owner says were never the customer's: who is kept from keys by that, while it waits."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db.models import F, Q

from licensing.models import EmailAddress
from recovery.models import ChangeState, OwnerChange

MISTYPED: Final = "mistyped"  # ids of addresses, in what was chosen
BY_LEAD: Final = "mistyped_by_lead"  # that a lead says so, whoever proved it before
READ: Final = "mistyped_read"  # that somebody proved one of them while the change waited
NOT_READ: Final = Q(**{f"chosen__{READ}__isnull": True})


def aside_among(canonicals: Collection[str]) -> dict[str, EmailAddress]:
    """Those of these mailboxes that a waiting change has set aside. One query."""
    waiting = {"customer__changes_from__state": ChangeState.WAITING}
    former = EmailAddress.objects.filter(canonical__in=canonicals, former_since__isnull=False, **waiting)
    named = former.annotate(mistyped=F(f"customer__changes_from__chosen__{MISTYPED}"))
    return {each.canonical: each for each in named if str(each.pk) in (each.mistyped or ())}  # type: ignore[attr-defined]  # annotated


def is_set_aside(canonical: str) -> bool:
    return bool(aside_among([canonical]))


def is_mistyped(change: OwnerChange, canonical: str) -> bool:
    ids = change.chosen.get(MISTYPED, [])
    return bool(ids) and EmailAddress.objects.filter(pk__in=ids, canonical=canonical).exists()
