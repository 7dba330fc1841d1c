"""What ShareIt's order notifications say, and how its requests for keys are read and answered."""

from datetime import UTC, datetime
from typing import Any

import pytest

from licensing.intake.record import Party, Payment, PurchaseRecord, RowRejected, SoldLine
from licensing.intake.shop import KeyRequest, NotUnderstood, Received
from licensing.intake.stores.form_fields import form
from licensing.intake.stores.shareit import SHOP
from licensing.intake.stores.shareit_keys import KEY_DESK
from licensing.intake.stores.xml_fields import document as elements
from tests.licensing.stores import hostile
from tests.licensing.stores.encodings import as_form, as_lines, as_xml
from tests.licensing.stores.samples import document, named, sample

PAID_AT = datetime(2024, 3, 1, 10, 2, tzinfo=UTC)
XML = [name for name in named("shareit-") if name.endswith(".xml")]


def received(body: bytes) -> Received:
    return SHOP.sent(body, secret="", now=hostile.NOW)


def told(body: bytes) -> PurchaseRecord:
    [event] = SHOP.events(received(body))
    [record] = SHOP.told(event, ask=None)
    assert isinstance(record, PurchaseRecord)
    return record


def asked(body: bytes) -> KeyRequest:
    request = KEY_DESK.asks(received(body))
    assert request
    return request


def changed(**fields: str) -> bytes:
    fields_then: dict[str, Any] = form(sample("shareit-key.form"), charset="iso-8859-1")
    return as_form(fields_then | {"ENCODING": "UTF8"} | fields)


def test_an_order_is_told_in_full_and_not_confirmed() -> None:
    assert told(sample("shareit-order.xml")) == PurchaseRecord(
        reference="123456789",
        ordered_at=datetime(2024, 3, 1, 10, tzinfo=UTC),
        buyer=Party(
            "anna@example.com",
            name="Anna Müller & Co",
            company="Lantern Films",
            phone="+49 30 5550100",
            mailing_address="Musterweg 1\n10115\nBerlin\nGermany",
        ),
        lines=(
            SoldLine("300100", "", "Clip Cutter for Windows", 2, reference="1"),
            SoldLine("300200", "", "Caption Styles", 1, reference="2"),
        ),
        payment=Payment(paid_at=PAID_AT),
        references=(("invoice", "5550001"),),
        confirmed=False,
    )


def test_json_with_no_more_than_what_is_documented_is_enough() -> None:
    record = told(sample("shareit-order.json"))

    assert (record.reference, record.buyer) == ("123456789", Party("anna@example.com"))
    assert record.lines == (SoldLine("300100", "", "", 1),)
    assert not record.confirmed


@pytest.mark.parametrize(
    ("name", "payment"),
    [
        ("refund", Payment(paid_at=PAID_AT, refunded=True)),
        ("chargeback", Payment(paid_at=PAID_AT, disputed=True)),
    ],
    ids=["refund", "chargeback"],
)
def test_type_and_status_say_what_became_of_the_payment(name: str, payment: Payment) -> None:
    record = told(sample(f"shareit-{name}.xml"))

    assert (record.payment, record.confirmed) == (payment, False)


def test_an_order_that_nobody_paid_is_not_told() -> None:
    [event] = SHOP.events(received(sample("shareit-waiting.xml")))

    assert SHOP.told(event, ask=None) == ()


def test_several_notifications_in_one_body_are_several_events() -> None:
    once = elements(sample("shareit-order.xml"))
    purchase = once["e5Notification"]["orderNotification"]
    body = as_xml(
        {"e5Notification": {"orderNotification": [purchase, purchase], "refundNotification": purchase}}
    )
    events = SHOP.events(received(body))

    assert [event.kind for event in events] == [
        "orderNotification",
        "orderNotification",
        "refundNotification",
    ]
    assert len({event.id for event in events}) == 3
    assert [event.id for event in events] == [event.id for event in SHOP.events(received(body))]


