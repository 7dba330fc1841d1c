"""What is true of the rules of a move whatever the policy and whatever happened before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from licensing.holdings import Standing
from recovery.policy import Facts, Policy, Reason, Verdict, decide

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
NOT_YET = {Reason.COOLING_DOWN, Reason.TOO_MANY}
READY = {Reason.WITHIN_POLICY, Reason.NEEDS_APPROVAL}  # no rule about time or count stands in the way

days = st.integers(0, 800)
# Whole days meet the boundaries, odd seconds what lies between them.
spans = st.one_of(
    days.map(lambda n: timedelta(days=n)), st.integers(0, 800 * 86_400).map(lambda n: timedelta(seconds=n))
)
policies = st.builds(
    Policy,
    offered=st.booleans(),
    per_period=st.integers(0, 4),
    period=st.integers(0, 400),
    cooldown=st.integers(0, 60),
    window=st.none() | days,
    grace=st.integers(0, 30),
    needs_approval=st.booleans(),
)
offers = policies.filter(lambda policy: policy.offered and policy.per_period > 0)
histories = st.lists(spans, max_size=6).map(lambda ago: tuple(sorted(NOW - each for each in ago)))
movable = st.builds(
    Facts, standing=st.just(Standing.ACTIVE), purchased_at=spans.map(lambda ago: NOW - ago), moves=histories
)
all_facts = st.builds(
    Facts,
    standing=st.sampled_from(Standing),
    purchased_at=spans.map(lambda ago: NOW - ago),
    moves=histories,
    running=st.booleans(),
    counterpart=st.booleans(),
)


def window_end(policy: Policy, facts: Facts) -> datetime:
    """The last moment that the policy allows; far away where there is no window."""
    days = policy.window if policy.window is not None else 40_000
    return facts.purchased_at + timedelta(days=days)


def after_a_move(facts: Facts) -> Facts:
    return replace(facts, moves=(*facts.moves, NOW))


def assert_first_moment(policy: Policy, facts: Facts, moment: datetime | None) -> None:
    """`moment` is the first from NOW on at which no rule about time or count is in the way; None: there is none."""
    if moment is None:
        assert decide(policy, facts, now=max(NOW, window_end(policy, facts))).reason not in READY
        return
    assert decide(policy, facts, now=moment).reason in READY
    assert moment == NOW or decide(policy, facts, now=moment - TICK).reason in NOT_YET


@given(policies, movable)
def test_allowed_from_is_the_first_moment_at_which_it_is_allowed(policy: Policy, facts: Facts) -> None:
    decision = decide(policy, facts, now=NOW)
    if decision.reason not in NOT_YET:
        assert decision.allowed_from is None
        return
    assert_first_moment(policy, facts, decision.allowed_from)
    assert decision.allowed_from is None or decision.allowed_from > NOW


@given(offers, movable)
def test_next_from_is_the_first_moment_at_which_the_next_is_allowed(policy: Policy, facts: Facts) -> None:
    """Also where support makes this move beyond the policy."""
    assume(window_end(policy, facts) >= NOW)

    decision = decide(policy, facts, now=NOW)

    assert_first_moment(policy, after_a_move(facts), decision.next_from)


@given(offers, movable)
def test_left_is_how_many_more_the_count_allows_after_this_one(policy: Policy, facts: Facts) -> None:
    counted = replace(policy, cooldown=0, window=None, needs_approval=False, period=max(1, policy.period))

    left = decide(counted, facts, now=NOW).left

    after = after_a_move(facts)
    for _ in range(left):
        assert decide(counted, after, now=NOW).allowed
        after = after_a_move(after)
    assert decide(counted, after, now=NOW).reason is Reason.TOO_MANY


@given(policies, all_facts)
def test_what_nobody_may_move_is_refused_whatever_the_policy(policy: Policy, facts: Facts) -> None:
    stuck = facts.standing is not Standing.ACTIVE or facts.running or not facts.counterpart

    decision = decide(policy, facts, now=NOW)

    assert (decision.verdict is Verdict.REFUSED) == stuck
    assert decision.allowed == (decision.reason is Reason.WITHIN_POLICY)
    assert not (stuck and decision.allowed_from)


@given(policies, st.lists(st.tuples(spans, st.booleans()), max_size=12))
def test_own_moves_never_exceed_the_policy_in_any_period(
    policy: Policy, tries: Sequence[tuple[timedelta, bool]]
) -> None:
    """One after the other, each at some time after the last; some by support, beyond the policy."""
    facts, now = Facts(standing=Standing.ACTIVE, purchased_at=NOW), NOW
    for pause, by_support in tries:
        now += pause
        allowed = decide(policy, facts, now=now).allowed
        if allowed:
            assert policy.offered
            assert not policy.needs_approval
            assert sum(now - move < timedelta(days=policy.period) for move in facts.moves) < policy.per_period
            assert all(now - move >= timedelta(days=policy.cooldown) for move in facts.moves)
            assert now <= window_end(policy, facts)
        if allowed or by_support:
            facts = replace(facts, moves=(*facts.moves, now))


@given(offers, movable, spans)
def test_what_is_allowed_stays_allowed_until_the_window_closes(
    policy: Policy, facts: Facts, pause: timedelta
) -> None:
    start = decide(policy, facts, now=NOW).allowed_from or NOW

    later = decide(policy, facts, now=start + pause)

    if decide(policy, facts, now=start).reason in READY:
        assert (later.reason in READY) == (start + pause <= window_end(policy, facts))


@given(policies, movable, spans)
def test_one_more_move_in_the_past_never_helps(policy: Policy, facts: Facts, ago: timedelta) -> None:
    busier = replace(facts, moves=(*facts.moves, NOW - ago))

    assert decide(policy, facts, now=NOW).allowed >= decide(policy, busier, now=NOW).allowed


@given(policies, movable, st.integers(0, 3), st.integers(0, 60), st.integers(0, 400))
def test_a_more_generous_policy_allows_whatever_the_stricter_one_did(
    policy: Policy, facts: Facts, more: int, cooldown: int, period: int
) -> None:
    generous = replace(
        policy,
        per_period=policy.per_period + more,
        cooldown=min(policy.cooldown, cooldown),
        period=min(policy.period, period),
    )

    assert decide(generous, facts, now=NOW).allowed >= decide(policy, facts, now=NOW).allowed


@given(offers, movable, st.permutations(range(6)))
def test_the_order_in_which_moves_are_read_does_not_matter(
    policy: Policy, facts: Facts, order: Sequence[int]
) -> None:
    counting = replace(policy, period=800, cooldown=0, window=None)
    shuffled = tuple(facts.moves[n] for n in order if n < len(facts.moves))

    assert decide(counting, replace(facts, moves=shuffled), now=NOW) == decide(counting, facts, now=NOW)
