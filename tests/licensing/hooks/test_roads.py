"""From a shop's notification to an order and its keys."""

import pytest

from licensing.models import Connection, HookEvent, KeyAssignment, Purchase
from tests.licensing.hooks.ground import refunded, sellable, sold, states, tell, work

pytestmark = pytest.mark.django_db


def test_a_sale_is_on_file_with_its_key(connection: Connection) -> None:
    [key] = sellable(connection, keys=1)

    response = tell(connection, sold("1001"))

    assert response.status_code == 200
    assert work() == [("done", "")]
    purchase = Purchase.objects.get()
    assert (purchase.reference, purchase.confirmed_at is not None) == ("1001", True)
    assert HookEvent.objects.get().purchase == purchase
    assert HookEvent.objects.get().lease_until is None
    assert KeyAssignment.objects.get().key == key


def test_a_refund_that_comes_first_waits_for_its_order(connection: Connection) -> None:
    sellable(connection)
    tell(connection, refunded("1001"))
    assert [state for state, _ in work()] == ["waiting"]

    tell(connection, sold("1001"))

    assert [state for state, _ in work()] == ["done", "done"]
    assert Purchase.objects.get().refunded_at is not None


def test_an_unmapped_product_is_kept_and_named(connection: Connection) -> None:
    tell(connection, sold(product="prod_7"))

    assert work() == [("done", "No mapping says what “prod_7” is.")]
    assert states() == work()
