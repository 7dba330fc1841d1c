"""Orders by shop and by the day on which they were placed, each counted once, however late it comes in.

Orders are counted in the order in which they are recorded, in chunks, each in one transaction with the place that is
reached: so the counting can break off anywhere, and no order is counted twice. Nothing that is counted (shop, day,
test) ever changes. What was recorded within the last hour may be followed by older ids, whose transactions end later:
that is counted anew each time, apart (`ORDERS_LATELY`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from licensing.console.search import first_id_at
from licensing.models import Purchase
from recovery.figures.count_days import raised
from recovery.models import DayFigure, Figure, Tally

NAME: Final = "orders"
ALL: Final = "all"  # when everything was counted last
CHUNK: Final = 20_000
SETTLED_AFTER: Final = timedelta(hours=1)  # no transaction takes longer, no clock is so far behind
NOTHING: Final = UUID(int=0)

Counts = dict[tuple[date, str], int]  # (day, shop) -> orders


def count_orders(*, now: datetime, over: Callable[[], bool]) -> bool:
    """Count what has come in. False if time was over before all was counted, or somebody else counted meanwhile."""
    limit = first_id_at(now - SETTLED_AFTER)
    while not over():
        before = Tally.objects.get_or_create(name=NAME)[0]
        reached = before.position or NOTHING
        end = end_of_chunk(reached, limit)
        if end is None:
            return write_latest(reached, before=before, now=now)
        if not add_chunk(reached, end, before=before, now=now):
            return False
    return False


def end_of_chunk(reached: UUID, limit: UUID) -> UUID | None:
    """The last of the next orders; None if there are none."""
    ids = Purchase.objects.filter(pk__gt=reached, pk__lt=limit).values_list("pk", flat=True)
    return ids.order_by("pk")[CHUNK - 1 : CHUNK].first() or ids.order_by("-pk").first()


def counts_of(orders: QuerySet[Purchase]) -> Counts:
    days = orders.filter(test=False).annotate(day=TruncDate("ordered_at", tzinfo=UTC))
    rows = days.order_by().values_list("day", "store").annotate(Count("pk"))
    return {(day, str(store)): count for day, store, count in rows}


def add_chunk(reached: UUID, end: UUID, *, before: Tally, now: datetime) -> bool:
    fresh = counts_of(Purchase.objects.filter(pk__gt=reached, pk__lte=end))
    with transaction.atomic():
        if not raised(before, now=now, position=end):
            return False
        known = known_within(fresh)
        rows = [
            DayFigure(day=day, figure=Figure.ORDERS, part=store, value=known.get((day, store), 0) + count)
            for (day, store), count in fresh.items()
        ]
        DayFigure.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["figure", "day", "part"], update_fields=["value"]
        )
    return True


def known_within(fresh: Counts) -> Counts:
    """What is counted already, from the first to the last of these days."""
    if not fresh:
        return {}
    days = [day for day, _ in fresh]
    rows = DayFigure.objects.filter(figure=Figure.ORDERS, day__gte=min(days), day__lte=max(days))
    return {(day, part): value for day, part, value in rows.values_list("day", "part", "value")}


def write_latest(reached: UUID, *, before: Tally, now: datetime) -> bool:
    """Those after the last that is counted for good, in the place of what was said of them before."""
    latest = counts_of(Purchase.objects.filter(pk__gt=reached))
    rows = [
        DayFigure(day=day, figure=Figure.ORDERS_LATELY, part=store, value=count)
        for (day, store), count in latest.items()
    ]
    with transaction.atomic():
        if not raised(before, now=now):
            return False
        DayFigure.objects.filter(figure=Figure.ORDERS_LATELY).delete()
        DayFigure.objects.bulk_create(rows)
    return True


def count_orders_anew() -> None:
    """Forget what was counted of orders: the next runs count all of them."""
    with transaction.atomic():
        Tally.objects.filter(name__in=[NAME, ALL]).delete()
        DayFigure.objects.filter(figure__in=[Figure.ORDERS, Figure.ORDERS_LATELY]).delete()
