"""Whichever way a shop tells once more of somebody who was erased: their order is there, they are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from licensing.intake import stores, uploads
from licensing.intake.hooks.events import NotConfirmable, confirm, replay
from licensing.intake.record import Party
from licensing.intake.run import import_file
from licensing.intake.unplaced import place_lines
from licensing.models import (
    Case,
    Customer,
    EventState,
    HookEvent,
    ImportRow,
    KeyAssignment,
    License,
    Purchase,
    PurchaseLine,
    PurchaseReference,
    RegistrationKey,
)
from licensing.privacy.staged import forget_staged
from tests import factories
from tests.licensing.hooks.ground import UNSIGNED, connected, sellable, sold, work
from tests.licensing.hooks.ground import tell as send
from tests.licensing.hooks.signed_shop import KIND, SignedShop, UnsignedShop
from tests.licensing.intake.sales import imported, sales_file, text_of
from tests.licensing.intake.sales import order as row
from tests.licensing.intake.telling import known, line, order, tell
from tests.licensing.intake.test_mapped import MAP
from tests.licensing.intake.test_uploads import in_steps, uploaded
from tests.licensing.keydesk import SIGNED, ask, body, sells
from tests.licensing.keydesk import connected as desk_of
from tests.recovery.privacy.ground import erased, left_of

pytestmark = pytest.mark.django_db

ANNA = "anna@example.com"
Road = Callable[[Path], None]


def by_native_file(folder: Path) -> None:
    sale = {"Purchase_ID": "A1==", "License_Key": "AAAA-BBBB-CCCC", "Buyer_Email": "anna.private@example.com"}
    imported(sales_file(folder, row(ANNA, Order_Number="77", **sale)))


def by_mapped_file(folder: Path) -> None:
    factories.store(name="ours", kind="generic")
    path = folder / "mapped.csv"
    path.write_text(
        "Order ID,Date,E-mail,Name,Item,Qty,Key,Paid\nA-1,2024-05-31,anna@example.com,Anna Example,clip,1,AAAA-1,paid\n"
    )
    columns = {
        name: MAP[name] for name in ("order", "ordered_at", "email", "product", "quantity", "codes", "paid")
    }
    import_file(
        path,
        store=factories.store(name="ours"),
        columns=columns | {"name": "Name"},
        with_editions=True,
        reading=lambda done, of: None,
        applying=lambda done, of: None,
    )


def by_notification(_: Path) -> None:
    shop = HookEvent.objects.select_related("connection").first()
    send(shop.connection if shop else connected(), sold())
    work()


def by_hand(_: Path) -> None:
    tell(order(line(registered_name="Anna Example"), reference="9"))


def by_a_request_for_its_key(_: Path) -> None:
    if not RegistrationKey.objects.exists():
        sells(codes=["AAAA-BBBB-CCCC"])
    ask(desk_of(), body("1"), shop=SIGNED)


ROADS = [by_native_file, by_mapped_file, by_notification, by_hand, by_a_request_for_its_key]
each_road = pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__)


@pytest.fixture(autouse=True)
def _shops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stores.KINDS, KIND, SignedShop())
    monkeypatch.setitem(stores.KINDS, UNSIGNED, UnsignedShop())


def anna_is_erased() -> None:
    assert erased(Customer.objects.get(addresses__canonical=ANNA))


def assert_nobody_came_back() -> None:
    assert left_of("anna") == []
    assert not Customer.objects.exists()
    assert not Case.objects.filter(closed_at=None).exists()
    assert not HookEvent.objects.filter(payload__isnull=False).exists()


@each_road
def test_an_order_that_is_on_file_brings_nobody_back(road: Road, tmp_path: Path) -> None:
    road(tmp_path)
    before = list(Purchase.objects.values_list("store", "reference", "paid_at"))
    assert Customer.objects.exists()
    anna_is_erased()
    for _ in range(2):  # the second finds what the first wrote
        road(tmp_path)
        assert_nobody_came_back()
    assert list(Purchase.objects.values_list("store", "reference", "paid_at")) == before
    assert not License.objects.filter(owner__isnull=False).exists()


@each_road
def test_an_order_from_before_that_nobody_knew_comes_without_them(road: Road, tmp_path: Path) -> None:
    factories.customer(email=ANNA)
    anna_is_erased()
    for _ in range(2):
        road(tmp_path)
        assert_nobody_came_back()
    sale = Purchase.objects.get()
    assert sale.buyer is None
    assert sale.erased_at


def test_an_order_from_after_is_a_new_contract_and_brings_only_itself() -> None:
    known()
    tell(order(reference="old"))
    anna_is_erased()
    later = timezone.now() + timedelta(days=1)
    tell(order(reference="new", ordered_at=later), order(reference="old"))
    anna = Customer.objects.get(addresses__canonical=ANNA)
    assert [each.line.purchase.reference for each in License.objects.filter(owner=anna)] == ["new"]
    assert [each.reference for each in anna.purchases.all()] == ["new"]
    assert License.objects.count() == 2


def test_who_came_back_is_erased_again_with_the_later_order() -> None:
    later = timezone.now() - timedelta(minutes=1)
    tell(order(reference="old"))
    anna_is_erased()
    tell(order(reference="new", ordered_at=timezone.now() + timedelta(seconds=1)))
    Purchase.objects.filter(reference="new").update(ordered_at=later)
    anna_is_erased()
    tell(order(reference="new", ordered_at=later), order(reference="old"))
    assert_nobody_came_back()


def test_told_with_another_address_it_opens_no_case_and_gives_nobody_anything() -> None:
    known()
    tell(order())
    anna_is_erased()
    assert tell(order(email="thief@example.com")) == ["unchanged"]
    assert not Customer.objects.exists()
    assert not Case.objects.exists()


def test_another_product_in_it_is_a_contradiction_as_ever() -> None:
    tell(order())
    anna_is_erased()
    assert tell(order(line("discsaver"))) == ["needs_person"]


def test_the_receiver_of_a_gift_does_not_hand_it_to_the_buyer() -> None:
    gift = order(receiver=Party("bob@example.com", name="Bob"), reference="gift")
    tell(gift)
    erased(Customer.objects.get(addresses__canonical="bob@example.com"))
    assert tell(gift) == ["unplaced"] or tell(gift) == ["unchanged"]
    known()
    place_lines(factories.store(), now=timezone.now())
    assert License.objects.get().owner is None
    assert Purchase.objects.get().buyer is not None
    assert not Case.objects.exists()


def test_the_buyer_of_a_gift_goes_and_its_owner_keeps_it() -> None:
    known()
    gift = order(line(registered_name="Bob"), receiver=Party("bob@example.com", name="Bob"), reference="gift")
    tell(gift)
    anna_is_erased()
    assert tell(gift) == ["unchanged"]
    bob = Customer.objects.get()
    assert License.objects.get().owner == bob
    assert PurchaseLine.objects.get().registered_name == "Bob"


def test_nobody_waits_for_a_key_any_more() -> None:
    edition = known()
    tell(order())
    anna_is_erased()
    key = factories.key(edition=edition)
    tell(order())
    assert not KeyAssignment.objects.filter(key=key).exists()


def test_a_kept_notification_that_is_told_again_or_confirmed_says_nothing_of_them() -> None:
    shop = connected(kind=UNSIGNED)
    send(shop, sold())
    work()
    anna_is_erased()
    event = HookEvent.objects.get()
    assert (event.state, event.payload) == (EventState.IGNORED, None)
    assert replay([event]) == 0
    with pytest.raises(NotConfirmable):
        confirm(event, now=timezone.now())
    assert_nobody_came_back()


def test_an_unsigned_notification_that_comes_after_is_not_kept_for_anybody() -> None:
    factories.customer(email=ANNA)
    anna_is_erased()
    send(connected(kind=UNSIGNED), sold())
    work()
    assert HookEvent.objects.get().state == EventState.IGNORED
    assert_nobody_came_back()


def test_a_refund_of_an_order_without_its_buyer_counts() -> None:
    shop = connected()
    sellable(shop, keys=1)
    send(shop, sold())
    work()
    anna_is_erased()
    send(shop, {"id": "evt_r", "type": "refunded", "order": "1001"})
    work()
    assert Purchase.objects.get().refunded_at


def test_a_file_that_was_read_before_forgets_them_while_it_waits_and_brings_nobody_back() -> None:
    run = uploaded(text_of(row(ANNA)).encode())
    in_steps(run)
    uploads.keep(run)
    waiting = ImportRow.objects.get(payload__isnull=False)
    before = waiting.payload
    factories.customer(email=ANNA)
    anna_is_erased()
    waiting.refresh_from_db()
    assert waiting.payload != before
    assert forget_staged() == 0
    in_steps(run)
    assert not Customer.objects.exists()
    assert Purchase.objects.get().buyer is None


def test_a_reference_that_names_the_person_does_not_come_back(tmp_path: Path) -> None:
    factories.customer(email=ANNA)
    anna_is_erased()
    by_native_file(tmp_path)
    assert not PurchaseReference.objects.filter(kind="account").exists()


def test_who_was_never_erased_is_told_of_as_ever() -> None:
    factories.customer(email="bob@example.com")
    erased(Customer.objects.get())
    tell(order(line(registered_name="Anna Example")))
    assert Customer.objects.get().addresses.get().canonical == ANNA
    assert PurchaseLine.objects.get().registered_name == "Anna Example"
    assert Purchase.objects.get().erased_at is None


def test_the_moment_of_the_order_decides_not_when_it_is_told() -> None:
    factories.customer(email=ANNA)
    anna_is_erased()
    at = datetime(2020, 1, 1, tzinfo=UTC)
    tell(order(reference="1", ordered_at=at), order(reference="2", ordered_at=timezone.now() + timedelta(1)))
    assert Purchase.objects.get(reference="1").buyer is None
    assert Purchase.objects.get(reference="2").buyer is not None
