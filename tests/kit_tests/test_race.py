"""Racing calls, and what is told of them."""

import threading

import pytest

from tests.kit.race import released_together


def test_begins_no_call_before_every_thread_is_there() -> None:
    before = threading.active_count()
    nobody_left_yet = threading.Barrier(20, timeout=10)

    def racers_here(number: int) -> int:
        here = threading.active_count() - before
        nobody_left_yet.wait()
        return here

    assert released_together(20, racers_here).in_order == [20] * 20


def test_tells_results_from_errors() -> None:
    def odd(number: int) -> int:
        if number % 2 == 0:
            raise ValueError(number)
        return number

    outcome = released_together(5, odd)
    assert outcome.results == [1, 3]
    assert [error.args for error in outcome.errors] == [(0,), (2,), (4,)]


def test_takes_different_functions() -> None:
    assert released_together([lambda: "web", lambda: "worker"]).results == ["web", "worker"]


def test_ends_each_thread_with_the_given_call() -> None:
    ended: list[str] = []
    released_together(
        3, lambda number: 1 / number, after=lambda: ended.append(threading.current_thread().name)
    )
    assert len(set(ended)) == 3


def test_refuses_to_wait_for_ever() -> None:
    never = threading.Event()
    with pytest.raises(TimeoutError):
        released_together(1, lambda number: never.wait(), timeout=0.05)
    never.set()


def test_refuses_a_number_without_a_function() -> None:
    with pytest.raises(TypeError):
        released_together(3)
