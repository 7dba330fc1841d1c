"""How a value stands in a cell: the same text in every kind of file, and back again without loss."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import models

# What a spreadsheet takes for the beginning of a formula, the full-width twins included, or passes over on its way to
# one. The quote is among them, so that one quote less is always the value itself.
RISKY: Final = tuple("=+-@\t\r\n\0'\uff1d\uff0b\uff0d\uff20")
QUOTE: Final = "'"
LONGEST_NUMBER: Final = 18  # characters; no column holds more, and SQLite takes no larger ones
YES_AND_NO: Final = {"yes": True, "no": False}


class NotThatKind(ValueError):
    """The text is not the kind of value that its column holds. The message says which kind, without the text."""


class Form(NamedTuple):
    """One kind of value: as a text, and back. `number`: a workbook may hold it as a number."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]
    number: bool = False


def harmless(text: str) -> str:
    """The text with a quote in front where a spreadsheet might take it for a formula (threats, row 23)."""
    return QUOTE + text if text.startswith(RISKY) else text


def as_it_was(cell: str) -> str:
    """What `harmless` made the cell from."""
    return cell.removeprefix(QUOTE)


def form_of(field: models.Field[Any, Any]) -> Form:
    """How this column is written. Of what may be absent, the empty cell says that it is."""
    form = plain_form(field)
    if not field.null:
        return form
    return Form(
        lambda value: "" if value is None else form.write(value),
        lambda text: form.read(text) if text else None,
        form.number,
    )


def plain_form(field: models.Field[Any, Any]) -> Form:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    kind = next((kind for kind in FORMS if isinstance(target, kind)), None)
    if kind is None:
        raise TypeError(f"{field} holds a kind of value that no export knows")
    return FORMS[kind]


def read_text(text: str) -> str:
    if "\0" in text:
        raise NotThatKind("it holds a NUL, which is no character of any text")
    return text


def read_number(text: str) -> int:
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > LONGEST_NUMBER:
        raise NotThatKind("it must be a whole number")
    return int(text)


def read_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise NotThatKind("it must be an id, such as 0190a0b1-0000-7000-8000-000000000000") from None


def read_moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter where UTC has no such year
        raise NotThatKind("it must be a moment, such as 2026-01-31T12:00:00+00:00") from None
    raise NotThatKind("it must be a moment with its time zone, such as 2026-01-31T12:00:00+00:00")


def read_yes_or_no(text: str) -> bool:
    if text not in YES_AND_NO:
        raise NotThatKind("it must be yes or no")
    return YES_AND_NO[text]


def write_json(value: object) -> str:
    """Names in one order, whatever order a database keeps them in."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def read_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise NotThatKind("it must be JSON") from None


def write_octets(value: bytes | memoryview) -> str:
    return base64.b64encode(bytes(value)).decode()


def read_octets(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotThatKind("it must be base64") from None


FORMS: Final[dict[type[models.Field[Any, Any]], Form]] = {
    models.UUIDField: Form(str, read_id),
    models.CharField: Form(str, read_text),
    models.TextField: Form(str, read_text),
    models.BooleanField: Form(lambda value: "yes" if value else "no", read_yes_or_no),
    models.IntegerField: Form(str, read_number, number=True),
    models.DateTimeField: Form(lambda value: value.astimezone(UTC).isoformat(), read_moment),
    models.JSONField: Form(write_json, read_json),
    models.BinaryField: Form(write_octets, read_octets),
}
