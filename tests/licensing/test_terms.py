"""What is pasted into a search is read as it was meant."""

import pytest

from licensing.console.terms import cleaned, may_be_code, references, row_named, tails

ID = "01a22787-8455-7bca-9dd8-a82f3a167420"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("  ada@x.example\u00a0\n", "ada@x.example"),
        ("“ada@x.example”", "ada@x.example"),
        ("<ada@x.example>", "ada@x.example"),
        ("Ada Lovelace <ada@x.example>", "ada@x.example"),
        ("MAILTO:ada@x.example?subject=Hello%20you", "ada@x.example"),
        ("mailto:ada%40x.example", "ada@x.example"),
        ("ada\u200b@x.example\ufeff", "ada@x.example"),
        ("\u2066ada@x.example\u2069,", "ada@x.example"),
        ("Is it Ada?", "Is it Ada"),
        ("Ada\t\u2003Lovelace", "Ada Lovelace"),
        ("نرگس\u200cعلی", "نرگس\u200cعلی"),
        ("Ange\u0301le", "Angéle"),
        ("a\0b\x1b", "ab"),
        ("", ""),
    ],
)
def test_what_came_along_is_taken_off(typed: str, meant: str) -> None:
    assert cleaned(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "gr-1001",
        "#GR-1001",
        "Order GR-1001",
        "order no. GR-1001",
        "ORDER NUMBER: GR-1001",
        "invoice #gr-1001",
        "№ GR-1001",
    ],
)
def test_an_order_is_known_by_what_people_call_it(typed: str) -> None:
    assert "GR-1001" in references(typed)


@pytest.mark.parametrize("typed", ["", "order", "#", "o" * 300])
def test_a_reference_is_never_empty_and_never_longer_than_its_column(typed: str) -> None:
    assert all(0 < len(each) <= 200 for each in references(typed))


@pytest.mark.parametrize("typed", [ID, ID.upper(), f"<{ID}.1@vendor.example>", f"{ID}.12@vendor.example"])
def test_a_row_is_named_by_its_id_or_by_its_mails(typed: str) -> None:
    assert str(row_named(typed)) == ID


@pytest.mark.parametrize("typed", ["ada", f"{ID}.x@vendor.example", f"{ID}.1", ID[:-1]])
def test_nothing_else_names_a_row(typed: str) -> None:
    assert row_named(typed) is None


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        ("7c21", "7C21"),
        ("••••-7C21", "7C21"),
        ("...7C21", "7C21"),
        ("code ending 7C21", "7C21"),
        ("21XQ-7C21", "7C21"),
    ],
)
def test_the_end_of_a_code_is_known_as_people_quote_it(typed: str, last: str) -> None:
    assert last in tails(typed)


@pytest.mark.parametrize("typed", ["", "-", "ada@x", "Ada Lovelace", "a" * 9])
def test_nothing_else_is_the_end_of_a_code(typed: str) -> None:
    assert tails(typed) == []


@pytest.mark.parametrize("typed", ["ABCD-EFGH-IJKL", "abcd1234efgh5678", "12345 67890"])
def test_what_looks_like_a_code_is_taken_for_one(typed: str) -> None:
    assert may_be_code(typed)


@pytest.mark.parametrize(
    "typed", ["Ada Lovelace", "ada1815@lovelace.example", ID, "GR-77120", "LOVELACE LTD."]
)
def test_people_addresses_and_ids_are_not(typed: str) -> None:
    assert not may_be_code(typed)
