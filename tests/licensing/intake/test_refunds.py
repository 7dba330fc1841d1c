"""A refund ends the units that it pays back, and no others (threats.md, row 58)."""

from datetime import timedelta
from typing import Any

import pytest

from licensing.holdings import Standing
from licensing.intake.record import PaymentNews, Refund
from licensing.intake.unplaced import place_lines
from licensing.keys.assign import assign, end
from licensing.keys.retired_facts import counting
from licensing.keys.sealed import content_of
from licensing.keys.sources.orders import wanted
from licensing.keys.waiting import serve_waiting, waiting_licenses
from licensing.models import (
    KeyOrder,
    KeySource,
    License,
    MappingItem,
    OrderState,
    Purchase,
    PurchaseState,
    RegistrationKey,
)
from tests import factories
from tests.licensing.intake.telling import LATER, NOW, PAID, known, line, news, order, standings, tell

pytestmark = pytest.mark.django_db

ACTIVE, REFUNDED, WAITING = Standing.ACTIVE, Standing.REFUNDED, Standing.WAITING


def back(units: int, of: str = "", **fields: Any) -> PaymentNews:
    return news(refunds=(Refund(units, of, **fields),))


def ended() -> list[tuple[str, int]]:
    """Product and number of each unit that is paid back."""
    units = License.objects.filter(refunded_at__isnull=False).order_by("line__position", "unit")
    return list(units.values_list("line__product_ref", "unit"))


def test_the_last_units_end_and_the_others_go_on() -> None:
    known()

    tell(order(line("clipcutter", 5, "AAAA-BBBB")), back(2))

    assert standings() == [ACTIVE] * 3 + [REFUNDED] * 2
    assert Purchase.objects.get().state == PurchaseState.PAID


def test_a_key_for_five_goes_on_serving_the_other_four() -> None:
    known()

    tell(order(line("clipcutter", 5, "AAAA-BBBB")), back(1))

    counts = RegistrationKey.objects.filter(counting(key="pk", now=NOW))
    assert counts.count() == 1


def test_the_key_of_a_single_unit_that_was_paid_back_counts_no_longer() -> None:
    known()

    tell(order(line("clipcutter", 2, "AAAA-BBBB", "CCCC-DDDD")), back(1))

    counts = RegistrationKey.objects.filter(counting(key="pk", now=NOW))
    assert [content_of(key) for key in counts] == [b"AAAA-BBBB"]


def test_a_line_that_is_placed_after_its_refund_ends_alike() -> None:
    tell(order(line("clipcutter", 3, "AAAA-BBBB")), back(2))
    known()

    place_lines(factories.store(), now=NOW)

    assert standings() == [ACTIVE, REFUNDED, REFUNDED]


def test_a_refund_that_comes_with_the_order_ends_alike() -> None:
    known()

    outcomes = tell(order(line("clipcutter", 3), payment=PAID._replace(refunds=(Refund(1),))))

    assert outcomes == ["refunded"]
    assert standings() == [WAITING, WAITING, REFUNDED]


def test_of_each_edition_of_a_bundle_its_share_ends() -> None:
    windows, mac = factories.edition(sku="a-windows"), factories.edition(sku="b-mac")
    mapping = factories.mapping(edition=windows, product_ref="bundle")
    MappingItem.objects.create(mapping=mapping, edition=mac, quantity=2)

    tell(order(line("bundle", 3)), back(1))

    left = License.objects.filter(refunded_at=None)
    assert (left.filter(edition=windows).count(), left.filter(edition=mac).count()) == (2, 4)


def test_a_bundle_s_unit_that_moved_to_another_edition_is_counted_where_it_was_sold() -> None:
    windows, mac = factories.edition(sku="a-windows"), factories.edition(sku="b-mac")
    mapping = factories.mapping(edition=windows, product_ref="bundle")
    MappingItem.objects.create(mapping=mapping, edition=mac)
    tell(order(line("bundle", 2, "AAAA", "BBBB")))
    moved = License.objects.get(unit=1)
    end(moved.assignments.get(), at=NOW, reason="moved")
    License.objects.filter(pk=moved.pk).update(edition=mac)
    assign(license=License.objects.get(pk=moved.pk), key=factories.key(edition=mac), now=NOW)

    tell(back(1))

    assert ended() == [("bundle", 2), ("bundle", 4)]


