"""Which keys count, as sets that the database finds by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from licensing.models import KeyAssignment, Purchase, RegistrationKey, RetiredCode
from licensing.models.sales import SPOILT

SOUND: Final = (  # of an assignment's license, the contrary of revoked or paid back, and of SPOILT purchases
    Q(license__revoked_at=None, license__refunded_at=None)
    & Q(license__line__purchase__test=False, license__line__purchase__same_as=None)
    & (
        Q(license__line__purchase__refunded_at=None)
        | Q(license__line__purchase__refunded_units__isnull=False)
    )
    & (Q(license__line__purchase__disputed_at=None) | Q(license__line__purchase__won_at__isnull=False))
)


def counting(*, key: str, now: datetime) -> Exists:
    """For rows that name a key in the field `key`: whether it counts.

    A key counts while one of its assignments is open, or has not come to its end, and that license is in good standing:
    not revoked, not expired, not paid back, and its purchase no test, not told twice, not refunded as a whole, and not
    in a dispute that is open or lost. So a key in its period of grace counts, and one of five seats as long as any of
    them is held.
    """
    running = Q(license__expires_at=None) | Q(license__expires_at__gt=now)
    return Exists(KeyAssignment.objects.serving(now=now).filter(SOUND, running, key=OuterRef(key)))


def unknown_ones(editions: Iterable[UUID], *, now: datetime) -> list[QuerySet[RegistrationKey]]:
    """Keys of these editions that served somebody, do not count, and whose fingerprints are not noted yet.

    By what may have happened to them, and one may be in several: a database asked for either does not join, but
    looks at every key for each of them.
    """
    over = [
        KeyAssignment.objects.filter(ends_at__lte=now),
        KeyAssignment.objects.filter(license__revoked_at__isnull=False),
        KeyAssignment.objects.filter(license__refunded_at__isnull=False),
        KeyAssignment.objects.filter(license__expires_at__lte=now),
        KeyAssignment.objects.filter(license__line__purchase__in=Purchase.objects.filter(SPOILT)),
    ]
    unknown = RegistrationKey.objects.filter(edition__in=list(editions), retired_code=None)
    unknown = unknown.exclude(counting(key="pk", now=now))
    return [unknown.filter(pk__in=assignments.order_by().values("key")) for assignments in over]


def to_list(editions: Iterable[UUID], *, now: datetime) -> QuerySet[RetiredCode]:
    """Noted codes that belong on the list and are not there."""
    away = RetiredCode.objects.filter(listed=False, key__edition__in=list(editions))
    return away.exclude(counting(key="key_id", now=now))


def to_remove(editions: Iterable[UUID], *, now: datetime) -> list[QuerySet[RetiredCode]]:
    """Listed codes that count again (a move was undone, a dispute won); those whose edition is left out now."""
    listed = RetiredCode.objects.filter(listed=True)
    return [listed.filter(counting(key="key_id", now=now)), listed.exclude(key__edition__in=list(editions))]
