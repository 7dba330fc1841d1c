"""Reads single cells: text without control characters, flags, whole numbers, money, moments, addresses."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from licensing.addresses import AddressError, canonical
from licensing.intake.record import RowRejected
from licensing.keys.code import LONGEST_CODE, CodeError, normalise

_UNTIDY = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|\s\s|^\s|\s$")
_PLAIN_CODE = re.compile(r"[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*")
_TRUE: Final = frozenset({"1", "true", "yes", "y"})
_FALSE: Final = frozenset({"", "0", "false", "no", "n"})
# Why an address is none, for the vendor; the customers' sentences stand with the rules (`addresses.MESSAGES`).
ADDRESS_WORDS: Final = {
    "empty": "there is none",
    "too_long": "it is too long",
    "control": "it has a line break or a control character",
    "invisible": "it has a character that cannot be seen",
    "no_at": "it has no @",
    "several": "it is more than one address",
    "quoted": "it has quotation marks",
    "name_included": "it has a name, or < and >, around it",
    "space": "it has a space inside",
    "local_non_ascii": "it has letters beyond ASCII before the @",
    "not_normalised": "a letter before the @ is written in an unusual way",
    "bad_local": "what stands before the @ is not right",
    "literal": "it has a number of a machine after the @ instead of a domain",
    "trailing_dot": "it ends with a dot",
    "bad_domain": "what stands after the @ is not a domain",
}
_MOST_MONEY: Final = (
    Decimal(10) ** 12
)  # of any currency; with the places below, what Decimal reckons with exactly
_MOST_PLACES: Final = 9


def text(value: str) -> str:
    """One line: line breaks, control characters and runs of white space become one space."""
    if not _UNTIDY.search(value):
        return value
    return " ".join(
        "".join(
            " " if character < " " or "\x7f" <= character <= "\x9f" else character for character in value
        ).split()
    )


def within(value: str, limit: int, column: str) -> str:
    """The text; refused, not cut, where more than `limit` characters would change what it means."""
    value = text(value)
    if len(value) > limit:
        raise RowRejected(column, f"is longer than {limit} characters")
    return value


def required(value: str, limit: int, column: str) -> str:
    value = within(value, limit, column)
    if not value:
        raise RowRejected(column, "is empty")
    return value


def flag(value: str, column: str) -> bool:
    word = value.strip().lower()
    if word in _FALSE:
        return False
    if word not in _TRUE:
        raise RowRejected(column, "must be 0 or 1")
    return True


def whole(value: str, column: str, *, low: int, high: int) -> int:
    number = value.strip()
    if not (number.isascii() and number.isdigit() and len(number) <= 10 and low <= int(number) <= high):
        raise RowRejected(column, f"must be a whole number from {low} to {high}")
    return int(number)


def money(value: str, column: str) -> Decimal:
    try:
        amount = Decimal(value.strip().replace(",", "") or "0")
    except InvalidOperation:
        raise RowRejected(column, "is not an amount") from None
    if not is_possible(amount):
        raise RowRejected(column, "is not an amount")
    return amount


def is_possible(amount: Decimal) -> bool:
    """Whether it can be reckoned with: "1e999999" is a number too, but no order's."""
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_MOST_PLACES and abs(amount) < _MOST_MONEY


def moment(date: str, time: str, column: str) -> datetime:
    """Date and time of day, both as ISO 8601 writes them, in UTC; without a time, the day's beginning."""
    try:
        when = datetime.fromisoformat(f"{date.strip()}T{time.strip() or '00:00'}")
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # the latter where UTC has no such year
        raise RowRejected(column, "is not a date and time such as 2024-05-31 and 09:30:00") from None


def address(value: str, column: str) -> str:
    """The canonical form. Whatever a shop accepted and we cannot send to is rejected with the reason."""
    try:
        return canonical(value)
    except AddressError as error:
        raise RowRejected(column, f"not an address we can send to ({ADDRESS_WORDS[error.code]})") from None


def code(value: str, column: str) -> str:
    """A registration code as it stands, if it can be one in every form that an edition may choose."""
    value = value.strip()
    if not value or (len(value) <= LONGEST_CODE and _PLAIN_CODE.fullmatch(value)):
        return value
    try:
        normalise(value, form="spaced")
        normalise(value, form="exact")
    except CodeError as error:
        raise RowRejected(column, f"cannot be a registration code ({error.code.replace('_', ' ')})") from None
    return value