@pytest.mark.parametrize(
    "body", [b"<order/>", b"<e5Notification/>", b"{}", b'{"e5Notification": []}', b"hello"]
)
def test_another_document_is_not_understood(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        SHOP.events(received(body))


@pytest.mark.parametrize("name", ["shareit-key.form", "shareit-key.txt"])
def test_a_key_is_asked_for_as_a_form_or_in_lines_in_its_own_charset(name: str) -> None:
    assert asked(sample(name)) == KeyRequest(
        "1",
        PurchaseRecord(
            reference="123456789",
            ordered_at=datetime(2024, 3, 1, tzinfo=UTC),
            buyer=Party(
                "anna@example.com",
                name="Anna Müller",
                company="Lantern Films",
                phone="+49-30-5550100",
                mailing_address="Musterweg 1\n10115\nKöln\nGermany",
            ),
            lines=(SoldLine("300100", "", "", 2, registered_name='Anna "Nan" Müller', reference="1"),),
            payment=Payment(),
            confirmed=False,
            complete=False,
        ),
    )


def test_order_and_line_are_those_of_the_notification() -> None:
    order, request = told(sample("shareit-order.xml")), asked(sample("shareit-key.form"))

    assert (request.record.reference, request.record.buyer.email) == (order.reference, order.buyer.email)
    [line] = request.record.lines
    assert (line.product_ref, line.quantity, line.reference) == (
        order.lines[0].product_ref,
        order.lines[0].quantity,
        order.lines[0].reference,
    )


def test_an_order_notification_asks_for_no_key() -> None:
    for name in ("shareit-order.xml", "shareit-order.json"):
        assert KEY_DESK.asks(received(sample(name))) is None


def test_keys_are_answered_one_on_a_line() -> None:
    reply = KEY_DESK.answer(["SAMP-AAAA", "SAMP-BBBB"], asked(sample("shareit-key.form")))

    assert (reply.status, reply.body) == (200, b"SAMP-AAAA\nSAMP-BBBB")


def test_a_refusal_can_never_be_taken_for_a_key() -> None:
    for request in (None, asked(sample("shareit-key.form"))):
        reply = KEY_DESK.refusal("No key is ready.", request)
        assert (reply.status, reply.body) == (500, b"No key is ready.")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("PURCHASE_ID", ""),
        ("PRODUCT_ID", ""),
        ("EMAIL", "nobody"),
        ("EMAIL", ""),
        ("QUANTITY", "0"),
        ("QUANTITY", "1e9"),
        ("PURCHASE_DATE", "31/02/2024"),
        ("PURCHASE_DATE", "yesterday"),
    ],
)
def test_a_request_with_nonsense_in_it_is_rejected_by_its_field(field: str, value: str) -> None:
    with pytest.raises(RowRejected) as rejected:
        asked(changed(**{field: value}))

    assert rejected.value.column == field


@pytest.mark.parametrize("day", ["01/03/2024", "1.3.2024", "2024-03-01", "2024-03-01 00:00:00"])
def test_a_day_is_read_as_it_is_written_there(day: str) -> None:
    assert asked(changed(PURCHASE_DATE=day)).record.ordered_at == datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", XML)
def test_whatever_is_in_a_notification_it_is_read_or_refused(name: str) -> None:
    hostile.survives(SHOP, elements(sample(name)), encode=as_xml)
    hostile.survives_cuts(SHOP, sample(name))


def test_whatever_is_in_json_it_is_read_or_refused() -> None:
    hostile.survives(SHOP, document("shareit-order.json"))
    hostile.survives_cuts(SHOP, sample("shareit-order.json"))


@pytest.mark.parametrize("encode", [as_form, as_lines], ids=["form", "lines"])
def test_whatever_is_in_a_request_it_is_read_or_refused(encode: Any) -> None:
    hostile.survives(SHOP, form(sample("shareit-key.form"), charset="iso-8859-1"), encode=encode)


@pytest.mark.parametrize("name", ["shareit-key.form", "shareit-key.txt"])
def test_half_a_request_is_read_or_refused(name: str) -> None:
    hostile.survives_cuts(SHOP, sample(name))


@pytest.mark.parametrize("filling", [b"\n", b"\n ", b"\r\n", b"&"])
def test_a_megabyte_of_nothing_asks_for_no_key_at_once(filling: bytes) -> None:
    """It is looked through while the shop waits. After each line break all that followed was tried: half an hour."""
    assert KEY_DESK.asks(Received("POST", (filling * 1_000_000)[:1_000_000])) is None
