"""Each order is counted once, by its day and shop: late, in chunks, broken off, twice at once."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recovery.figures import count_orders as counting
from recovery.figures.count_orders import (
    add_chunk,
    count_orders,
    count_orders_anew,
    end_of_chunk,
    write_latest,
)
from recovery.models import Figure, Tally
from tests import factories
from tests.recovery.figures.history import (
    NOW,
    TODAY,
    id_at,
    order_at,
    orders_as_counted,
    orders_by_day_and_shop,
    parts,
)

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def never() -> bool:
    return False


def all_of_it(now: datetime = NOW) -> bool:
    return count_orders(now=now, over=never)


STEPS = st.one_of(
    st.tuples(
        st.just("order"), st.integers(0, 2), st.integers(0, 400), st.booleans()
    ),  # shop, days ago, test
    st.tuples(st.just("time"), st.sampled_from([1, 50, 60, 61, 3000])),  # minutes
    st.tuples(st.just("count"), st.integers(0, 3)),  # chunks until the time is over
    st.tuples(st.just("anew")),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=25), st.integers(1, 3))
def test_whatever_happened_the_figures_are_a_direct_count(
    monkeypatch: pytest.MonkeyPatch, steps: list[tuple[Any, ...]], chunk: int
) -> None:
    monkeypatch.setattr(counting, "CHUNK", chunk)
    with transaction.atomic():
        now = NOW
        for name, *facts in steps:
            if name == "order":
                shop, back, test = facts
                sold = factories.store(name=f"shop-{shop}")
                order_at(now, ordered=now - back * DAY, shop=sold, test=bool(test))
            elif name == "time":
                now += timedelta(minutes=facts[0])
            elif name == "count":
                count_orders(now=now, over=iter([False] * facts[0] + [True] * 9).__next__)
            else:
                count_orders_anew()

        assert all_of_it(now)
        assert orders_as_counted() == orders_by_day_and_shop()
        transaction.set_rollback(True)


def test_an_order_that_comes_in_late_counts_on_the_day_it_was_placed() -> None:
    all_of_it()
    order_at(NOW, ordered=NOW - 200 * DAY)

    all_of_it()

    assert sum(parts(Figure.ORDERS_LATELY, (NOW - 200 * DAY).date()).values()) == 1


def test_a_transaction_that_ends_after_younger_ones_is_counted_all_the_same() -> None:
    order_at(NOW)
    all_of_it()
    order_at(NOW - 30 * timedelta(minutes=1))  # its id is older, its row came later

    all_of_it(NOW + 2 * HOUR)

    assert sum(parts(Figure.ORDERS).values()) == 2


def test_rows_of_an_older_database_are_counted_where_nothing_was_before() -> None:
    all_of_it()
    order_at(NOW - 900 * DAY)

    all_of_it()

    assert orders_as_counted() == orders_by_day_and_shop()


def test_of_two_who_count_at_once_one_chunk_counts_once() -> None:
    order_at(NOW - DAY)
    slow = Tally.objects.create(name=counting.NAME)
    end = end_of_chunk(counting.NOTHING, id_at(NOW))
    assert end is not None
    all_of_it()

    assert not add_chunk(counting.NOTHING, end, before=slow, now=NOW)
    assert not write_latest(counting.NOTHING, before=slow, now=NOW)
    assert orders_as_counted() == orders_by_day_and_shop()


def test_tests_are_no_orders() -> None:
    order_at(NOW - DAY, test=True)
    order_at(NOW, test=True)

    assert all_of_it()
    assert not orders_as_counted()


def test_shops_are_told_apart() -> None:
    one, other = factories.store(name="one"), factories.store(name="other")
    for shop in (one, one, other):
        order_at(NOW.replace(hour=1), shop=shop)

    all_of_it()

    assert parts(Figure.ORDERS, TODAY) == {str(one.pk): 2, str(other.pk): 1}


def test_a_command_counts_at_once_and_anew_after_a_restore_of_older_rows() -> None:
    order_at(NOW - DAY)
    call_command("figures", stdout=StringIO())
    order_at(NOW - 900 * DAY)

    call_command("figures", orders_anew=True, stdout=StringIO())

    assert orders_as_counted() == orders_by_day_and_shop()
