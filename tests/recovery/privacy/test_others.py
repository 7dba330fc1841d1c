"""What erasing or exporting one person does to the others of the same order: nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from licensing.audit.sealing import opened
from licensing.intake.hooks.events import sealed
from licensing.intake.placing import open_codes, seal_codes
from licensing.models import (
    AuditEntry,
    CodeReveal,
    Customer,
    EventState,
    HookEvent,
    KeyAsk,
    KeyAskState,
    License,
    Purchase,
    PurchaseReference,
    RevealReason,
)
from recovery.journeys.begin_owner_change import reassign_license, reassign_purchase, split
from recovery.models import Exchange, ExchangeNote, ExchangeState, NoteAuthor
from tests import factories
from tests.factories import customer, owner_of
from tests.licensing.hooks.ground import connected
from tests.recovery.asking import asked
from tests.recovery.owning import NEW, OLD
from tests.recovery.privacy.ground import erased
from tests.recovery.privacy.test_export import exported, rows
from tests.recovery.test_owner_changes import in_effect

pytestmark = pytest.mark.django_db
BOB = "bob@example.com"


@pytest.fixture
def anna() -> Customer:
    return owner_of(OLD, codes=["AAAA-1111"])


def an_event(order: Purchase | None, state: str, **said: Any) -> HookEvent:
    shop = connected()
    event = HookEvent(connection=shop, event_id="e1", kind="sale", state=state, purchase=order)
    event.payload = sealed(json.dumps(said).encode(), event_id=event.pk)
    event.save(force_insert=True)
    return event


class TestErasingTheReceiver:
    def test_leaves_what_the_buyer_was_promised(self, anna: Customer) -> None:
        bob, order = customer(email=BOB), Purchase.objects.get()
        gift = factories.line(of=order, receiver=bob)
        mine = factories.line(of=order, receiver=anna)
        for number, each in enumerate((gift, mine)):
            KeyAsk.objects.create(
                connection=connected(),
                order=order.reference,
                line=str(number),
                units=1,
                state=KeyAskState.PROMISED,
                purchase_line=each,
                asked_at=timezone.now(),
            )
        erased(bob)
        assert [each.purchase_line_id for each in KeyAsk.objects.all()] == [mine.pk]

    def test_leaves_what_the_shop_told_of_the_buyer_to_be_worked_on(self, anna: Customer) -> None:
        bob, order = customer(email=BOB), Purchase.objects.get()
        factories.line(of=order, receiver=bob)
        event = an_event(order, EventState.WAITING, buyer=OLD, receiver=BOB)
        erased(bob)
        event.refresh_from_db()
        assert (event.state, event.payload is None) == (EventState.WAITING, False)

    def test_leaves_what_waits_for_an_order_of_the_same_number_at_another_shop(self, anna: Customer) -> None:
        event = an_event(None, EventState.WAITING, number=Purchase.objects.get().reference)
        HookEvent.objects.filter(pk=event.pk).update(awaits=Purchase.objects.get().reference)
        erased(anna)
        event.refresh_from_db()
        assert (event.state, event.payload is None) == (EventState.WAITING, False)

    def test_drops_what_is_done_with(self, anna: Customer) -> None:
        bob, order = customer(email=BOB), Purchase.objects.get()
        factories.line(of=order, receiver=bob)
        event = an_event(order, EventState.DONE, buyer=OLD, receiver=BOB)
        erased(bob)
        event.refresh_from_db()
        assert event.payload is None


def test_erasing_the_giver_leaves_a_gifts_code_that_has_to_be_placed_yet() -> None:
    giver, bob = customer(email=OLD, company="Ahrens Ltd"), customer(email=BOB)
    order = factories.purchase(buyer=giver)
    gift = factories.line(of=order, receiver=bob, placed_at=None, registered_name="Ahrens Ltd")
    gift.sealed_code = seal_codes(str(gift.pk), ("AHRENS-LTD-0001",))
    gift.save()
    erased(giver)
    gift.refresh_from_db()
    assert gift.registered_name == "Ahrens Ltd"
    assert open_codes(str(gift.pk), bytes(gift.sealed_code or b"")) == ("AHRENS-LTD-0001",)


class TestExportAfterHandingOn:
    def test_tells_the_new_buyer_nothing_of_the_former(self, anna: Customer) -> None:
        bob, order = customer(email=BOB), Purchase.objects.get()
        PurchaseReference.objects.create(purchase=order, kind="account", value="anna.shop@gone.example")
        PurchaseReference.objects.create(purchase=order, kind="transaction", value="txn_1")
        an_event(order, EventState.DONE, buyer=OLD, street="12 Elm Street")
        unit = License.objects.get()
        CodeReveal.objects.create(
            key=unit.assignments.get().key,
            license=unit,
            by="grace",
            reason=RevealReason.OTHER,
            words="Elm asked",
        )
        a_move(unit, text="I am Anna Elm")
        in_effect(reassign_purchase(order.pk, to=bob.pk, by="ada", reason="Anna Elm sold it"))
        page, told = exported(bob)
        assert not [said for said in ("Elm", "gone.example") if said in page + json.dumps(told)]
        assert "txn_1" in page
        assert "AAAA-1111" in page
        assert rows(told, "moves")[0]["product"]

    def test_tells_the_former_owner_no_address_of_the_new(self, anna: Customer) -> None:
        reassign_license(License.objects.get().pk, new=NEW, by="ada", reason="sold")
        page, told = exported(anna)
        assert NEW not in page + json.dumps(told)

    def test_tells_nobody_the_codes_of_a_gift(self, anna: Customer) -> None:
        gift = factories.line(of=Purchase.objects.get(), receiver=customer(email=BOB), placed_at=None)
        gift.sealed_code = seal_codes(str(gift.pk), ("BOBS-CODE-1",))
        gift.save()
        assert "BOBS-CODE-1" not in exported(anna)[0]


def a_move(unit: License, *, text: str) -> None:
    serving = unit.assignments.get()
    move = Exchange.objects.create(
        license=unit,
        from_edition=unit.edition,
        to_edition=factories.edition(of=unit.edition.product, platform="macos"),
        state=ExchangeState.CANCELLED,
        request=asked(OLD),
        from_assignment=serving,
        ended_at=timezone.now(),
        reason=text,
    )
    ExchangeNote.objects.create(exchange=move, author=NoteAuthor.CUSTOMER, text=text)


def test_the_audit_trail_holds_nothing_of_the_new_owner_under_the_former(anna: Customer) -> None:
    work = factories.address(of=anna, email="work@firm.example")
    reassign_license(License.objects.get().pk, new=NEW, by="ada", reason="sold")
    split(anna.pk, addresses=[work.pk], purchases=[], licenses=[], name="Bob Baker", by="ada", reason="two")
    for entry in AuditEntry.objects.filter(customer=anna.pk):
        assert not [said for said in (NEW, "Bob Baker") if said in str(opened(entry))]
