"""Support's word on a refund stands beside the shop's: neither undoes nor contradicts the other, in any order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from licensing.holdings import Standing
from licensing.intake.record import Dispute, PaymentNews, Refund
from licensing.keys.retired_facts import counting
from licensing.models import (
    AuditEntry,
    License,
    Purchase,
    PurchaseRefund,
    PurchaseState,
    RefundMark,
    RegistrationKey,
)
from licensing.support.errors import NotCounting, NotOnFile, ReasonMissing, ToldByShop, TooManyUnits
from licensing.support.refunds import mark_refunded, withdraw_marks
from tests import factories
from tests.licensing.intake.disorder import EVERY, disorders
from tests.licensing.intake.telling import LATER, NOW, known, line, news, order, standings, tell

pytestmark = pytest.mark.django_db

ACTIVE, REFUNDED = Standing.ACTIVE, Standing.REFUNDED
WHOLE = news(refunded=True, refunded_at=LATER)


def sold(quantity: int = 1) -> Purchase:
    """An order of one line, with a code of its own for each unit."""
    known()
    tell(order(line("clipcutter", quantity, *(f"CODE-{number:04}-WXYZ" for number in range(quantity)))))
    return Purchase.objects.get()


def mark(purchase: Purchase, units: int | None = None, **fields: Any) -> RefundMark:
    line_id = purchase.lines.get().pk if units else None
    said = {"by": "ada", "reason": "Bank transfer sent back", "now": NOW, "line_id": line_id, "units": units}
    return mark_refunded(purchase.pk, **{**said, **fields})


def unmark(purchase: Purchase) -> None:
    withdraw_marks(purchase.pk, by="ada", reason="The transfer came back", now=NOW)


def state() -> PurchaseState:
    return Purchase.objects.get().state


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


def test_a_marked_order_is_refunded_and_its_code_counts_no_more() -> None:
    purchase = sold()

    mark(purchase)

    assert state() == PurchaseState.REFUNDED
    assert standings() == [REFUNDED]
    assert not RegistrationKey.objects.filter(counting(key="pk", now=NOW)).exists()


def test_taken_back_it_is_as_it_was() -> None:
    purchase = sold()
    before = Purchase.objects.values().get()
    mark(purchase)

    unmark(purchase)

    assert Purchase.objects.values().get() == before
    assert standings() == [ACTIVE]
    assert RegistrationKey.objects.filter(counting(key="pk", now=NOW)).exists()
    assert not PurchaseRefund.objects.exists()


def test_some_units_end_and_come_back() -> None:
    purchase = sold(3)

    mark(purchase, units=2)
    assert standings() == [ACTIVE, REFUNDED, REFUNDED]

    unmark(purchase)
    assert standings() == [ACTIVE] * 3
    assert not License.objects.filter(refunded_at__isnull=False).exists()


def test_all_units_are_the_whole_order() -> None:
    purchase = sold(2)

    mark(purchase, units=2)

    assert state() == PurchaseState.REFUNDED


def test_of_several_lines_the_one_that_is_meant_ends() -> None:
    known("clipcutter")
    known("textmill")
    tell(order(line("clipcutter", 1, "AAAA-BBBB-CCCC"), line("textmill", 1, "DDDD-EEEE-FFFF")))
    purchase = Purchase.objects.get()
    meant = purchase.lines.get(product_ref="clipcutter")

    mark_refunded(purchase.pk, line_id=meant.pk, units=1, by="ada", reason="wrong product", now=NOW)

    ended = License.objects.filter(refunded_at__isnull=False)
    assert list(ended.values_list("line__product_ref", flat=True)) == ["clipcutter"]
    assert state() == PurchaseState.PAID


def test_an_import_of_the_same_row_leaves_the_mark() -> None:
    purchase = sold()
    mark(purchase)

    assert tell(order(line("clipcutter", 1, "CODE-0000-WXYZ"))) == ["unchanged"]

    assert state() == PurchaseState.REFUNDED
    assert not purchase.cases.exists()


def test_a_mark_taken_back_is_not_made_again_by_the_same_file() -> None:
    purchase = sold()
    mark(purchase)
    unmark(purchase)

    tell(order(line("clipcutter", 1, "CODE-0000-WXYZ")))

    assert state() == PurchaseState.PAID


def test_what_the_shop_says_too_stays_when_the_mark_is_taken_back() -> None:
    purchase = sold()
    mark(purchase)
    tell(WHOLE)

    unmark(purchase)

    assert state() == PurchaseState.REFUNDED
    assert Purchase.objects.get().refunded_at == LATER


@contextmanager
def undone() -> Iterator[None]:
    """What is done within is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def steps() -> dict[str, Callable[[Purchase], object]]:
    some: PaymentNews = news(refunds=(Refund(1, reference="re_1", at=LATER),))
    return {
        "support marks it": mark,
        "the shop refunds a unit": lambda purchase: tell(some),
        "the file comes again": lambda purchase: tell(
            order(line("clipcutter", 2, "CODE-0000-WXYZ", "CODE-0001-WXYZ"))
        ),
        "a dispute": lambda purchase: tell(news(disputes=(Dispute("dp_1", LATER),))),
    }


