"""How long the codes of all pools last, in as many queries for many editions as for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from licensing.console.search import first_id_at
from licensing.keys.sources.pool import LOOKED_BACK, dry_day
from licensing.models import Edition, KeyAssignment, KeySource, KeyState, RegistrationKey

# Between clocks of hosts: an assignment's id is made by one of them, when it begins.
SLACK = timedelta(days=1)
SOON = timedelta(days=30)  # enough to have codes made


@dataclass(frozen=True)
class Pool:
    """One edition's codes: `level` are left, `used` went in the last 90 days, `waiting` moves have none yet; `shared`:
    one code serves all."""

    edition: Edition
    level: int
    used: int
    dry_on: date | None
    waiting: int
    shared: bool

    @property
    def used_per_day(self) -> float:
        return self.used / LOOKED_BACK.days

    @property
    def is_low(self) -> bool:
        return self.level < self.edition.low_stock_level and not (self.shared or self.is_unused)

    @property
    def is_unused(self) -> bool:
        """Whether nothing was ever loaded and nobody waits: the edition's shops send the codes."""
        return not (self.level or self.waiting or self.edition.stocked_at)


def pools(*, now: datetime, waiting: dict[UUID, int]) -> list[Pool]:
    """All pools, the first to run dry first; then those that nobody uses, those served by one code, and unused ones."""
    editions = Edition.objects.filter(key_source=KeySource.POOL).select_related("product")
    levels = counted(RegistrationKey.objects.filter(state=KeyState.POOL, seats__isnull=False), "edition")
    used = counted(used_lately(now), "key__edition")
    shared = set(
        RegistrationKey.objects.filter(seats=None)
        .exclude(state=KeyState.RETIRED)
        .order_by()
        .values_list("edition", flat=True)
        .distinct()
    )
    found = []
    for edition in editions:
        level, went = levels.get(edition.pk, 0), used.get(edition.pk, 0)
        dry = dry_day(level, went / LOOKED_BACK.days, now)
        found.append(Pool(edition, level, went, dry, waiting.get(edition.pk, 0), shared=edition.pk in shared))
    return sorted(found, key=urgency)


def needs_codes(pool: Pool, *, now: datetime) -> bool:
    """Whether somebody should load codes: it is low, or empty within a month at the present pace."""
    if pool.shared or pool.is_unused:
        return False
    return pool.is_low or (pool.dry_on is not None and pool.dry_on <= (now + SOON).date())


def urgency(pool: Pool) -> tuple[Any, ...]:
    return (
        pool.is_unused,
        pool.shared,
        not pool.waiting,
        pool.dry_on or date.max,
        pool.level,
        pool.edition.sku,
    )


def used_lately(now: datetime) -> QuerySet[KeyAssignment]:
    """By the id as well, whose beginning is the time: the primary key's index leaves out all that is older."""
    since = now - LOOKED_BACK
    return KeyAssignment.objects.filter(
        pk__gte=first_id_at(since - SLACK), starts_at__gt=since, starts_at__lte=now
    )


def counted(rows: QuerySet[Any], column: str) -> dict[UUID, int]:
    counts: Iterable[tuple[UUID, int]] = rows.order_by().values_list(column).annotate(Count("pk"))
    return dict(counts)
