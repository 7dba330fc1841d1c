"""The same notification ten times at one moment, and many workers over the same events."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from licensing.intake.hooks.process import process_due
from licensing.intake.hooks.waiting import look_again
from licensing.models import HookEvent, KeyAssignment, Purchase
from tests import factories
from tests.kit.race import released_together
from tests.licensing.hooks.ground import (
    body_of,
    connected,
    post,
    refunded,
    sellable,
    sold,
    states,
    tell,
    work,
)

pytestmark = pytest.mark.django_db(transaction=True)


def close() -> None:
    database.close()


def test_ten_duplicates_at_once_are_one_event_and_one_purchase() -> None:
    connection = connected()
    sellable(connection, keys=10)
    body = body_of(sold("1001"), refunded("1002"))

    race = released_together(10, lambda _: post(connection, body).status_code, after=close)

    assert race.errors == []
    assert race.results == [200] * 10
    assert HookEvent.objects.count() == 2
    work()
    assert (Purchase.objects.count(), KeyAssignment.objects.count()) == (1, 1)


def test_ten_events_of_one_order_at_once_are_one_purchase() -> None:
    """WooCommerce, say, tells of each change of an order, and none of these has an id of its own."""
    connection = connected()
    sellable(connection, keys=10)
    for number in range(10):
        tell(connection, sold("1001", note=number))

    race = released_together(5, lambda _: process_due(), after=close)

    assert race.errors == []
    assert {state for state, _ in states()} == {"done"}
    assert (Purchase.objects.count(), KeyAssignment.objects.count()) == (1, 1)


def test_every_event_is_handled_by_one_worker() -> None:
    connection = connected()
    sellable(connection, keys=30)
    for number in range(30):
        tell(connection, sold(str(number), email=f"buyer{number}@example.com"))

    race = released_together(4, lambda _: process_due(), after=close)

    assert race.errors == []
    assert sum(race.results) == 30
    assert set(HookEvent.objects.values_list("state", "attempts")) == {("done", 1)}
    assert KeyAssignment.objects.values("key").distinct().count() == 30


def test_a_refund_and_its_order_at_once_end_refunded() -> None:
    for attempt in range(10):
        connection = connected()
        factories.mapping(edition=factories.edition(), product_ref="thing", store=connection.store)
        tell(connection, refunded("1001"))
        tell(connection, sold("1001"))
        race = released_together(2, lambda _: process_due(), after=close)
        assert race.errors == []
        for _ in range(3):
            sweep_and_work()
        assert Purchase.objects.get(store=connection.store).refunded_at is not None, attempt


def sweep_and_work() -> None:
    look_again()
    work()


def test_a_notification_is_answered_by_a_handful_of_statements() -> None:
    connection = connected()
    tell(connection, sold("1"))

    with CaptureQueriesContext(database) as asked:
        tell(connection, sold("2"))

    statements = [query["sql"].split()[0] for query in asked.captured_queries]
    assert [verb for verb in statements if verb in ("SELECT", "INSERT", "UPDATE", "DELETE")] == [
        "SELECT",
        "INSERT",
    ]
