"""Cases about changes of owner: what each says, and those of which no other list tells."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from licensing.models import Case, CaseKind

ELSEWHERE: Final = (
    "claimed",
    "disputed",
    "mistyped",
)  # such a change is itself undecided, and stands in a list of its own
WHY: Final = {
    "claimed": "somebody's address has changed",
    "stopped": "stopped: somebody objected",
    "proved": "stopped: the old mailbox was proved after it had been approved",
    "mistyped": "somebody reads an address that is said to be mistyped",
    "overtaken": "stopped: what it was about has changed meanwhile",
    "disputed": "somebody objected once it was in effect",
}


def told_by(case: Case) -> str:
    """Why it was opened, in words; empty where it is about no change of owner."""
    detail = case.detail if case.kind == CaseKind.ADDRESS and isinstance(case.detail, dict) else {}
    return WHY.get(str(detail.get("why")), "") if "owner_change" in detail else ""


def to_look_at() -> QuerySet[Case]:
    """Open ones whose change has ended: somebody should look why."""
    open_ones = Case.objects.filter(kind=CaseKind.ADDRESS, closed_at=None)
    return open_ones.filter(Q(detail__why__isnull=True) | ~Q(detail__why__in=ELSEWHERE))
