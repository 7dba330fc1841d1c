"""Licenses that wait for a key, and their editions' sources, which serve them in the order of their purchases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from licensing.keys.assign import assign
from licensing.keys.sources import supply
from licensing.models import (
    Case,
    CaseKind,
    Edition,
    KeyAssignment,
    KeyOrder,
    KeySource,
    KeyState,
    License,
    OrderState,
    RegistrationKey,
)

BATCH = 100  # licenses served in one transaction
LATELY = 500  # licenses that are looked at for those without a key: no index knows them

log = structlog.get_logger(__name__)


def serve_waiting(editions: Iterable[Edition] | None = None, *, now: datetime) -> int:
    """Give keys from their editions' sources to the licenses that wait, oldest purchase first; how many were served.

    An edition with one code for all buyers gives that one. A generator is not asked here, but orders are opened for
    it. Without `editions`: all that have something to give.
    """
    return sum(tried(edition, now=now) for edition in (giving() if editions is None else editions))


def serve_answered(*, now: datetime) -> int:
    """Give the keys that generators made since to the licenses that they were made for; how many were served."""
    made = KeyOrder.objects.filter(state=OrderState.ANSWERED)
    editions = list(Edition.objects.filter(pk__in=made.values("edition")).select_related("product"))
    return sum(tried(edition, now=now, among=made.filter(edition=edition)) for edition in editions)


def giving() -> QuerySet[Edition]:
    """Editions that make keys, and those with a key in the pool, or with one for all buyers."""
    gives = RegistrationKey.objects.filter(edition=OuterRef("pk")).exclude(state=KeyState.RETIRED)
    kept = Exists(gives.filter(Q(state=KeyState.POOL) | Q(seats=None)))
    return Edition.objects.filter(kept | ~Q(key_source=KeySource.POOL)).select_related("product")


def tried(edition: Edition, *, now: datetime, among: QuerySet[KeyOrder] | None = None) -> int:
    """As `serve_edition`; one that fails is logged, and holds up no other edition's buyers."""
    try:
        return serve_edition(edition, now=now, among=among)
    except (
        OperationalError
    ):  # the database is away, or another transaction was in the way: the next run tries again
        raise
    except Exception:
        log.exception("edition_not_served", edition=str(edition.pk))
        return 0


def serve_edition(edition: Edition, *, now: datetime, among: QuerySet[KeyOrder] | None = None) -> int:
    """Those who wait for a key of the edition; only those whom these orders are for, if they are given."""
    total = 0
    while (batch := serve_batch(edition, now=now, among=among)).more:
        total += batch.served
    return total + batch.served


@dataclass(frozen=True, slots=True)
class Batch:
    """How many were served, and whether others may be behind these."""

    served: int
    more: bool


def serve_batch(edition: Edition, *, now: datetime, among: QuerySet[KeyOrder] | None = None) -> Batch:
    with transaction.atomic():
        line_up = in_line(edition, now=now)
        if among is not None:
            line_up = line_up.filter(pk__in=among.values("license"))
        locked = line_up.select_for_update(skip_locked=True, of=("self",))
        found = list(locked.order_by("line__purchase__ordered_at", "line__position", "unit")[:BATCH])
        licenses = still_without(found)
        before = KeyOrder.objects.filter(edition=edition, license__in=licenses).count()
        keys = supply(edition, licenses, now=now) if licenses else {}
        for license in licenses:
            if key := keys.get(license.id):
                assign(license=license, key=key, now=now)
        opened = KeyOrder.objects.filter(edition=edition, license__in=licenses).count() - before
    return Batch(served=len(keys), more=bool(keys or opened) or len(licenses) < len(found))


def still_without(licenses: list[License]) -> list[License]:
    """Those that nobody served between our look at them and our lock on them."""
    served = set(KeyAssignment.objects.filter(license__in=licenses).values_list("license", flat=True))
    return [each for each in licenses if each.pk not in served]


def in_line(edition: Edition, *, now: datetime) -> QuerySet[License]:
    """Those who wait for a key of the edition, but not for one that its generator is being asked for, or refused."""
    unanswered = KeyOrder.objects.filter(
        license=OuterRef("pk"), edition=edition, state__in=[OrderState.OPEN, OrderState.REFUSED]
    )
    waiting = waiting_licenses(edition, now=now)
    return waiting.filter(~Exists(unanswered)) if edition.key_source == KeySource.REMOTE else waiting


def waiting_lately(*, now: datetime) -> QuerySet[License]:
    """Among the newest licenses, of whatever edition, those whose customers read that no key is there yet.

    Asks first where these begin: with a subquery of them, PostgreSQL joins all assignments that there are.
    """
    newest = License.objects.order_by("-id").values_list("pk", flat=True)
    since = newest[LATELY - 1 : LATELY].first()
    lately = License.objects.filter(pk__gte=since) if since else License.objects.all()
    return never_served(lately.exclude(edition__key_source=KeySource.REMOTE), now=now, since=since)


def waiting_licenses(edition: Edition, *, now: datetime) -> QuerySet[License]:
    """Those of the edition that wait."""
    return never_served(License.objects.filter(edition=edition), now=now)


def never_served(
    licenses: QuerySet[License], *, now: datetime, since: UUID | None = None
) -> QuerySet[License]:
    """Of these, those of paid orders that never had a key. Not those whose code served somebody else: a person decides;
    and not those whose owner was erased. `since`: where these licenses begin, if that is known: PostgreSQL does not
    see it by itself, and may read the assignments of all licenses before."""
    undecided = Case.objects.filter(
        kind=CaseKind.KEY_OWNED, closed_at=None, purchase=OuterRef("line__purchase")
    )
    paid = Q(
        line__purchase__test=False,
        line__purchase__same_as=None,
        refunded_at=None,
        line__purchase__confirmed_at__isnull=False,
        line__purchase__paid_at__isnull=False,
    )
    refunded = Q(line__purchase__refunded_at__isnull=False, line__purchase__refunded_units=None)
    disputed = Q(line__purchase__disputed_at__isnull=False, line__purchase__won_at=None)
    ended = Q(revoked_at__isnull=False) | Q(expires_at__lte=now)
    had = KeyAssignment.objects.filter(license=OuterRef("pk"))
    if since:
        had = had.filter(license__gte=since)
    open_ones = (
        licenses.filter(paid)
        .exclude(refunded)
        .exclude(disputed)
        .exclude(ended)
        .exclude(owner=None, line__purchase__erased_at__isnull=False)
    )
    return open_ones.filter(~Exists(had), ~Exists(undecided))
