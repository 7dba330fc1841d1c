"""A shop's test orders never mix with real ones, and are given nothing."""

from typing import Any

import pytest

from licensing.intake.record import Refund, Told
from licensing.intake.unplaced import place_lines
from licensing.keys.waiting import serve_waiting
from licensing.models import Case, KeyAssignment, License, Purchase, PurchaseState, RegistrationKey
from licensing.setup.unmapped import unmapped
from tests import factories
from tests.licensing.intake.telling import NOW, known, line, news, order, shelf_of, standings, tell

pytestmark = pytest.mark.django_db

REAL = order(line("clipcutter", 1, "AAAA-BBBB-CCCC"))
TEST = order(line("clipcutter", 9, "TEST-TEST-TEST"), email="tester@example.com", test=True)


@pytest.mark.parametrize("told", [(REAL, TEST), (TEST, REAL)], ids=["real first", "test first"])
def test_both_may_have_the_same_number(told: tuple[Told, ...]) -> None:
    known()

    outcomes = tell(*told)

    assert outcomes == ["new", "new"]
    assert (standings(), shelf_of("tester@example.com")) == (["active"], [])
    assert not Case.objects.exists()


def test_a_test_order_gets_no_license_and_no_key() -> None:
    factories.key(edition=known())

    tell(TEST)
    placed = place_lines(factories.store(), now=NOW)
    serve_waiting(now=NOW)

    assert placed == 0
    assert not License.objects.exists()
    assert not KeyAssignment.objects.exists()


def test_its_code_is_given_to_nobody_and_waits_for_no_mapping() -> None:
    tell(TEST)

    assert Purchase.objects.get().lines.get().sealed_code
    assert not RegistrationKey.objects.exists()
    assert unmapped(factories.store()) == []


def test_the_code_of_a_test_order_is_free_for_a_real_one() -> None:
    known()

    tell(TEST, order(line("clipcutter", 1, "TEST-TEST-TEST")))

    assert [each.code for each in shelf_of("anna@example.com")] == ["TEST-TEST-TEST"]


@pytest.mark.parametrize("fact", [{"refunded": True}, {"disputed": True}, {"refunds": (Refund(1),)}], ids=str)
def test_news_of_a_test_order_leave_the_real_one_alone(fact: dict[str, Any]) -> None:
    known()
    tell(REAL)
    before = tell(news(test=True, **fact))

    tell(TEST, news(test=True, **fact))

    assert before == ["no_order"]
    assert Purchase.objects.get(test=False).state == PurchaseState.PAID
    assert standings() == ["active"]
    assert Purchase.objects.get(test=True).refunded_at or Purchase.objects.get(test=True).disputed_at


def test_news_of_a_real_order_never_mean_a_test_order() -> None:
    tell(TEST)

    assert tell(news(refunded=True)) == ["no_order"]


def test_a_test_order_told_again_is_unchanged() -> None:
    tell(TEST)

    assert tell(TEST) == ["unchanged"]
