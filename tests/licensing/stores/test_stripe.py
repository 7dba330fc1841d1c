"""What Stripe's webhooks say."""

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
    SoldLine,
    Told,
)
from licensing.intake.shop import Ask, NeedsShop, NotUnderstood
from licensing.intake.stores.signatures import hex_sha256
from licensing.intake.stores.stripe import HEADER, SHOP
from tests.licensing.stores import forged, hostile
from tests.licensing.stores.samples import document, named, sample

PAID = datetime(2026, 3, 2, 10, 10, tzinfo=UTC)
REFUNDED = datetime(2026, 3, 3, 10, 10, tzinfo=UTC)
DISPUTED = datetime(2026, 3, 10, 10, 11, 30, tzinfo=UTC)
YEAR = datetime(2027, 3, 2, 10, 6, 40, tzinfo=UTC)
NAMES = ((ORDER, "pi_sample_0001"), ("payment_intent", "pi_sample_0001"), ("charge", "ch_sample_0001"))
LINE = {
    "id": "li_sample_0001",
    "object": "item",
    "amount_total": 9000,
    "description": "ClipCutter 4",
    "price": {"id": "price_sample_win", "product": "prod_sample_clipcutter", "unit_amount": 3000},
    "quantity": 3,
}
ANSWERS: dict[str, Any] = {
    "/v1/checkout/sessions/cs_sample_0001/line_items?limit=100": {"data": [LINE], "has_more": False},
    "/v1/checkout/sessions/cs_sample_0002/line_items?limit=100": {"data": [LINE], "has_more": False},
    "/v1/checkout/sessions?payment_intent=pi_sample_0001&limit=1": {
        "data": [{"id": "cs_sample_0001"}],
        "has_more": False,
    },
    "/v1/invoice_payments?invoice=in_sample_0010&limit=100": {
        "data": [{"id": "inpay_sample_1", "payment": {"payment_intent": "pi_sample_0010"}}],
        "has_more": False,
    },
}
ASK = hostile.asking(ANSWERS)
FILES = named("stripe-")


def told(name: str, ask: Ask | None = ASK) -> list[Told]:
    return said(document(name), ask)


def said(notification: Any, ask: Ask | None = ASK) -> list[Told]:
    received = SHOP.sent(hostile.as_json(notification), secret=hostile.SECRET, now=hostile.NOW)
    return [each for event in SHOP.events(received) for each in SHOP.told(event, ask=ask)]


def test_a_session_is_told_in_full() -> None:
    assert told("stripe-session.json") == [
        PurchaseRecord(
            reference="pi_sample_0001",
            ordered_at=datetime(2026, 3, 2, 10, 8, 20, tzinfo=UTC),
            buyer=Party(
                "anna@example.com",
                name="Anna Sample",
                phone="+49305550100",
                mailing_address="Musterweg 1\nBerlin\n10115\nDE",
                language="de",
                consent=True,
            ),
            lines=(
                SoldLine(
                    "prod_sample_clipcutter",
                    "price_sample_win",
                    "ClipCutter 4",
                    3,
                    registered_name="Anna Sample",
                    reference="li_sample_0001",
                ),
            ),
            payment=Payment(paid_at=PAID),
            references=(("session", "cs_sample_0001"), ("client reference", "basket 17")),
        )
    ]


def test_an_event_has_the_shops_id_and_moment() -> None:
    received = SHOP.sent(sample("stripe-invoice.json"), secret=hostile.SECRET, now=hostile.NOW)

    [event] = SHOP.events(received)

    assert (event.id, event.kind, event.at, event.test) == ("evt_sample_0009", "invoice.paid", PAID, True)


def test_what_was_bought_needs_the_shop() -> None:
    with pytest.raises(NeedsShop):
        told("stripe-session.json", None)


def test_a_free_order_is_known_by_its_session() -> None:
    free = document("stripe-session.json")
    free["data"]["object"] |= {"payment_intent": None, "payment_status": "no_payment_required"}

    [order] = said(free)

    assert isinstance(order, PurchaseRecord)
    assert order.reference == "cs_sample_0001"


