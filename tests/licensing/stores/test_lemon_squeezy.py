"""What Lemon Squeezy's webhooks say."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from licensing.intake.record import (
    ORDER,
    LateCodes,
    Party,
    Payment,
    PaymentNews,
    PurchaseRecord,
    Refund,
    SoldLine,
    Told,
)
from licensing.intake.shop import Ask, NeedsShop, NotUnderstood, ShopSilent
from licensing.intake.stores.lemon_squeezy import SHOP
from tests.licensing.stores import forged, hostile
from tests.licensing.stores.samples import document, named, sample

ORDERED = datetime(2026, 3, 2, 10, 10, tzinfo=UTC)
REFUNDED = datetime(2026, 3, 3, 10, 10, tzinfo=UTC)
YEAR = datetime(2027, 3, 2, 10, 10, tzinfo=UTC)
NAMES = ((ORDER, "700001"),)
VARIANT = "/v1/variants/4001"
BEGUN = "/v1/subscriptions?filter%5Border_id%5D=700001"
SUBSCRIPTION = {
    "type": "subscriptions",
    "id": "6001",
    "attributes": {
        "order_id": 690001,
        "product_id": 3009,
        "variant_id": 4009,
        "product_name": "ClipCutter, one year",
        "user_name": "Dora Renewer",
        "user_email": "Dora@example.com",
        "status": "active",
        "first_subscription_item": {"id": 1, "quantity": 2},
        "renews_at": "2027-03-02T10:10:00.000000Z",
        "ends_at": None,
    },
}
ANSWERS: dict[str, Any] = {
    VARIANT: {"data": {"id": "4001", "attributes": {"is_subscription": False}}},
    "/v1/subscriptions/6001": {"data": SUBSCRIPTION},
}
RECURS: dict[str, Any] = ANSWERS | {
    VARIANT: {"data": {"id": "4001", "attributes": {"is_subscription": True}}},
    BEGUN: {"data": [SUBSCRIPTION]},
}
ASK = hostile.asking(ANSWERS)
FILES = named("lemonsqueezy-")


def told(name: str, ask: Ask | None = ASK) -> list[Told]:
    return said(document(name), ask)


def said(notification: Any, ask: Ask | None = ASK) -> list[Told]:
    received = SHOP.sent(hostile.as_json(notification), secret=hostile.SECRET, now=hostile.NOW)
    return [each for event in SHOP.events(received) for each in SHOP.told(event, ask=ask)]


@pytest.mark.parametrize("ask", [ASK, None], ids=["with an API key", "without"])
def test_an_order_is_told_in_full(ask: Ask | None) -> None:
    assert told("lemonsqueezy-order.json", ask) == [
        PurchaseRecord(
            reference="700001",
            ordered_at=ORDERED,
            buyer=Party("anna@example.com", name="Anna Sample"),
            lines=(
                SoldLine(
                    "3001",
                    "4001",
                    "ClipCutter 4",
                    3,
                    registered_name="Anna Sample",
                    reference="800001",
                ),
            ),
            payment=Payment(paid_at=ORDERED),
            references=(
                ("order number", "17"),
                ("identifier", "00000000-0000-4000-8000-000000700001"),
            ),
        )
    ]


def test_an_event_is_known_by_the_digest_of_its_body() -> None:
    body = sample("lemonsqueezy-renewal.json")

    [event] = SHOP.events(SHOP.sent(body, secret=hostile.SECRET, now=hostile.NOW))

    assert event.id == hashlib.sha256(body).hexdigest()
    assert (event.kind, event.at, event.test) == ("subscription_payment_success", ORDERED, True)


def test_an_order_that_begins_a_subscription_is_paid_until_its_renewal() -> None:
    [order] = told("lemonsqueezy-order.json", hostile.asking(RECURS))

    assert isinstance(order, PurchaseRecord)
    assert (order.lines[0].subscription, order.lines[0].paid_until) == ("6001", YEAR)


def test_a_subscription_that_is_not_made_yet_is_asked_for_again() -> None:
    with pytest.raises(ShopSilent):
        told("lemonsqueezy-order.json", hostile.asking(RECURS | {BEGUN: {"data": []}}))


def test_a_cancelled_subscription_is_paid_until_its_end() -> None:
    ends = SUBSCRIPTION | {
        "attributes": SUBSCRIPTION["attributes"] | {"ends_at": "2026-04-01T00:00:00Z"}  # type: ignore[operator]
    }

    [order] = told("lemonsqueezy-order.json", hostile.asking(RECURS | {BEGUN: {"data": [ends]}}))

    assert isinstance(order, PurchaseRecord)
    assert order.lines[0].paid_until == datetime(2026, 4, 1, tzinfo=UTC)


def test_an_order_that_is_not_paid_is_kept_for_a_person() -> None:
    order = document("lemonsqueezy-order.json")
    order["data"]["attributes"]["status"] = "pending"

    with pytest.raises(NotUnderstood, match="not paid yet"):
        said(order)


@pytest.mark.parametrize("status", ["failed", "fraudulent"])
def test_an_order_that_failed_says_nothing(status: str) -> None:
    order = document("lemonsqueezy-order.json")
    order["data"]["attributes"]["status"] = status

    assert said(order) == []


def test_a_whole_refund() -> None:
    assert told("lemonsqueezy-refund.json", None) == [
        PaymentNews(NAMES, Payment(paid=False, refunded=True, refunded_at=REFUNDED))
    ]


@pytest.mark.parametrize(("amount", "units"), [(100, 0), (3570, 1), (3571, 0), (7140, 2)])
def test_a_partial_refund_pays_back_units_whose_price_it_is(amount: int, units: int) -> None:
    refund = document("lemonsqueezy-refund-part.json")
    refund["data"]["attributes"]["refunded_amount"] = amount

    assert said(refund, None) == [
        PaymentNews(NAMES, Payment(paid=False, refunds=(Refund(units, line="800001", at=REFUNDED),)))
    ]


@pytest.mark.parametrize("kind", ["license_key_created", "license_key_updated"])
def test_a_key_comes_apart_from_its_order(kind: str) -> None:
    notification = document("lemonsqueezy-key.json")
    notification["meta"]["event_name"] = kind

    assert said(notification, None) == [
        LateCodes(NAMES, ("SAMPLE00-0000-4000-8000-00000000LEMN",), line="800001", expires_at=YEAR)
    ]


def test_a_disabled_key_says_nothing() -> None:
    notification = document("lemonsqueezy-key.json")
    notification["data"]["attributes"]["disabled"] = True

    assert said(notification) == []


def test_a_renewal_is_an_order_of_its_own_that_no_order_has_the_number_of() -> None:
    assert told("lemonsqueezy-renewal.json") == [
        PurchaseRecord(
            reference="subscription-invoice-700001",
            ordered_at=ORDERED,
            buyer=Party("dora@example.com", name="Dora Renewer"),
            lines=(
                SoldLine(
                    "3009",
                    "4009",
                    "ClipCutter, one year",
                    2,
                    registered_name="Dora Renewer",
                    subscription="6001",
                    paid_until=YEAR,
                ),
            ),
            payment=Payment(paid_at=ORDERED),
            test=True,
        )
    ]


@pytest.mark.parametrize("reason", ["initial", "updated"])
def test_other_payments_of_a_subscription_renew_nothing(reason: str) -> None:
    payment = document("lemonsqueezy-renewal.json")
    payment["data"]["attributes"]["billing_reason"] = reason

    assert said(payment) == []


def test_what_a_payment_renews_needs_the_shop() -> None:
    with pytest.raises(NeedsShop):
        told("lemonsqueezy-renewal.json", None)


def test_a_refunded_renewal() -> None:
    payment = Payment(paid=False, refunded=True, refunded_at=REFUNDED)

    assert told("lemonsqueezy-renewal-refund.json", None) == [
        PaymentNews(((ORDER, "subscription-invoice-700001"),), payment, test=True)
    ]


def test_a_refunded_first_payment_is_that_of_the_order() -> None:
    refund = document("lemonsqueezy-renewal-refund.json")
    refund["data"]["attributes"]["billing_reason"] = "initial"

    [news] = said(refund)

    assert isinstance(news, PaymentNews)
    assert news.names == ((ORDER, "690001"),)
    with pytest.raises(NeedsShop):
        said(refund, None)


def test_a_renewal_that_was_paid_back_in_part_is_money_that_took_no_unit() -> None:
    refund = document("lemonsqueezy-renewal-refund.json")
    refund["data"]["attributes"] |= {"refunded": False, "refunded_amount": 100}

    [news] = said(refund, None)

    assert isinstance(news, PaymentNews)
    assert news.payment == Payment(paid=False, refunds=(Refund(0, at=REFUNDED),))


def test_events_of_no_interest_are_left_out() -> None:
    event = document("lemonsqueezy-order.json")
    event["meta"]["event_name"] = "subscription_plan_changed"

    assert said(event) == []


def test_an_event_that_says_neither_live_nor_test_is_not_understood() -> None:
    event = document("lemonsqueezy-order.json")
    del event["meta"]["test_mode"]
    del event["data"]["attributes"]["test_mode"]

    with pytest.raises(NotUnderstood, match="test_mode"):
        said(event)


def test_forged_webhooks_are_refused() -> None:
    forged.are_refused(SHOP, sample("lemonsqueezy-order.json"), header="x-signature")


@pytest.mark.parametrize("name", FILES)
def test_no_shape_of_a_webhook_breaks_anything(name: str) -> None:
    hostile.survives(SHOP, document(name), ask=ASK)
    hostile.survives_cuts(SHOP, sample(name), ask=ASK)


@pytest.mark.parametrize(
    "name", ["lemonsqueezy-order.json", "lemonsqueezy-renewal.json", "lemonsqueezy-renewal-refund.json"]
)
def test_no_answer_of_the_shop_breaks_anything(name: str) -> None:
    hostile.survives_answers(SHOP, sample(name), RECURS)
