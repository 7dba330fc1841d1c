"""Percentiles of what was put into buckets are those of the very times, but for a known part."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.figures.buckets import MOST_OFF, SHORTEST, bucket_of, percentile, seconds_of

times = st.floats(min_value=0.0, max_value=4 * 3600.0, allow_nan=False)
ROUNDING = 1e-9


def by_nearest_rank(seconds: list[float], share: float) -> float:
    return sorted(seconds)[max(math.ceil(len(seconds) * share), 1) - 1]


@given(st.lists(times, min_size=1, max_size=200), st.sampled_from([0.5, 0.95, 1.0]))
def test_a_percentile_is_off_by_five_percent_at_most(seconds: list[float], share: float) -> None:
    told = percentile(Counter(map(bucket_of, seconds)), share)
    true = max(by_nearest_rank(seconds, share), SHORTEST)

    assert told is not None
    assert abs(told - true) <= true * (MOST_OFF + ROUNDING)
    assert MOST_OFF < 0.05


@given(st.lists(times, min_size=1, max_size=50), st.lists(times, min_size=1, max_size=50))
def test_days_add_up(one: list[float], other: list[float]) -> None:
    days = Counter(map(bucket_of, one)) + Counter(map(bucket_of, other))

    assert percentile(days, 0.5) == percentile(Counter(map(bucket_of, one + other)), 0.5)


@given(st.integers(min_value=0, max_value=200))
def test_a_bucket_holds_what_it_tells(bucket: int) -> None:
    assert bucket_of(seconds_of(bucket)) == bucket


def test_nothing_has_no_percentile() -> None:
    assert percentile({}, 0.5) is None


@pytest.mark.parametrize(("share", "seconds"), [(0.5, 1.0), (0.95, 30.0)])
def test_the_slow_ones_show_in_the_high_percentile(share: float, seconds: float) -> None:
    counts = Counter(map(bucket_of, [1.0] * 90 + [30.0] * 10))

    assert percentile(counts, share) == pytest.approx(seconds, rel=MOST_OFF)
