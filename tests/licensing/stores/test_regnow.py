"""What RegNow's HTTP order notices say."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from licensing.intake.record import Party, Payment, PurchaseRecord, RowRejected, SoldLine, Told
from licensing.intake.shop import NotUnderstood
from licensing.intake.stores.regnow import SHOP
from licensing.intake.stores.xml_fields import document as elements
from tests.licensing.stores import hostile
from tests.licensing.stores.encodings import as_xml
from tests.licensing.stores.samples import named, sample

FILES = named("regnow-")


def all_told(name: str, before: str = "", after: str = "") -> Sequence[Told]:
    """What a recorded notice says, with this in it changed."""
    body = sample(f"regnow-{name}.xml").decode()
    changed = body.replace(before, after) if before else body
    [event] = SHOP.events(SHOP.sent(changed.encode(), secret="", now=hostile.NOW))
    return SHOP.told(event, ask=None)


def told(name: str, before: str = "", after: str = "") -> PurchaseRecord:
    [record] = all_told(name, before, after)
    assert isinstance(record, PurchaseRecord)
    return record


def test_an_order_is_told_in_full_and_not_confirmed() -> None:
    assert told("order") == PurchaseRecord(
        reference="1227037271-23207-250782",
        ordered_at=datetime(2024, 3, 1, 10, tzinfo=UTC),
        buyer=Party(
            "anna@example.com",
            name="Anna Müller",
            company="Lantern Films",
            phone="312-5550100",
            mailing_address="1 Example Street\nChicago\nIL\n60607\nUS",
            language="en",
        ),
        lines=(
            SoldLine(
                "3639-91",
                "",
                "Anna's & Max's Clip Cutter",
                2,
                registered_name="Anna Müller",
                reference="1227037271-23207-250782",
            ),
        ),
        payment=Payment(),
        confirmed=False,
    )


def test_a_gift_belongs_to_whom_the_shipping_address_names() -> None:
    record = told("gift")

    assert record.receiver
    assert (record.owner.email, record.buyer.email) == ("friend@example.org", "anna@example.com")


def test_a_gift_that_names_nobody_is_rejected() -> None:
    with pytest.raises(RowRejected) as rejected:
        told("gift", "<email>friend@example.org</email>")

    assert rejected.value.column == "order.shipping-address.email"


def test_a_test_order_is_one() -> None:
    [event] = SHOP.events(SHOP.sent(sample("regnow-test.xml"), secret="", now=hostile.NOW))

    assert event.test
    assert told("test").test
    assert not told("order").test


def test_a_refund_is_of_the_whole_order() -> None:
    assert told("refund").payment == Payment(refunded=True)
    assert told("order", "<event-name>order", "<event-name>chargeback").payment == Payment(disputed=True)


@pytest.mark.parametrize("status", ["Pending", "Declined", "Cancelled", "Payment failed"])
def test_what_was_not_paid_is_not_told(status: str) -> None:
    assert all_told("order", "Complete", status) == ()


@pytest.mark.parametrize("name", FILES)
def test_no_notice_confirms_itself(name: str) -> None:
    record = told(name.removeprefix("regnow-").removesuffix(".xml"))

    assert not record.confirmed


@pytest.mark.parametrize("body", [b"<order/>", b"<order-notification/>", b"", b"order=1", b"{}"])
def test_another_document_is_not_understood(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        SHOP.events(SHOP.sent(body, secret="", now=hostile.NOW))


def test_the_same_notice_again_is_the_same_event() -> None:
    def event(name: str) -> str:
        return SHOP.events(SHOP.sent(sample(name), secret="", now=hostile.NOW))[0].id

    assert event("regnow-order.xml") == event("regnow-order.xml")
    assert event("regnow-order.xml") != event("regnow-refund.xml")


@pytest.mark.parametrize("name", FILES)
def test_whatever_is_in_a_notice_it_is_read_or_refused(name: str) -> None:
    hostile.survives(SHOP, elements(sample(name)), encode=as_xml)
    hostile.survives_cuts(SHOP, sample(name))
