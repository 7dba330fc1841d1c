"""One run of the counting. Any number may run, at once or again: what somebody else wrote meanwhile is dropped."""

from __future__ import annotations

import time
from datetime import datetime

from recovery.figures.count_days import OFTEN, count_day, due_days
from recovery.figures.count_orders import ALL, count_orders
from recovery.models import Tally


def count_figures(*, now: datetime, seconds: float) -> bool:
    """Bring the figures up to date, for about that many seconds. False if something is left for the next run."""
    if Tally.objects.filter(name=ALL, counted_at__gt=now - OFTEN).exists():
        return True
    end = time.monotonic() + seconds
    for day in due_days(now=now):
        if time.monotonic() >= end:
            return False
        count_day(day, now=now)
    if not count_orders(now=now, over=lambda: time.monotonic() >= end):
        return False
    Tally.objects.update_or_create(name=ALL, defaults={"counted_at": now})
    return True
