"""A product's rules for moving that make no sense, in words: for the console and for the catalogue file."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Any, Final

from licensing.models import Product

MOST: Final = 32_767  # what the smallest of the databases keeps; no date is beyond the calendar with it
TERMS: Final = {
    "offered": "exchange_allowed",
    "per_period": "exchanges_per_period",
    "period": "exchange_period_days",
    "cooldown": "exchange_cooldown_days",
    "window": "exchange_window_days",
    "grace": "exchange_grace_days",
    "needs_approval": "exchange_needs_approval",
}


def rules_of(product: Product) -> dict[str, Any]:
    return {term: getattr(product, field) for term, field in TERMS.items()}


def contradictions(rules: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each with the rule that it is shown at. All numbers are there, and moving is allowed."""
    if not rules["per_period"]:
        yield (
            "per_period",
            "0 moves: nobody could move a license. To switch moving off, say no to “may move to another platform”.",
        )
    if not rules["period"]:
        yield "period", "A period of 0 days counts nothing: a license could move without limit."
    if rules["window"] == 0:
        yield "window", "0 days after the purchase: nobody could ever move a license. Empty means always."
    if rules["period"] and rules["per_period"]:
        yield from misfits(rules)


def misfits(rules: dict[str, Any]) -> Iterator[tuple[str, str]]:
    period, cooldown, window = rules["period"], rules["cooldown"], rules["window"]
    fitting = ceil(period / cooldown) if cooldown else rules["per_period"]
    if cooldown > period:
        yield (
            "cooldown",
            f"{days(cooldown)} between moves are more than the period of {days(period)}: no second move would ever "
            "fall into one period, so their number would mean nothing.",
        )
    elif rules["per_period"] > fitting:
        yield (
            "per_period",
            f"{days(cooldown)} apart, a license can move only {times(fitting)} in {days(period)}; "
            "the rest could never be used.",
        )
    if window and rules["per_period"] > 1 and cooldown > window:
        yield (
            "window",
            f"Moves are {days(cooldown)} apart, so only one would ever fall into the {days(window)} after the "
            "purchase.",
        )
    if rules["grace"] > period:
        yield (
            "grace",
            f"The old code would stay valid longer than the period of {days(period)}: who moves to and fro would "
            "always have a code for each platform.",
        )


def times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
