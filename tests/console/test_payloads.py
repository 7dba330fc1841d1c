"""What a shop sent can be read by support, without the codes in it."""

import json
from datetime import UTC, datetime

import pytest

from licensing.console.payloads import LONGEST, codes_in, names_in, readable
from licensing.intake.record import LateCodes, Party, Payment, PurchaseRecord, SoldLine

CODE = "CANA-RY7C-21XQ-PL0M"


def test_lays_json_out_and_masks_what_is_called_a_key() -> None:
    said = {
        "email": "ada@lovelace.example",
        "license_key": CODE,
        "items": [{"licenses": [CODE], "quantity": 2}],
    }

    text = readable(json.dumps(said).encode())

    assert CODE not in text
    assert '"license_key": "••••-PL0M"' in text
    assert '"email": "ada@lovelace.example"' in text
    assert '  "items": [\n' in text


@pytest.mark.parametrize(
    "name", ["key", "licenseKey", "License Key", "serial_number", "registration_code", "p_signature", "token"]
)
def test_masks_fields_called_like_codes(name: str) -> None:
    assert "abcd1234efgh5678" not in readable(json.dumps({name: "abcd1234efgh5678"}).encode())


@pytest.mark.parametrize(
    "name", ["order_id", "country_code", "currency_code", "license_key_id", "email", "reference", "zip_code"]
)
def test_shows_what_support_needs(name: str) -> None:
    assert "abcd1234efgh5678" in readable(json.dumps({name: "abcd1234efgh5678"}).encode())


def test_masks_what_looks_like_a_code_wherever_it_stands() -> None:
    assert CODE not in readable(json.dumps({"note": f"Your code is {CODE}, keep it"}).encode())


def test_an_order_reference_in_groups_stays_readable() -> None:
    assert "ACME-2404-6588-25101" in readable(b'{"reference": "ACME-2404-6588-25101"}')


def test_masks_what_the_shops_reader_takes_for_a_code() -> None:
    text = readable(b'{"custom": {"memo": "sesame-opens"}, "order": "sesame-opens"}', codes=["sesame-opens"])

    assert "sesame" not in text


def test_masks_fields_of_the_shop_that_name_no_order() -> None:
    text = readable(b'{"blob": "abcd1234efgh", "order_no": "4711"}', fields=["blob", "order_no"])

    assert "abcd1234" not in text
    assert "4711" in text


def test_a_form_stands_one_field_a_line() -> None:
    text = readable(b"email=ada%40lovelace.example&license_key=CANA-RY7C&quantity=1&empty=")

    assert text == "email: ada@lovelace.example\nlicense_key: ••••-7C\nquantity: 1\nempty: "


def test_masks_in_xml_and_in_lines_too() -> None:
    xml = readable(b"<order><reg-key>abcd1234efgh5678</reg-key><name>Ada</name></order>")
    lines = readable(b"ENCODING=UTF8\nREG_KEY=abcd1234efgh5678\nEMAIL=ada@lovelace.example\n")

    assert "abcd1234" not in xml + lines
    assert "<name>Ada</name>" in xml
    assert "EMAIL=ada@lovelace.example" in lines


def test_shows_what_cannot_be_read_at_all() -> None:
    assert readable(b"\xff\xfe not JSON").endswith("not JSON")


def test_masks_in_json_that_was_cut() -> None:
    assert "abcd1234" not in readable(b'{"order": {"license_key": "abcd1234efgh5678", "email": "ada@love')


def test_deep_nesting_and_length_are_no_trouble() -> None:
    assert readable(b"[" * 200_000).startswith("[[[")
    assert len(readable(b'{"a":"' + b"x" * 200_000 + b'"}')) <= LONGEST + 20


def test_codes_are_those_of_orders_and_of_codes_told_later() -> None:
    line = SoldLine("p", "", "Clip Cutter", 1, codes=("one",))
    order = PurchaseRecord("1", datetime(2026, 1, 1, tzinfo=UTC), Party("a@b.example"), (line,), Payment())

    assert codes_in([order, LateCodes((("order", "1"),), ("two",))]) == {"one", "two"}


@pytest.mark.parametrize("sign", ["a", "a ", "<a", "&lt;"])
def test_a_megabyte_of_what_begins_like_xml_is_shown_at_once(sign: str) -> None:
    """Where an element never ended, each of its letters was looked at from all the others: hours for this one."""
    assert readable(("<" + sign * 500_000).encode()).startswith("<")


def test_what_products_and_orders_are_called_stays_readable() -> None:
    payload = {"sku": "clipcutter-windows", "key": "AAAA-BBBB-CCCC-DDDD", "license": "CLIP-CUTTER-PRO1"}
    names, fields = {"clipcutter-windows", "CLIP-CUTTER-PRO1"}, {"sku"}

    shown = readable(json.dumps(payload).encode(), fields=fields, names=names)

    assert ("clipcutter-windows" in shown, "CLIP-CUTTER-PRO1" in shown, "AAAA-BBBB" in shown) == (
        True,
        True,
        False,
    )
    assert "clipcutter-windows" not in readable(json.dumps(payload).encode(), fields=fields)


def test_a_code_is_no_name_though_a_product_is_called_the_same() -> None:
    sold, at = SoldLine(CODE, "blue", "Clip Cutter", 1, (CODE,)), datetime(2026, 1, 1, tzinfo=UTC)

    assert names_in([PurchaseRecord("1001", at, Party("a@b.example"), (sold,), Payment())]) == {
        "1001",
        "blue",
    }
