import itertools
from collections.abc import Callable

import pytest

from bench.rounds import Contestant, Spread, race, rank_interval, rank_statistic


def test_equal_times_tell_nothing() -> None:
    assert rank_statistic([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) == 0.5


def test_times_that_are_always_longer_tell_everything() -> None:
    assert (rank_statistic([4.0, 5.0], [1.0, 2.0, 3.0]), rank_statistic([0.5], [1.0, 2.0])) == (1.0, 0.0)


def test_the_rank_statistic_is_the_share_of_pairs_that_are_won_ties_counting_half() -> None:
    ones, others = [1.0, 2.0, 2.0, 5.0], [2.0, 3.0, 1.0]
    won = [(one > other) + (one == other) / 2 for one, other in itertools.product(ones, others)]
    assert rank_statistic(ones, others) == pytest.approx(sum(won) / len(won))


def test_the_interval_holds_the_middle_where_nothing_differs_and_leaves_it_where_all_do() -> None:
    times = [float(number) for number in range(200)]
    low, high = rank_interval(times, times)
    assert 0.4 < low < 0.5 < high < 0.6
    assert rank_interval([each + 1_000 for each in times], times) == (1.0, 1.0)
    assert rank_interval([each + 40 for each in times], times)[0] > 0.5


def test_a_ratio_compares_within_the_same_round() -> None:
    floor, ours = itertools.cycle([100.0, 200.0, 400.0]), itertools.cycle([50.0, 100.0, 300.0])
    contestants = [
        Contestant("floor", lambda: next(floor)),
        Contestant("ours", lambda: next(ours), "floor", 0.5),
    ]
    standings = race(contestants, rounds=3, tell=lambda _: None)
    assert standings[1].ratio == Spread(middle=0.5, low=0.5, high=0.75)


def test_contestants_take_turns_and_change_places_every_round() -> None:
    ran: list[str] = []

    def runner(name: str) -> Callable[[], float]:
        def run() -> float:
            ran.append(name)
            return 1.0

        return run

    race([Contestant(name, runner(name)) for name in "ab"], rounds=3, tell=lambda _: None)
    assert "".join(ran) == "abbaab"
