"""What FastSpring's webhooks and its requests for keys say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from licensing.intake.record import (
    ORDER,
    Dispute,
    Party,
    Payment,
    PaymentNews,
    PurchaseRecord,
    Refund,
    RowRejected,
    SoldLine,
    Told,
)
from licensing.intake.shop import Ask, NeedsShop, NotUnderstood, Received
from licensing.intake.stores.fastspring import SHOP
from licensing.intake.stores.fastspring.keys import HASH, KEY_DESK, request_hash
from licensing.intake.stores.form_fields import form
from tests.licensing.stores import forged, hostile
from tests.licensing.stores.samples import document, named, sample

ORDERED = datetime(2026, 3, 2, 10, 9, 55, tzinfo=UTC)
ANNA = Party(
    "anna@example.com",
    name="Anna Sample",
    company="Sample Works",
    phone="+49 30 5550100",
    mailing_address="Musterweg 1\nBerlin\n10115\nDE",
    language="de",
    consent=True,
)
NAMES = ((ORDER, "SAM260302-1001-10001"), ("fastspring", "sampleOrderAAAAAAAAAAA"))
ORDER_AT_THE_SHOP = {
    "/orders/sampleOrderAAAAAAAAAAA": {
        "items": [
            {"product": "clipcutter-windows", "quantity": 2, "subtotal": 60.0},
            {"product": "clipcutter-macos", "quantity": 1, "subtotal": 30.0},
        ]
    }
}
FILES = named("fastspring-")
WEBHOOKS = [name for name in FILES if name.endswith(".json")]


def told(name: str, ask: Ask | None = None) -> list[Told]:
    return said(document(name), ask)


def said(notification: Any, ask: Ask | None = None) -> list[Told]:
    received = SHOP.sent(hostile.as_json(notification), secret=hostile.SECRET, now=hostile.NOW)
    return [each for event in SHOP.events(received) for each in SHOP.told(event, ask=ask)]


def asked(body: bytes, secret: str = hostile.SECRET) -> Received:
    """A request for a key, signed as FastSpring signs it."""
    proof = request_hash(form(body), secret)
    headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}
    return Received("POST", body + f"&{HASH}={proof}".encode(), headers=headers)


def test_an_order_is_told_in_full() -> None:
    assert told("fastspring-order.json") == [
        PurchaseRecord(
            reference="SAM260302-1001-10001",
            ordered_at=ORDERED,
            buyer=ANNA,
            lines=(
                SoldLine(
                    "clipcutter-windows",
                    "",
                    "ClipCutter 4 for Windows",
                    2,
                    codes=("SAMP-LE01-AAAA", "SAMP-LE02-BBBB"),
                    registered_name="Anna Sample",
                ),
                SoldLine("clipcutter-macos", "", "ClipCutter 4 for macOS", 1, registered_name="Anna Sample"),
            ),
            payment=Payment(paid_at=ORDERED),
            references=(("fastspring", "sampleOrderAAAAAAAAAAA"),),
        )
    ]


def test_keys_that_come_back_as_one_licence_are_told_apart_by_their_lines() -> None:
    order = document("fastspring-order.json")
    handed = {"clipcutter-windows_license_0": [{"type": "license", "license": "SAMP-LE01\nSAMP-LE02\n"}]}
    items = order["events"][0]["data"]["items"]
    items[0]["fulfillments"] = items[1]["fulfillments"] = handed

    [told_order] = said(order)

    assert isinstance(told_order, PurchaseRecord)
    assert [line.codes for line in told_order.lines] == [
        ("SAMP-LE01", "SAMP-LE02"),
        ("SAMP-LE01\nSAMP-LE02",),
    ]


def test_one_body_holds_several_events_and_those_of_no_interest_are_left_out() -> None:
    both = document("fastspring-order.json")
    both["events"] += document("fastspring-gift.json")["events"]

    events = SHOP.events(SHOP.sent(hostile.as_json(both), secret=hostile.SECRET, now=hostile.NOW))

    assert [(event.id, event.kind, event.test) for event in events] == [
        ("evt-sample-0001", "order.completed", False),
        ("evt-sample-0002", "order.completed", True),
    ]
    assert events[0].at == datetime(2026, 3, 2, 10, 10, tzinfo=UTC)


def test_a_gift_goes_to_its_receiver_and_a_test_order_says_so() -> None:
    [order] = told("fastspring-gift.json")

    assert isinstance(order, PurchaseRecord)
    assert order.test
    assert order.buyer == Party("ben@example.com", name="Ben Giver", language="en")
    assert order.receiver == Party("cleo@example.org", name="Cleo Friend")
    assert order.lines[0].registered_name == "Cleo Friend"


def test_of_several_receivers_none_takes_the_keys_from_the_buyer() -> None:
    gift = document("fastspring-gift.json")
    gift["events"][0]["data"]["recipients"].append({"recipient": {"email": "third@example.org"}})

    [order] = said(gift)

    assert isinstance(order, PurchaseRecord)
    assert order.owner.email == "ben@example.com"


def test_a_renewal_is_an_order_that_says_until_when_its_subscription_is_paid() -> None:
    at = datetime(2026, 3, 2, 10, 11, 30, tzinfo=UTC)

    assert told("fastspring-renewal.json") == [
        PurchaseRecord(
            reference="SAM260302-1003-10003",
            ordered_at=at,
            buyer=Party("dora@example.com", name="Dora Renewer", language="en"),
            lines=(
                SoldLine(
                    "clipcutter-yearly",
                    "",
                    "ClipCutter, one year",
                    1,
                    registered_name="Dora Renewer",
                    subscription="sampleSubscriptionGGGG",
                    paid_until=datetime(2027, 3, 2, tzinfo=UTC),
                ),
            ),
            payment=Payment(paid_at=at),
            references=(("fastspring", "sampleOrderFFFFFFFFFFF"),),
        )
    ]


def test_a_failed_charge_renews_nothing() -> None:
    renewal = document("fastspring-renewal.json")
    renewal["events"][0]["data"]["status"] = "failed"

    assert said(renewal) == []


def test_without_expansion_a_subscription_is_not_taken_for_a_license_for_ever() -> None:
    renewal = document("fastspring-renewal.json")
    renewal["events"][0]["data"]["subscription"] = "sampleSubscriptionGGGG"

    with pytest.raises(NotUnderstood, match="Webhook Expansion"):
        said(renewal)


def test_a_subscription_without_an_end_is_refused() -> None:
    renewal = document("fastspring-renewal.json")
    for name in ("next", "nextChargeDate"):
        del renewal["events"][0]["data"]["subscription"][name]

    with pytest.raises(RowRejected, match="when it ends"):
        said(renewal)


def test_an_order_that_says_neither_live_nor_test_is_not_understood() -> None:
    order = document("fastspring-order.json")
    del order["events"][0]["live"]
    del order["events"][0]["data"]["live"]

    with pytest.raises(NotUnderstood, match="live"):
        said(order)


def test_a_whole_return_refunds_the_order() -> None:
    at = datetime(2026, 3, 3, 10, 10, tzinfo=UTC)

    assert told("fastspring-refund.json") == [
        PaymentNews(NAMES, Payment(paid=False, refunded=True, refunded_at=at))
    ]


def test_a_partial_return_pays_back_the_units_whose_price_it_is() -> None:
    at = datetime(2026, 3, 3, 10, 13, 10, tzinfo=UTC)

    assert told("fastspring-refund-part.json", hostile.asking(ORDER_AT_THE_SHOP)) == [
        PaymentNews(
            NAMES,
            Payment(
                paid=False,
                refunds=(
                    Refund(1, line="clipcutter-windows", reference="sampleReturnKKKKKKKKKK", at=at),
                    Refund(0, line="clipcutter-macos", reference="sampleReturnKKKKKKKKKK", at=at),
                ),
            ),
        )
    ]


def test_a_partial_return_needs_the_shop() -> None:
    with pytest.raises(NeedsShop):
        told("fastspring-refund-part.json")


def test_the_id_in_a_return_is_no_way_to_another_address_of_the_shop() -> None:
    part = document("fastspring-refund-part.json")
    part["events"][0]["data"]["original"]["id"] = "../accounts?x=1"

    with pytest.raises(RowRejected, match="not an id"):
        said(part, hostile.asking(ORDER_AT_THE_SHOP))


def test_a_return_that_is_not_completed_says_nothing() -> None:
    refund = document("fastspring-refund.json")
    refund["events"][0]["data"]["completed"] = False

    assert said(refund) == []


def test_a_chargeback_disputes_the_order() -> None:
    at = datetime(2026, 3, 10, 10, 11, 40, tzinfo=UTC)

    assert told("fastspring-chargeback.json") == [
        PaymentNews(
            (("fastspring", "sampleOrderAAAAAAAAAAA"),),
            Payment(paid=False, disputes=(Dispute("sampleChargebackLLLLLL", at),)),
        )
    ]


def test_a_chargeback_with_expansion_names_the_order_by_its_reference_too() -> None:
    chargeback = document("fastspring-chargeback.json")
    chargeback["events"][0]["data"]["order"] = {
        "id": "sampleOrderAAAAAAAAAAA",
        "reference": "SAM260302-1001-10001",
    }

    [news] = said(chargeback)

    assert isinstance(news, PaymentNews)
    assert news.names == NAMES


def test_a_request_for_a_key_names_order_line_and_buyer() -> None:
    request = KEY_DESK.asks(asked(sample("fastspring-key.form")))

    assert request
    assert request.line == "clipcutter-windows"
    assert request.record._replace(ordered_at=ORDERED, payment=Payment()) == PurchaseRecord(
        reference="SAM260302-1001-10001",
        ordered_at=ORDERED,
        buyer=Party("anna@example.com", name="Anna Sample", company="Sample Works"),
        lines=(SoldLine("clipcutter-windows", "", "clipcutter-windows", 2, registered_name="Anna Sample"),),
        payment=Payment(),
        complete=False,
    )


def test_a_subscription_gets_no_key_that_lasts_for_ever() -> None:
    body = sample("fastspring-key.form")

    assert KEY_DESK.asks(asked(body + b"&subscriptionReference="))
    with pytest.raises(RowRejected, match="names a subscription"):
        KEY_DESK.asks(asked(body + b"&subscriptionReference=SAM260302-1001-10001S"))


def test_a_webhook_is_no_request_for_a_key() -> None:
    webhook = SHOP.sent(sample("fastspring-order.json"), secret=hostile.SECRET, now=hostile.NOW)

    assert KEY_DESK.asks(webhook) is None


def test_a_request_for_a_key_is_answered_with_keys_alone_and_refused_with_an_error() -> None:
    request = KEY_DESK.asks(asked(sample("fastspring-key.form")))
    assert request

    assert KEY_DESK.answer(["AAAA", "BBBB"], request).body == b"AAAA\nBBBB"
    assert KEY_DESK.refusal("There is no key now.", request).status == 503


def test_the_hash_of_a_request_runs_over_the_values_in_the_order_of_their_names() -> None:
    # md5 of "a@example.com" + "12" + "key", reckoned by hand with md5sum
    fields = {"quantity": "12", "email": "a@example.com", HASH: "anything"}

    assert request_hash(fields, "key") == "d46a7184a686dcd2ba016d2ac48389a0"


def test_forged_requests_for_keys_are_refused() -> None:
    body = sample("fastspring-key.form")
    genuine = asked(body)

    assert forged.accepts(SHOP, genuine)
    assert forged.accepts(SHOP, genuine, forged.OTHER, hostile.SECRET)
    assert not forged.accepts(SHOP, genuine, forged.OTHER)
    assert not forged.accepts(SHOP, asked(body, ""), "")
    for altered in (
        genuine.body.replace(b"quantity=2", b"quantity=3"),
        genuine.body + b"&more=1",
        body,
        body + b"&" + HASH.encode() + b"=",
        b"",
        b"%ff=%ff",
    ):
        assert not forged.accepts(SHOP, genuine._replace(body=altered)), altered


def test_forged_webhooks_are_refused() -> None:
    forged.are_refused(SHOP, sample("fastspring-order.json"), header="x-fs-signature")


@pytest.mark.parametrize("name", WEBHOOKS)
def test_no_shape_of_a_webhook_breaks_anything(name: str) -> None:
    hostile.survives(SHOP, document(name), ask=hostile.asking(ORDER_AT_THE_SHOP))
    hostile.survives_cuts(SHOP, sample(name))


def test_no_answer_of_the_shop_breaks_anything() -> None:
    hostile.survives_answers(SHOP, sample("fastspring-refund-part.json"), ORDER_AT_THE_SHOP)


def test_no_field_of_a_request_for_a_key_breaks_anything() -> None:
    fields = form(sample("fastspring-key.form"))
    for _, spoilt in hostile.every_spoilt(fields):
        if isinstance(spoilt, dict):
            body = "&".join(f"{name}={value}" for name, value in spoilt.items())
            hostile.is_read_or_refused(SHOP, asked(body.encode("utf-8", "replace")), None)
