"""A product's rules for moving to another platform, as whole sentences."""

from __future__ import annotations

from licensing.rules import days, times


def in_words(
    *,
    offered: bool,
    per_period: int,
    period: int,
    cooldown: int,
    window: int | None,
    grace: int,
    needs_approval: bool,
) -> str:
    """What the rules come to. Periods in days; `window` None: no end after the purchase."""
    old_code = f"The old code stays valid for {days(grace)}." if grace else "The old code ends at once."
    if not offered or not per_period:
        return f"A license moves only by support, with a reason. {old_code}"
    apart = f", at least {days(cooldown)} apart" if cooldown else ""
    until = "at any time" if window is None else f"within {days(window)}"
    who = (
        "Customers ask, and support decides each time."
        if needs_approval
        else "Customers do it by themselves."
    )
    moves = f"A license may move {times(per_period)} in {days(period)}{apart}, {until} after the purchase."
    return f"{moves} {old_code} {who}"
