"""Pools that need codes soon, as they were counted last: a look at all keys takes too long for a page."""

from __future__ import annotations

from datetime import datetime

from licensing.console.stocks import Pool, needs_codes, urgency
from licensing.keys.sources.pool import LOOKED_BACK, dry_day
from licensing.models import Edition
from recovery.figures.read import pool_figures


def short_pools(*, now: datetime) -> list[Pool]:
    """The first to run dry first. Two queries."""
    counted = pool_figures(now=now)
    editions = Edition.objects.filter(pk__in=list(counted)).select_related("product")
    pools = [pool_of(edition, *counted[str(edition.pk)], now=now) for edition in editions]
    return sorted((pool for pool in pools if needs_codes(pool, now=now)), key=urgency)


def pool_of(edition: Edition, level: int, used: int, *, now: datetime) -> Pool:
    dry = dry_day(level, used / LOOKED_BACK.days, now)
    return Pool(edition, level, used, dry, waiting=0, shared=False)
