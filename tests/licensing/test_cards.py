"""licensing/intake/cards.py: design.md, "Card numbers are never stored"."""

import string
import sys
import uuid
from collections import Counter
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.intake.cards import scrub

# The numbers that the networks and payment providers publish for tests; no real card has one.
VISA = "4111111111111111"
CARDS = {
    "visa": [VISA, "4012888888881881", "4242424242424242", "4000056655665556", "4222222222222"],
    "mastercard": ["5555555555554444", "5105105105105100", "5200828282828210", "2223003122003222"],
    "american express": ["378282246310005", "371449635398431", "341111111111111"],
    "discover": ["6011111111111117", "6011000990139424", "6011981111111113"],
    "jcb": ["3530111333300000", "3566002020360505"],
    "diners club": ["30569309025904", "38520000023237", "36227206271667", "3056930009020004"],
    "unionpay": ["6200000000000005", "6205500000000000004"],
    "maestro": ["6759649826438453", "5018000000000009", "6304000000000000"],
}
ALL_CARDS = [number for numbers in CARDS.values() for number in numbers]
SEPARATORS = [
    " ",
    "-",
    ".",
    "  ",
    " - ",
    "\u00a0",
    "\u2009",
    "\u2010",
    "\u2011",
    "\u2013",
    "\u2014",
    "\u2212",
    "\uff0d",
]


