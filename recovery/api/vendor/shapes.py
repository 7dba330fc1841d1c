"""What is answered to the vendor's systems, field by field. The answers themselves are made in `shown.py`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from licensing.holdings import Standing
from licensing.models import EventState, KeySource, Platform, PurchaseState
from recovery.api.shapes import Shape, one_of
from recovery.models import (
    AttemptOutcome,
    ExchangeKind,
    ExchangeState,
    Figure,
    MessageKind,
    MessageState,
    Scope,
    Withheld,
)


def when(**more: Any) -> serializers.DateTimeField:
    return serializers.DateTimeField(allow_null=True, **more)


def row_or_null(**more: Any) -> serializers.UUIDField:
    return serializers.UUIDField(allow_null=True, **more)


class OwnKey(Shape):
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="The audit trail calls it `api:` and this.")
    scopes = serializers.ListField(child=one_of(Scope))
    calls_per_minute = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class OtherName(Shape):
    kind = serializers.CharField(help_text="What the shop calls such a number.")
    value = serializers.CharField()


class SoldLine(Shape):
    id = serializers.UUIDField()
    product_ref = serializers.CharField()
    variant = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    receiver = row_or_null(help_text="The customer who gets its licenses; null: the buyer.")
    placed_at = when(help_text="Null: nobody has said yet what this means here.")


class MarkedRefund(Shape):
    line = row_or_null(help_text="Null: the whole order.")
    units = serializers.IntegerField(allow_null=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()


class VendorPurchase(Shape):
    id = serializers.UUIDField()
    store = serializers.CharField(help_text="The store's name here.")
    reference = serializers.CharField(help_text="The shop's order reference.")
    state = one_of(PurchaseState, help_text="What the facts add up to.")
    buyer = row_or_null(help_text="The customer; null where nobody knows, or they were erased.")
    told_as = row_or_null(help_text="The same order as another shop tells it; that one counts.")
    ordered_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    paid_at = when()
    refunded_at = when()
    refunded_units = serializers.IntegerField(allow_null=True, help_text="Null: all, if it is refunded.")
    disputed_at = when()
    won_at = when()
    references = OtherName(many=True)
    lines = SoldLine(many=True)
    marked_refunds = MarkedRefund(many=True, help_text="Support's word, beside the shop's.")


class Mailbox(Shape):
    address = serializers.CharField()
    former_since = when(help_text="Since when it proves nothing any more.")


class VendorCustomer(Shape):
    id = serializers.UUIDField()
    full_name = serializers.CharField()
    company = serializers.CharField()
    language = serializers.CharField()
    newsletter_consent = serializers.BooleanField(allow_null=True)
    created_at = serializers.DateTimeField()
    addresses = Mailbox(many=True)


class ServingKey(Shape):
    id = serializers.UUIDField()
    tail = serializers.CharField(help_text="Its last characters, a quarter at most; may be empty.")
    since = serializers.DateTimeField()


class VendorLicense(Shape):
    id = serializers.UUIDField()
    purchase = serializers.UUIDField()
    line = serializers.UUIDField()
    unit = serializers.IntegerField()
    customer = row_or_null(help_text="Whose it is.")
    sku = serializers.CharField()
    product = serializers.CharField()
    platform = one_of(Platform)
    standing = one_of(Standing)
    expires_at = when()
    refunded_at = when(help_text="When this one unit was refunded.")
    revoked_at = when()
    revoked_reason = serializers.CharField()
    key = ServingKey(allow_null=True)


class VendorEdition(Shape):
    id = serializers.UUIDField()
    sku = serializers.CharField()
    product = serializers.CharField()
    version = serializers.CharField()
    platform = one_of(Platform)
    key_source = one_of(KeySource)
    low_stock_level = serializers.IntegerField()
    stocked_at = when(help_text="When keys were last loaded into its pool.")


class VendorExchange(Shape):
    id = serializers.UUIDField()
    kind = one_of(ExchangeKind)
    state = one_of(ExchangeState)
    license = serializers.UUIDField()
    customer = row_or_null()
    from_sku = serializers.CharField()
    to = one_of(Platform)
    to_sku = serializers.CharField()
    by = serializers.CharField(help_text="Who of support did or decided it; empty: the customer.")
    reason = serializers.CharField()
    undone_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    completed_at = when()
    undone_at = when()
    ended_at = when(help_text="When it was declined or cancelled.")
    old_key_until = when()

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": one_of(Platform)}


class FailedAttempt(Shape):
    number = serializers.IntegerField()
    outcome = one_of(AttemptOutcome)
    stage = serializers.CharField()
    reply = serializers.CharField(help_text="The receiving server's own words.")
    ended_at = serializers.DateTimeField()


class VendorMessage(Shape):
    id = serializers.UUIDField()
    kind = one_of(MessageKind)
    state = one_of(MessageState)
    withheld_because = one_of(Withheld, allow_null=True)
    customer = row_or_null(help_text="Whose address it went to, if it is anybody's now.")
    composed_as = serializers.CharField(allow_null=True)
    attempts = serializers.IntegerField()
    ambiguous = serializers.IntegerField(help_text="Attempts whose end nobody saw.")
    reply = serializers.CharField(help_text="The receiving server's last words.")
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    attempt_at = when()
    accepted_at = when()
    failed_attempts = FailedAttempt(many=True)


class VendorEvent(Shape):
    id = serializers.UUIDField()
    store = serializers.CharField()
    connection = serializers.CharField()
    event_id = serializers.CharField(help_text="The shop's own id of it.")
    kind = serializers.CharField()
    state = one_of(EventState)
    reason = serializers.CharField()
    test = serializers.BooleanField()
    purchase = row_or_null()
    attempts = serializers.IntegerField()
    said_at = when()
    received_at = serializers.DateTimeField()
    processed_at = when()


class VendorFigure(Shape):
    day = serializers.DateField()
    figure = one_of(Figure)
    part = serializers.CharField(
        help_text="What it is a part of: a shop, an edition, a reason; may be empty."
    )
    value = serializers.IntegerField()


class LoadedKeys(Shape):
    new = serializers.IntegerField(help_text="How many went into the pool.")
    served = serializers.IntegerField(help_text="How many of them went on at once to licenses that waited.")
    repeated = serializers.ListField(
        child=serializers.IntegerField(), help_text="Which stood in the call before, counted from 1."
    )
    in_pool = serializers.ListField(
        child=serializers.IntegerField(), help_text="Which were in the pool already."
    )
    owned = serializers.ListField(
        child=serializers.IntegerField(), help_text="Which serve, or served, a license already."
    )


class ErasedCustomer(Shape):
    id = serializers.UUIDField()
    erased = serializers.BooleanField()


class Paged(Shape):
    next = serializers.CharField(
        allow_null=True, help_text="The `cursor` of the next page; null on the last."
    )


class Purchases(Paged):
    items = VendorPurchase(many=True)


class Customers(Paged):
    items = VendorCustomer(many=True)


class Licenses(Paged):
    items = VendorLicense(many=True)


class Editions(Paged):
    items = VendorEdition(many=True)


class Exchanges(Paged):
    items = VendorExchange(many=True)


class Messages(Paged):
    items = VendorMessage(many=True)


class Events(Paged):
    items = VendorEvent(many=True)


class Figures(Shape):
    items = VendorFigure(many=True)
