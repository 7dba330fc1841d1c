"""A shop asks for the key of an order that renews a subscription: it is the key that its owner has."""

from datetime import timedelta
from typing import Any

import pytest

from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine
from licensing.models import Connection, KeyAssignment, License
from tests.licensing.intake.telling import tell
from tests.licensing.keydesk import BUYER, NOW, ask, body, codes, connected, said, sells

pytestmark = pytest.mark.django_db

YEAR = timedelta(days=365)


def period(number: int, *, quantity: int = 1, email: str = BUYER, **fields: Any) -> PurchaseRecord:
    """The order of that year, as the shop notifies of it before it asks."""
    at = NOW - (2 - number) * YEAR
    until = at + YEAR + timedelta(days=1)
    sold = SoldLine("cutter", "", "Clip Cutter", quantity, subscription="sub_1", paid_until=until)
    return PurchaseRecord(f"{number}", at, Party(email), (sold,), Payment(paid_at=at), **fields)


def ask_for(number: int, shop: Connection, **other: Any) -> str:
    return said(ask(shop, body(f"{number}", **other)))


@pytest.fixture
def shop() -> Connection:
    return connected()


def test_a_renewal_is_answered_with_the_same_key(shop: Connection) -> None:
    sells(codes=codes(3))
    tell(period(1))
    first = ask_for(1, shop)

    tell(period(2))

    assert [ask_for(2, shop) for _ in range(2)] == [first] * 2
    assert KeyAssignment.objects.count() == License.objects.count() == 1


def test_so_it_is_when_only_the_renewal_asks(shop: Connection) -> None:
    sells(codes=codes(3))
    tell(period(1), period(2))

    assert ask_for(2, shop) == ask_for(1, shop)
    assert KeyAssignment.objects.count() == 1


def test_a_renewal_of_fewer_units_is_told_the_first_ones(shop: Connection) -> None:
    sells(codes=codes(3))
    tell(period(1, quantity=3))
    first = ask_for(1, shop, quantity=3).split()
    tell(period(2, quantity=2))

    assert ask_for(2, shop, quantity=2).split() == first[:2]


def test_another_buyer_of_the_same_number_gets_a_key_of_their_own(shop: Connection) -> None:
    sells(codes=codes(3))
    tell(period(1), period(2, email="bob@example.com"))

    mine, other = ask_for(1, shop), ask_for(2, shop, email="bob@example.com")

    assert mine != other
    assert {mine, other} <= set(codes(3))


def test_a_renewal_after_the_first_order_was_paid_back_is_answered(shop: Connection) -> None:
    sells(codes=codes(3))
    tell(period(1))
    first = ask_for(1, shop)
    tell(period(2), period(1)._replace(payment=Payment(refunded=True)))

    assert ask_for(2, shop) == first
    assert "refunded" in ask_for(1, shop)