def luhn_digit(digits: str) -> str:
    """Worked out from the left, unlike the code under test: the digit that completes `digits`."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def spaced(number: str, separator: str) -> str:
    return separator.join(number[start : start + 4] for start in range(0, len(number), 4))


def full_width(text: str) -> str:
    return text.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})


@pytest.mark.parametrize("number", ALL_CARDS)
def test_removes_the_test_cards_of_every_network(number: str) -> None:
    assert scrub(number) == ("[removed]", 1)
    assert scrub(f"Paid by {number}, thanks") == ("Paid by [removed], thanks", 1)


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("number", ALL_CARDS)
def test_removes_cards_in_groups(number: str, separator: str) -> None:
    assert scrub(f"card: {spaced(number, separator)}.") == ("card: [removed].", 1)


def test_removes_american_express_in_its_own_groups() -> None:
    assert scrub("3782 822463 10005") == ("[removed]", 1)


def test_removes_cards_written_digit_by_digit() -> None:
    assert scrub(" ".join(VISA)) == ("[removed]", 1)


@pytest.mark.parametrize("number", ALL_CARDS)
def test_removes_cards_in_full_width_digits(number: str) -> None:
    assert scrub(full_width(spaced(number, "\uff0d"))) == ("[removed]", 1)


def test_removes_cards_in_other_scripts_digits() -> None:
    arabic = VISA.translate({ord("0") + digit: 0x0660 + digit for digit in range(10)})
    assert scrub(arabic) == ("[removed]", 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("card4111111111111111x", "card[removed]x"),
        ('="4111111111111111"', '="[removed]"'),
        ("4111111111111111 12/27 123", "[removed] 12/27 123"),
        ("4111111111111111 1227 123", "[removed] 1227 123"),
        ("4111 1111 1111 1111 123", "[removed] 123"),
        ("12 4111 1111 1111 1111", "12 [removed]"),
        ("2024-01-15 4111-1111-1111-1111", "2024-01-15 [removed]"),
        ("4111\n1111\n1111\n1111", "[removed]"),
        ("4111\u200b1111\u200b1111\u200b1111", "[removed]"),
        ("4111_1111_1111_1111", "[removed]"),
        ("+4111111111111111", "+[removed]"),
        ("0 " * 40 + VISA, "0 " * 40 + "[removed]"),
    ],
)
def test_removes_cards_with_something_beside_them(text: str, expected: str) -> None:
    assert scrub(text) == (expected, 1)


@pytest.mark.parametrize("between", [" ", "\n", ", ", " and ", "/"])
def test_removes_two_cards_one_after_the_other(between: str) -> None:
    assert scrub(f"{VISA}{between}5555555555554444") == (f"[removed]{between}[removed]", 2)


def test_leaves_nothing_of_two_cards_in_groups_of_four() -> None:
    left, count = scrub("4111 1111 1111 1111 5555 5555 5555 4444")
    assert count >= 1
    assert not any(digit.isdigit() for digit in left)


def test_removes_more_rather_than_less_where_two_readings_overlap() -> None:
    # All 19 digits pass as a Visa number, and so do the first 16.
    last_two = next(f"{n:02d}" for n in range(100) if luhn_digit(f"{VISA}{n:02d}") == "0")
    assert scrub(f"{VISA} {last_two}0") == ("[removed]", 1)


@pytest.mark.parametrize("number", ALL_CARDS)
def test_leaves_numbers_that_fail_the_luhn_check(number: str) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert scrub(wrong) == (wrong, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ann Lee, 12 Elm Street, 90210 Beverly Hills",
        "2024-01-15 10:30:00",
        "2024-01-15T10:30:00.123456+00:00",
        "2024-01-15 2025-01-15",
        "20240115103000123",
        "1700000000.123456",
        "+49 1512 3456789",
        "+44 20 7946 0958",
        "0044 20 7946 0958",
        "+1 (212) 555-0123",
        "3.14159265358979",
        "Invoice 1234567890123456",
        "ISBN 978-3-16-148410-0",
        "GB29 NWBK 6016 1331 9268 19",
        "550e8400-e29b-41d4-a716-446655440000",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479",
        "8F3A19C2-77BD01E4-A5506F3B-19CC20D7",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "192.168.100.200 192.168.100.201",
        "$4,999.00 of 4,111,111",
        "4111 1111 1111",
        "41111111111111111111",
        "9999999999999999999999",
    ],
)
def test_leaves_ordinary_text_as_it_is(text: str) -> None:
    assert scrub(text) == (text, 0)


def test_leaves_a_telephone_number_that_passes_the_luhn_check() -> None:
    number = "491512345678" + luhn_digit("491512345678")
    assert scrub(f"+{number}") == (f"+{number}", 0)
    assert scrub(f"+{number[:2]} {number[2:6]} {number[6:]}")[1] == 0
    assert scrub(number) == ("[removed]", 1)


def test_takes_an_unbroken_run_whole_or_not_at_all() -> None:
    assert scrub(VISA + "1227123") == (VISA + "1227123", 0)
    assert scrub("9" + VISA) == ("9" + VISA, 0)


def test_a_hexadecimal_key_can_be_hit_by_chance_so_key_columns_are_not_scrubbed() -> None:
    assert scrub(f"7a{VISA}fe") == ("7a[removed]fe", 1)


def test_returns_the_very_text_when_there_is_nothing_to_remove() -> None:
    text = "Order of 2024-01-15, 3 units, 59.97 EUR"
    assert scrub(text)[0] is text


PREFIXES = {  # issuer prefix -> length
    "4": [13, 16, 19],
    "51": [16],
    "55": [16],
    "2221": [16],
    "2720": [16],
    "34": [15],
    "37": [15],
    "6011": [16, 19],
    "644": [16],
    "65": [16],
    "3528": [16],
    "3589": [16, 19],
    "300": [14],
    "36": [14, 19],
    "38": [14],
    "62": [16, 17, 18, 19],
    "50": [13, 16, 19],
    "58": [13, 16, 19],
    "6304": [16],
    "2200": [16],
}
NO_DIGITS = st.text(st.characters(exclude_categories=["Nd", "Cs"], exclude_characters="+"), max_size=30)


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    prefix = draw(st.sampled_from(sorted(PREFIXES)))
    missing = draw(st.sampled_from(PREFIXES[prefix])) - len(prefix) - 1
    body = prefix + draw(st.text(string.digits, min_size=missing, max_size=missing))
    return body + luhn_digit(body)


@st.composite
def written_cards(draw: st.DrawFn) -> str:
    """A card number with a separator, or none, behind each of its digits."""
    number = draw(card_numbers())
    gaps = draw(
        st.lists(
            st.sampled_from(["", "", "", *SEPARATORS]), min_size=len(number) - 1, max_size=len(number) - 1
        )
    )
    text = number[0] + "".join(gap + digit for gap, digit in zip(gaps, number[1:], strict=True))
    return full_width(text) if draw(st.booleans()) else text


@given(NO_DIGITS, written_cards(), NO_DIGITS)
def test_finds_every_card_in_text_without_other_digits(before: str, card: str, after: str) -> None:
    assert scrub(before + card + after) == (f"{before}[removed]{after}", 1)


@given(st.lists(st.tuples(NO_DIGITS, written_cards()), min_size=1, max_size=4))
def test_leaves_no_digit_of_several_cards(parts: list[tuple[str, str]]) -> None:
    left, count = scrub("x".join(before + card for before, card in parts))
    assert not any(character.isdecimal() for character in left)
    assert count == len(parts)


@given(
    st.lists(st.sampled_from(["12", "2027", "123", "1", "00"]), max_size=3),
    written_cards(),
    st.lists(st.sampled_from(["12", "2027", "123", "1", "00"]), max_size=3),
)
def test_finds_cards_among_other_groups_of_digits(before: list[str], card: str, after: list[str]) -> None:
    assert card not in scrub(" ".join([*before, card, *after]))[0]


@given(st.text(string.digits + " -.+ax\n４", max_size=80))
def test_finds_nothing_more_the_second_time(text: str) -> None:
    once, _ = scrub(text)
    assert scrub(once) == (once, 0)


@given(st.text(st.characters(exclude_categories=["Nd"])))
def test_leaves_text_without_digits(text: str) -> None:
    assert scrub(text) == (text, 0)


@given(st.lists(st.datetimes().map(str) | st.dates().map(str), max_size=3))
def test_leaves_dates_and_times_of_our_age(moments: list[str]) -> None:
    ours = [moment for moment in moments if "1900" <= moment[:4] <= "2199"]
    assert scrub(", ".join(ours)) == (", ".join(ours), 0)


def test_leaves_uuids() -> None:
    uuids = [str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))) for number in range(20_000)]
    assert [text for text in uuids if scrub(text)[1]] == []
    assert scrub(" ".join(uuids).upper())[1] == 0


@pytest.mark.parametrize(
    "shape",
    [
        "aaaaaaaa-{}-aaaaaaaaaaaa",
        "aaaaaaaa-{}aaaaaaaa",
        "550e8400-e29b-41d4-a716-446655440000 {}",
        "550e8400-e29b-41d4-a716-44665544000a{}",
    ],
)
def test_a_uuid_hides_no_card_beside_or_around_it(shape: str) -> None:
    assert scrub(shape.format("4111-1111-1111-1111")) == (shape.format("[removed]"), 1)


def steps(text: str) -> int:
    """How many lines of Python are run to scrub it, and how many functions called."""
    count: Counter[str] = Counter()

    def note(frame: FrameType, event: str, value: Any) -> Any:
        count[event] += 1
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        scrub(text)
    finally:
        sys.settrace(before)
    return count.total()


@pytest.mark.parametrize(
    "piece", [f"{uuid.UUID(int=7, version=4)} x{VISA}y ", "4 ", f"{VISA}, "], ids=["uuids", "digits", "cards"]
)
def test_twice_as_long_a_text_is_twice_the_work(piece: str) -> None:
    """A text of a megabyte, full of ids and numbers, kept whoever took it in busy for a quarter of a minute."""
    assert steps(piece * 400) < 2.5 * steps(piece * 200)