@pytest.mark.parametrize(
    ("name", "units"),
    [("item_2", [("discsaver", 2)]), ("discsaver", [("discsaver", 2)]), ("clipcutter", [("clipcutter", 2)])],
)
def test_a_line_is_named_by_its_reference_or_its_product(name: str, units: object) -> None:
    known()
    known("discsaver")
    tell(order(line("clipcutter", 2), line("discsaver", 2, reference="item_2")))

    tell(back(1, name))

    assert ended() == units


def test_money_back_that_names_none_of_several_lines_ends_none_of_them_until_all_is_paid_back() -> None:
    known()
    known("discsaver")
    tell(order(line("clipcutter", 2), line("discsaver", 2)))

    tell(back(3))
    some = (ended(), Purchase.objects.get().refunded_units)
    tell(back(4))

    assert some == ([], 3)
    assert Purchase.objects.get().state == PurchaseState.REFUNDED


def test_refunds_with_a_reference_add_up_and_a_repeated_one_counts_once() -> None:
    known()
    tell(order(line("clipcutter", 5)))

    outcomes = tell(back(1, reference="a"), back(1, reference="b"), back(1, reference="a"))

    assert outcomes == ["refunded", "refunded", "unchanged"]
    assert Purchase.objects.get().refunded_units == 2


def test_of_a_running_total_the_larger_counts() -> None:
    known()
    tell(order(line("clipcutter", 5)), back(3), back(2))

    assert Purchase.objects.get().refunded_units == 3


def test_units_that_reach_all_are_the_whole_order() -> None:
    known()
    tell(order(line("clipcutter", 2, "AAAA")), back(1, reference="a"), back(7, reference="b"))

    assert (Purchase.objects.get().state, Purchase.objects.get().refunded_units) == (
        PurchaseState.REFUNDED,
        None,
    )


def test_money_back_that_took_no_unit_ends_none() -> None:
    known()

    outcomes = tell(order(line("clipcutter", 1, "AAAA")), back(0))

    assert outcomes == ["new", "refunded"]
    assert standings() == [ACTIVE]


def test_no_key_of_the_pool_goes_to_a_unit_that_was_paid_back() -> None:
    edition = known()
    for _ in range(3):
        factories.key(edition=edition)
    tell(order(line("clipcutter", 3)), back(1))

    served = serve_waiting(now=NOW)

    assert (served, waiting_licenses(edition, now=NOW).count()) == (2, 0)
    assert standings() == [ACTIVE, ACTIVE, REFUNDED]


def test_no_generator_is_asked_for_a_unit_that_was_paid_back() -> None:
    edition = known()
    edition.key_source = KeySource.REMOTE
    edition.save()
    tell(order(line("clipcutter", 2)))
    for unit in License.objects.all():
        KeyOrder.objects.create(license=unit, edition=edition, state=OrderState.OPEN, due_at=NOW)

    tell(back(1))

    assert [each.license.unit for each in wanted()] == [1]


def test_an_order_that_is_told_by_lines_is_not_paid_back_as_a_whole_by_adding_up() -> None:
    known()
    known("discsaver")
    first = order(line("clipcutter"), complete=False)
    tell(first, back(1, "clipcutter"))

    tell(order(line("discsaver"), complete=False))

    assert standings() == [REFUNDED, WAITING]


def test_a_unit_is_paid_back_since_the_first_refund() -> None:
    known()
    tell(
        order(line("clipcutter", 2)),
        back(1, at=LATER + timedelta(days=3)),
        news(refunded=True, refunded_at=LATER),
    )

    assert License.objects.get(unit=2).refunded_at == LATER


def test_the_same_order_as_another_shop_tells_it_counts_for_nothing() -> None:
    edition = known()
    tell(order(line("clipcutter", 1, "AAAA")), order(line("clipcutter", 2), reference="1002"))

    Purchase.objects.filter(reference="1002").update(same_as=Purchase.objects.get(reference="1001"))

    assert standings() == [ACTIVE]
    assert not waiting_licenses(edition, now=NOW).exists()
