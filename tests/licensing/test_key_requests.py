"""A shop asks for a key while its customer waits."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import transaction

from licensing.intake.key_answers import AT_ONCE
from licensing.intake.key_requests import MOST_UNITS, answered
from licensing.intake.meanings import Meanings
from licensing.intake.purchases import record
from licensing.intake.record import Party, Payment, PurchaseRecord, SoldLine
from licensing.intake.shop import Received, Reply
from licensing.keys.assign import assign, end
from licensing.keys.sealed import content_of
from licensing.models import (
    Case,
    Edition,
    KeyAsk,
    KeyAskState,
    KeyAssignment,
    KeyOrder,
    KeySource,
    KeyState,
    License,
    Purchase,
    RegistrationKey,
    RowOutcome,
    Store,
)
from tests import factories
from tests.licensing.keydesk import BUYER, NOW, SIGNED, ask, body, codes, connected, said, sells

pytestmark = pytest.mark.django_db

CODE = "CUT-0000-ABCD-EFGH"


def in_pool(edition: Edition) -> int:
    return RegistrationKey.objects.filter(edition=edition, state=KeyState.POOL).count()


def the_ask() -> KeyAsk:
    return KeyAsk.objects.get()


def code_of(unit: int) -> str:
    """What serves that unit of the only order."""
    return content_of(KeyAssignment.objects.get(license__unit=unit).key).decode()


def assert_refused(reply: Reply, reason: str) -> None:
    assert reply.status == 400
    assert said(reply).startswith("ERROR ")
    assert reason in said(reply)


def test_the_first_request_puts_the_order_on_file_and_gives_its_key() -> None:
    edition, shop = sells(codes=codes(2)), connected()

    reply = ask(shop)

    assert said(reply) == code_of(1)
    assert reply.status == 200
    unit = License.objects.get()
    assert unit.line.purchase.reference == "1001"
    assert unit.line.purchase.confirmed_at == NOW
    assert unit.owner is not None
    assert unit.owner.addresses.get().canonical == BUYER
    assert (the_ask().state, the_ask().purchase_line) == (KeyAskState.ANSWERED, unit.line)
    assert in_pool(edition) == 1


def test_the_same_request_again_gets_the_same_key_and_no_second_one() -> None:
    edition, shop = sells(codes=codes(2)), connected()
    first = ask(shop)

    # As after a kill between commit and reply: the shop heard nothing, and asks once more.
    assert [ask(shop, now=NOW + timedelta(days=n)) for n in range(3)] == [first] * 3
    assert in_pool(edition) == 1
    assert KeyAssignment.objects.count() == KeyAsk.objects.count() == 1


def test_units_get_their_codes_in_order() -> None:
    shop = connected()
    sells(codes=codes(3))

    assert said(ask(shop, body(quantity=3))).split() == [code_of(unit) for unit in (1, 2, 3)]


def test_one_code_for_all_buyers_is_told_once() -> None:
    edition, shop = sells(), connected()
    factories.key(edition=edition, code=CODE, seats=None)

    assert said(ask(shop, body(quantity=3))) == CODE


def test_keys_of_a_pattern_are_made_at_once() -> None:
    shop = connected()
    sells(key_source=KeySource.PATTERN, key_source_options={"pattern": "CUT-#####-#####-#####C"}, codes=[])

    reply = ask(shop, body(quantity=2))

    assert reply.status == 200
    assert len(set(said(reply).split())) == 2


def test_an_ordinary_notification_is_none_of_its_business() -> None:
    received = Received("POST", b"event=order.completed")
    assert answered(connected(), SIGNED, received, client_address="192.0.2.7", now=NOW) is None


def test_a_request_that_cannot_be_read_is_refused_in_the_shops_own_form() -> None:
    assert_refused(ask(connected(), body(quantity="many")), "quantity: is no number")
    assert not KeyAsk.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        body(quantity=0),
        body(quantity=MOST_UNITS + 1),
        body("1" * 201),
        body(line="1" * 201),
        body("10\0"),
        body(product="p" * 201),
    ],
    ids=["no unit", "too many", "long order", "long line", "NUL", "long product"],
)
def test_nonsense_is_refused_and_leaves_nothing(sent: bytes) -> None:
    sells(codes=codes(2))

    assert ask(connected(), sent).status == 400
    assert not Purchase.objects.exists()


def test_an_empty_pool_promises_the_key_and_keeps_the_order() -> None:
    edition, shop = sells(), connected()

    assert_refused(ask(shop), "No key is ready. The key follows by mail.")
    assert the_ask().state == KeyAskState.PROMISED
    assert License.objects.get().edition == edition


def test_a_pool_filled_since_answers_the_next_request() -> None:
    edition, shop = sells(), connected()
    ask(shop)
    factories.key(edition=edition, code=CODE)

    assert said(ask(shop)) == CODE
    assert the_ask().state == KeyAskState.ANSWERED


def test_of_too_few_keys_none_is_told_but_those_there_are_stay_with_the_license() -> None:
    shop = connected()
    edition = sells(codes=codes(2))

    assert_refused(ask(shop, body(quantity=3)), "No key is ready.")
    assert KeyAssignment.objects.count() == 2

    factories.key(edition=edition, code="CUT-9999-ABCD-EFGH")
    assert sorted(said(ask(shop, body(quantity=3))).split()) == [*codes(2), "CUT-9999-ABCD-EFGH"]


def test_more_units_than_somebody_can_wait_for_are_promised() -> None:
    shop = connected()
    sells(codes=codes(2))

    assert_refused(ask(shop, body(quantity=AT_ONCE + 1)), "take a while")
    assert License.objects.count() == AT_ONCE + 1
    assert not KeyAssignment.objects.exists()


def test_a_product_without_meaning_is_kept_and_promised() -> None:
    assert_refused(ask(connected(), body(product="unheard-of")), "Nobody has said yet what this product is")
    assert Purchase.objects.get().lines.get().placed_at is None
    assert the_ask().state == KeyAskState.PROMISED


def test_a_generator_is_ordered_a_key_that_follows_by_mail(settings: LazySettings) -> None:
    settings.GENERATOR_HOSTS = ["keys.example.com"]
    shop = connected()
    sells(key_source=KeySource.REMOTE, key_source_options={"url": "https://keys.example.com/make"})

    assert_refused(ask(shop), "No key is ready.")
    assert_refused(ask(shop), "No key is ready.")
    assert KeyOrder.objects.get().license == License.objects.get()


def test_a_licence_file_is_promised_because_only_a_mail_can_bring_it() -> None:
    shop = connected()
    edition = sells(codes=[CODE])
    RegistrationKey.objects.filter(edition=edition).update(file_name="anna.lic")

    assert_refused(ask(shop), "The key is a file.")
    assert the_ask().state == KeyAskState.PROMISED


def test_another_buyer_of_the_same_order_gets_nothing() -> None:
    shop = connected()
    sells(codes=codes(2))
    ask(shop)

    for sent in (body(email="mallory@example.net"), body(line="2", email="mallory@example.net")):
        reply = ask(shop, sent)
        assert_refused(reply, "another buyer or product")
        assert code_of(1) not in said(reply)
    assert Case.objects.exists()
    assert KeyAsk.objects.get(line="1").state == KeyAskState.ANSWERED
    assert KeyAsk.objects.get(line="2").state == KeyAskState.REFUSED


def test_another_product_under_the_same_line_gets_nothing() -> None:
    edition, shop = sells(codes=codes(2)), connected()
    other = sells(codes=["OTHER-0000-ABCD-EFGH"], product_ref="splitter")
    ask(shop)

    assert ask(shop, body(product="splitter")).status == 400
    assert (in_pool(edition), in_pool(other)) == (1, 1)
    assert said(ask(shop)) == code_of(1)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"refunded_at": NOW}, "was refunded"),
        ({"disputed_at": NOW}, "is disputed"),
    ],
    ids=["refunded", "disputed"],
)
def test_what_was_paid_back_or_is_disputed_gets_no_key_any_more(
    facts: dict[str, object], reason: str
) -> None:
    shop = connected()
    sells(codes=codes(2))
    ask(shop)
    Purchase.objects.update(**facts)

    assert_refused(ask(shop), reason)
    assert the_ask().state == KeyAskState.ANSWERED  # it was, and that stays on file


def test_a_dispute_that_was_won_gets_its_key_again() -> None:
    shop = connected()
    sells(codes=codes(2))
    ask(shop)
    Purchase.objects.update(disputed_at=NOW, won_at=NOW)

    assert said(ask(shop)) == code_of(1)


def test_units_that_have_ended_are_left_out() -> None:
    shop = connected()
    sells(codes=codes(2))
    ask(shop, body(quantity=2))
    License.objects.filter(unit=1).update(refunded_at=NOW)

    assert said(ask(shop, body(quantity=2))) == code_of(2)
    License.objects.update(revoked_at=NOW)
    assert_refused(ask(shop, body(quantity=2)), "have ended")


def test_a_key_that_was_replaced_since_is_told_to_its_owner_only() -> None:
    shop = connected()
    edition = sells(codes=codes(2))
    ask(shop)
    unit = License.objects.get()
    end(unit.assignments.get(), at=NOW, reason="leaked")
    assign(license=unit, key=RegistrationKey.objects.get(edition=edition, state="pool"), now=NOW)

    assert_refused(ask(shop), "was replaced since")


def test_a_test_order_gets_a_sample_and_nobodys_key() -> None:
    edition, shop = sells(codes=codes(2)), connected()

    assert said(ask(shop, body(test=1, quantity=2))).split() == ["TEST-ORDER-NO-KEY-1", "TEST-ORDER-NO-KEY-2"]
    assert Purchase.objects.get().test
    assert in_pool(edition) == 2
    assert not KeyAssignment.objects.exists()


def test_a_connection_in_test_mode_gives_samples_only() -> None:
    shop = connected(test=True)
    sells(codes=codes(2))

    assert said(ask(shop)) == "TEST-ORDER-NO-KEY-1"


def test_two_connections_of_one_store_share_the_order_but_not_its_key_twice() -> None:
    edition = sells(codes=codes(2))
    one, other = connected(), connected()

    assert said(ask(one)) == said(ask(other)) == code_of(1)
    assert in_pool(edition) == 1


def test_an_order_that_another_shop_tells_too_is_left_to_that_one() -> None:
    shop = connected()
    sells()
    ask(shop)
    Purchase.objects.filter(reference="1001").update(same_as=factories.purchase(reference="2002"))

    assert_refused(ask(shop), "another shop")


def test_an_order_is_asked_for_line_by_line() -> None:
    shop = connected()
    sells(codes=["CUT-0000-ABCD-EFGH"])
    sells(codes=["SPLIT-0000-ABCD-EFGH"], product_ref="splitter")

    assert said(ask(shop, body(line="1"))) == "CUT-0000-ABCD-EFGH"
    second = ask(shop, body(line="2", product="splitter"))

    assert said(second) == "SPLIT-0000-ABCD-EFGH"
    assert ask(shop, body(line="2", product="splitter")) == second
    assert Purchase.objects.get().lines.count() == 2


def test_two_lines_of_one_product_never_share_a_key() -> None:
    shop = connected()
    sells(codes=codes(3))

    first, second = (said(ask(shop, body(line=line))) for line in "12")

    assert {first, second} < set(codes(3))
    assert [said(ask(shop, body(line=line))) for line in "12"] == [first, second]


def whole_order(*lines: SoldLine, email: str = BUYER) -> PurchaseRecord:
    """The order as a later notification, or the shop's file, tells it."""
    paid = Payment(paid_at=NOW)
    return PurchaseRecord("1001", NOW, Party(email, name="Anna Example"), lines, paid)


