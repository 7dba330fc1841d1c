"""What WooCommerce's webhooks say, and the key files of its license managers."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from licensing.intake.detect import detect
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
from licensing.intake.shop import NotUnderstood, Received
from licensing.intake.stores.woocommerce import SHOP, SIGNATURE, TOPIC
from licensing.intake.stores.woocommerce_licenses import EXPORTS
from tests.licensing.stores import forged, hostile
from tests.licensing.stores.samples import document, named, sample

PAID_AT = datetime(2024, 3, 1, 10, 4, tzinfo=UTC)
ORDERS = [name for name in named("woocommerce-") if name.endswith(".json")]
LMFWC, DLM = EXPORTS


def all_told(name: str, **said: Any) -> Sequence[Told]:
    """What a recorded webhook says, with these fields changed."""
    [event] = SHOP.events(signed(hostile.as_json(document(name) | said)))
    return SHOP.told(event, ask=None)


def told(name: str, **said: Any) -> PurchaseRecord:
    [record] = all_told(name, **said)
    assert isinstance(record, PurchaseRecord)
    return record


def signed(body: bytes) -> Received:
    return SHOP.sent(body, secret=hostile.SECRET, now=hostile.NOW)


def rows(name: str) -> list[list[str]]:
    return list(csv.reader(sample(name).decode().splitlines()))


def read(name: str) -> list[LateCodes | str]:
    """What each row of a recorded key file says, or the column for which it is rejected."""
    header, *lines = rows(name)
    reader = (LMFWC if "lmfwc" in name else DLM).reader(header)
    return [outcome(reader, line) for line in lines]


def outcome(reader: Any, line: Sequence[str]) -> LateCodes | str:
    try:
        result: LateCodes = reader(line)
    except RowRejected as rejected:
        return rejected.column
    return result


def test_an_order_is_told_in_full() -> None:
    assert told("woocommerce-completed.json") == PurchaseRecord(
        reference="727",
        ordered_at=datetime(2024, 3, 1, 10, tzinfo=UTC),
        buyer=Party(
            "anna@example.com",
            name="Anna Example",
            company="Lantern Films",
            phone="+49 30 5550100",
            mailing_address="Musterweg 1\nBerlin\nDE-BE\n10115\nDE",
        ),
        lines=(
            SoldLine("93", "98", "Clip Cutter - Windows", 2, reference="98"),
            SoldLine("22", "", "Caption Styles", 1, reference="22"),
        ),
        payment=Payment(paid_at=PAID_AT),
        references=(("number", "2024-727"), ("transaction", "pi_sample_0001")),
    )


@pytest.mark.parametrize(
    ("name", "payment"),
    [
        ("processing", Payment(paid_at=PAID_AT)),
        ("refunded", Payment(paid_at=PAID_AT, refunded=True)),
    ],
    ids=["processing", "refunded"],
)
def test_a_status_says_what_became_of_the_payment(name: str, payment: Payment) -> None:
    assert told(f"woocommerce-{name}.json").payment == payment


@pytest.mark.parametrize(
    ("status", "paid_at", "paid"),
    [
        ("on-hold", None, False),
        ("failed", "2024-03-01T10:04:00", False),
        ("awaiting-shipment", "2024-03-01T10:04:00", True),
        ("awaiting-quote", None, False),
        ("cancelled", "2024-03-01T10:04:00", True),
    ],
)
def test_under_a_status_of_a_plugin_the_date_of_payment_counts(
    status: str, paid_at: str | None, paid: bool
) -> None:
    assert bool(all_told("woocommerce-completed.json", status=status, date_paid_gmt=paid_at)) is paid


@pytest.mark.parametrize("name", ["pending", "cancelled"])
def test_an_order_that_nobody_paid_is_not_told_since_it_may_still_change(name: str) -> None:
    assert all_told(f"woocommerce-{name}.json") == ()


@pytest.mark.parametrize(
    ("amount", "refund"),
    [
        ("-35.70", Refund(1, line="98", reference="731")),
        ("-30.00", Refund(1, line="98", reference="731")),
        ("-71.40", Refund(2, line="98", reference="731")),
        ("-23.80", Refund(1, line="22", reference="731")),
        ("-5.00", Refund(0, reference="731")),
        ("-142.80", Refund(0, reference="731")),
    ],
)
def test_money_back_takes_the_units_of_the_line_that_it_pays_exactly(amount: str, refund: Refund) -> None:
    said = told("woocommerce-refund-part.json", refunds=[{"id": 731, "reason": "", "total": amount}])

    assert said.payment.refunds == (refund,)


def test_money_back_that_could_be_of_either_line_takes_no_unit() -> None:
    items = document("woocommerce-completed.json")["line_items"]
    items[1] |= {"total": "30.00", "total_tax": "5.70"}
    refunds = [{"id": 731, "total": "-35.70"}]

    said = told("woocommerce-completed.json", line_items=items, refunds=refunds)

    assert said.payment.refunds == (Refund(0, reference="731"),)


def test_the_same_body_again_is_the_same_event_whatever_its_delivery() -> None:
    received = signed(sample("woocommerce-completed.json"))
    again = received._replace(headers={**received.headers, "x-wc-webhook-delivery-id": "another"})

    assert SHOP.events(received)[0].id == SHOP.events(again)[0].id
    assert SHOP.events(received)[0].id != SHOP.events(signed(sample("woocommerce-refunded.json")))[0].id


@pytest.mark.parametrize("ping", [b"webhook_id=1", b"webhook_id=12345"])
def test_the_ping_of_a_new_webhook_is_accepted_unsigned_and_says_nothing(ping: bytes) -> None:
    received = Received("POST", ping, headers={"content-type": "application/x-www-form-urlencoded"})

    assert SHOP.is_authentic(received, secrets=[hostile.SECRET], now=hostile.NOW)
    assert SHOP.events(received) == ()


@pytest.mark.parametrize(
    "body", [b"webhook_id=", b"webhook_id=1&id=727", b'webhook_id=1{"id":727}', b"", b"{}"]
)
def test_nothing_else_is_accepted_unsigned(body: bytes) -> None:
    assert not SHOP.is_authentic(Received("POST", body), secrets=[hostile.SECRET], now=hostile.NOW)


def test_a_forged_webhook_is_refused() -> None:
    forged.are_refused(SHOP, sample("woocommerce-completed.json"), header=SIGNATURE)


@pytest.mark.parametrize(
    "topic", ["order.deleted", "product.updated", "customer.created", "action.any", "coupon.x"]
)
def test_other_topics_are_of_no_interest(topic: str) -> None:
    received = signed(b'{"id": 727}')

    assert SHOP.events(received._replace(headers={**received.headers, TOPIC: topic})) == ()


def test_a_cart_that_nobody_has_ordered_yet_is_no_order() -> None:
    [event] = SHOP.events(
        signed(hostile.as_json(document("woocommerce-pending.json") | {"status": "checkout-draft"}))
    )

    assert SHOP.told(event, ask=None) == ()


def test_the_legacy_api_is_named() -> None:
    with pytest.raises(NotUnderstood, match="Legacy"):
        SHOP.events(signed(b'{"order": {"id": 727}}'))


def test_what_plugins_put_beside_an_order_is_not_kept() -> None:
    [event] = SHOP.events(signed(sample("woocommerce-completed.json")))

    assert b"_plugin_data" not in event.payload


def test_a_key_file_of_license_manager_for_woocommerce_is_joined_by_order() -> None:
    end = datetime(2034, 2, 27, 10, 4, tzinfo=UTC)
    names = ((ORDER, "727"),)

    assert read("woocommerce-lmfwc.csv") == [
        LateCodes(names, ("SAMP-WC01-AAAA-BBBB",), line="98", expires_at=end),
        LateCodes(names, ("SAMP-WC02-AAAA-BBBB",), line="98", expires_at=end),
        LateCodes(names, ("SAMP-WC03-AAAA-BBBB",), line="22"),
        "order_id",
        "status",
    ]


def test_a_key_file_of_digital_license_manager_is_joined_by_order() -> None:
    names = ((ORDER, "727"),)

    assert read("woocommerce-dlm.csv") == [
        LateCodes(
            names,
            ("SAMP-WC01-AAAA-BBBB",),
            line="98",
            expires_at=datetime(2034, 2, 27, 10, 4, tzinfo=UTC),
        ),
        LateCodes(names, ("SAMP-WC03-AAAA-BBBB",), line="22"),
        "status",
    ]


def test_key_files_name_orders_and_lines_as_the_webhook_does() -> None:
    order = told("woocommerce-completed.json")
    lines = {line.reference for line in order.lines}

    for name in ("woocommerce-lmfwc.csv", "woocommerce-dlm.csv"):
        codes = [each for each in read(name) if isinstance(each, LateCodes)]
        assert {each.names for each in codes} == {((ORDER, order.reference),)}
        assert {each.line for each in codes} == lines


@pytest.mark.parametrize(("name", "export"), [("lmfwc", LMFWC), ("dlm", DLM)], ids=["lmfwc", "dlm"])
def test_a_key_file_is_known_by_its_columns(name: str, export: Any) -> None:
    assert ("woocommerce", export) == detect(rows(f"woocommerce-{name}.csv")[0])[0]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("license_key", ""),
        ("license_key", "---"),
        ("expires_at", "soon"),
        ("expires_at", "9999-12-31 23:59:59"),
        ("order_id", "x" * 201),
    ],
)
def test_rejects_a_row_and_names_the_column(column: str, value: str) -> None:
    header, line, *_ = rows("woocommerce-lmfwc.csv")
    line[header.index(column)] = value

    assert outcome(LMFWC.reader(header), line) == column


def test_rejects_nonsense_in_the_days_that_a_key_is_valid_for() -> None:
    header, _, line, *_ = rows("woocommerce-lmfwc.csv")
    for value in ("-1", "1e9", "99999999", "x"):
        line[header.index("valid_for")] = value
        assert outcome(LMFWC.reader(header), line) == "valid_for"


@pytest.mark.parametrize("name", ORDERS)
def test_whatever_is_in_a_webhook_it_is_read_or_refused(name: str) -> None:
    hostile.survives(SHOP, document(name))
    hostile.survives_cuts(SHOP, sample(name))