def test_an_order_that_is_not_paid_yet_is_told_when_it_is() -> None:
    assert told("stripe-session-unpaid.json") == []

    [order] = told("stripe-session-late.json")

    assert isinstance(order, PurchaseRecord)
    assert order.reference == "pi_sample_0002"
    assert order.payment == Payment(paid_at=datetime(2026, 3, 5, 10, 10, tzinfo=UTC))


def test_a_session_of_a_subscription_leaves_the_telling_to_its_invoice() -> None:
    session = document("stripe-session.json")
    session["data"]["object"] |= {"mode": "subscription", "subscription": "sub_sample_0001"}

    assert said(session) == []


def test_lines_are_read_page_by_page() -> None:
    path = "/v1/checkout/sessions/cs_sample_0001/line_items?limit=100"
    pages = {
        path: {"data": [LINE], "has_more": True},
        path + "&starting_after=li_sample_0001": {"data": [LINE | {"id": "li_sample_0002"}]},
    }

    [order] = told("stripe-session.json", hostile.asking(pages))

    assert isinstance(order, PurchaseRecord)
    assert [line.reference for line in order.lines] == ["li_sample_0001", "li_sample_0002"]


def test_a_list_without_an_end_is_given_up() -> None:
    with pytest.raises(NotUnderstood, match="more lines"):
        told("stripe-session.json", lambda path: {"data": [LINE], "has_more": True})


def test_a_renewal_says_until_when_its_subscription_is_paid_and_prorations_are_left_out() -> None:
    assert told("stripe-invoice.json", None) == [
        PurchaseRecord(
            reference="in_sample_0001",
            ordered_at=datetime(2026, 3, 2, 10, 6, 40, tzinfo=UTC),
            buyer=Party("dora@example.com", name="Dora Renewer"),
            lines=(
                SoldLine(
                    "prod_sample_yearly",
                    "price_sample_yearly",
                    "2 × ClipCutter, one year",
                    2,
                    registered_name="Dora Renewer",
                    reference="il_sample_0002",
                    subscription="sub_sample_0009",
                    paid_until=YEAR,
                ),
            ),
            payment=Payment(paid_at=PAID),
            references=(
                ("payment_intent", "pi_sample_0009"),
                ("charge", "ch_sample_0009"),
                ("invoice number", "SAMPLE-0009"),
            ),
            test=True,
        )
    ]


def test_an_invoice_of_the_newer_api_finds_its_payment_by_asking() -> None:
    [order] = told("stripe-invoice-basil.json")

    assert isinstance(order, PurchaseRecord)
    assert order.lines == (
        SoldLine(
            "prod_sample_yearly",
            "price_sample_yearly",
            "1 × ClipCutter, one year",
            1,
            registered_name="Emil First",
            reference="il_sample_0010",
            subscription="sub_sample_0010",
            paid_until=YEAR,
        ),
    )
    assert order.references == (("invoice number", "SAMPLE-0010"), ("payment_intent", "pi_sample_0010"))


@pytest.mark.parametrize("ask", [None, hostile.asking({})], ids=["without an API key", "unknown to the API"])
def test_an_order_is_told_also_where_nobody_knows_how_it_was_paid(ask: Ask | None) -> None:
    [order] = told("stripe-invoice-basil.json", ask)

    assert isinstance(order, PurchaseRecord)
    assert order.references == (("invoice number", "SAMPLE-0010"),)


def test_an_invoice_without_a_subscription_is_no_second_order() -> None:
    invoice = document("stripe-invoice.json")
    invoice["data"]["object"]["billing_reason"] = "manual"

    assert said(invoice) == []


def test_a_trial_that_cost_nothing_is_paid_until_its_end() -> None:
    trial = document("stripe-invoice-basil.json")
    trial["data"]["object"]["amount_paid"] = 0

    [order] = said(trial, None)

    assert isinstance(order, PurchaseRecord)
    assert order.lines[0].paid_until == YEAR


