"""What the disputes over an order's payment come to, whichever was told first and however often.

- A dispute with the store's id is one of its own: open or lost until it is told as won. Without an id it is said of the
  order as a whole: that there is at least one, or that one was won; none of those that began after that win.
- A win may have an id of its own and name no dispute (a reversal). It wins one of them, nobody knows which, and a store
  may tell of it in both ways: so the larger number of wins counts, not the sum.
- An order is in dispute until as many were won as there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from licensing.intake.record import Dispute, Payment

Ends = tuple[datetime | None, datetime | None]  # since when an order is disputed, and since when it is won
OF_THE_ORDER = ""  # the reference of what is said without an id


class Fact(NamedTuple):
    """What is known of one dispute. `at` is None for a win that names none."""

    at: datetime | None
    won_at: datetime | None


class Standing(NamedTuple):
    """How many disputes there are and how many were won; since when there is one; when the last of those was won."""

    disputes: int = 0
    won: int = 0
    since: datetime | None = None
    won_at: datetime | None = None

    @property
    def ends(self) -> Ends:
        return self.since, self.won_at if self.won >= self.disputes else None


def said_in(payment: Payment, *, now: datetime) -> dict[str, Fact]:
    """What is said, by reference; moments that nobody tells are `now`, when we were told."""
    if not (payment.disputes or payment.disputed or payment.won):  # as most are
        return {}
    said = [*payment.disputes]
    if payment.disputed or payment.won:
        won_at = (payment.won_at or now) if payment.won else None
        said.append(Dispute(OF_THE_ORDER, payment.disputed_at or won_at, payment.won, won_at))
    facts: dict[str, Fact] = {}
    for each in said:
        won_at = (each.won_at or now) if each.won else None
        fact = Fact(each.at or (None if each.won else now), won_at)
        facts[each.reference] = joined(facts.get(each.reference), fact)
    return facts


def joined(known: Fact | None, said: Fact) -> Fact:
    """Of two moments the earlier counts."""
    if known is None:
        return said
    return Fact(earliest([known.at, said.at]), earliest([known.won_at, said.won_at]))


def earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((each for each in moments if each), default=None)


def standing(facts: Mapping[str, Fact]) -> Standing:
    """What they come to within one store."""
    if not facts:
        return Standing()
    named = {reference: fact for reference, fact in facts.items() if reference != OF_THE_ORDER}
    begun = [fact for fact in named.values() if fact.at]
    whole = facts.get(OF_THE_ORDER)
    if whole and is_one_before(whole, begun):
        begun.append(whole)
    wins = (
        won_of(begun),
        won_of([fact for fact in named.values() if not fact.at]),
        won_of([whole] if whole else []),
    )
    won, won_at = furthest(wins)
    since = earliest(fact.at for fact in facts.values()) or earliest(fact.won_at for fact in facts.values())
    return Standing(max(len(begun), 1), won, since, won_at)


def is_one_before(whole: Fact, named: Sequence[Fact]) -> bool:
    """Whether what was won without an id was over before any that has one began, and so is none of them."""
    return whole.won_at is not None and all(fact.at and fact.at > whole.won_at for fact in named)


def won_of(facts: Sequence[Fact]) -> tuple[int, datetime | None]:
    """How many of them were won, and when the last was."""
    moments = [fact.won_at for fact in facts if fact.won_at]
    return len(moments), max(moments, default=None)


def furthest(wins: Iterable[tuple[int, datetime | None]]) -> tuple[int, datetime | None]:
    """The largest number of wins, and the earliest moment at which anybody had heard of as many."""
    told = list(wins)
    most = max((won for won, _ in told), default=0)
    return most, earliest(at for won, at in told if won == most)


def of_shops(standings: Sequence[Standing]) -> Ends:
    """What several stores say of one order: they speak of the same disputes, and neither need know of all."""
    won, won_at = furthest((each.won, each.won_at) for each in standings)
    disputes = max((each.disputes for each in standings), default=0)
    return Standing(disputes, won, earliest(each.since for each in standings), won_at).ends
