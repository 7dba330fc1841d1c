"""What shops tell after a change of owner never takes it back, nor makes one (threats.md row 54)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from licensing.intake.same_person import suggest
from licensing.models import Case, Customer, EmailAddress, License, Purchase, PurchaseLine, PurchaseState
from recovery.journeys.begin_owner_change import reassign_purchase, split
from recovery.journeys.effect_owner_changes import take_effect_of_due
from recovery.models import OwnerChange
from tests.factories import address, customer
from tests.licensing.hooks.ground import connected, refunded, sellable, sold, tell, work
from tests.licensing.intake.sales import Cells, imported, order, sales_file
from tests.recovery.owning import OLD, REASON, approved, begun_merge, let_the_wait_pass

pytestmark = pytest.mark.django_db
Change = Callable[[Customer], OwnerChange]


def by_split(owner: Customer) -> OwnerChange:
    work = address(of=owner, email="work@firm.example")
    orders = [owner.purchases.get().pk]
    return split(
        owner.pk, addresses=[work.pk], purchases=orders, licenses=[], name="", by="ada", reason=REASON
    )


def by_handing_on(owner: Customer) -> OwnerChange:
    return reassign_purchase(owner.purchases.get().pk, to=customer().pk, by="ada", reason=REASON)


EACH: dict[str, Change] = {
    "address": approved,
    "merge": lambda owner: begun_merge(owner, customer()),
    "split": by_split,
    "handed on": by_handing_on,
}
each_change = pytest.mark.parametrize("change", EACH)


def who_receives() -> list[object]:
    return [
        sorted(EmailAddress.objects.values_list("pk", "customer", "canonical", "former_since"), key=str),
        sorted(License.objects.values_list("pk", "owner"), key=str),
        sorted(Purchase.objects.values_list("pk", "buyer"), key=str),
        sorted(PurchaseLine.objects.values_list("pk", "receiver"), key=str),
    ]


def in_effect(change: OwnerChange) -> None:
    let_the_wait_pass(change)
    assert take_effect_of_due() == 1


def owner_at(email: str) -> Customer:
    return Customer.objects.get(addresses__canonical=email)


@each_change
def test_the_same_file_again_changes_nothing_and_asks_nobody(change: str, tmp_path: Path) -> None:
    row = order(OLD)
    imported(sales_file(tmp_path, row))
    in_effect(EACH[change](owner_at(OLD)))
    before = who_receives()
    assert imported(sales_file(tmp_path, row)).outcomes == {"unchanged": 1}
    assert who_receives() == before
    assert not Case.objects.filter(closed_at=None).exists()


@each_change
def test_a_refund_in_a_later_file_is_learned_and_nothing_else(change: str, tmp_path: Path) -> None:
    row = order(OLD)
    imported(sales_file(tmp_path, row))
    in_effect(EACH[change](owner_at(OLD)))
    before = who_receives()
    paid_back: Cells = {"Refunded?": "1", "Fully Refunded?": "1"}
    imported(sales_file(tmp_path, row | paid_back))
    assert Purchase.objects.get().state == PurchaseState.REFUNDED
    assert who_receives() == before


@each_change
def test_a_notification_with_the_old_address_is_learned_and_nothing_else(change: str) -> None:
    shop = connected()
    sellable(shop, keys=1)
    tell(shop, sold(email=OLD))
    work()
    in_effect(EACH[change](owner_at(OLD)))
    before = who_receives()
    tell(shop, sold(email=OLD), refunded())
    work()
    assert Purchase.objects.get().state == PurchaseState.REFUNDED
    assert who_receives() == before


def test_a_later_order_under_a_former_address_does_not_bring_it_back(tmp_path: Path) -> None:
    imported(sales_file(tmp_path, order(OLD)))
    owner = owner_at(OLD)
    in_effect(approved(owner))
    imported(sales_file(tmp_path, order(OLD)))
    assert owner.purchases.count() == 2
    assert EmailAddress.objects.get(canonical=OLD).former_since


def test_looking_for_people_twice_on_file_merges_nobody() -> None:
    for number in range(2):
        customer(email=f"same{number}@example.com", full_name="Same Person", phone="+44 20 7946 0000")
    before = who_receives()
    suggest(Customer.objects.all(), most=10)
    call_command("same_people", verbosity=0)
    assert who_receives() == before
