"""Reads cells as other people's files write them: dates in five forms; amounts with either sign."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from licensing.intake.mapped.fields import DATES
from licensing.intake.record import RowRejected
from licensing.intake.stores.cells import is_possible

FIRST_YEAR: Final = 1980  # nobody sold downloads before
LAST_YEAR: Final = 2200
LONGEST_AMOUNT: Final = 60  # characters, with its currency

_DATE = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})"
    r"(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?)?(?:\s*(?:UTC|GMT|Z))?"
)
_SECONDS = re.compile(r"\d{9,11}(?:\.\d+)?")
_CURRENCY = r"(?:[A-Za-z]{2,3}|[A-Za-z]{0,2}[$€£¥₹])?"
_AMOUNT = re.compile(
    rf"(?P<below>[(\u2212-]?)\s*{_CURRENCY}\s*(?P<minus>-?)\+?(?P<number>[0-9][0-9.,' ]*)\s*{_CURRENCY}\s*\)?",
    re.ASCII,
)
_SIGNS = re.compile(r"[.,' ]")


def moment(value: str, column: str, *, form: str) -> datetime:
    """A date, with a time of day or without, in that form; in UTC unless it says otherwise."""
    found = parsed(" ".join(value.split()), form)
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise RowRejected(column, f"is not a date such as {DATES[form]}")
    return found


def parsed(value: str, form: str) -> datetime | None:
    try:
        if form == "unix":
            return datetime.fromtimestamp(float(value), UTC) if _SECONDS.fullmatch(value) else None
        return iso(value) if form == "ISO" else by_places(value, form)
    except (ValueError, OverflowError, OSError):
        return None


def iso(value: str) -> datetime:
    when = datetime.fromisoformat(value.removesuffix(" UTC").removesuffix(" GMT"))
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def by_places(value: str, form: str) -> datetime | None:
    found = _DATE.fullmatch(value)
    if not found or (found[2] == ".") != ("." in form):
        return None
    day, month = (found[3], found[1]) if form.startswith("MM") else (found[1], found[3])
    hour = int(found[5] or 0)
    if half := (found[8] or "").lower()[:1]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime(
        int(found[4]), int(month), int(day), hour, int(found[6] or 0), int(found[7] or 0), tzinfo=UTC
    )


def likely_form(values: Iterable[str]) -> str:
    """The form that reads the most of these dates; ISO where none does. Of 3/4/2024 nobody can tell: month first."""
    seen = [" ".join(value.split()) for value in values if value.strip()]
    return max(DATES, key=lambda form: sum(parsed(value, form) is not None for value in seen))


def amount(value: str, column: str) -> Decimal:
    """`1,234.50`, `1.234,50 €`, `$12`, `USD 12` or, below zero, `-5` and `(5.00)`. Nothing at all is 0."""
    value = " ".join(value.split())  # else the pattern tries every way to share out a long run of white space
    if not value:
        return Decimal(0)
    found = _AMOUNT.fullmatch(value) if len(value) <= LONGEST_AMOUNT else None
    if not found or (found["below"] and found["minus"]):
        raise RowRejected(column, "is not an amount")
    number = Decimal(plain_number(found["number"].rstrip()))
    if not is_possible(number):
        raise RowRejected(column, "is not an amount")
    return -number if found["below"] or found["minus"] else number


def plain_number(number: str) -> str:
    """Which sign is the decimal one: the last of two kinds, or a single one without three digits behind it."""
    signs = [sign for sign in number if sign in ".,"]
    whole, _, cents = number.rpartition(signs[-1]) if signs else (number, "", "")
    both = len(set(signs)) == 2
    decimal = both or (len(signs) == 1 and (len(cents) != 3 or whole == "0"))
    return _SIGNS.sub("", whole) + (f".{cents}" if decimal else _SIGNS.sub("", cents))
