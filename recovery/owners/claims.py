"""Claims that wait for support, found by the mailboxes that they name."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from licensing.console.search import as_address
from recovery.claimed import opened_all
from recovery.models import ChangeState, OwnerChange

LOOKED_AT: Final = (
    200  # what was typed is sealed, so each is opened; support decides more than that in no week
)


def claims_about(canonicals: Collection[str]) -> list[OwnerChange]:
    """Undecided claims, of the newest, in which one of these mailboxes was typed as the old one, or is the new one. Two
    queries."""
    waiting = OwnerChange.objects.filter(state=ChangeState.OPEN).order_by("-id")[:LOOKED_AT]
    wanted = set(canonicals) - {""}
    if not wanted:
        return []
    return [
        change
        for change, claimed in opened_all(waiting)
        if wanted & {change.new_address, as_address(claimed.old_address) if claimed else ""}
    ]
