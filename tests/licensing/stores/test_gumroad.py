"""What Gumroad's pings say, alone, with its API's answer, and beside an export of the same sale."""

from datetime import UTC, datetime
from typing import Any

import pytest

from demo.sample_sales import COLUMNS
from licensing.intake.record import Party, Payment, PurchaseRecord, Refund, RowRejected, SoldLine
from licensing.intake.shop import Ask, NotUnderstood, Received
from licensing.intake.stores.form_fields import form
from licensing.intake.stores.gumroad import EXPORT, SHOP
from tests.licensing.intake.sales import order
from tests.licensing.stores import hostile
from tests.licensing.stores.encodings import as_form
from tests.licensing.stores.samples import document, named, sample

AT = datetime(2024, 3, 1, 10, tzinfo=UTC)
KEY = "85DB562A-C11D4B06-A2335A6B-8C079166"
SALE = "FO8TXN-dbxYaBdahG97Y-Q=="
PATH = f"/v2/sales/{SALE}"
PINGS = named("gumroad-")[1:]


def told(body: bytes, ask: Ask | None = None) -> PurchaseRecord:
    [event] = SHOP.events(SHOP.sent(body, secret="", now=hostile.NOW))
    [record] = SHOP.told(event, ask=ask)
    assert isinstance(record, PurchaseRecord)
    return record


def answered(**said: Any) -> PurchaseRecord:
    """The sale as the API tells it, with these fields changed."""
    answer = document("gumroad-answer.json")
    answer["sale"] |= said
    return told(sample("gumroad-sale.form"), hostile.asking({PATH: answer}))


def exported(**cells: object) -> PurchaseRecord:
    said: dict[str, Any] = {
        "Purchase_ID": SALE,
        "Order_Number": 524459935,
        "License_Key": KEY,
        "Purchase_Time_(UTC_timezone)": "2024-03-01 10:00:00 UTC",
    }
    row = order(**(said | cells))
    return EXPORT.reader(COLUMNS)([str(row.get(column, "")) for column in COLUMNS])


def sold(record: PurchaseRecord) -> tuple[Any, ...]:
    """What must be the same, whoever tells of the order (see `contradictions`)."""
    lines = [(line.product_ref, line.variant, line.quantity, line.codes) for line in record.lines]
    return record.reference, record.ordered_at, record.buyer.email, record.receiver, lines


def test_a_sale_is_told_in_full_and_not_confirmed() -> None:
    assert told(sample("gumroad-sale.form")) == PurchaseRecord(
        reference="524459935",
        ordered_at=AT,
        buyer=Party("anna@example.com", name="Anna Example", consent=True),
        lines=(
            SoldLine(
                "clipcutter", "(Windows)", "Clip Cutter", 1, codes=(KEY,), registered_name="Anna Example"
            ),
        ),
        payment=Payment(paid_at=AT),
        references=(("sale", SALE),),
        confirmed=False,
    )


def test_ping_answer_and_export_tell_the_same_sale() -> None:
    ping = told(sample("gumroad-sale.form"))

    assert sold(ping) == sold(exported()) == sold(answered())
    assert set(ping.references) <= set(exported().references)


def test_the_answer_counts_whatever_the_ping_says() -> None:
    forged = sample("gumroad-sale.form").replace(b"anna%40example.com", b"thief%40example.net")

    record = told(forged, hostile.asking({PATH: document("gumroad-answer.json")}))

    assert (record.owner.email, record.confirmed) == ("anna@example.com", True)


def test_a_sale_that_the_shop_does_not_know_is_not_understood() -> None:
    unknown = {"success": False, "message": "The sale was not found."}
    answers: list[Any] = [unknown, {"sale": {"id": "another"}}, []]
    for answer in answers:
        with pytest.raises(NotUnderstood):
            told(sample("gumroad-sale.form"), hostile.asking({PATH: answer}))


@pytest.mark.parametrize("sale", ["..", "../products", "a b", "a?b=c", "", "x" * 200])
def test_only_ids_of_sales_are_asked_for(sale: str) -> None:
    body = as_form(form(sample("gumroad-sale.form")) | {"sale_id": sale})

    with pytest.raises(RowRejected):
        told(body, hostile.asking({}))


@pytest.mark.parametrize("name", [name for name in PINGS if name != "gumroad-cancellation.form"])
def test_no_ping_confirms_itself(name: str) -> None:
    assert not told(sample(name)).confirmed


