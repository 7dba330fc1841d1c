"""Numbers, shares, times and reasons, in words."""

from __future__ import annotations

from typing import Final

from recovery.models import Withheld

UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))
MAIL_REASONS: Final = {
    "gone": "Mail refused: no such mailbox",
    "full": "Mail refused: mailbox full or switched off",
    "blocked": "Mail refused: for another reason",
    "late": "Mail given up: it could not be handed over",
}
MOVE_REASONS: Final = {
    "needs_approval": "Move: support approves each",
    "not_offered": "Move: not offered for the product",
    "cooling_down": "Move: too soon after the last",
    "too_many": "Move: too many in the period",
    "window_over": "Move: too long after the purchase",
}


def number(value: float) -> str:
    """`1,234`; of an axis `12k`, `1.5M`."""
    return f"{value:,.0f}"


def short_number(value: float) -> str:
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if value >= 10 * size or (value >= size and value % (size / 10) == 0):
            return f"{value / size:.1f}".removesuffix(".0") + unit
    return f"{value:,.0f}"


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def duration(seconds: float | None) -> str:
    """`0.4 s`, `12 s`, `3.5 min`: two figures, which is what the buckets know."""
    if seconds is None:
        return "–"
    if 0 < seconds < 0.05:
        return "under 0.1 s"
    size, unit = next(((size, unit) for size, unit in UNITS if seconds >= size), (1, "s"))
    amount = seconds / size
    return f"{amount:.0f} {unit}" if amount >= 10 else f"{amount:.1f}".removesuffix(".0") + f" {unit}"


def refusal(part: str) -> str:
    """What was turned down, and why."""
    what, _, why = part.partition(" ")
    if what == "mail":
        return MAIL_REASONS.get(why, part)
    if what == "limit":
        return f"Mail kept back: {dict(Withheld.choices).get(why, why)}"
    if what == "move":
        return MOVE_REASONS.get(why, f"Move: {why.replace('_', ' ')}")
    return "Shop's request for a key"
