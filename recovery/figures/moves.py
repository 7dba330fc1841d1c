"""Moves between platforms, by direction and product."""

from __future__ import annotations

from datetime import date

from django.db.models import Count

from recovery.figures.days import begins, ends
from recovery.models import Exchange

ARROW = ">"


def moves_of(day: date) -> dict[str, int]:
    """`windows>macos` and the product's id -> moves done that day, those taken back later included."""
    done = Exchange.objects.counted().filter(completed_at__gte=begins(day), completed_at__lt=ends(day))
    columns = ("from_edition__platform", "to_edition__platform", "to_edition__product")
    rows = done.order_by().values_list(*columns).annotate(Count("pk"))
    return {part_of(before, after, str(product)): count for before, after, product, count in rows}


def part_of(before: str, after: str, product: str) -> str:
    return f"{before}{ARROW}{after} {product}"


def told_by(part: str) -> tuple[str, str, str]:
    """Platform before, platform after, product's id."""
    direction, _, product = part.partition(" ")
    before, _, after = direction.partition(ARROW)
    return before, after, product