@pytest.mark.parametrize(
    ("name", "payment"),
    [
        ("refund", Payment(paid_at=AT, refunded=True)),
        ("part_refund", Payment(paid_at=AT, refunds=(Refund(0),))),
        ("dispute", Payment(paid_at=AT, disputed=True)),
        ("dispute_won", Payment(paid_at=AT, disputed=True, won=True)),
    ],
    ids=["refund", "part_refund", "dispute", "dispute_won"],
)
def test_later_pings_tell_what_became_of_the_payment(name: str, payment: Payment) -> None:
    assert told(sample(f"gumroad-{name}.form")).payment == payment


@pytest.mark.parametrize(("left", "units"), [("156", 1), ("117.00", 2), ("190", 0), ("0", 5)])
def test_the_answer_says_how_many_units_were_paid_back(left: str, units: int) -> None:
    said = {"price": 19500, "quantity": 5, "partially_refunded": True, "amount_refundable_in_currency": left}

    assert answered(**said).payment.refunds == (Refund(units),)
    assert answered(**said, currency_symbol="€").payment.refunds == (Refund(0),)


def test_a_gift_belongs_to_its_receiver() -> None:
    record = told(sample("gumroad-gift.form"))

    assert (record.owner.email, record.buyer.email) == ("friend@example.org", "anna@example.com")
    assert record.lines[0].registered_name == ""


def test_a_membership_is_paid_until_its_next_charge() -> None:
    [line] = told(sample("gumroad-membership.form")).lines

    assert (line.subscription, line.variant) == ("GDzW4_aBdQc-o7Gbjng7lw==", "")
    assert line.paid_until == datetime(2024, 2, 29, 10, tzinfo=UTC)


def test_a_membership_of_unknown_length_is_rejected() -> None:
    with pytest.raises(RowRejected) as rejected:
        told(sample("gumroad-membership.form").replace(b"recurrence=monthly", b"recurrence=often"))

    assert rejected.value.column == "recurrence"


def test_the_end_of_a_membership_is_of_no_interest() -> None:
    received = SHOP.sent(sample("gumroad-cancellation.form"), secret="", now=hostile.NOW)

    assert SHOP.events(received) == ()


def test_a_test_ping_repeats_a_real_sale_without_its_key() -> None:
    record = told(sample("gumroad-test.form"))
    asked = told(sample("gumroad-test.form"), hostile.asking({PATH: document("gumroad-answer.json")}))

    assert record.test
    assert asked.test
    assert record.lines[0].codes == asked.lines[0].codes == ()


def test_a_ping_may_be_json() -> None:
    fields = form(sample("gumroad-sale.form")) | {
        "variants": {"Platform": "Windows"},
        "card": {"visual": None},
    }
    received = Received(
        "POST", hostile.as_json(fields), headers={"content-type": "application/json; charset=utf-8"}
    )
    [event] = SHOP.events(received)

    assert SHOP.told(event, ask=None) == (told(sample("gumroad-sale.form")),)


def test_the_same_ping_again_is_the_same_event() -> None:
    def event(body: bytes) -> str:
        return SHOP.events(SHOP.sent(body, secret="", now=hostile.NOW))[0].id

    assert event(sample("gumroad-sale.form")) == event(sample("gumroad-sale.form"))
    assert event(sample("gumroad-sale.form")) != event(sample("gumroad-refund.form"))


def test_what_nobody_needs_is_not_kept() -> None:
    [event] = SHOP.events(SHOP.sent(sample("gumroad-sale.form"), secret="", now=hostile.NOW))

    for dropped in (b"4242", b"Germany", b"referrer"):
        assert dropped not in event.payload


@pytest.mark.parametrize("time", ["10:00:00", "2024-03-01 10:00:00 UTC", "2024-03-01 10:00:00 +0000"])
def test_an_export_writes_the_time_in_several_ways(time: str) -> None:
    assert exported(**{"Purchase_Time_(UTC_timezone)": time}).ordered_at == AT


def test_an_exports_guard_against_formulas_is_taken_off_ids_and_keys() -> None:
    record = exported(Purchase_ID="'-m3C==", License_Key="'+AAAA-BBBB")

    assert record.references[0] == ("sale", "-m3C==")
    assert record.lines[0].codes == ("+AAAA-BBBB",)


@pytest.mark.parametrize("name", PINGS)
def test_whatever_is_in_a_ping_it_is_read_or_refused(name: str) -> None:
    hostile.survives(SHOP, form(sample(name)), encode=as_form)
    hostile.survives_cuts(SHOP, sample(name))


def test_whatever_the_api_answers_it_is_read_or_refused() -> None:
    answers = {PATH: document("gumroad-answer.json")}

    hostile.survives_answers(SHOP, sample("gumroad-sale.form"), answers)
