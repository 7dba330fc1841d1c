"""What a generator refused is seen by support, and asked for again."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from licensing.keys.sources import orders, supply
from licensing.models import KeyOrder, OrderState
from tests import factories

pytestmark = pytest.mark.django_db

Captured = pytest.CaptureFixture[str]


def refused() -> KeyOrder:
    edition = factories.edition(sku="clip-mac", key_source="remote")
    supply(edition, [factories.license(edition=edition)], now=factories.ORDERED_AT)
    order = KeyOrder.objects.get()
    orders.refused(order, "The product is not known.")
    return order


def run(capsys: Captured, *words: object) -> str:
    capsys.readouterr()
    call_command("key_orders", *map(str, words))
    return capsys.readouterr().out


def test_lists_what_was_refused_with_the_reason(capsys: Captured) -> None:
    assert "Every key" in run(capsys, "list")
    order = refused()

    told = run(capsys, "list")

    assert str(order.pk) in told
    assert "clip-mac" in told
    assert "The product is not known." in told


def test_a_refused_key_is_asked_for_again(capsys: Captured) -> None:
    order = refused()

    run(capsys, "again", order.pk)

    order.refresh_from_db()
    assert order.state == OrderState.OPEN


def test_what_does_not_exist_is_said_in_one_line() -> None:
    with pytest.raises(CommandError, match="no such order"):
        call_command("key_orders", "again", str(uuid4()))
