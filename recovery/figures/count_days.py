"""Days are counted anew while something of them may change, then once for good, before they are forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from licensing.console.stocks import pools
from licensing.models import KeyAsk
from recovery.figures.days import DAY, LONGEST, SETTLED_AFTER, ends, is_kept, today
from recovery.figures.moves import moves_of
from recovery.figures.refusals import refusals_of
from recovery.figures.requests import requests_of
from recovery.figures.waits import waits_of
from recovery.models import DayFigure, Exchange, Figure, RecoveryRequest, Tally

OFTEN: Final = timedelta(minutes=4)  # today and yesterday: with every run that beat wakes
SELDOM: Final = timedelta(hours=6)


def due_days(*, now: datetime) -> Iterator[date]:
    """Days that have to be counted now, the latest first."""
    counted = dict(Tally.objects.exclude(counted_at=None).values_list("name", "counted_at"))
    last, first = today(now), max(first_day(now), today(now) - (LONGEST - 1) * DAY)
    for back in range((last - first).days + 1):
        day = last - back * DAY
        if is_due(day, counted.get(str(day)), now=now):
            yield day


def first_day(now: datetime) -> date:
    """Before it, nothing that belongs to days happened here."""
    done = Exchange.objects.filter(completed_at__isnull=False).order_by("completed_at")
    firsts = (
        RecoveryRequest.objects.order_by("pk").values_list("created_at", flat=True)[:1],
        Exchange.objects.order_by("pk").values_list("asked_at", flat=True)[:1],
        KeyAsk.objects.order_by("pk").values_list("asked_at", flat=True)[:1],
        done.values_list("completed_at", flat=True)[:1],
    )
    return min([today(moment) for moments in firsts for moment in moments if moment], default=today(now))


def is_due(day: date, counted_at: datetime | None, *, now: datetime) -> bool:
    if counted_at is None:
        return True
    if counted_at >= ends(day) + SETTLED_AFTER:
        return False
    often = now < ends(day) + DAY
    return counted_at <= now - (OFTEN if often else SELDOM)


def count_day(day: date, *, now: datetime) -> bool:
    """Count the day and write that down. False if somebody else did so meanwhile.

    It is read outside of the transaction that writes: where a database has one writer only, no mail waits for it.
    """
    before = Tally.objects.get_or_create(name=str(day))[0]
    return write(day, figures_of(day, now=now), before=before, now=now)


def figures_of(day: date, *, now: datetime) -> dict[str, dict[str, int]]:
    """Figure -> part -> value. What is forgotten in part already is left out, so that it stays as it was counted."""
    found: dict[str, dict[str, int]] = {Figure.MOVES: moves_of(day)}
    if is_kept(day, now=now):
        found |= {figure: {"": count} for figure, count in requests_of(day).items()}
        found |= {Figure.WAIT: waits_of(day), Figure.REFUSALS: refusals_of(day)}
    if day == today(now):
        found |= pools_of(now)
    return found


def pools_of(now: datetime) -> dict[str, dict[str, int]]:
    """What is left in each pool that is used, by edition, and how many codes went in the 90 days before."""
    used = [pool for pool in pools(now=now, waiting={}) if not (pool.shared or pool.is_unused)]
    return {
        Figure.POOL_LEVEL: {str(pool.edition.pk): pool.level for pool in used},
        Figure.POOL_USED: {str(pool.edition.pk): pool.used for pool in used},
    }


def write(day: date, found: dict[str, dict[str, int]], *, before: Tally, now: datetime) -> bool:
    rows = [
        DayFigure(day=day, figure=figure, part=part, value=value)
        for figure, parts in found.items()
        for part, value in parts.items()
        if value or figure == Figure.POOL_LEVEL  # that a pool is empty is worth a row
    ]
    with transaction.atomic():
        if not raised(before, now=now):
            return False
        DayFigure.objects.filter(day=day, figure__in=list(found)).delete()
        DayFigure.objects.bulk_create(rows)
    return True


def raised(before: Tally, *, now: datetime, **fields: object) -> bool:
    """Claim the tally as it was read. False if somebody else has counted since; else its row is ours until the end of
    the transaction."""
    mine = Tally.objects.filter(pk=before.pk, times=before.times)
    return bool(mine.update(times=F("times") + 1, counted_at=now, **fields))
