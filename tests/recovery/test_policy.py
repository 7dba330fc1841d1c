"""The rules of a move at their boundaries, to the second."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from licensing.holdings import Standing
from recovery.policy import OF_STANDING, Decision, Facts, Policy, Reason, Verdict, decide

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
BOUGHT = NOW - 700 * DAY

GOOD = Facts(standing=Standing.ACTIVE, purchased_at=BOUGHT)
STUCK = {
    Reason.NO_COUNTERPART: replace(GOOD, counterpart=False),
    Reason.RUNNING: replace(GOOD, running=True),
}


def moved(*ago: timedelta, **facts: Any) -> Facts:
    return replace(GOOD, moves=tuple(NOW - each for each in ago), **facts)


def said(decision: Decision) -> tuple[Verdict, Reason, datetime | None]:
    return decision.verdict, decision.reason, decision.allowed_from


def test_the_first_move_is_allowed() -> None:
    assert said(decide(Policy(), GOOD, now=NOW)) == (Verdict.ALLOWED, Reason.WITHIN_POLICY, None)


def test_a_first_move_leaves_one_a_year_and_the_next_after_thirty_days() -> None:
    first = decide(Policy(), GOOD, now=NOW)

    assert (first.left, first.next_from, first.old_key_until) == (1, NOW + 30 * DAY, NOW + 14 * DAY)


def test_a_second_move_leaves_none_until_a_year_after_the_first() -> None:
    second = decide(Policy(), moved(100 * DAY), now=NOW)

    assert (second.left, second.next_from) == (0, NOW + 265 * DAY)


def test_refuses_a_second_before_the_cool_down_is_over_and_says_when() -> None:
    cooling = decide(Policy(), moved(30 * DAY - SECOND), now=NOW)

    assert said(cooling) == (Verdict.NEEDS_SUPPORT, Reason.COOLING_DOWN, NOW + SECOND)


@pytest.mark.parametrize("past", [timedelta(0), SECOND])
def test_allows_a_move_when_the_cool_down_is_over(past: timedelta) -> None:
    assert decide(Policy(), moved(30 * DAY + past), now=NOW).allowed


def test_refuses_a_third_move_a_second_before_the_first_is_a_year_old() -> None:
    third = decide(Policy(), moved(365 * DAY - SECOND, 100 * DAY), now=NOW)

    assert said(third) == (Verdict.NEEDS_SUPPORT, Reason.TOO_MANY, NOW + SECOND)


@pytest.mark.parametrize("past", [timedelta(0), SECOND])
def test_allows_a_third_move_when_the_first_is_a_year_old(past: timedelta) -> None:
    assert decide(Policy(), moved(365 * DAY + past, 100 * DAY), now=NOW).allowed


def test_says_the_later_moment_where_count_and_cool_down_both_stand_in_the_way() -> None:
    third = decide(Policy(), moved(360 * DAY, DAY), now=NOW)

    assert said(third) == (Verdict.NEEDS_SUPPORT, Reason.TOO_MANY, NOW + 29 * DAY)


def test_a_move_too_many_by_support_counts_too() -> None:
    fourth = decide(Policy(), moved(300 * DAY, 200 * DAY, 100 * DAY), now=NOW)

    assert said(fourth) == (Verdict.NEEDS_SUPPORT, Reason.TOO_MANY, NOW + 165 * DAY)


@pytest.mark.parametrize("before", [timedelta(0), SECOND])
def test_allows_a_move_until_the_last_second_of_the_window(before: timedelta) -> None:
    assert decide(Policy(window=60), GOOD, now=BOUGHT + 60 * DAY - before).allowed


def test_refuses_a_second_after_the_window_and_names_no_date() -> None:
    late = decide(Policy(window=60), GOOD, now=BOUGHT + 60 * DAY + SECOND)

    assert said(late) == (Verdict.NEEDS_SUPPORT, Reason.WINDOW_OVER, None)


def test_judges_a_purchase_of_the_last_day_that_there_is() -> None:
    """A mistyped year in a file, or a program that says so: its owner still reads an answer."""
    last = replace(moved(timedelta(0)), purchased_at=datetime.max.replace(tzinfo=UTC))
    assert decide(Policy(window=60), last, now=NOW).allowed_from == NOW + 30 * DAY


@pytest.mark.parametrize(("window", "from_"), [(730, NOW + 30 * DAY), (729, None)])
def test_names_no_date_that_lies_beyond_the_window(window: int, from_: datetime | None) -> None:
    cooling = decide(Policy(window=window), moved(timedelta(0)), now=NOW)

    assert said(cooling) == (Verdict.NEEDS_SUPPORT, Reason.COOLING_DOWN, from_)


@pytest.mark.parametrize("policy", [Policy(offered=False), Policy(per_period=0)])
def test_a_product_without_exchange_sends_everybody_to_support(policy: Policy) -> None:
    assert said(decide(policy, GOOD, now=NOW)) == (Verdict.NEEDS_SUPPORT, Reason.NOT_OFFERED, None)


def test_a_product_that_needs_approval_says_so_where_nothing_else_stands_in_the_way() -> None:
    policy = Policy(needs_approval=True)

    first, soon = decide(policy, GOOD, now=NOW), decide(policy, moved(DAY), now=NOW)

    assert said(first) == (Verdict.NEEDS_SUPPORT, Reason.NEEDS_APPROVAL, None)
    assert said(soon) == (Verdict.NEEDS_SUPPORT, Reason.COOLING_DOWN, NOW + 29 * DAY)


@pytest.mark.parametrize("standing", [each for each in Standing if each is not Standing.ACTIVE])
def test_nobody_moves_what_is_not_in_good_standing(standing: Standing) -> None:
    facts = moved(DAY, standing=standing, running=True, counterpart=False)

    assert said(decide(Policy(offered=False), facts, now=NOW)) == (
        Verdict.REFUSED,
        OF_STANDING[standing],
        None,
    )


@pytest.mark.parametrize("reason", STUCK)
def test_nobody_moves_what_has_nowhere_to_go_or_is_moving(reason: Reason) -> None:
    assert said(decide(Policy(), STUCK[reason], now=NOW)) == (Verdict.REFUSED, reason, None)


def test_no_grace_ends_the_old_key_at_once() -> None:
    assert decide(Policy(grace=0), GOOD, now=NOW).old_key_until == NOW
