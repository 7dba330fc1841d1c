"""Work beside the database's: in order, one step ahead, and its errors are the caller's."""

import gc
import threading
from collections.abc import Iterator

import pytest

from licensing.intake.pace import COLLECT_AFTER, alongside, read_ahead, seldom_collecting


def failing_after(*items: int) -> Iterator[int]:
    yield from items
    raise ValueError("the file ends here")


def test_results_come_in_the_order_of_their_items() -> None:
    assert list(alongside(lambda number: number * 2, range(5))) == [0, 2, 4, 6, 8]


def test_work_is_done_in_a_thread_and_items_are_taken_in_the_callers() -> None:
    def items() -> Iterator[threading.Thread]:
        yield threading.current_thread()
        yield threading.current_thread()

    pairs = list(alongside(lambda taken_in: (taken_in, threading.current_thread()), items()))

    assert {taken_in for taken_in, _ in pairs} == {threading.current_thread()}
    assert threading.current_thread() not in {worked_in for _, worked_in in pairs}


def test_the_next_result_is_made_while_the_caller_handles_one() -> None:
    made = [threading.Event() for _ in range(3)]
    results = alongside(lambda number: made[number].set(), range(3))

    next(results)

    assert made[1].wait(10)
    assert not made[2].is_set()


def test_what_goes_wrong_in_the_work_is_raised_where_its_result_is_taken() -> None:
    results = alongside(lambda number: 10 // number, [5, 0])

    assert next(results) == 2
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_reading_ahead_gives_every_item_before_the_error() -> None:
    items = read_ahead(failing_after(1, 2, 3))

    assert [next(items), next(items), next(items)] == [1, 2, 3]
    with pytest.raises(ValueError, match="the file ends here"):
        next(items)


def test_reading_ahead_ends_with_its_source() -> None:
    assert list(read_ahead(iter([[1, 2], [3]]))) == [[1, 2], [3]]
    assert list(read_ahead(iter([]))) == []


@pytest.mark.parametrize("usual", [700, 1_000_000])
def test_garbage_is_looked_for_as_before_when_the_import_is_over(usual: int) -> None:
    before = gc.get_threshold()
    gc.set_threshold(usual, 10, 10)
    try:
        with seldom_collecting():
            meanwhile = gc.get_threshold()

        assert meanwhile[0] == max(usual, COLLECT_AFTER)
        assert gc.get_threshold() == (usual, 10, 10)
        assert gc.get_freeze_count() == 0
    finally:
        gc.set_threshold(*before)
