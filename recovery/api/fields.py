"""What is sent, field by field: of the right type, and none that we do not know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

TAG: Final = re.compile("[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
SHOWN_NAMES: Final = 10
SHOWN_LENGTH: Final = 60


class Text(serializers.CharField):
    """Text, and not a number or a truth value that could be written as one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Moment(serializers.DateTimeField):
    """A moment with its zone (RFC 3339). One without would be taken for UTC by us, and meant otherwise by many."""

    default_error_messages: ClassVar[dict[str, Any]] = {"no_zone": "Give the zone: 2026-11-29T10:00:00Z."}

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("no_zone")
        return super().enforce_timezone(value)


class Sent(serializers.Serializer[Any]):
    """A body. Unknown fields are refused by name: a misspelt one would else be left out in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)  # which refuses it
        known = set(self.fields)
        wrong = {name[:SHOWN_LENGTH]: [UNKNOWN] for name in list(data) if name not in known}
        try:
            taken = super().to_internal_value({name: value for name, value in data.items() if name in known})
        except ValidationError as error:
            detail = error.detail if isinstance(error.detail, Mapping) else {}
            raise ValidationError({**detail, **first(wrong)}) from None
        if wrong:
            raise ValidationError(first(wrong))
        return taken


UNKNOWN: Final = ErrorDetail("There is no such field.", code="unknown_field")


def first(wrong: dict[str, list[ErrorDetail]]) -> dict[str, list[ErrorDetail]]:
    return dict(list(wrong.items())[:SHOWN_NAMES])


class Nothing(Sent):
    """A call without a body, or with an empty object."""


class Asking(Sent):
    email = Text(
        max_length=1024, trim_whitespace=False, help_text="The address that the customer bought with."
    )
    language = Text(
        max_length=20,
        required=False,
        help_text="Language of the mail, as `en` or `de-AT`. One that there is no mail in gets the vendor's own.",
    )

    def validate_language(self, value: str) -> str:
        if not TAG.fullmatch(value):
            raise ValidationError("This is no language tag.", code="bad_language")
        return value


class Proving(Sent):
    code = Text(
        max_length=40, help_text="From the mail. Small letters, spaces and dashes make no difference."
    )


class Moving(Sent):
    to = serializers.ChoiceField(choices=["windows", "macos", "linux"], help_text="The platform to move to.")


class Checking(Sent):
    sku = Text(max_length=80, help_text="The edition's SKU, as your catalogue has it.")
    code = Text(max_length=65_536, help_text="The code, in any spelling that the edition forgives.")
