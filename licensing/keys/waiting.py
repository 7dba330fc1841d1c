"""Licenses that wait for a key, and their editions' sources, which serve them in the order of their purchases."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from licensing.keys.assign import assign
from licensing.keys.sources import supply
from licensing.models import Case, CaseKind, Edition, KeyAssignment, KeyState, License, RegistrationKey

BATCH = 100  # licenses served in one transaction


def serve_waiting(editions: Iterable[Edition] | None = None, *, now: datetime) -> int:
    """Give keys from their editions' pools to the licenses that wait, oldest purchase first; how many were served.

    An edition with one code for all buyers gives that one. Without `editions`: all that have something to give.
    """
    return sum(serve_edition(edition, now=now) for edition in (giving() if editions is None else editions))


def giving() -> QuerySet[Edition]:
    """Editions with a key in the pool, or with one for all buyers."""
    gives = RegistrationKey.objects.filter(edition=OuterRef("pk")).exclude(state=KeyState.RETIRED)
    return Edition.objects.filter(Exists(gives.filter(Q(state=KeyState.POOL) | Q(seats=None))))


def serve_edition(edition: Edition, *, now: datetime) -> int:
    total = 0
    while served := serve_batch(edition, now=now):
        total += served
    return total


def serve_batch(edition: Edition, *, now: datetime) -> int:
    with transaction.atomic():
        line_up = waiting_licenses(edition, now=now).select_for_update(skip_locked=True, of=("self",))
        licenses = list(line_up.order_by("line__purchase__ordered_at", "line__position", "unit")[:BATCH])
        keys = supply(edition, licenses, now=now) if licenses else {}
        for license in licenses:
            if key := keys.get(license.id):
                assign(license=license, key=key, now=now)
    return len(keys)


def waiting_licenses(edition: Edition, *, now: datetime) -> QuerySet[License]:
    """Licenses of paid orders that never had a key. Not those whose code served somebody else: a person decides."""
    undecided = Case.objects.filter(
        kind=CaseKind.KEY_OWNED, closed_at=None, purchase=OuterRef("line__purchase")
    )
    paid = Q(
        line__purchase__test=False,
        line__purchase__confirmed_at__isnull=False,
        line__purchase__paid_at__isnull=False,
    )
    refunded = Q(line__purchase__refunded_at__isnull=False, line__purchase__refunded_units=None)
    disputed = Q(line__purchase__disputed_at__isnull=False, line__purchase__won_at=None)
    ended = Q(revoked_at__isnull=False) | Q(expires_at__lte=now)
    had = KeyAssignment.objects.filter(license=OuterRef("pk"))
    open_ones = (
        License.objects.filter(paid, edition=edition).exclude(refunded).exclude(disputed).exclude(ended)
    )
    return open_ones.filter(~Exists(had), ~Exists(undecided))
