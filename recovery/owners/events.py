"""Endpoints are told that somebody else receives keys now, or again."""

from __future__ import annotations

from licensing.outgoing.kinds import OWNER_CHANGED
from licensing.outgoing.tell import tell
from recovery.models import OwnerChange


def tell_of_change(change: OwnerChange, *, undone: bool = False) -> None:
    """In the transaction that brought it about."""
    facts = {
        "change": change.pk,
        "cause": change.kind,
        "customer": change.customer_id,
        "other": change.other_id,
        "license": change.license_id,
        "purchase": change.purchase_id,
        "undone": undone,
    }
    tell(OWNER_CHANGED, lambda: [facts])
