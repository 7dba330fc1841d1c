"""What Paddle Billing's notifications say."""

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
from licensing.intake.shop import Ask, NeedsShop
from licensing.intake.stores.paddle_billing import HEADER, SHOP
from licensing.intake.stores.signatures import hex_sha256
from tests.licensing.stores import forged, hostile
from tests.licensing.stores.samples import document, named, sample

BILLED = datetime(2026, 3, 2, 10, 10, tzinfo=UTC)
REFUNDED = datetime(2026, 3, 3, 10, 10, tzinfo=UTC)
NAMES = ((ORDER, "txn_sample0000000000000000001"),)
CUSTOMER = "/customers/ctm_sample0000000000000000001"
TRANSACTION = "/transactions/txn_sample0000000000000000001"
SUBSCRIPTION = "/subscriptions/sub_sample0000000000000000001"
ANSWERS: dict[str, Any] = {
    CUSTOMER: {
        "data": {
            "id": "ctm_sample0000000000000000001",
            "name": "Anna Sample",
            "email": "Anna@Example.com",
            "marketing_consent": False,
            "locale": "de",
        }
    },
    TRANSACTION: {"data": document("paddle-transaction.json")["data"]},
    SUBSCRIPTION: {"data": {"current_billing_period": {"ends_at": "2027-03-02T10:10:00Z"}}},
}
ASK = hostile.asking(ANSWERS)
FILES = [name for name in named("paddle-") if not name.startswith("paddle-classic-")]


def told(name: str, ask: Ask | None = ASK) -> list[Told]:
    return said(document(name), ask)


def said(notification: Any, ask: Ask | None = ASK) -> list[Told]:
    received = SHOP.sent(hostile.as_json(notification), secret=hostile.SECRET, now=hostile.NOW)
    return [each for event in SHOP.events(received) for each in SHOP.told(event, ask=ask)]


def test_a_transaction_is_told_in_full() -> None:
    assert told("paddle-transaction.json") == [
        PurchaseRecord(
            reference="txn_sample0000000000000000001",
            ordered_at=BILLED,
            buyer=Party("anna@example.com", name="Anna Sample", language="de", consent=False),
            lines=(
                SoldLine(
                    "pro_sample0000000000000000001",
                    "pri_sample0000000000000000001",
                    "ClipCutter, one year",
                    2,
                    registered_name="Anna Sample",
                    reference="txnitm_sample000000000000000001",
                    subscription="sub_sample0000000000000000001",
                    paid_until=datetime(2027, 3, 2, 10, 10, tzinfo=UTC),
                ),
                SoldLine(
                    "pro_sample0000000000000000002",
                    "pri_sample0000000000000000002",
                    "ClipCutter 4 for macOS",
                    1,
                    registered_name="Anna Sample",
                    reference="txnitm_sample000000000000000002",
                ),
            ),
            payment=Payment(paid_at=BILLED),
            references=(("invoice number", "300-10001"),),
        )
    ]


def test_an_event_has_the_shops_id_and_moment() -> None:
    received = SHOP.sent(sample("paddle-refund.json"), secret=hostile.SECRET, now=hostile.NOW)

    [event] = SHOP.events(received)

    assert (event.id, event.kind) == ("evt_sample0000000000000000002", "adjustment.updated")
    assert event.at == REFUNDED


def test_who_bought_needs_the_shop() -> None:
    with pytest.raises(NeedsShop):
        told("paddle-transaction.json", None)


def test_where_no_period_is_told_the_subscription_is_asked_for() -> None:
    transaction = document("paddle-transaction.json")
    transaction["data"]["billing_period"] = None

    assert said(transaction) == told("paddle-transaction.json")


def test_a_price_of_which_nothing_is_known_is_never_taken_for_one_that_lasts_for_ever() -> None:
    transaction = document("paddle-transaction.json")
    transaction["data"]["items"] = []

    [order] = said(transaction)

    assert isinstance(order, PurchaseRecord)
    assert all(line.paid_until for line in order.lines)


def test_a_changed_payment_method_renews_nothing() -> None:
    transaction = document("paddle-transaction.json")
    transaction["data"]["origin"] = "subscription_payment_method_change"

    assert said(transaction) == []


def test_a_whole_refund() -> None:
    assert told("paddle-refund.json", None) == [
        PaymentNews(NAMES, Payment(paid=False, refunded=True, refunded_at=REFUNDED))
    ]


def test_a_refund_of_everything_is_whole_whatever_its_type() -> None:
    refund = document("paddle-refund.json")
    refund["data"]["type"] = None

    assert said(refund) == told("paddle-refund.json")


