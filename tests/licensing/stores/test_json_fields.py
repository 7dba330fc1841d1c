"""How JSON that somebody else wrote is read."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from licensing.intake.record import RowRejected
from licensing.intake.shop import NotUnderstood
from licensing.intake.stores.json_fields import MOST_DEPTH, MOST_ITEMS, MOST_OCTETS, Fields, known, loaded

DEEP = b'{"a":' * MOST_DEPTH + b"1" + b"}" * MOST_DEPTH


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b"{",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":"\xff"}',
        '{"a":1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b'{"a":' + b"1" * 5_000 + b"}",
        b"[" * 100_000,
        b'{"a":' * (MOST_DEPTH + 1) + b"{}" + b"}" * (MOST_DEPTH + 1),
        b'{"a":"' + b"x" * MOST_OCTETS + b'"}',
    ],
    ids=range(14),
)
def test_refuses_what_is_no_reasonable_object(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        loaded(body)


def test_takes_what_is_as_deep_as_may_be() -> None:
    assert "a" in loaded(DEEP)


@pytest.mark.parametrize("answer", [None, [], "text", 1])
def test_an_answer_must_be_an_object(answer: object) -> None:
    with pytest.raises(NotUnderstood):
        known(answer)


def test_a_rejection_names_the_path() -> None:
    fields = loaded(b'{"order":{"lines":[{},{"quantity":"many"}]}}')

    with pytest.raises(
        RowRejected, match=r"^order\.lines\[1\]\.quantity: must be a whole number from 1 to 9$"
    ):
        fields.fields("order").each("lines")[1].whole("quantity", low=1, high=9)


@pytest.mark.parametrize("value", ["", "  ", None])
def test_what_says_nothing_is_not_there(value: object) -> None:
    fields = Fields({"name": value})

    assert "name" not in fields
    assert fields.text("name", 9) == ""
    with pytest.raises(RowRejected, match="is empty"):
        fields.required("name")


@pytest.mark.parametrize("value", [[], {}, True, "x" * 10, "\ud800", 10**60])
def test_refuses_what_is_no_text(value: object) -> None:
    with pytest.raises(RowRejected):
        Fields({"name": value}).text("name", 9)


def test_numbers_are_read_where_text_is_due() -> None:
    assert Fields({"id": 17}).text("id", 9) == "17"


def test_cuts_what_is_only_shown() -> None:
    assert Fields({"name": "a\0 b\nc" * 9}).cut("name", 5) == "a b c"


@pytest.mark.parametrize("value", ["../orders", "a/b", "a?b", "a b", "é", ".", "a%2fb"])
def test_an_identity_may_stand_in_a_path(value: str) -> None:
    with pytest.raises(RowRejected, match="is not an id"):
        Fields({"id": value}).identity("id")


def test_an_identity_may_be_told_as_an_object() -> None:
    assert Fields({"customer": {"id": "cus_1"}}).identity("customer") == "cus_1"
    assert Fields({"customer": "cus_1"}).identity("customer") == "cus_1"
    assert Fields({}).identity("customer") == ""
    with pytest.raises(RowRejected, match="is empty"):
        Fields({}).sure_identity("customer")


def test_amounts_are_exact_and_never_negative() -> None:
    assert Fields({"total": 29.95}).money("total") == Decimal("29.95")
    assert Fields({}).money("total") == 0
    for value in ("-1", "1e999999", float("inf"), "much", 10**30):
        with pytest.raises(RowRejected):
            Fields({"total": value}).money("total")
    with pytest.raises(RowRejected, match="is empty"):
        Fields({}).sure_money("total")


def test_moments_are_read_in_utc() -> None:
    expected = datetime(2026, 3, 2, 10, 10, tzinfo=UTC)

    for value in ("2026-03-02T10:10:00Z", "2026-03-02 10:10:00", "2026-03-02T12:10:00+02:00"):
        assert Fields({"at": value}).moment("at") == expected
    assert Fields({"at": 1772446200}).seconds("at") == expected
    assert Fields({"at": 1772446200000}).seconds("at", per_second=1000) == expected
    assert Fields({}).moment_if_any("at") is None
    assert Fields({}).seconds_if_any("at") is None


@pytest.mark.parametrize(
    "value", ["", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+02:00", -1, 10**15]
)
def test_refuses_what_is_no_moment(value: object) -> None:
    with pytest.raises(RowRejected):
        Fields({"at": value}).moment("at")
    with pytest.raises(RowRejected):
        Fields({"at": value}).seconds("at")


def test_lists_hold_objects_and_have_an_end() -> None:
    assert Fields({}).each("lines") == []
    wrong: tuple[object, ...] = ("text", {}, [1], [None], [{}] * (MOST_ITEMS + 1))
    for value in wrong:
        with pytest.raises(RowRejected):
            Fields({"lines": value}).each("lines")


@pytest.mark.parametrize(
    ("value", "said"), [(True, True), (False, False), (1, True), ("0", False), ("true", True), (None, False)]
)
def test_flags_are_read_in_every_way_that_shops_write_them(value: object, said: bool) -> None:
    assert Fields({"live": value}).flag("live") is said


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        (["AAAA-1111", "", " BBBB-2222 "], ("AAAA-1111", "BBBB-2222")),
        ("AAAA-1111", ("AAAA-1111",)),
        ([], ()),
        (None, ()),
    ],
    ids=["several", "a single text", "none", "missing"],
)
def test_a_list_of_codes_is_read(value: object, codes: tuple[str, ...]) -> None:
    assert Fields({"keys": value}).codes("keys") == codes


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ([["AAAA"]], r"keys\[0\]"),
        (["AAAA", {"code": "BBBB"}], r"keys\[1\]"),
        ({}, r"keys\[0\]"),
        (["A"] * 1_001, "keys"),
    ],
    ids=["lists", "objects", "an object", "too many"],
)
def test_what_is_no_list_of_codes_is_refused_by_its_place(value: object, where: str) -> None:
    with pytest.raises(RowRejected, match=rf"^order\.{where}: must be"):
        Fields({"keys": value}, "order").codes("keys")
