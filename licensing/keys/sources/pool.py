"""Keys that the vendor loaded, given out oldest first, and how long they will last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from licensing.models import Edition, KeyAssignment, KeySource, KeyState, License, RegistrationKey

LOOKED_BACK = timedelta(days=90)  # a season's ups and downs, without last year's


def supply(edition: Edition, licenses: Sequence[License], *, now: datetime) -> dict[UUID, RegistrationKey]:
    """Keys of the pool for as many of the licenses as it has keys for."""
    keys = take_from_pool(edition, count=len(licenses))
    return {license.id: key for license, key in zip(licenses, keys, strict=False)}


def take_from_pool(edition: Edition, *, count: int = 1) -> list[RegistrationKey]:
    """Up to `count` keys of the pool, oldest first, that are now nobody else's. Call it in a transaction.

    Rows that another transaction is taking are passed over, not waited for. Where the database has no row locks
    (SQLite) its one writer at a time does the same.
    """
    waiting = in_pool(edition).select_for_update(skip_locked=True, of=("self",))
    found = list(waiting.order_by("id")[:count])
    return [key for key in found if claimed(key)]


def claimed(key: RegistrationKey) -> bool:
    """Whether the key was still in the pool, and is now taken."""
    taken = RegistrationKey.objects.filter(pk=key.pk, state=KeyState.POOL).update(state=KeyState.SERVING)
    key.state = KeyState.SERVING
    return bool(taken)


@dataclass(frozen=True)
class Stock:
    """What is left in an edition's pool: `used_per_day` over the last 90 days, and the day on which that empties it."""

    edition: Edition
    level: int
    used_per_day: float
    dry_on: date | None


def stock(edition: Edition, now: datetime) -> Stock:
    """How long the pool lasts if codes go as in the last 90 days, by purchases and exchanges alike."""
    level = in_pool(edition).count()
    used = KeyAssignment.objects.filter(
        key__edition=edition, starts_at__gt=now - LOOKED_BACK, starts_at__lte=now
    ).count()
    per_day = used / LOOKED_BACK.days
    return Stock(edition=edition, level=level, used_per_day=per_day, dry_on=dry_day(level, per_day, now))


def dry_day(level: int, per_day: float, now: datetime) -> date | None:
    """None if nobody uses the pool, or if it lasts beyond the calendar's end."""
    try:
        return (now + timedelta(days=level / per_day)).date() if per_day else None
    except OverflowError:
        return None


def in_pool(edition: Edition) -> QuerySet[RegistrationKey]:
    """Not a code for all buyers: one that leaked before anybody had it would be given on as if it were a single one."""
    return RegistrationKey.objects.filter(edition=edition, state=KeyState.POOL, seats__isnull=False)


def low_stock(now: datetime) -> list[Stock]:
    """Editions whose pool has just fallen below its level, each told once until it was filled again; not those into
    whose pool nothing was ever loaded, because their shops send the codes.

    Call it in the transaction that writes the mail: what it gives is marked as told. Of several callers at once, one
    gets an edition.
    """
    forget_refilled()
    watched = Edition.objects.filter(
        key_source=KeySource.POOL, low_stock_level__gt=0, low_stock_told_at=None, stocked_at__isnull=False
    ).select_related("product")
    low = [edition for edition in watched if is_low(edition) and not serves_all_by_one(edition)]
    return [stock(edition, now) for edition in low if claimed_for_telling(edition, now)]


def forget_refilled() -> None:
    for edition in Edition.objects.exclude(low_stock_told_at=None):
        if not is_low(edition):
            Edition.objects.filter(pk=edition.pk).update(low_stock_told_at=None)


def serves_all_by_one(edition: Edition) -> bool:
    """Whether one code serves all buyers, so that nobody needs the pool. Asked last: it looks through all its keys."""
    return edition.keys.filter(seats=None).exclude(state=KeyState.RETIRED).exists()


def is_low(edition: Edition) -> bool:
    """Whether fewer are left than its level; looks at no more of them than that."""
    return in_pool(edition).order_by("id")[: edition.low_stock_level].count() < edition.low_stock_level


def claimed_for_telling(edition: Edition, now: datetime) -> bool:
    untold = Edition.objects.filter(pk=edition.pk, low_stock_told_at=None)
    return bool(untold.update(low_stock_told_at=now))
