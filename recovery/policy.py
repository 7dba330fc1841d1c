"""Whether a license may move to another platform: one pure function, whose answer pages, API, console and mails use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from licensing.holdings import Standing
from licensing.models import Product


class Verdict(StrEnum):
    ALLOWED = "allowed"
    NEEDS_SUPPORT = "needs_support"  # a person may allow it all the same
    REFUSED = "refused"  # nobody may: there is nothing to move


class Reason(StrEnum):
    WITHIN_POLICY = "within_policy"
    NEEDS_APPROVAL = "needs_approval"
    NOT_OFFERED = "not_offered"
    COOLING_DOWN = "cooling_down"
    TOO_MANY = "too_many"
    WINDOW_OVER = "window_over"
    RUNNING = "running"  # one is under way already
    NO_KEY = "no_key"  # no key serves the license yet
    NO_COUNTERPART = "no_counterpart"  # the product does not exist for that platform
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    UNPAID = "unpaid"
    UNCONFIRMED = "unconfirmed"
    ENDED = "ended"


OF_STANDING: Final = {
    Standing.REFUNDED: Reason.REFUNDED,
    Standing.DISPUTED: Reason.DISPUTED,
    Standing.UNPAID: Reason.UNPAID,
    Standing.UNCONFIRMED: Reason.UNCONFIRMED,
    Standing.ENDED: Reason.ENDED,
    Standing.WAITING: Reason.NO_KEY,
    Standing.MAKING: Reason.NO_KEY,
    Standing.UNPLACED: Reason.NO_KEY,
}


@dataclass(frozen=True)
class Policy:
    """A product's rules. Periods in days; `window` None: no end after the purchase."""

    offered: bool = True
    per_period: int = 2
    period: int = 365
    cooldown: int = 30
    window: int | None = None
    grace: int = 14
    needs_approval: bool = False

    @classmethod
    def of(cls, product: Product) -> Policy:
        return cls(
            offered=product.exchange_allowed,
            per_period=product.exchanges_per_period,
            period=product.exchange_period_days,
            cooldown=product.exchange_cooldown_days,
            window=product.exchange_window_days,
            grace=product.exchange_grace_days,
            needs_approval=product.exchange_needs_approval,
        )

    def as_record(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Facts:
    """What is true of a license: `moves` are the times of its completed moves, undone ones included."""

    purchased_at: datetime
    standing: Standing = Standing.ACTIVE
    moves: tuple[datetime, ...] = ()
    running: bool = False
    counterpart: bool = True


@dataclass(frozen=True)
class Decision:
    """The answer. `allowed_from` is when the rule that stands in the way would allow it (None: never, or now);
    `left` how many moves remain in the period after this one, and `next_from` when the next of them may be, if this
    one is made now; `old_key_until` is the end of the old key's grace period."""

    verdict: Verdict
    reason: Reason
    allowed_from: datetime | None
    left: int
    next_from: datetime | None
    old_key_until: datetime

    @property
    def allowed(self) -> bool:
        return self.verdict is Verdict.ALLOWED


def decide(policy: Policy, facts: Facts, *, now: datetime) -> Decision:
    """Whether the license may move at that moment. What nobody may comes first, then the vendor's rules."""
    verdict, reason, allowed_from = ruling(policy, facts, now=now)
    left, next_from = remaining(policy, replace(facts, moves=(*facts.moves, now)), now=now)
    return Decision(
        verdict=verdict,
        reason=reason,
        allowed_from=allowed_from,
        left=left,
        next_from=next_from,
        old_key_until=now + timedelta(days=policy.grace),
    )


def remaining(policy: Policy, facts: Facts, *, now: datetime) -> tuple[int, datetime | None]:
    """How many moves are left in the period, and when the next may be (None: now, or never again)."""
    left = max(0, policy.per_period - len(within(policy, facts.moves, now=now)))
    return left, free_again(policy, facts, facts.moves, now=now)


def ruling(policy: Policy, facts: Facts, *, now: datetime) -> tuple[Verdict, Reason, datetime | None]:
    if reason := never(facts):
        return Verdict.REFUSED, reason, None
    if reason := support_only(policy, facts, now=now):
        return Verdict.NEEDS_SUPPORT, reason, None
    reason = too_early(policy, facts, now=now)
    if reason:
        return Verdict.NEEDS_SUPPORT, reason, free_again(policy, facts, facts.moves, now=now)
    if policy.needs_approval:
        return Verdict.NEEDS_SUPPORT, Reason.NEEDS_APPROVAL, None
    return Verdict.ALLOWED, Reason.WITHIN_POLICY, None


def never(facts: Facts) -> Reason | None:
    if reason := OF_STANDING.get(facts.standing):
        return reason
    if not facts.counterpart:
        return Reason.NO_COUNTERPART
    return Reason.RUNNING if facts.running else None


def support_only(policy: Policy, facts: Facts, *, now: datetime) -> Reason | None:
    """Rules that no waiting mends."""
    if not policy.offered or policy.per_period == 0:
        return Reason.NOT_OFFERED
    if policy.window is not None and now - timedelta(days=policy.window) > facts.purchased_at:
        return Reason.WINDOW_OVER
    return None


def too_early(policy: Policy, facts: Facts, *, now: datetime) -> Reason | None:
    if len(within(policy, facts.moves, now=now)) >= policy.per_period:
        return Reason.TOO_MANY
    if facts.moves and now < max(facts.moves) + timedelta(days=policy.cooldown):
        return Reason.COOLING_DOWN
    return None


def within(policy: Policy, moves: Iterable[datetime], *, now: datetime) -> list[datetime]:
    """The moves that count now: a move counts until the period is over to the second."""
    return sorted(move for move in moves if move > now - timedelta(days=policy.period))


def free_again(
    policy: Policy, facts: Facts, moves: tuple[datetime, ...], *, now: datetime
) -> datetime | None:
    """The first moment at which count and cool-down both allow a move; None if the window has closed by then."""
    if policy.per_period == 0 or not moves:
        return None
    counting = within(policy, moves, now=now)
    over = len(counting) - policy.per_period
    by_count = counting[over] + timedelta(days=policy.period) if over >= 0 else now
    free = max(now, by_count, max(moves) + timedelta(days=policy.cooldown))
    if policy.window is not None and free - timedelta(days=policy.window) > facts.purchased_at:
        return None
    return free
