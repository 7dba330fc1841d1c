"""What SendOwl's webhooks say, and the codes that its API tells."""

from datetime import UTC, datetime
from typing import Any

import pytest

from licensing.intake.record import (
    ORDER,
    LateCodes,
    Party,
    Payment,
    PurchaseRecord,
    Refund,
    RowRejected,
    SoldLine,
    Told,
)
from licensing.intake.shop import Ask, NotUnderstood
from licensing.intake.stores.sendowl import EVENT, SHOP, SIGNATURE
from tests.licensing.stores import forged, hostile
from tests.licensing.stores.samples import document, named, sample

PATH = "/api/v1/orders/0000123456/licenses"
ORDERS = [name for name in named("sendowl-") if name != "sendowl-licenses.json"]
ANNA = Party("anna@example.com", "Anna Example", mailing_address="GB", consent=True)


def told(name: str, ask: Ask | None = None, **said: Any) -> list[Told]:
    notification = document(f"sendowl-{name}.json")
    notification["order"] |= said
    received = SHOP.sent(hostile.as_json(notification), secret=hostile.SECRET, now=hostile.NOW)
    return [each for event in SHOP.events(received) for each in SHOP.told(event, ask=ask)]


def order(name: str, **said: Any) -> PurchaseRecord:
    [record] = told(name, **said)
    assert isinstance(record, PurchaseRecord)
    return record


def test_an_order_is_told_in_full() -> None:
    assert order("completed") == PurchaseRecord(
        reference="0000123456",
        ordered_at=datetime(2024, 3, 1, 10, tzinfo=UTC),
        buyer=ANNA,
        lines=(SoldLine("2811", "", "Clip Cutter for Windows", 3),),
        payment=Payment(),
        references=(("transaction", "ch_sample_0001"),),
    )


@pytest.mark.parametrize(
    ("name", "payment"),
    [
        ("refunded", Payment(refunded=True)),
        ("chargeback", Payment(disputed=True)),
        ("dispute", Payment(disputed=True)),
        ("part-refund", Payment(refunds=(Refund(1),))),
    ],
    ids=["refunded", "chargeback", "dispute", "part-refund"],
)
def test_the_state_says_what_became_of_the_payment(name: str, payment: Payment) -> None:
    assert order(name).payment == payment


@pytest.mark.parametrize(("state", "paid"), [("free", True), ("imported", True), ("fraud_review", False)])
def test_other_states_are_paid_or_not(state: str, paid: bool) -> None:
    assert bool(told("completed", state=state)) is paid


@pytest.mark.parametrize(
    ("amount", "units"), [("-36.00", 2), ("£-18.00", 1), ("-£18.00", 1), ("-5.00", 0), ("-99", 0)]
)
def test_money_back_is_units_only_when_it_pays_them_exactly(amount: str, units: int) -> None:
    refunds = [{"refund_transaction": {"amount": amount}}]

    assert order("part-refund", refund_transactions=refunds).payment.refunds == (Refund(units),)


def test_refunds_of_one_order_add_up() -> None:
    refunds = [{"refund_transaction": {"amount": "-18.00"}}] * 2

    assert order("part-refund", refund_transactions=refunds).payment.refunds == (Refund(2),)


def test_a_gift_belongs_to_its_receiver() -> None:
    record = order("gift")

    assert (record.owner, record.buyer) == (Party("friend@example.org", "A Friend"), ANNA)


def test_a_bundle_is_a_line_of_its_own() -> None:
    assert order("bundle").lines[1] == SoldLine("77", "package", "Everything", 1)


@pytest.mark.parametrize("state", ["subscription_active", "subscription_setup", "Subscription cancelled"])
def test_a_subscription_is_not_understood_since_nobody_says_until_when_it_is_paid(state: str) -> None:
    with pytest.raises(NotUnderstood, match="subscription"):
        order("completed", state=state)


def test_an_unknown_state_is_rejected() -> None:
    with pytest.raises(RowRejected) as rejected:
        order("completed", state="somewhere")

    assert rejected.value.column == "order.state"


def test_codes_are_asked_for_and_told_by_product() -> None:
    ask = hostile.asking({PATH: document("sendowl-licenses.json")})
    record, codes = told("completed", ask)

    assert record == order("completed")
    assert codes == LateCodes(
        ((ORDER, "0000123456"),), ("SAMP-SO01-AAAA-BBBB", "SAMP-SO02-AAAA-BBBB"), line="2811"
    )


def test_an_order_without_codes_is_told_alone() -> None:
    assert told("completed", hostile.asking({PATH: []})) == [order("completed")]


def test_an_order_that_nobody_paid_is_not_told_and_nothing_is_asked() -> None:
    assert told("failed", hostile.asking({})) == []


def test_only_numbers_are_asked_for() -> None:
    for number in ("../products", "1/2", "x", "1" * 30):
        with pytest.raises(NotUnderstood):
            told("completed", hostile.asking({}), id=number)


def test_the_event_is_named_by_its_header_and_known_by_its_body() -> None:
    received = SHOP.sent(sample("sendowl-completed.json"), secret=hostile.SECRET, now=hostile.NOW)
    again = received._replace(headers={**received.headers, EVENT: "new_payment"})

    assert [event.kind for event in SHOP.events(received)] == ["order_completed"]
    assert [event.kind for event in SHOP.events(again)] == ["new_payment"]
    assert SHOP.events(received)[0].id == SHOP.events(again)[0].id


def test_a_forged_webhook_is_refused() -> None:
    forged.are_refused(SHOP, sample("sendowl-completed.json"), header=SIGNATURE)


@pytest.mark.parametrize("name", ORDERS)
def test_whatever_is_in_a_webhook_it_is_read_or_refused(name: str) -> None:
    hostile.survives(SHOP, document(name))
    hostile.survives_cuts(SHOP, sample(name))


def test_whatever_the_api_answers_it_is_read_or_refused() -> None:
    hostile.survives_answers(
        SHOP, sample("sendowl-completed.json"), {PATH: document("sendowl-licenses.json")}
    )