def test_a_whole_refund() -> None:
    assert told("stripe-refund.json") == [
        PaymentNews(NAMES, Payment(paid=False, refunded=True, refunded_at=REFUNDED))
    ]


@pytest.mark.parametrize(("amount", "units"), [(2999, 0), (3000, 1), (3001, 0), (6000, 2)])
def test_a_partial_refund_pays_back_units_whose_price_it_is(amount: int, units: int) -> None:
    refund = document("stripe-refund-part.json")
    refund["data"]["object"]["amount_refunded"] = amount

    assert said(refund) == [PaymentNews(NAMES, Payment(paid=False, refunds=(Refund(units, at=REFUNDED),)))]


def test_a_partial_refund_takes_no_unit_where_nobody_can_say_which() -> None:
    path = "/v1/checkout/sessions/cs_sample_0001/line_items?limit=100"
    two = hostile.asking(ANSWERS | {path: {"data": [LINE, LINE | {"id": "li_sample_0002"}]}})
    expected = [PaymentNews(NAMES, Payment(paid=False, refunds=(Refund(0, at=REFUNDED),)))]

    assert told("stripe-refund-part.json", two) == expected
    assert told("stripe-refund-part.json", None) == expected
    assert told("stripe-refund-part.json", hostile.asking({})) == expected


@pytest.mark.parametrize(
    ("name", "won_at"),
    [
        ("stripe-dispute.json", None),
        ("stripe-dispute-lost.json", None),
        ("stripe-dispute-won.json", datetime(2026, 3, 31, 23, 33, 20, tzinfo=UTC)),
    ],
)
def test_a_dispute(name: str, won_at: datetime | None) -> None:
    dispute = Dispute("du_sample_0001", DISPUTED, won=bool(won_at), won_at=won_at)

    assert told(name) == [PaymentNews(NAMES, Payment(paid=False, disputes=(dispute,)))]


def test_a_warning_is_no_dispute() -> None:
    dispute = document("stripe-dispute.json")
    dispute["data"]["object"]["status"] = "warning_needs_response"

    assert said(dispute) == []


def test_events_of_no_interest_are_left_out() -> None:
    event = document("stripe-session.json") | {"type": "customer.created"}

    assert said(event) == []


def test_an_event_that_says_neither_live_nor_test_is_not_understood() -> None:
    event = document("stripe-session.json")
    del event["livemode"]

    with pytest.raises(NotUnderstood, match="livemode"):
        said(event)


def test_forged_webhooks_are_refused() -> None:
    forged.are_refused(SHOP, sample("stripe-session.json"), header=HEADER)
    forged.are_refused_late(SHOP, sample("stripe-session.json"))


def test_of_several_signatures_one_is_enough_and_older_schemes_are_none() -> None:
    body, stamp = sample("stripe-session.json"), str(int(hostile.NOW.timestamp()))
    good = hex_sha256(hostile.SECRET, f"{stamp}.".encode() + body)
    genuine = SHOP.sent(body, secret=hostile.SECRET, now=hostile.NOW)

    def accepts(header: str) -> bool:
        return forged.accepts(SHOP, genuine._replace(headers={HEADER: header}))

    assert accepts(f"t={stamp},v1={'0' * 64},v1={good}")
    assert accepts(f"v0={'0' * 64}, v1={good}, t={stamp}")
    assert not accepts(f"t={stamp},v0={good}")
    assert not accepts(f"t={stamp},t={stamp},v1={good}")
    assert not accepts(f"v1={good}")
    assert not accepts(f"t={int(stamp) + 1},v1={good}")


@pytest.mark.parametrize("name", FILES)
def test_no_shape_of_a_webhook_breaks_anything(name: str) -> None:
    hostile.survives(SHOP, document(name), ask=ASK)
    hostile.survives_cuts(SHOP, sample(name), ask=ASK)


@pytest.mark.parametrize(
    "name", ["stripe-session.json", "stripe-refund-part.json", "stripe-invoice-basil.json"]
)
def test_no_answer_of_the_shop_breaks_anything(name: str) -> None:
    hostile.survives_answers(SHOP, sample(name), ANSWERS)
