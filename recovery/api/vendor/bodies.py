"""What changes are told with, field by field."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from licensing.intake.keyfile import MOST_SEATS
from licensing.support.by_hand import MOST_UNITS
from licensing.support.revocation import LONGEST_REASON as LONGEST_REVOCATION
from licensing.support.stocking import MOST_KEYS
from recovery.api.fields import Moment, Sent, Text
from recovery.journeys.privacy import EraseReason

LONGEST_REASON: Final = 300
LONGEST_CODE: Final = 65_536
WHY: Final = "Why; recorded."
EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)
A_DAY: Final = timedelta(days=1)
TURNS: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})  # the writing round


class Whole(serializers.IntegerField):
    """A number, and not a text that could be read as one, nor a truth value."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


class Truth(serializers.BooleanField):
    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Line(Text):
    """Text of one line, as it will stand in lists and mails: each gap is one blank, and nothing turns the writing."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "not_one_line": "There are signs in it that are not text."
    }

    def to_internal_value(self, data: Any) -> str:
        value = " ".join(super().to_internal_value(data).split())
        if any(is_no_text(each) for each in value):
            self.fail("not_one_line")
        return value


def is_no_text(sign: str) -> bool:
    """NUL has a refusal of its own."""
    return (unicodedata.category(sign) == "Cc" and sign != "\0") or unicodedata.bidirectional(sign) in TURNS


class Reasoned(Sent):
    reason = Text(max_length=LONGEST_REASON, help_text=WHY)


class Revoking(Sent):
    reason = Text(max_length=LONGEST_REVOCATION, help_text=WHY)


class AskingBack(Sent):
    text = Text(max_length=4000, help_text="What the customer reads in a mail, and can answer.")


class AddingPurchase(Sent):
    email = Text(max_length=320, help_text="A current address of a customer on file: the buyer.")
    sku = Text(max_length=80, help_text="The edition's.")
    reference = Line(max_length=200, help_text="The order's number.")
    ordered_at = Moment(help_text="With its zone.")
    quantity = Whole(min_value=1, max_value=MOST_UNITS, default=1)
    registered_name = Line(max_length=300, required=False, help_text="If it is not the customer's name.")
    store = Text(
        max_length=80, required=False, help_text="The store's name; without it, the one for orders by hand."
    )
    reason = Text(max_length=LONGEST_REASON, help_text=WHY)

    def validate_ordered_at(self, value: datetime) -> datetime:
        """A day ahead at most: clocks differ, and so do time zones."""
        if not EARLIEST <= value <= timezone.now() + A_DAY:
            raise ValidationError("Nothing was ordered then.", code="out_of_range")
        return value


class Refunding(Sent):
    line = serializers.UUIDField(required=False, help_text="Without it, the whole order is refunded.")
    units = Whole(min_value=1, required=False, help_text="Of that line, all marked ones together.")
    reason = Text(max_length=LONGEST_REASON, help_text=WHY)


class NewKey(Sent):
    code = Text(max_length=LONGEST_CODE)
    name = Line(max_length=300, required=False, help_text="The name that it is registered to.")
    seats = Whole(
        min_value=1, max_value=MOST_SEATS, allow_null=True, default=1, help_text="Null: it serves all buyers."
    )


class LoadingKeys(Sent):
    keys = serializers.ListField(child=NewKey(), min_length=1, max_length=MOST_KEYS)
    also_elsewhere = Truth(default=False, help_text="Take keys that another edition has, too.")


class MovingLicense(Sent):
    license = serializers.UUIDField()
    to = serializers.ChoiceField(choices=["windows", "macos", "linux"])
    reason = Text(
        max_length=LONGEST_REASON,
        required=False,
        help_text=f"{WHY} Needed for what goes beyond the product's rules.",
    )


class Erasing(Sent):
    reason = serializers.ChoiceField(
        choices=[each.value for each in EraseReason], help_text="Who asked, and how."
    )
