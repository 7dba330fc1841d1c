"""What is counted for the console's first page, by day: so that nobody waits while millions of rows are read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Figure(models.TextChoices):
    """What a number counts, and what its `part` is. No part holds personal data."""

    REQUESTS = "requests", "requests"
    PROVED = "proved", "requests whose mailbox was proved"
    ALONE = "alone", "proved requests served without support"
    WAIT = "wait", "mails accepted, by how long that took"  # part: a bucket of `figures/buckets.py`
    MOVES = "moves", "moves done"  # part: direction and product
    REFUSALS = "refusals", "refusals"  # part: the reason
    ORDERS = "orders", "orders"  # part: the shop
    ORDERS_LATELY = "orders_new", "orders recorded a moment ago"  # part: the shop
    POOL_LEVEL = "pool_level", "codes left in the pool"  # part: the edition
    POOL_USED = "pool_used", "codes used in the 90 days before"  # part: the edition


class DayFigure(models.Model):
    """One number of one day (UTC), written by the task `recovery.count_figures`."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    figure = models.CharField(max_length=10, choices=Figure.choices)
    part = models.CharField(max_length=80, blank=True)
    value = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = "figure of a day"
        verbose_name_plural = "figures of days"
        ordering = ["-id"]
        constraints = [
            # Its index is also what the pages read by.
            models.UniqueConstraint(fields=["figure", "day", "part"], name="one_value_per_day_and_part"),
            models.CheckConstraint(condition=Q(value__gte=0), name="figures_are_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.get_figure_display()}, {self.day}"


class Tally(models.Model):
    """How far the counting of something has come. Whoever writes figures raises `times`: of two who counted at once,
    the second finds it raised, and drops what it has."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=20, unique=True, help_text="A day; orders; or all of it.")
    times = models.PositiveBigIntegerField(default=0)
    position = models.UUIDField(null=True, blank=True, help_text="The last order that is counted for good.")
    counted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "count"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