def test_the_notification_of_the_order_agrees_whichever_comes_first() -> None:
    shop = connected()
    sells(codes=codes(3))
    told = whole_order(SoldLine("cutter", "", "Clip Cutter", 1))

    for before in (True, False):
        Purchase.objects.all().update(reference="1000")
        KeyAsk.objects.all().delete()
        if before:
            recorded(told, shop.store)
        reply = ask(shop)
        assert recorded(told, shop.store) != RowOutcome.NEEDS_PERSON
        assert reply.status == 200
        assert ask(shop) == reply
    assert not Case.objects.exists()
    assert KeyAssignment.objects.count() == 2


def recorded(told: PurchaseRecord, store: Store) -> RowOutcome:
    with transaction.atomic():
        return record([told], store=store, meanings=Meanings(store), now=NOW)[0]


def test_a_strangers_unconfirmed_word_of_the_order_gives_way_to_the_request() -> None:
    shop = connected()
    sells(codes=codes(1))
    forged = whole_order(SoldLine("cutter", "", "Clip Cutter", 1), email="mallory@example.net")
    recorded(forged._replace(confirmed=False), shop.store)

    assert said(ask(shop)) == codes(1)[0]
    owner = License.objects.get().owner
    assert owner is not None
    assert owner.addresses.get().canonical == BUYER


def test_a_closed_case_hands_nobody_else_the_key() -> None:
    shop = connected()
    sells(codes=codes(1))
    ask(shop)
    other = body(email="mallory@example.net")
    ask(shop, other)
    Case.objects.update(closed_at=NOW)

    assert_refused(ask(shop, other), "another buyer or product")
    assert said(ask(shop)) == codes(1)[0]


def test_a_desk_that_breaks_refuses_instead_of_failing() -> None:
    received = Received("POST", b"order=\xff\xfe")
    reply = answered(connected(), SIGNED, received, client_address="192.0.2.7", now=NOW)
    assert reply is not None
    assert_refused(reply, "The request could not be read.")
