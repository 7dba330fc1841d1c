"""What is true of licenses that may move, read in as many queries for many as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from licensing.counterparts import counterparts
from licensing.holdings import Standing, open_assignments, standing_of
from licensing.models import Edition, KeyAssignment, License
from recovery.models import Exchange
from recovery.policy import Decision, Facts, Policy, decide


@dataclass(frozen=True)
class Unit:
    """One license with what serves it, the editions it may move to, and the policy's answer.

    `latest` is its last exchange, `running` that one if it is not decided or done yet, `undoable` if it may be undone.
    """

    license: License
    assignment: KeyAssignment | None
    targets: tuple[Edition, ...]
    latest: Exchange | None
    decision: Decision
    undoable: Exchange | None

    @property
    def running(self) -> Exchange | None:
        return self.latest if self.latest and self.latest.is_running else None

    def changed_after(self, moment: datetime | None) -> bool:
        """Whether its key is another one than at that moment."""
        done = (self.latest.completed_at, self.latest.undone_at) if self.latest else ()
        return any(moment is not None and each is not None and each > moment for each in done)

    def target(self, platform: str) -> Edition | None:
        return next((edition for edition in self.targets if edition.platform == platform), None)


def movable(licenses: QuerySet[License]) -> QuerySet[License]:
    """The licenses with all that the policy looks at."""
    return licenses.select_related("edition__product", "line__purchase__store").prefetch_related(
        Prefetch("assignments", open_assignments(), to_attr="open_assignments")
    )


def units_of(licenses: Iterable[License], *, now: datetime) -> list[Unit]:
    """Each of these licenses (from `movable`) with the policy's answer for it at that moment."""
    found = list(licenses)
    targets = counterparts([each.edition for each in found]) if found else {}
    history = exchanges_of([each.pk for each in found])
    return [
        unit_of(each, targets=tuple(targets[each.edition]), history=history.get(each.pk, []), now=now)
        for each in found
    ]


def unit_of(
    license: License, *, targets: tuple[Edition, ...], history: list[Exchange], now: datetime
) -> Unit:
    assignments: list[KeyAssignment] = license.open_assignments  # type: ignore[attr-defined]  # Prefetch's to_attr
    assignment = assignments[0] if assignments else None
    # Ids of one millisecond sort by chance, so what is running comes first, whatever its id.
    latest = next((each for each in history if each.is_running), history[0] if history else None)
    standing = standing_of(license, has_key=assignment is not None, now=now)
    facts = Facts(
        standing=standing,
        purchased_at=license.line.purchase.ordered_at,
        moves=tuple(each.completed_at for each in history if each.counts and each.completed_at),
        running=latest is not None and latest.is_running,
        counterpart=bool(targets),
    )
    decision = decide(Policy.of(license.edition.product), facts, now=now)
    undoable = undoable_of(history, assignment, now=now) if standing is Standing.ACTIVE else None
    return Unit(license, assignment, targets, latest, decision, undoable)


def undoable_of(
    history: list[Exchange], assignment: KeyAssignment | None, *, now: datetime
) -> Exchange | None:
    """The last that was done, if it may be taken back: what was asked for since and came to nothing stops nobody."""
    if assignment is None or any(each.is_running for each in history):
        return None
    done = next((each for each in history if each.completed_at), None)
    return done if done and done.may_be_undone(assignment, now=now) else None


def exchanges_of(licenses: list[UUID]) -> dict[UUID, list[Exchange]]:
    """Every exchange of each license, latest first."""
    found: dict[UUID, list[Exchange]] = defaultdict(list)
    rows = Exchange.objects.filter(license__in=licenses).select_related("from_edition", "to_edition__product")
    rows = rows.prefetch_related("notes")
    for exchange in rows.order_by("-id"):
        found[exchange.license_id].append(exchange)
    return found