def test_a_partial_refund_pays_back_units() -> None:
    reference = "adj_sample0000000000000000003"

    assert told("paddle-refund-part.json") == [
        PaymentNews(
            NAMES,
            Payment(
                paid=False,
                refunds=(
                    Refund(1, line="txnitm_sample000000000000000001", reference=reference, at=REFUNDED),
                    Refund(1, line="txnitm_sample000000000000000002", reference=reference, at=REFUNDED),
                ),
            ),
        )
    ]


@pytest.mark.parametrize(("kind", "units"), [("tax", 0), ("proration", 0), ("full", 2)])
def test_tax_and_prorations_take_no_unit(kind: str, units: int) -> None:
    refund = document("paddle-refund-part.json")
    refund["data"]["items"][0]["type"] = kind

    [news] = said(refund)

    assert isinstance(news, PaymentNews)
    assert news.payment.refunds[0].units == units


def test_a_partial_refund_needs_the_shop() -> None:
    with pytest.raises(NeedsShop):
        told("paddle-refund-part.json", None)


def test_an_amount_that_is_missing_makes_no_refund_whole() -> None:
    answer = document("paddle-transaction.json")["data"]
    del answer["details"]["totals"]["total"]

    with pytest.raises(RowRejected, match="total"):
        told("paddle-refund-part.json", hostile.asking(ANSWERS | {TRANSACTION: {"data": answer}}))


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("refund", "pending_approval"),
        ("refund", "rejected"),
        ("credit", "approved"),
        ("chargeback_warning", "approved"),
        ("chargeback_warning_reverse", "approved"),
        ("credit_reverse", "approved"),
    ],
)
def test_other_adjustments_say_nothing(action: str, status: str) -> None:
    refund = document("paddle-refund.json")
    refund["data"] |= {"action": action, "status": status}

    assert said(refund) == []


def test_a_chargeback_disputes_the_order() -> None:
    at = datetime(2026, 3, 10, 10, 9, tzinfo=UTC)

    assert told("paddle-chargeback.json", None) == [
        PaymentNews(NAMES, Payment(paid=False, disputes=(Dispute("adj_sample0000000000000000004", at),)))
    ]


def test_a_reversed_chargeback_is_won() -> None:
    at = datetime(2026, 4, 10, 10, 10, tzinfo=UTC)

    assert told("paddle-chargeback-won.json", None) == [
        PaymentNews(
            NAMES,
            Payment(paid=False, disputes=(Dispute("adj_sample0000000000000000005", won=True, won_at=at),)),
        )
    ]

    chargeback = document("paddle-chargeback.json")
    chargeback["data"]["status"] = "reversed"
    [news] = said(chargeback)
    assert isinstance(news, PaymentNews)
    assert [(each.reference, each.won) for each in news.payment.disputes] == [
        ("adj_sample0000000000000000004", True)
    ]


def test_events_of_no_interest_are_left_out() -> None:
    assert said(document("paddle-transaction.json") | {"event_type": "transaction.paid"}) == []


def test_forged_notifications_are_refused() -> None:
    forged.are_refused(SHOP, sample("paddle-transaction.json"), header=HEADER)
    forged.are_refused_late(SHOP, sample("paddle-transaction.json"))


def test_of_several_signatures_one_is_enough() -> None:
    body, stamp = sample("paddle-transaction.json"), str(int(hostile.NOW.timestamp()))
    good = hex_sha256(hostile.SECRET, f"{stamp}:".encode() + body)
    genuine = SHOP.sent(body, secret=hostile.SECRET, now=hostile.NOW)

    def accepts(header: str) -> bool:
        return forged.accepts(SHOP, genuine._replace(headers={HEADER: header}))

    assert accepts(f"ts={stamp};h1={'0' * 64};h1={good}")
    assert accepts(f"h1={good}; ts={stamp}")
    assert not accepts(f"ts={stamp},h1={good}")
    assert not accepts(f"ts={stamp};ts={stamp};h1={good}")
    assert not accepts(f"h1={good}")
    assert not accepts(f"ts={int(stamp) - 1};h1={good}")


@pytest.mark.parametrize("name", FILES)
def test_no_shape_of_a_notification_breaks_anything(name: str) -> None:
    hostile.survives(SHOP, document(name), ask=ASK)
    hostile.survives_cuts(SHOP, sample(name), ask=ASK)


@pytest.mark.parametrize("name", ["paddle-transaction.json", "paddle-refund-part.json"])
def test_no_answer_of_the_shop_breaks_anything(name: str) -> None:
    hostile.survives_answers(SHOP, sample(name), ANSWERS)
