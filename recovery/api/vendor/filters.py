"""What lists are asked by. A name that is none of these is refused: it would else be left out in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from recovery.api.fields import Moment, Sent, Text
from recovery.ledger.pages import MOST, USUAL, BadCursor, Window, read

MOST_DAYS: Final = 31


class Query(Sent):
    @classmethod
    def of(cls, query: QueryDict) -> Mapping[str, Any]:
        """What was asked for. Raises `ValidationError`, also for a name that stands there twice."""
        twice = [name for name, values in query.lists() if len(values) > 1]
        if twice:
            once = ErrorDetail("Say it once.", code="repeated")
            raise ValidationError({name[:60]: [once] for name in twice[:10]})
        asked = cls(data=query.dict())
        asked.is_valid(raise_exception=True)
        found: Mapping[str, Any] = asked.validated_data
        return found


class Filters(Query):
    """Of every list."""

    limit = serializers.IntegerField(
        min_value=1, max_value=MOST, default=USUAL, help_text="How many rows at most."
    )
    cursor = Text(max_length=40, required=False, help_text="`next` of the page before.")
    recorded_since = Moment(required=False, help_text="Rows that came on file then, or later; with its zone.")
    recorded_before = Moment(required=False, help_text="Rows that came on file before; with its zone.")

    def validate_cursor(self, value: str) -> str:
        try:
            read(value)
        except BadCursor:
            raise ValidationError("This is no cursor of ours.", code="bad_cursor") from None
        return value


def window_of(asked: Mapping[str, Any]) -> Window:
    return Window(
        asked["limit"], asked.get("cursor", ""), asked.get("recorded_since"), asked.get("recorded_before")
    )


def further(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What one list is asked by beyond that."""
    return {name: value for name, value in asked.items() if name not in Filters().fields}


class OfPurchases(Filters):
    store = Text(max_length=80, required=False, help_text="The store's name; only along with `reference`.")
    reference = Text(max_length=200, required=False, help_text="The shop's order reference.")
    transaction = Text(
        max_length=200,
        required=False,
        help_text="Any other number that the shop has for it: an invoice, say.",
    )
    buyer = serializers.UUIDField(required=False)

    def validate(self, attrs: Any) -> Any:
        if "store" in attrs and "reference" not in attrs:
            raise ValidationError({"store": [ErrorDetail("Ask for a `reference`, too.", code="alone")]})
        return attrs


class OfCustomers(Filters):
    email = Text(max_length=320, required=False, help_text="Whose address this is now.")


class OfLicenses(Filters):
    customer = serializers.UUIDField(required=False, help_text="Whose they are.")
    purchase = serializers.UUIDField(required=False)
    ended = serializers.ChoiceField(
        choices=["revoked", "refunded"], required=False, help_text="Those that ended by themselves."
    )


class OfExchanges(Filters):
    license = serializers.UUIDField(required=False)
    customer = serializers.UUIDField(required=False, help_text="Whose the license is.")
    state = serializers.ChoiceField(choices=["asked", "waiting"], required=False)


class OfMessages(Filters):
    customer = serializers.UUIDField(required=False, help_text="To any address of theirs.")
    state = serializers.ChoiceField(choices=["refused", "withheld"], required=False)


class OfEvents(Filters):
    purchase = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(
        choices=["waiting", "unconfirmed", "unclear"],
        required=False,
        help_text="Those that wait for a person.",
    )


class OfFigures(Query):
    since = serializers.DateField(help_text="The first day, in UTC.")
    until = serializers.DateField(help_text="The last day; at most 31 of them.")

    def validate(self, attrs: Any) -> Any:
        days = (attrs["until"] - attrs["since"]).days + 1
        if not 1 <= days <= MOST_DAYS:
            raise ValidationError({"until": [ErrorDetail("1 to 31 days.", code="bad_days")]})
        return attrs