@EVERY
def test_in_whatever_order_they_come_the_mark_taken_back_leaves_what_the_shop_said(
    every: bool,
) -> None:
    for names in disorders(list(steps()), every=every):
        with undone():
            purchase = sold(2)
            for name in names:
                steps()[name](purchase)
            assert state() == PurchaseState.REFUNDED, names

            unmark(purchase)

            after = Purchase.objects.get()
            assert (after.refunded_at, after.refunded_units, after.disputed_at) == (LATER, 1, LATER), names
            assert after.own_facts is None
            assert License.objects.filter(refunded_at__isnull=False).count() == 1


def test_the_same_unit_told_by_both_is_one() -> None:
    purchase = sold(3)
    mark(purchase, units=1)

    tell(news(refunds=(Refund(1, reference="re_1"),)))

    assert standings() == [ACTIVE, ACTIVE, REFUNDED]


def test_marked_twice_it_is_marked_once() -> None:
    purchase = sold()

    assert mark(purchase).pk == mark(purchase).pk
    assert actions() == ["purchase.marked_refunded"]


def test_another_number_takes_the_place_of_the_first() -> None:
    purchase = sold(3)
    mark(purchase, units=2)

    mark(purchase, units=1)

    assert standings() == [ACTIVE, ACTIVE, REFUNDED]
    assert RefundMark.objects.filter(withdrawn_at=None).count() == 1


def test_taking_back_twice_is_harmless_and_recorded_once() -> None:
    purchase = sold()
    mark(purchase)

    unmark(purchase)
    unmark(purchase)

    assert actions() == ["purchase.marked_refunded", "purchase.refund_withdrawn"]


def test_what_only_the_shop_said_is_not_supports_to_take_back() -> None:
    purchase = sold()
    tell(WHOLE)

    with pytest.raises(ToldByShop):
        unmark(purchase)


def test_of_an_order_told_twice_the_one_that_counts_is_marked() -> None:
    counts = sold()
    copy = factories.purchase(store=factories.store(name="cart"), same_as=counts)

    mark_refunded(copy.pk, by="ada", reason="paid back", now=NOW)

    counts.refresh_from_db()
    assert counts.state == PurchaseState.REFUNDED


def test_a_subscription_loses_the_period_that_the_order_paid_for() -> None:
    known()
    first, second = NOW + timedelta(days=30), NOW + timedelta(days=60)
    tell(order(line("clipcutter", 1, "AAAA-BBBB-CCCC", subscription="sub_1", paid_until=first)))
    tell(order(line("clipcutter", 1, subscription="sub_1", paid_until=second), reference="1002"))
    renewal = Purchase.objects.get(reference="1002")

    mark(renewal)
    assert License.objects.get().expires_at == first

    unmark(renewal)
    assert License.objects.get().expires_at == second


@pytest.mark.parametrize("units", [0, 3, -1])
def test_refuses_units_that_the_line_has_not(units: int) -> None:
    purchase = sold(2)

    with pytest.raises(TooManyUnits):
        mark(purchase, line_id=purchase.lines.get().pk, units=units)


def test_refuses_a_line_of_another_order() -> None:
    purchase = sold()
    other = factories.line(of=factories.purchase())

    with pytest.raises(NotOnFile):
        mark(purchase, line_id=other.pk, units=1)


@pytest.mark.parametrize("facts", [{"test": True}, {"confirmed_at": None}], ids=["test", "unconfirmed"])
def test_refuses_an_order_that_does_not_count(facts: dict[str, Any]) -> None:
    with pytest.raises(NotCounting):
        mark(factories.purchase(**facts))


def test_needs_a_reason() -> None:
    with pytest.raises(ReasonMissing):
        mark(sold(), reason=" \t")
