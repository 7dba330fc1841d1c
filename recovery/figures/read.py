"""The figures of the last days, as pages show them: two queries, whatever happened on those days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import F, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncMonth

from recovery.figures.buckets import percentile
from recovery.figures.count_orders import ALL
from recovery.figures.days import DAY, today
from recovery.models import DayFigure, Figure, Tally

PERIODS: Final = (7, 30, 365)  # days, today included
SHOWN: Final = (
    Figure.REQUESTS,
    Figure.PROVED,
    Figure.ALONE,
    Figure.WAIT,
    Figure.MOVES,
    Figure.REFUSALS,
    Figure.ORDERS,
    Figure.ORDERS_LATELY,
)
FRESH: Final = timedelta(minutes=15)  # it is counted every 4 or 5


@dataclass(frozen=True)
class Figures:
    """Of `days` days up to `last`. `steps` are what a chart walks over: the days, or the first days of the months."""

    days: int
    last: date
    steps: tuple[date, ...]
    parts: dict[tuple[str, date], Counter[str]] = field(default_factory=dict)

    def by_step(self, *figures: Figure) -> list[int]:
        return [sum(self.of(step, *figures).values()) for step in self.steps]

    def by_part(self, *figures: Figure) -> Counter[str]:
        return sum((self.of(step, *figures) for step in self.steps), Counter())

    def total(self, *figures: Figure) -> int:
        return sum(self.by_part(*figures).values())

    def wait(self, share: float, *, step: date | None = None) -> float | None:
        """Seconds within which that share of the mails was accepted, in one step or in all."""
        steps = self.steps if step is None else (step,)
        found: Counter[str] = sum((self.of(each, Figure.WAIT) for each in steps), Counter())
        return percentile({int(bucket): count for bucket, count in found.items()}, share)

    def alone(self, *, step: date | None = None) -> float | None:
        """The share of proved requests that were served without support; None where none was proved."""
        steps = self.steps if step is None else (step,)
        proved = sum(self.of(each, Figure.PROVED).total() for each in steps)
        alone = sum(self.of(each, Figure.ALONE).total() for each in steps)
        return alone / proved if proved else None

    def of(self, step: date, *figures: Figure) -> Counter[str]:
        return sum((self.parts.get((each.value, step), Counter()) for each in figures), Counter())


def figures_of(days: int, *, now: datetime) -> Figures:
    """One query. A year is added up by months, by the database."""
    last = today(now)
    first = last - (days - 1) * DAY
    rows = DayFigure.objects.filter(figure__in=SHOWN, day__gte=first, day__lte=last)
    parts: dict[tuple[str, date], Counter[str]] = defaultdict(Counter)
    for figure, begin, part, value in summed(rows, TruncMonth("day") if by_months(days) else F("day")):
        parts[figure, begin][part] += value
    return Figures(days, last, steps_of(first, last, days), dict(parts))


def summed(rows: QuerySet[DayFigure], step: Combinable) -> Iterable[tuple[str, date, str, int]]:
    return rows.order_by().annotate(step=step).values_list("figure", "step", "part").annotate(Sum("value"))


def by_months(days: int) -> bool:
    return days > max(PERIODS[:-1])


def steps_of(first: date, last: date, days: int) -> tuple[date, ...]:
    every = [first + number * DAY for number in range(days)]
    return tuple(dict.fromkeys(day.replace(day=1) for day in every)) if by_months(days) else tuple(every)


@dataclass(frozen=True)
class Counted:
    """When the figures were complete last; None if never."""

    at: datetime | None
    now: datetime

    @property
    def is_fresh(self) -> bool:
        return self.at is not None and self.now - self.at <= FRESH


def counted(*, now: datetime) -> Counted:
    return Counted(Tally.objects.filter(name=ALL).values_list("counted_at", flat=True).first(), now)


def pool_figures(*, now: datetime) -> dict[str, tuple[int, int]]:
    """Edition's id -> codes left, and codes used in the 90 days before, as they were counted last."""
    days = [today(now) - DAY, today(now)]
    rows = DayFigure.objects.filter(figure__in=[Figure.POOL_LEVEL, Figure.POOL_USED], day__in=days)
    told: dict[date, dict[tuple[str, str], int]] = defaultdict(dict)
    for day, figure, part, value in rows.values_list("day", "figure", "part", "value"):
        told[day][figure, part] = value
    latest = told[max(told)] if told else {}
    levels = {part: value for (figure, part), value in latest.items() if figure == Figure.POOL_LEVEL}
    return {part: (level, latest.get((Figure.POOL_USED, part), 0)) for part, level in levels.items()}
