"""A purchase that support adds goes the way of every other: same books, same pool, same contradictions."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F

from licensing.holdings import Standing, holdings_of
from licensing.models import (
    AuditEntry,
    Customer,
    Edition,
    KeyAssignment,
    Mapping,
    Purchase,
    PurchaseState,
    Store,
)
from licensing.models.base import uuid7
from licensing.support.by_hand import Sale, add_purchase
from licensing.support.errors import NothingToGive, NotOnFile, OrderDiffers, ReasonMissing, TooManyByHand
from tests import factories
from tests.kit.audit import unguarded
from tests.kit.race import released_together
from tests.licensing.intake.telling import NOW, ORDERED_AT, known, line, order, tell_each

pytestmark = pytest.mark.django_db


def sale(customer: Customer | None = None, edition: Edition | None = None, **fields: Any) -> Sale:
    customer = customer or factories.customer()
    edition = edition or factories.edition(sku="clipcutter-windows")
    address = customer.addresses.get()
    said = Sale(customer.pk, address.pk, edition.pk, "BOX-1", ORDERED_AT)
    return replace(said, **fields)


def add(sold: Sale, **fields: Any) -> Purchase:
    return add_purchase(sold, **{"by": "ada", "reason": "Bought at a fair", "now": NOW, **fields})


def test_its_licenses_get_keys_of_the_pool() -> None:
    edition = factories.edition()
    factories.key(edition=edition, code="POOL-0001-AAAA")
    customer = factories.customer()

    bought = add(sale(customer, edition, quantity=2, registered_name="Ada King"))

    assert (bought.state, bought.buyer, str(bought.store)) == (PurchaseState.PAID, customer, "By hand")
    standings = sorted(each.standing for each in holdings_of(customer, now=NOW))
    assert standings == [Standing.ACTIVE, Standing.WAITING]
    assert bought.lines.get().registered_name == "Ada King"


def test_the_same_again_changes_nothing_and_is_recorded_once() -> None:
    sold = sale()

    assert add(sold) == add(sold)

    assert Purchase.objects.count() == 1
    assert [each.action for each in AuditEntry.objects.all()] == ["purchase.added"]


@pytest.mark.parametrize(
    ("fields", "differing"),
    [
        ({"quantity": 2}, ("quantity",)),
        ({"edition": "another"}, ("product",)),
        ({"customer": "x"}, ("address",)),
        ({"ordered_at": ORDERED_AT + timedelta(minutes=1)}, ("ordered_at",)),
        ({"registered_name": "Otto"}, ("registered_name",)),
    ],
    ids=["quantity", "product", "address", "time", "name"],
)
def test_an_order_on_file_that_says_otherwise_refuses_it_in_words(
    fields: dict[str, Any], differing: tuple[str, ...]
) -> None:
    sold = sale()
    add(sold)
    if "edition" in fields:
        other = replace(sold, edition_id=factories.edition().pk)
    elif "customer" in fields:
        somebody = factories.customer()
        other = replace(sold, customer_id=somebody.pk, address_id=somebody.addresses.get().pk)
    else:
        other = replace(sold, **fields)

    with pytest.raises(OrderDiffers) as refusal:
        add(other)

    assert refusal.value.differing == differing
    assert Purchase.objects.count() == 1


def test_in_a_shop_it_is_called_as_the_shop_calls_it_so_that_its_own_telling_agrees() -> None:
    edition = known()
    customer = factories.customer(email="anna@example.com")
    add(sale(customer, edition, store_id=factories.store().pk, reference="1001"))

    assert tell_each(*[order(line("clipcutter"))] * 2) == ["updated", "unchanged"]

    assert not Purchase.objects.get().cases.exists()
    assert KeyAssignment.objects.count() == 0


def test_what_its_shop_told_to_the_second_support_may_tell_by_the_day() -> None:
    sold = sale(factories.customer(email="anna@example.com"), known(), store_id=factories.store().pk)
    tell_each(order(line("clipcutter")))
    noon = replace(sold, reference="1001", ordered_at=ORDERED_AT + timedelta(hours=5))

    assert add(noon) == Purchase.objects.get()

    with pytest.raises(OrderDiffers):
        add(replace(noon, ordered_at=ORDERED_AT + timedelta(days=2)))


def test_a_store_that_never_sold_the_edition_learns_what_it_means() -> None:
    sold = sale()

    add(sold)

    mapping = Mapping.objects.get(store=Store.objects.get(name="by-hand"))
    assert (mapping.product_ref, mapping.variant) == ("clipcutter-windows", "by hand")


def test_a_former_address_or_somebody_elses_gets_nothing() -> None:
    customer = factories.customer()
    customer.addresses.update(former_since=NOW)
    former = sale(customer)
    with pytest.raises(NotOnFile):
        add(former)
    with pytest.raises(NotOnFile):
        add(replace(former, address_id=factories.customer().addresses.get().pk))


@pytest.mark.parametrize("fields", [{"quantity": 0}, {"quantity": 1001}, {"reference": "  "}])
def test_refuses_what_is_no_order(fields: dict[str, Any]) -> None:
    with pytest.raises(NothingToGive):
        add(sale(**fields))


def test_refuses_a_product_that_is_not_there() -> None:
    with pytest.raises(NothingToGive):
        add(replace(sale(), edition_id=uuid7()))


def test_needs_a_reason() -> None:
    with pytest.raises(ReasonMissing):
        add(sale(), reason="")


def test_a_person_adds_so_many_licenses_a_day_and_no_more() -> None:
    sold = sale(quantity=3)
    add(sold, most_a_day=4)

    with pytest.raises(TooManyByHand) as refusal:
        add(replace(sold, reference="BOX-2", quantity=2), most_a_day=4)

    assert (refusal.value.most, refusal.value.left) == (4, 1)
    assert Purchase.objects.count() == 1
    add(replace(sold, reference="BOX-3", quantity=1), most_a_day=4)
    add(sold, most_a_day=4)  # on file already
    add(replace(sold, reference="BOX-4"), by="grace", most_a_day=4)
    add(replace(sold, reference="BOX-5"), by="api:shop")


@pytest.mark.django_db(transaction=True)
def test_what_was_added_a_day_ago_counts_no_more() -> None:
    sold = sale(quantity=4)
    add(sold, most_a_day=4)
    with unguarded():
        AuditEntry.objects.update(at=F("at") - timedelta(hours=24, seconds=1))

    assert add(replace(sold, reference="BOX-2"), most_a_day=4)


@pytest.mark.django_db(transaction=True)
def test_purchases_at_once_are_counted_like_purchases_in_a_row() -> None:
    User.objects.create_user("ada")
    sold = sale()

    def add_one(number: int) -> str:
        return add(replace(sold, reference=f"BOX-{number}"), most_a_day=2).reference

    race = released_together(8, add_one, after=lambda: connection.close())

    assert len(race.results) == 2
    assert {type(each) for each in race.errors} == {TooManyByHand}
    assert Purchase.objects.count() == 2
